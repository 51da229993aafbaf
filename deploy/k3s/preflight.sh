# shellcheck shell=bash
# Looks at the machine before anything is changed; install.sh sources this. `busbar doctor --preflight` sees more and is asked where it is.

FOUND_BAD=0

preflight() {
  say 'Preflight:'
  local proc=${BUSBAR_PROC:-/proc} cgroups=${BUSBAR_CGROUPS:-/sys/fs/cgroup}
  local cores memory_mib disk_gib
  cores=$(grep -c '^processor' "$proc/cpuinfo")
  memory_mib=$(($(awk '/^MemTotal:/ { print $2 }' "$proc/meminfo") / 1024))
  disk_gib=$(($(df -Pk "${ROOT:-/}" | awk 'NR == 2 { print $4 }') / 1048576))
  finding "$([ "$cores" -ge 4 ] && echo good)" "$cores cores" 'at least 4 are needed'
  # A machine of 8 GB has a little less to give.
  finding "$([ "$memory_mib" -ge 7200 ] && echo good)" "$memory_mib MiB of memory" 'at least 8 GB are needed'
  finding "$([ "$disk_gib" -ge 60 ] && echo good)" "$disk_gib GiB free" 'at least 60 are needed: 40 for readings, the rest for K3s and images'
  finding "$([ -f "$cgroups/cgroup.controllers" ] && echo good)" 'cgroup v2' \
    'boot with systemd.unified_cgroup_hierarchy=1: crun refuses the hybrid of v1 and v2'
  ports_are_free
  clock_is_set
  ask_doctor
  [ "$FOUND_BAD" = 0 ]
}

# finding GOOD WHAT OTHERWISE
finding() {
  if [ -n "$1" ]; then
    say "  ok         $2"
  else
    FOUND_BAD=$((FOUND_BAD + 1))
    say "  NOT OK     $2: $3"
  fi
}

# K3s's own ports, and those of devices; a K3s that runs already holds them rightly.
ports_are_free() {
  [ -z "$ROOT" ] && systemctl is-active --quiet k3s 2>/dev/null && return
  command -v ss >/dev/null || return 0
  local port taken=''
  for port in 6443 10250 1883 8883; do
    if [ -n "$(ss -Hltn "sport = :$port" 2>/dev/null)" ]; then taken="$taken $port"; fi
  done
  finding "$([ -z "$taken" ] && echo good)" "ports 6443, 10250, 1883, 8883" "taken:$taken; ss -ltnp says by whom"
}

clock_is_set() {
  command -v timedatectl >/dev/null || return 0
  local state
  state=$(timedatectl show -p NTPSynchronized --value 2>/dev/null) || return 0
  finding "$([ "$state" = yes ] && echo good)" 'clock' 'not synchronised: readings without a time get that of this machine'
}

ask_doctor() {
  command -v busbar >/dev/null || return 0
  busbar doctor --help 2>/dev/null | grep -q -- --preflight || return 0
  if busbar doctor --preflight; then finding good 'busbar doctor' ''; else finding '' 'busbar doctor' 'it says above what to mend'; fi
}
