#!/usr/bin/env bash
# Entry point of the image: Flink's, or a script of Millrace. With MILLRACE_LOG_FORMAT=json each line
# of a container is a JSON object: lines of start scripts, of the JVM and of the flink command are
# wrapped, those of the job's log are objects.
#
#   FLINK_ENTRYPOINT  Flink's own entry point, /docker-entrypoint.sh unless set
set -uo pipefail

[[ ${1:-} == /opt/millrace/* ]] || set -- "${FLINK_ENTRYPOINT:-/docker-entrypoint.sh}" "$@"
[ "${MILLRACE_LOG_FORMAT:-}" = json ] || exec "$@"

# JSON has no plain control characters; a tab is escaped, and the rest is left out.
objects() {
  LC_ALL=C stdbuf -oL sed '/^{.*}$/! {
    s/\\/\\\\/g
    s/"/\\"/g
    s/\t/\\t/g
    s/[[:cntrl:]]//g
    s/.*/{"level":"INFO","logger":"stdout","message":"&"}/
  }'
}
exec 3> >(objects)
objects=$!
"$@" >&3 2>&1 3>&- &
command=$!
exec 3>&-
trap 'kill -TERM "$command" 2> /dev/null' TERM INT
# A signal ends a wait, not the command.
status=0
while :; do
  wait "$command"
  status=$?
  kill -0 "$command" 2> /dev/null || break
done
wait "$objects" # a container ends with its first process, and its last lines with it
exit "$status"
