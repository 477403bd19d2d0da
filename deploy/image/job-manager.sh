#!/usr/bin/env bash
# The job manager of the image with Millrace's job, for one that has no successor (docker-compose.yml).
# It continues from the newest checkpoint or savepoint, and stops with a savepoint on SIGTERM.
#
#   job-manager.sh -c /opt/millrace/pipeline.yaml
#
#   MILLRACE_STATE    where checkpoints and savepoints are, /opt/flink/state unless set
#   MILLRACE_RESTORE  the one to continue from; "none" starts with new models. It counts until the job
#                     has a checkpoint of its own: a container that dies continues from that.
#   FLINK_ENTRYPOINT  Flink's own entry point, /docker-entrypoint.sh unless set
set -euo pipefail

state=${MILLRACE_STATE:-/opt/flink/state}
# The last MILLRACE_RESTORE in its first line, then the snapshots that were there when it was set.
mark=$state/.restore
# A metadata file begins with this number, four bytes of its version and eight of the snapshot's id.
magic=4960672d

# All snapshots, each with its time.
snapshots() {
  find -H "$state" -name _metadata -printf '%T@ %h\n' | sort -n | cut -d' ' -f2-
}

# The newest snapshot that is not in a file, by the same rule as ./millrace run: by id, for a job
# counts on from the snapshot that it started from, and files may have times of a copy. One without
# a readable id comes right after what was written before it.
newest_but() {
  local id=0 header
  snapshots | grep -vxF -f "$1" | while read -r snapshot; do
    header=$(od -An -v -tx1 -N16 "$snapshot/_metadata" | tr -d ' \n')
    if [[ $header =~ ^$magic.{8}(.{16})$ ]]; then
      id=$((16#${BASH_REMATCH[1]}))
    fi
    printf '%s %s\n' "$id" "$snapshot"
  done | sort -s -n -k1,1 | tail -n 1 | cut -d' ' -f2-
}

# Snapshots that the last MILLRACE_RESTORE left behind.
left_behind() {
  if [ -f "$mark" ]; then
    tail -n +2 "$mark"
  fi
}

if [ -n "${MILLRACE_RESTORE:-}" ]; then
  if [ ! -f "$mark" ] || [ "$(head -n 1 "$mark")" != "$MILLRACE_RESTORE" ]; then
    # Where nothing can be remembered it counts at each start.
    { printf '%s\n' "$MILLRACE_RESTORE"; snapshots; } 2> /dev/null > "$mark" || true
  fi
  restore=
  if [ -f "$mark" ]; then
    restore=$(newest_but <(left_behind)) || true
  fi
  restore=${restore:-$MILLRACE_RESTORE}
else
  restore=$(newest_but <(left_behind)) || true
  if [ -z "$restore" ]; then
    rm -f "$mark" # the job had no checkpoint of its own, so nothing was left behind
    restore=$(newest_but /dev/null) || true
  elif [ -f "$mark" ]; then
    sed -i '1s/.*//' "$mark" # so that the same can be asked for again
  fi
fi

arguments=(standalone-job --job-classname dev.millrace.MillraceJob)
if [ -n "$restore" ] && [ "$restore" != none ]; then
  echo "The models continue from $restore"
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
    echo "No savepoint could be taken; the next start continues from the last checkpoint" >&2
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
