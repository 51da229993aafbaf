# shellcheck shell=bash
# What install.sh, uninstall.sh and fetch.sh share: they source this. All that changes the machine goes through here, so that --dry-run
# prints it and --root keeps it in a folder.

# shellcheck disable=SC2034 # the scripts that source this read it
K3S_VERSION='v1.30.4+k3s1'
ROOT=''
DRY_RUN=no
CHANGED=0

say() { printf '%s\n' "$*"; }

# What was attempted, why it failed, what to do next.
stop() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '       %s\n' "$2" >&2
  exit 1
}

# A wrong command line is another kind of failure.
misused() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}

architecture() {
  case "${BUSBAR_ARCHITECTURE:-$(uname -m)}" in
    x86_64 | amd64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) stop "$(uname -m): K3s and WasmEdge are built for x86-64 and arm64 here" ;;
  esac
}

k3s_file() { if [ "$(architecture)" = arm64 ]; then echo k3s-arm64; else echo k3s; fi; }

images_file() { echo "k3s-airgap-images-$(architecture).tar.zst"; }

# write MODE PATH: standard input becomes that file, where it is not so already.
write() {
  local mode=$1 path=$2 text
  text=$(cat && printf x)
  text=${text%x}
  if [ -f "$ROOT$path" ] && [ "$(cat "$ROOT$path" && printf x)" = "${text}x" ]; then
    say "  as it is   $path"
    return
  fi
  CHANGED=$((CHANGED + 1))
  say "  write      $path ($mode)"
  [ "$DRY_RUN" = no ] || return 0
  mkdir -p "$(dirname "$ROOT$path")"
  printf '%s' "$text" | (umask 077 && cat >"$ROOT$path.new")
  chmod "$mode" "$ROOT$path.new"
  mv "$ROOT$path.new" "$ROOT$path"
}

# place MODE FROM PATH: a file is copied there, where it is not so already.
place() {
  local mode=$1 from=$2 path=$3
  if [ -f "$ROOT$path" ] && cmp -s "$from" "$ROOT$path"; then
    say "  as it is   $path"
    return
  fi
  CHANGED=$((CHANGED + 1))
  say "  copy       $path ($mode)"
  [ "$DRY_RUN" = no ] || return 0
  mkdir -p "$(dirname "$ROOT$path")"
  install -m "$mode" "$from" "$ROOT$path.new"
  mv "$ROOT$path.new" "$ROOT$path"
}

# folder MODE OWNER PATH: a folder is made, where there is none.
folder() {
  local mode=$1 owner=$2 path=$3
  if [ -d "$ROOT$path" ]; then
    say "  as it is   $path/"
    return
  fi
  CHANGED=$((CHANGED + 1))
  say "  folder     $path/ ($mode, $owner)"
  [ "$DRY_RUN" = no ] || return 0
  mkdir -p "$ROOT$path"
  chmod "$mode" "$ROOT$path"
  [ -n "$ROOT" ] || chown "$owner" "$path"
}

# leave PATH…: a file, link or folder goes, where there is one.
leave() {
  local path
  for path in "$@"; do
    [ -e "$ROOT$path" ] || [ -L "$ROOT$path" ] || continue
    CHANGED=$((CHANGED + 1))
    say "  remove     $path"
    [ "$DRY_RUN" = yes ] || rm -rf -- "$ROOT$path"
  done
}

# run WORD…: a command of the machine itself; in a folder or in a dry run it is only said.
run() {
  say "  run        $*"
  [ "$DRY_RUN" = no ] && [ -z "$ROOT" ] || return 0
  "$@"
}
