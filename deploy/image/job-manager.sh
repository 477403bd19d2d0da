#!/usr/bin/env bash
# The job manager of the image with Millrace's job, for one that has no successor (docker-compose.yml).
# It goes on from the newest checkpoint or savepoint, and stops with a savepoint on SIGTERM.
#
#   job-manager.sh -c /opt/millrace/pipeline.yaml
#
#   MILLRACE_STATE    where checkpoints and savepoints are, /opt/flink/state unless set
#   MILLRACE_RESTORE  the one to go on from; "none" starts with new models. It counts until the job
#                     has a checkpoint of its own: a container that dies goes on from that.
#   FLINK_ENTRYPOINT  Flink's own entry point, /docker-entrypoint.sh unless set
set -euo pipefail

state=${MILLRACE_STATE:-/opt/flink/state}
# What was asked for, and since when.
mark=$state/.restore

# The newest checkpoint or savepoint of those that find is told to look for.
# Newest by the files' times, which a clock that was set back or a plain copy puts out of order.
newest() {
  find "$state" -name _metadata "$@" -printf '%T@ %h\n' | sort -rn | sed -n '1s/^[^ ]* //p'
}

if [ -n "${MILLRACE_RESTORE:-}" ]; then
  if [ ! -f "$mark" ] || [ "$(cat "$mark")" != "$MILLRACE_RESTORE" ]; then
    # Where nothing can be remembered it counts at each start.
    printf '%s\n' "$MILLRACE_RESTORE" 2> /dev/null > "$mark" || true
  fi
  restore=
  if [ -f "$mark" ]; then
    restore=$(newest -newer "$mark")
  fi
  restore=${restore:-$MILLRACE_RESTORE}
else
  rm -f "$mark" # so that the same can be asked for again
  restore=$(newest)
fi

arguments=(standalone-job --job-classname dev.millrace.MillraceJob)
if [ -n "$restore" ] && [ "$restore" != none ]; then
  echo "The models go on from $restore"
  arguments+=(--fromSavepoint "$restore")
else
  echo "The models start empty"
fi
# The -- keeps -c for the job; without it Flink takes it for its own --configDir.
"${FLINK_ENTRYPOINT:-/docker-entrypoint.sh}" "${arguments[@]}" -- "$@" &
job_manager=$!

# A job that was stopped ends, and the job manager with it.
asked=
# shellcheck disable=SC2317 # the trap calls it
stop() {
  trap '' TERM INT
  asked=1
  local job
  job=$(flink list -r 2> /dev/null |
    sed -n 's/^[^:]*:[^:]*:[^:]* : \([0-9a-f]\{32\}\) : .*/\1/p' | head -n 1) || job=
  if [ -z "$job" ] || ! flink stop --type canonical --savepointPath "file://$state/savepoints" "$job"; then
    echo "No savepoint could be taken; the next start goes on from the last checkpoint" >&2
    kill -TERM "$job_manager" 2> /dev/null || true
  fi
}
trap stop TERM INT

status=0
wait "$job_manager" || status=$?
if [ -n "$asked" ]; then # the signal ended that wait
  status=0
  wait "$job_manager" || status=$?
fi
exit "$status"
