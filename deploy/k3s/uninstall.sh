#!/usr/bin/env bash
# Takes K3s and the runtimes from this machine. Readings stay, unless --with-data is said: those of the overlay `substation` are in
# volumes below /var/lib/rancher/k3s/storage, those of `cluster` in /var/lib/busbar.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$HERE/steps.sh"

WITH_DATA=no
while [ $# -gt 0 ]; do
  case $1 in
    --with-data) WITH_DATA=yes ;;
    --dry-run) DRY_RUN=yes ;;
    --root)
      [ $# -gt 1 ] || misused '--root: a value is missing'
      ROOT=${2%/}
      shift
      ;;
    *) misused "$1: no such option; usage: uninstall.sh [--with-data] [--dry-run] [--root DIR]" ;;
  esac
  shift
done
[ -n "$ROOT" ] || [ "$DRY_RUN" = yes ] || [ "$(id -u)" = 0 ] || stop 'only root can uninstall' 'Run it with sudo, or look first with --dry-run.'

say 'Stop:'
run systemctl disable --now k3s || true
# Pods outlive K3s, as its unit says KillMode=process: so that an upgrade of it leaves them alone.
stop_pods() {
  local shim pod
  while read -r shim; do
    while read -r pod; do run kill -KILL "$pod"; done < <(pgrep -P "$shim")
    run kill -KILL "$shim"
  done < <(pgrep -f '^/var/lib/rancher/k3s/data/[^/]*/bin/containerd-shim')
  local mounted
  while read -r mounted; do run umount "$mounted"; done < <(
    awk '$2 ~ "^/(run/k3s|run/netns/cni-|var/lib/kubelet)" { print $2 }' /proc/self/mounts | sort -r
  )
  local link
  for link in cni0 flannel.1; do
    if [ -d "/sys/class/net/$link" ]; then run ip link delete "$link"; fi
  done
}
[ -n "$ROOT" ] || stop_pods

say 'Files:'
for name in kubectl crictl ctr; do
  if [ "$(readlink "$ROOT/usr/local/bin/$name" || true)" = k3s ]; then leave "/usr/local/bin/$name"; fi
done
leave /etc/systemd/system/k3s.service /etc/rancher/k3s /etc/rancher/node /usr/local/bin/k3s /usr/local/bin/crun-wasm \
  /usr/local/lib/libwasmedge.so.0 /run/k3s /run/flannel /var/lib/kubelet /var/lib/cni /etc/cni/net.d/10-flannel.conflist
for name in agent server data; do leave "/var/lib/rancher/k3s/$name"; done
if [ "$WITH_DATA" = yes ]; then
  leave /var/lib/rancher /var/lib/busbar
else
  say '  stays      /var/lib/rancher/k3s/storage and /var/lib/busbar: the readings; --with-data takes them away'
fi
run systemctl daemon-reload
run ldconfig
