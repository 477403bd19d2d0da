#!/usr/bin/env bash
# The job manager of the image with Millrace's job, for one that has no successor (docker-compose.yml).
# It continues from the newest checkpoint or savepoint, and stops with a savepoint on SIGTERM.
#
#   job-manager.sh -c /opt/millrace/pipeline.yaml
#
#   MILLRACE_STATE    where each pipeline has a folder with its checkpoints and savepoints,
#                     /opt/flink/state unless set. At a start all of them are deleted that are older
#                     than the one before the one to continue from: copy what is to stay out of the
#                     folders checkpoints and savepoints.
#   MILLRACE_RESTORE  the one to continue from; "none" starts with new models. It counts until the job
#                     has a checkpoint of its own: a container that dies continues from that.
#   FLINK_ENTRYPOINT  Flink's own entry point, /docker-entrypoint.sh unless set
#   MILLRACE_COMMAND  the commands of Millrace, /opt/millrace/millrace unless set
set -euo pipefail

# The first process of a container has no signals but those that it asks for.
trap 'exit 143' TERM INT

# An invalid pipeline file ends this with its own message alone, and exit code 2.
settings=$("${MILLRACE_COMMAND:-/opt/millrace/millrace}" validate "$@")
pipeline=$(sed -n 's/^  pipeline  *\([^ ]*\) .*/\1/p' <<< "$settings")

state=${MILLRACE_STATE:-/opt/flink/state}/${pipeline:?validate named no pipeline}
mkdir -p "$state"
# The last MILLRACE_RESTORE in its first line, then the snapshots that were there when it was set.
mark=$state/.restore
# A metadata file begins with this number, four bytes of its version and eight of the snapshot's id.
magic=4960672d

# All snapshots, each with its time.
snapshots() {
  find -H "$state" -name _metadata -printf '%T@ %h\n' | sort -n | cut -d' ' -f2-
}

# The snapshots that are not in a file, oldest first, by the same rule as ./millrace run: by id, for a
# job counts on from the snapshot that it started from, and files may have times of a copy. One
# without a readable id comes right after what was written before it.
ordered_but() {
  local id=0 header
  snapshots | { grep -vxF -f "$1" || true; } | while read -r snapshot; do
    header=$(od -An -v -tx1 -N16 "$snapshot/_metadata" | tr -d ' \n')
    if [[ $header =~ ^$magic.{8}(.{16})$ ]]; then
      id=$((16#${BASH_REMATCH[1]}))
    fi
    printf '%s %s\n' "$id" "$snapshot"
  done | sort -s -n -k1,1 | cut -d' ' -f2-
}

newest_but() {
  ordered_but "$1" | tail -n 1
}

# Snapshots that the last MILLRACE_RESTORE left behind.
left_behind() {
  if [ -f "$mark" ]; then
    tail -n +2 "$mark"
  fi
}

# Deletes what is older than the snapshot before the one to continue from, with the folders of jobs
# that have no other. Models that MILLRACE_RESTORE left behind are older than those that came later.
delete_older_than_the_one_before() {
  local -a own ordered
  local snapshot folder at=-1 i
  mapfile -t own < <(ordered_but <(left_behind))
  mapfile -t ordered < <(
    ordered_but <(printf '%s\n' "${own[@]}")
    [ ${#own[@]} -eq 0 ] || printf '%s\n' "${own[@]}"
  )
  for i in "${!ordered[@]}"; do
    [ "${ordered[$i]}" != "$1" ] || at=$i
  done
  [ "$at" -ge 0 ] || return 0 # it is somewhere else
  for ((i = 0; i < at - 1; i++)); do
    snapshot=${ordered[$i]}
    case ${snapshot#"$state"/} in
      savepoints/* | checkpoints/*) rm -rf "$snapshot" ;;
    esac
  done
  for folder in "$state"/checkpoints/*/; do
    [ -n "$(find "$folder" -name _metadata -print -quit)" ] || rm -rf "$folder"
  done
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

# The job has the pipeline's lease under this name. One that has ended leaves it to the next one,
# which need not wait then; a name that was read once may belong to a job that lives.
ended=$state/.ended
holder=$(cat "$ended" 2> /dev/null || cat /proc/sys/kernel/random/uuid)
rm -f "$ended"

arguments=(standalone-job -D "execution.checkpointing.dir=file://$state/checkpoints"
  -D "execution.checkpointing.savepoint-dir=file://$state/savepoints"
  -D "millrace.lease.holder=$holder"
  --job-classname dev.millrace.MillraceJob)
if [ -n "$restore" ] && [ "$restore" != none ]; then
  echo "The models continue from $restore"
  arguments+=(--fromSavepoint "$restore")
  delete_older_than_the_one_before "$restore" || true # the next start tries again
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
[ "$status" -ne 0 ] || echo "$holder" > "$ended"
exit "$status"
