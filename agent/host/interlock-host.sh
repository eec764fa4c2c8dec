#!/bin/sh
# Interlock's hands on a host. The agent installs this file under the name of its SHA-256 and calls it;
# it needs sh, tar, gzip, sha256sum, flock and mv -T, and nothing else.
#
#   state      BASE FENCE [DIGEST]                         how the host looks; FENCE 0 only reads
#   stage      BASE FENCE JOB DIGEST VERSION BYTES KEEP    a package on stdin becomes a release
#   activate   BASE FENCE JOB DIGEST VERSION FORMER        the release becomes BASE/current
#   reactivate BASE FENCE JOB DIGEST VERSION               the release that stood before it is current again
#   start      BASE FENCE JOB DIGEST VERSION PORT SCRIPT   its process replaces the one before
#
# DIGEST of state: a release that has just been seen healthy. BYTES: the room that the package and its
# files take; KEEP: how many releases stay. FORMER: what a way back leads to, where what is current is an
# earlier try of the same plan; - for what is current.
# SCRIPT: the package's own start script, below its root; where there is none, bin/run is started.
#
# Each act is done once per job, fence and digest: BASE/.interlock/ledger says which are. A fence lower
# than the highest seen is refused. Exit codes are explained in agent/host/refusals.ts.
set -u
umask 022
LC_ALL=C
export LC_ALL

LOCK_SECONDS=30
STOP_SECONDS=10
TRAIL_MAX=20
ACTS_SHOWN=12
RESERVE_KILOBYTES=51200

main() {
  check_arguments "$@"
  home=$base/.interlock
  run_digest=- run_job=- run_pid=- run_began=- run_kind=none
  if [ "$operation" = launch ]; then
    launch
  fi
  check_tools
  mkdir -p "$home/incoming" "$base/releases" 2>/dev/null ||
    refuse 73 "User $(id -un) cannot write to $base."
  "$operation"
  report
}

# --- operations ---

state() {
  lock 0 || busy=yes
  if [ "$busy" = no ] && [ "$fence" -gt 0 ]; then
    raise_fence
    if [ "$digest" != - ] && [ "$digest" = "$(current_digest)" ] && [ "$digest" != "$(good_digest)" ]; then
      keep "$home/good" "$digest"
    fi
  fi
}

stage() {
  lock_or_refuse
  raise_fence
  sweep
  if is_staged "$digest"; then
    echo have
    finish
    return
  fi
  make_room
  begin
  flock -u 9
  echo send

  # The bytes arrive without the lock: a sender that has died holds nobody up.
  received=$home/incoming/$digest.$fence.$$
  trap 'rm -f "$received"' EXIT
  cat >"$received" 2>/dev/null || drop_and_refuse 74 "The package could not be written to $home."
  echo "$digest  $received" | sha256sum -c - >/dev/null 2>&1 ||
    drop_and_refuse 65 "The bytes that arrived do not have the digest $digest; nothing was unpacked."

  lock_or_refuse
  raise_fence
  if ! is_staged "$digest"; then
    begin
    unpack
  fi
  finish "$base/releases"
  prune
}

activate() {
  may_switch || return 0
  # What a retry replaces was never a release to go back to.
  if [ "$former" != - ] && [ "$former" != "$digest" ] && [ "$former" = "$(previous_digest)" ]; then
    under=$(trail | without_last)
  else
    under=$(trail)
  fi
  # First the trail: what stands on it above the current release never became current.
  keep "$home/trail" "$(printf '%s\n%s %s\n' "$under" "$digest" "$job" | grep . | tail -n "$TRAIL_MAX")"
  switch
  finish "$base"
}

reactivate() {
  may_switch || return 0
  # First the switch: what stood on the trail above the release is left then.
  switch
  keep "$home/trail" "$(trail)"
  finish "$base"
}

# Under the lock. Not when it is done, nor when the release is current already.
may_switch() {
  lock_or_refuse
  raise_fence
  is_staged "$digest" || refuse 66 "The release $digest is not complete on this host."
  if is_done; then
    return 1
  fi
  if [ -e "$base/current" ] && [ ! -L "$base/current" ]; then
    refuse 78 "$base/current is no link; move it away, it was not made by Interlock."
  fi
  begin
  if [ "$(current_digest)" = "$digest" ]; then
    keep "$home/trail" "$(trail)"
    finish "$base"
    return 1
  fi
}

switch() {
  keep "$home/switched" "$digest $job $(current_digest)"
  rm -f "$home/current.new"
  ln -s "releases/$digest" "$home/current.new" &&
    mv -fT "$home/current.new" "$base/current" ||
    refuse 74 "$base/current could not be switched."
}

start() {
  lock_or_refuse
  raise_fence
  [ "$(current_digest)" = "$digest" ] || refuse 66 "The release $digest is not the current one."
  read_run
  if [ "$run_digest $run_job" = "$digest $job" ] && [ "$(process_state)" != dead ]; then
    finish
    return
  fi
  release=$base/releases/$digest
  if [ -e "$release/$script" ] || [ -L "$release/$script" ]; then
    is_program "$release/$script" ||
      refuse 67 "The start script $script of $version is no file that may be executed."
  else
    is_program "$release/bin/run" ||
      refuse 67 "The release $version has neither $script nor a bin/run that may be executed."
  fi
  begin
  stop_process || refuse 76 "The process $run_pid of the release before could not be stopped."
  mv -f "$home/run.log" "$home/run.log.1" 2>/dev/null
  if [ -e "$release/$script" ]; then
    start_by_package
  else
    start_by_ourselves
  fi
  finish
}

# --- releases ---

# Makes room from the oldest releases that nothing needs: from none of them when even that would not do.
make_room() {
  wanted=$((bytes / 1024 + RESERVE_KILOBYTES))
  has_room 0 && return
  spare=0
  for found in $(ls -tr "$base/releases"); do
    is_spare "$found" && spare=$((spare + $(kilobytes_of "$base/releases/$found")))
  done
  has_room "$spare" ||
    refuse 72 "$base has $free KB free and the package needs $wanted KB; old releases hold $spare KB."
  for found in $(ls -tr "$base/releases"); do
    is_spare "$found" && remove "${base:?}/releases/$found"
    has_room 0 && return
  done
  has_room 0 || refuse 72 "$base has $free KB free and the package needs $wanted KB."
}

# With so many KB more than are free. A host that does not say what is free has enough.
has_room() {
  free=$(df -Pk "$base" 2>/dev/null | awk_free)
  free=${free:-$wanted}
  [ "$((free + $1))" -ge "$wanted" ]
}

kilobytes_of() {
  du -sk "$1" 2>/dev/null | first_word | grep -x '[0-9]*' || echo 0
}

# The fourth word of the second line, without awk.
awk_free() {
  read -r _ && read -r _ _ _ kilobytes _ && echo "$kilobytes"
}

# Under the lock, and in a directory of its own: nobody else writes to it or takes it away.
unpack() {
  release=$base/releases/$digest
  part=$release.part.$fence.$$
  remove "$release"
  mkdir "$part" && tar -xzof "$received" -C "$part" 2>/dev/null ||
    undo_and_refuse 70 "The package could not be unpacked below $base/releases."
  # A package may hold directories that not even their owner may write to, and so not remove.
  chmod -R u+rwX "$part" && mark "$part/.interlock-release" ||
    undo_and_refuse 74 "The release in $base/releases could not be written."
  flush_tree "$part"
  mv -T "$part" "$release" 2>/dev/null || undo_and_refuse 74 "$release could not be put in place."
}

mark() {
  printf '%s %s\n' "$digest" "$version" 2>/dev/null >"$1" && [ "$(first_word <"$1")" = "$digest" ]
}

# Under the lock, what is half unpacked belongs to nobody; what a lower fence sends comes too late.
sweep() {
  for found in "$base/releases"/*.part "$base/releases"/*.part.*; do
    remove "$found"
  done
  for found in "$home/incoming"/*; do
    sender=${found##*.}
    sent=${found%".$sender"}
    sent=${sent##*.}
    if is_number "$sent" && [ "$sent" -lt "$fence" ]; then
      rm -f "$found"
    fi
  done
}

# Keeps the newest releases, and whatever is needed.
prune() {
  kept=0
  for found in $(ls -t "$base/releases"); do
    kept=$((kept + 1))
    if [ "$kept" -gt "$keep" ] && is_spare "$found"; then
      remove "${base:?}/releases/$found"
    fi
  done
}

# Whether nothing goes wrong without the release: it is not live, nor was it before what is live, nor was
# it the last one that was seen healthy, nor does its process still run.
is_spare() {
  read_run
  case $1 in
    "$digest" | "$(current_digest)" | "$(previous_digest)" | "$(good_digest)" | "$run_digest") return 1 ;;
  esac
  is_digest "$1"
}

remove() {
  rm -rf "$1" 2>/dev/null || {
    chmod -R u+rwX "$1"
    rm -rf "$1"
  } 2>/dev/null
}

is_staged() {
  [ "$(first_word 2>/dev/null <"$base/releases/$1/.interlock-release")" = "$1" ]
}

current_digest() {
  link=$(readlink "$base/current" 2>/dev/null)
  echo "${link##*/}" | first_word
}

# The releases that were current one upon the other and were not left again, the oldest first: each with the
# job that brought it, - for an unknown one. The last one is current. What a crash has left above it is none.
trail() {
  now=$(current_digest)
  [ "$now" != - ] || return 0
  if [ -f "$home/trail" ]; then
    read_trail <"$home/trail"
  else
    echo "$(first_word 2>/dev/null <"$home/previous" || echo -) -" | grep -v '^-' | read_trail
  fi
}

# Up to the last mention of what is current; all of it and what is current, where there is none.
read_trail() {
  seen='' upto=''
  while read -r trail_digest trail_job; do
    seen="$seen$trail_digest $trail_job
"
    [ "$trail_digest" != "$now" ] || upto=$seen
  done
  printf '%s' "${upto:-$seen$now $(switched_by "$now")
}"
}

without_last() {
  kept='' last=''
  while read -r line; do
    kept=$kept$last
    last="$line
"
  done
  printf '%s' "$kept"
}

# What current stands upon: where a way back leads.
previous_digest() {
  trail | without_last | tail -n 1 | first_word
}

# The job that brought what is current, however often other releases came and went since.
brought_by() {
  trail | tail -n 1 | {
    read -r _ by
    echo "${by:--}"
  }
}

# The last release that was seen healthy here.
good_digest() {
  first_word 2>/dev/null <"$home/good" || echo -
}

# The job that switched to what is current now, forth or back.
switched_by() {
  read -r switched by _ 2>/dev/null <"$home/switched" && [ "$switched" = "$1" ] && echo "$by" || echo -
}

# What that switch left.
left_digest() {
  read -r switched _ left 2>/dev/null <"$home/switched" && [ "$switched" = "$1" ] && echo "${left:--}" || echo -
}

version_of() {
  read -r _ found_version 2>/dev/null <"$base/releases/$1/.interlock-release" && echo "$found_version" || echo -
}

# The approved package of a release that configuration was merged into.
package_of() {
  read -r package _ 2>/dev/null <"$base/releases/$1/.interlock-package" && is_digest "$package" &&
    echo "$package" || echo -
}

first_word() {
  read -r word _
  echo "${word:--}"
}

# --- the process ---

start_by_package() {
  cd "$release" && PORT=$port INTERLOCK_VERSION=$version "./$script" \
    </dev/null >>"$home/run.log" 2>&1 9>&- ||
    refuse 77 "$script of $version ended with exit code $?; $home/run.log says why."
  put "$home/run" "own - - $digest $job"
}

start_by_ourselves() {
  if command -v setsid >/dev/null; then
    alone=setsid
  else
    alone=nohup
  fi
  $alone sh "$0" launch "$base" "$fence" "$job" "$digest" "$version" "$port" "$alone" \
    </dev/null >>"$home/run.log" 2>&1 9>&- &
  launched=$!
  tries=0
  until read_run && [ "$run_pid" = "$launched" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || refuse 77 "The process of $version did not begin."
    nap
  done
}

# In the new process: it says who it is before it becomes the service, so that it is never nobody's.
launch() {
  cd "$base/releases/$digest" || exit 1
  put "$home/run" "$alone $$ $(began $$) $digest $job"
  PORT=$port
  INTERLOCK_VERSION=$version
  export PORT INTERLOCK_VERSION
  exec ./bin/run
}

read_run() {
  read -r run_kind run_pid run_began run_digest run_job 2>/dev/null <"$home/run"
}

# A pid alone may be somebody else's by now; pid and start time together are not.
process_state() {
  case $run_kind in
    none | own) echo "$run_kind" ;;
    *) if [ "$(began "$run_pid")" = "$run_began" ]; then echo running; else echo dead; fi ;;
  esac
}

# Clock ticks after boot at which a process began; nothing for one that is gone or a zombie. Source: proc(5), field 22.
began() {
  read -r line 2>/dev/null <"/proc/$1/stat" || return 0
  # The second field is the program's name and may hold anything.
  set -- ${line##*) }
  [ "$1" = Z ] || echo "${20}"
}

stop_process() {
  read_run
  if [ "$run_kind" = own ] && [ -x "$base/releases/$run_digest/bin/stop" ]; then
    "$base/releases/$run_digest/bin/stop" </dev/null >>"$home/run.log" 2>&1 9>&-
  fi
  [ "$(process_state)" = running ] || return 0
  signal TERM
  wait_for_end "$((STOP_SECONDS * 20))" && return 0
  signal KILL
  wait_for_end 100
}

signal() {
  if [ "$run_kind" = setsid ]; then
    kill -s "$1" -- "-$run_pid" 2>/dev/null
  else
    kill -s "$1" "$run_pid" 2>/dev/null
  fi
}

wait_for_end() {
  naps=0
  while [ "$(process_state)" = running ]; do
    naps=$((naps + 1))
    [ "$naps" -le "$1" ] || return 1
    nap
  done
}

nap() {
  sleep 0.05 2>/dev/null || sleep 1
}

# --- fence, intent, ledger ---

# The lock is an open file: it ends with this process, however that ends.
lock() {
  ( : >>"$home/lock" ) 2>/dev/null || refuse 73 "User $(id -un) cannot write to $home."
  exec 9>>"$home/lock"
  waited=0
  until flock -n 9; do
    [ "$?" -eq 1 ] || refuse 69 "The flock of this host does not work."
    [ "$waited" -lt "$1" ] || return 1
    waited=$((waited + 1))
    sleep 1
  done
}

lock_or_refuse() {
  lock "$LOCK_SECONDS" || refuse 71 "Another act of Interlock has held $home/lock for $LOCK_SECONDS s."
}

raise_fence() {
  seen=$(fence_seen)
  is_number "$seen" || refuse 78 "$home/fence holds no number; look at the host before you remove it."
  [ "$fence" -ge "$seen" ] ||
    refuse 75 "This host has seen fence $seen; fence $fence is older, so the job belongs to another agent."
  if [ "$fence" -gt "$seen" ]; then
    keep "$home/fence" "$fence"
  fi
}

fence_seen() {
  if [ -f "$home/fence" ]; then
    first_word <"$home/fence"
  else
    echo 0
  fi
}

begin() {
  put "$home/intent" "$operation $job $fence $digest"
}

# Under the lock; somebody else's intent stays.
withdraw() {
  if read -r intent 2>/dev/null <"$home/intent" &&
    [ "$intent" = "$operation $job $fence $digest" ]; then
    rm -f "$home/intent"
  fi
}

# What the act has changed is on disk before the ledger says so: a late repetition believes the ledger.
finish() {
  if ! is_done; then
    if [ "$#" -gt 0 ]; then
      flush "$@"
    fi
    # A line that a power failure cut short must not swallow this one.
    if [ -s "$home/ledger" ] && [ -n "$(tail -c 1 "$home/ledger")" ]; then
      echo >>"$home/ledger" || refuse 74 "$home/ledger could not be written."
    fi
    printf '%s %s %s %s %s %s .\n' \
      "$(date +%s)" "$operation" "$job" "$fence" "$digest" "$version" >>"$home/ledger" ||
      refuse 74 "$home/ledger could not be written."
    flush "$home/ledger"
  fi
  rm -f "$home/intent"
}

is_done() {
  grep -qF " $operation $job $fence $digest $version ." "$home/ledger" 2>/dev/null
}

# For what means nothing after the machine has gone down.
put() {
  printf '%s\n' "$2" >"$1.new" 2>/dev/null && mv -fT "$1.new" "$1" ||
    refuse 74 "$1 could not be written."
}

# For what has to outlive a power failure.
keep() {
  printf '%s\n' "$2" >"$1.new" 2>/dev/null && flush "$1.new" && mv -fT "$1.new" "$1" ||
    refuse 74 "$1 could not be written."
  flush "$home"
}

flush() {
  sync "$@" 2>/dev/null || sync
}

flush_tree() {
  sync -f "$1" 2>/dev/null || sync
}

# --- arguments and answers ---

check_arguments() {
  operation=${1-} base=${2-} fence=${3-} job=${4--} digest=${5--} version=${6--}
  bytes=0 keep=1 former=- port=0 script=bin/start alone=- busy=no
  is_base "$base" || refuse 64 "The base path is no absolute path of plain names."
  is_number "$fence" || refuse 64 "The fence is no number."
  case $operation:$# in
    state:3) return ;;
    state:4)
      digest=$4 job=-
      is_digest "$digest" || refuse 64 "The digest is no SHA-256."
      return
      ;;
    stage:8) bytes=$7 keep=$8 ;;
    activate:7) former=$7 ;;
    reactivate:6) ;;
    start:8) port=$7 script=$8 ;;
    launch:8) port=$7 alone=$8 ;;
    *) refuse 64 "There is no such operation with $# arguments." ;;
  esac
  is_name "$job" && is_name "$version" || refuse 64 "The job or the version is no plain name."
  is_digest "$digest" || refuse 64 "The digest is no SHA-256."
  [ "$former" = - ] || is_digest "$former" || refuse 64 "The former release is no SHA-256."
  is_number "$bytes" && is_number "$keep" && [ "$keep" -gt 0 ] && is_number "$port" ||
    refuse 64 "A size, the port or the count of releases is no number."
  is_base "/$script" || refuse 64 "The start script is no path of plain names below the package."
}

is_base() {
  case $1 in
    /[A-Za-z0-9._]*) ;;
    *) return 1 ;;
  esac
  case $1/ in
    *[!A-Za-z0-9._/-]* | *//* | */./* | */../*) return 1 ;;
  esac
}

is_program() {
  [ -f "$1" ] && [ -x "$1" ]
}

is_name() {
  case $1 in
    [A-Za-z0-9]*) ;;
    *) return 1 ;;
  esac
  case $1 in
    *[!A-Za-z0-9._-]*) return 1 ;;
  esac
  [ "${#1}" -le 100 ]
}

is_digest() {
  case $1 in
    *[!0-9a-f]*) return 1 ;;
  esac
  [ "${#1}" -eq 64 ]
}

is_number() {
  case $1 in
    '' | *[!0-9]*) return 1 ;;
  esac
  [ "${#1}" -le 15 ]
}

check_tools() {
  for tool in tar gzip sha256sum flock mv; do
    command -v "$tool" >/dev/null || refuse 69 "This host has no $tool."
  done
}

# For who has no lock: without it only its own bytes may go.
drop_and_refuse() {
  rm -f "$received"
  if lock "$LOCK_SECONDS"; then
    raise_fence
    withdraw
  fi
  refuse "$1" "$2"
}

# For who has the lock and has begun to unpack.
undo_and_refuse() {
  remove "$part"
  withdraw
  refuse "$1" "$2"
}

refuse() {
  echo "$2" >&2
  exit "$1"
}

report() {
  read_run
  current=$(current_digest)
  previous=$(previous_digest)
  left=$(left_digest "$current")
  staged=
  for found in "$base/releases"/*; do
    found=${found##*/}
    if is_staged "$found"; then
      staged=$staged,$found
    fi
  done
  intent=-
  if [ -f "$home/intent" ]; then
    read -r intent <"$home/intent"
  fi
  echo "fence $(fence_seen)"
  echo "current $current $(version_of "$current") $(package_of "$current")"
  echo "previous $previous $(version_of "$previous") $(package_of "$previous")"
  echo "brought $(brought_by)"
  echo "switched $(switched_by "$current")"
  echo "left $left $(version_of "$left") $(package_of "$left")"
  echo "staged ${staged#,}"
  echo "process $(process_state) $run_digest"
  echo "busy $busy"
  echo "intent $intent"
  echo "ledger$(last_acts)"
}

# The last whole lines of the ledger, each as OPERATION:JOB:FENCE:DIGEST:VERSION.
last_acts() {
  tail -n "$ACTS_SHOWN" "$home/ledger" 2>/dev/null |
    while read -r _ done_operation done_job done_fence done_digest done_version end; do
      [ "$end" != . ] ||
        printf ' %s' "$done_operation:$done_job:$done_fence:$done_digest:$done_version"
    done
}

main "$@"
