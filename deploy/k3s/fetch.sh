#!/usr/bin/env bash
# Brings K3s into a folder, on a machine with internet, to be carried into substations. Writes SHA256SUMS and prints its hash: the one
# number that a checklist needs.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$HERE/steps.sh"

TO='' RUNTIMES='' FROM="https://github.com/k3s-io/k3s/releases/download/${K3S_VERSION/+/%2B}"
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || misused 'usage: fetch.sh --to DIR --runtimes DIR [--from URL]'
  case $1 in
    --to) TO=$2 ;;
    --runtimes) RUNTIMES=$2 ;;
    --from) FROM=$2 ;;
    *) misused "$1: no such option; usage: fetch.sh --to DIR --runtimes DIR [--from URL]" ;;
  esac
  shift 2
done
[ -n "$TO" ] || misused '--to: into which folder?'
for name in crun libwasmedge.so.0; do
  [ -f "$RUNTIMES/$name" ] || misused "--runtimes: \"$RUNTIMES\" has no $name; docs/operating/k3s.md says how to build it"
done

mkdir -p "$TO"
published=sha256sum-$(architecture).txt
for name in "$(k3s_file)" "$(images_file)" "$published"; do
  say "  fetch      $name"
  curl --fail --silent --show-error --location --proto '=https,file' --output "$TO/$name" "$FROM/$name" ||
    stop "$name did not come" "Look whether $FROM can be reached."
done
# The release says what its files are; what it says nothing about is not taken.
for name in "$(k3s_file)" "$(images_file)"; do
  line=$(grep " [ *]$name\$" "$TO/$published") || stop "$published does not have $name"
  (cd "$TO" && printf '%s\n' "$line" | sha256sum --strict --check --quiet) || stop "$name is not what the release says" 'Fetch it again.'
done
cp "$RUNTIMES/crun" "$RUNTIMES/libwasmedge.so.0" "$TO/"
(cd "$TO" && sha256sum "$(k3s_file)" "$(images_file)" crun libwasmedge.so.0 >SHA256SUMS)
say "  for --sums $(sha256sum "$TO/SHA256SUMS" | cut -d' ' -f1)"
