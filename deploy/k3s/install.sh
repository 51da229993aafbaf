#!/usr/bin/env bash
# Makes a K3s node of a substation's computer: K3s, crun with WasmEdge, RuntimeClass wasmedge, labels. It may be run again at any time, and
# changes what is not as it should be. docs/operating/k3s.md says how.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$HERE/steps.sh"
# shellcheck source-path=SCRIPTDIR source=preflight.sh
. "$HERE/preflight.sh"

usage() {
  cat <<'USAGE'
usage: install.sh --site ID (--files DIR --sums HASH | --online) [options]

  --site ID           the site of this computer, as in its site file
  --files DIR         what fetch.sh brought, and crun and libwasmedge beside it
  --sums HASH         SHA-256 of DIR/SHA256SUMS, as on the checklist
  --online            fetch first; needs the internet, and --runtimes DIR with crun and libwasmedge
  --runtimes DIR      crun and libwasmedge.so.0 for --online
  --server URL        join the cluster of this server instead of starting one
  --token-file FILE   its token; needed with --server
  --registry URL      where registry.site.local is, such as https://10.20.0.5:5000
  --registry-ca FILE  CA of its certificate (PEM)
  --skip-preflight    install on a machine that is not as it should be
  --dry-run           only say what would be done
  --root DIR          write below DIR and start nothing

exit code: 0 done, 1 failed, 2 the command line is wrong
USAGE
}

SITE='' FILES='' SUMS='' ONLINE=no RUNTIMES='' SERVER='' TOKEN_FILE='' REGISTRY='' REGISTRY_CA='' PREFLIGHT=yes
while [ $# -gt 0 ]; do
  case $1 in
    --online) ONLINE=yes ;;
    --skip-preflight) PREFLIGHT=no ;;
    --dry-run) DRY_RUN=yes ;;
    --help) usage && exit 0 ;;
    --site | --files | --sums | --runtimes | --server | --token-file | --registry | --registry-ca | --root)
      [ $# -gt 1 ] || misused "$1: a value is missing"
      case $1 in
        --site) SITE=$2 ;; --files) FILES=$2 ;; --sums) SUMS=$2 ;; --runtimes) RUNTIMES=$2 ;;
        --server) SERVER=$2 ;; --token-file) TOKEN_FILE=$2 ;; --registry) REGISTRY=$2 ;;
        --registry-ca) REGISTRY_CA=$2 ;; --root) ROOT=${2%/} ;;
      esac
      shift
      ;;
    *) misused "$1: no such option; --help lists them" ;;
  esac
  shift
done

check_options() {
  [[ $SITE =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
    misused "--site: \"$SITE\"; 1 to 63 of a-z 0-9 -, as a label of a node may be"
  if [ "$ONLINE" = yes ]; then
    [ -z "$FILES" ] || misused '--online and --files: one of them'
    [ -n "$RUNTIMES" ] || misused '--online: --runtimes DIR must have crun and libwasmedge.so.0; nobody publishes such builds to fetch'
  else
    [ -d "$FILES" ] || misused "--files: \"$FILES\" is no folder"
    [[ $SUMS =~ ^[0-9a-f]{64}$ ]] || misused '--sums: the SHA-256 of SHA256SUMS, 64 digits, is what says whose files these are'
  fi
  [ -z "$SERVER" ] || [ -r "$TOKEN_FILE" ] || misused '--server needs --token-file, a file that can be read'
  [ -z "$REGISTRY_CA" ] || [ -r "$REGISTRY_CA" ] || misused "--registry-ca: $REGISTRY_CA cannot be read"
  [ -n "$ROOT" ] || [ "$DRY_RUN" = yes ] || [ "$(id -u)" = 0 ] ||
    stop 'only root can install' 'Run it with sudo, or look first with --dry-run.'
}

# Online or not, from here on it is the same: a folder of files that are what they should be.
verify_files() {
  say 'Files:'
  if [ "$ONLINE" = yes ]; then
    FILES=$(mktemp -d)
    trap 'rm -rf "$FILES"' EXIT
    "$HERE/fetch.sh" --to "$FILES" --runtimes "$RUNTIMES" ||
      stop 'fetching failed' 'Fetch on a machine that can with fetch.sh, and come with --files.'
  else
    local found
    found=$(sha256sum "$FILES/SHA256SUMS" | cut -d' ' -f1) || stop "$FILES has no SHA256SUMS" 'fetch.sh makes it.'
    [ "$found" = "$SUMS" ] ||
      stop "SHA256SUMS is $found, not what --sums says" 'These are not the files of the checklist, or they were damaged on the way.'
  fi
  (cd "$FILES" && sha256sum --strict --check --quiet SHA256SUMS) ||
    stop 'a file is not what SHA256SUMS says' 'Copy it again.'
  local name
  for name in "$(k3s_file)" "$(images_file)" crun libwasmedge.so.0; do
    grep -q " [ *]$name\$" "$FILES/SHA256SUMS" || stop "SHA256SUMS does not have $name" 'fetch.sh makes it of all of them.'
  done
  say '  all of them are what SHA256SUMS says'
}

place_runtimes() {
  say 'Runtimes, before K3s looks for them, which it does when it starts:'
  # The name makes crun hand every container of its pods to WasmEdge, which it loads from the machine's loader path.
  place 0755 "$FILES/crun" /usr/local/bin/crun-wasm
  place 0755 "$FILES/libwasmedge.so.0" /usr/local/lib/libwasmedge.so.0
  run ldconfig
  place 0644 "$HERE/config.toml.tmpl" /var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl
}

place_k3s() {
  say "K3s $K3S_VERSION:"
  place 0755 "$FILES/$(k3s_file)" /usr/local/bin/k3s
  place 0644 "$FILES/$(images_file)" "/var/lib/rancher/k3s/agent/images/$(images_file)"
  local name
  for name in kubectl crictl ctr; do link_name "$name"; done
  config | write 0600 /etc/rancher/k3s/config.yaml
  if [ -n "$SERVER" ]; then place 0600 "$TOKEN_FILE" /etc/rancher/k3s/token; fi
  if [ -n "$REGISTRY" ]; then registries | write 0600 /etc/rancher/k3s/registries.yaml; fi
  if [ -n "$REGISTRY_CA" ]; then place 0644 "$REGISTRY_CA" /etc/rancher/k3s/registry-ca.pem; fi
  # So that a pod of the overlay `cluster` has its data where its user may write.
  folder 0750 10001:10001 /var/lib/busbar
  unit | write 0644 /etc/systemd/system/k3s.service
}

# A program of the same name that is there already stays.
link_name() {
  local path=/usr/local/bin/$1
  if [ -e "$ROOT$path" ] || [ -L "$ROOT$path" ]; then
    say "  as it is   $path"
    return
  fi
  CHANGED=$((CHANGED + 1))
  say "  link       $path -> k3s"
  [ "$DRY_RUN" = yes ] || ln -s k3s "$ROOT$path"
}

config() {
  echo '# Written by install.sh; a change by hand goes at its next run.'
  echo 'node-label:'
  echo '  - node-type=edge'
  echo "  - site=$SITE"
  echo 'kubelet-arg:'
  # What K3s itself and the system need, so that pods cannot take it.
  echo '  - system-reserved=cpu=250m,memory=512Mi'
  echo '  - kube-reserved=cpu=250m,memory=768Mi'
  if [ -n "$SERVER" ]; then
    echo "server: $SERVER"
    echo 'token-file: /etc/rancher/k3s/token'
  else
    echo 'disable:'
    # 80 and 443 stay free, and the budget of a small machine is for readings.
    echo '  - traefik'
    echo '  - metrics-server'
    echo 'write-kubeconfig-mode: "0600"'
    echo 'secrets-encryption: true'
  fi
}

registries() {
  echo '# Written by install.sh.'
  echo 'mirrors:'
  echo '  registry.site.local:'
  echo '    endpoint:'
  echo "      - $REGISTRY"
  if [ -n "$REGISTRY_CA" ]; then
    echo 'configs:'
    echo "  ${REGISTRY#*://}:"
    echo '    tls:'
    echo '      ca_file: /etc/rancher/k3s/registry-ca.pem'
  fi
}

unit() {
  local role=server
  [ -z "$SERVER" ] || role=agent
  cat <<UNIT
[Unit]
Description=K3s $role of site $SITE
Wants=network-online.target
After=network-online.target

[Service]
Type=$([ "$role" = server ] && echo notify || echo exec)
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s $role
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
}

start() {
  say 'Start:'
  if [ "$CHANGED" = 0 ] && { [ -n "$ROOT" ] || systemctl is-active --quiet k3s; }; then
    say '  nothing has changed, and K3s runs'
    return
  fi
  run systemctl daemon-reload
  run systemctl enable k3s
  run systemctl restart k3s
}

# What there is now, as found and not as meant.
report() {
  say 'Report:'
  say "  site       $SITE, $([ -n "$SERVER" ] && echo "node of $SERVER" || echo 'cluster of its own')"
  say "  changes    $CHANGED"
  if [ "$DRY_RUN" = yes ] || [ -n "$ROOT" ]; then
    say '  nothing was started: this was a trial'
    return
  fi
  local waited=0
  until systemctl is-active --quiet k3s && /usr/local/bin/k3s crictl info >/dev/null 2>&1; do
    [ $waited -lt 180 ] || stop 'K3s does not get ready in three minutes' 'journalctl -u k3s -n 50 says why.'
    sleep 3
    waited=$((waited + 3))
  done
  say "  K3s        $(/usr/local/bin/k3s --version | head -n 1)"
  if grep -q '"wasmedge"' /var/lib/rancher/k3s/agent/etc/containerd/config.toml; then
    say '  wasmedge   containerd has the runtime'
  else
    stop 'containerd has no runtime wasmedge' 'Look at /var/lib/rancher/k3s/agent/etc/containerd/config.toml, which K3s makes of config.toml.tmpl.'
  fi
  /usr/local/bin/crun-wasm --version | grep -q '+WASM:wasmedge' ||
    stop 'crun-wasm is built without WasmEdge' 'docs/operating/k3s.md says how to build it.'
  [ -n "$SERVER" ] || /usr/local/bin/k3s kubectl get nodes -L node-type,site
}

check_options
if [ "$PREFLIGHT" = yes ]; then
  preflight || stop 'this machine is not fit' 'Mend what is marked, or say --skip-preflight.'
fi
verify_files
place_runtimes
place_k3s
start
report
