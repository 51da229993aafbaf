#!/usr/bin/env bash
# Builds what the tests of deploy/ need, from Go modules: kustomize and kubeconform (a minute on two cores), and the schemas of Kubernetes.
#   tools/deploy-tools.sh [--gator] [--api-server] [--webhook]
# --gator: Gatekeeper's own tester, three minutes; --api-server: kube-apiserver, five, and Debian's etcd; --webhook: Gatekeeper itself, five.
set -euo pipefail
cd "$(dirname "$0")/.."

KUBERNETES=1.30.4
KUSTOMIZE=v5.4.3
KUBECONFORM=v0.6.7
GATEKEEPER=v3.15.1
CONTROLLER_RUNTIME=v0.15.0
PROMETHEUS_OPERATOR=v0.75.0
SCHEMAS=var/kubernetes-$KUBERNETES
: "${GOBIN:=/usr/local/bin}"
export GOBIN GOFLAGS=-mod=mod

# A module with `replace` in its go.mod cannot be installed by name: a module of one's own has to require it, with what it replaces.
build_within() {
  local folder
  folder=$(mktemp -d)
  printf '%s\n' 'module deploy' 'go 1.22' "require $2" "${3-}" >"$folder/go.mod"
  (cd "$folder" && go build -o "$GOBIN/$(basename "${1%/v3}")" "$1")
  rm -rf "$folder"
}

# Kubernetes requires its parts at v0.0.0 and replaces them by folders that the module does not have; they are modules as well.
kubernetes_parts() {
  echo 'replace ('
  go mod edit -json "$kubernetes/go.mod" | sed -n 's|.*"Path": "\./staging/src/\(.*\)".*|\1|p' |
    while read -r part; do echo "$part => $part v${KUBERNETES/#1./0.}"; done
  echo ')'
}

# Gatekeeper comes with a controller-runtime of its own, which its module leaves out: that of others, and what it adds to it.
build_gatekeeper() {
  local folder
  folder=$(mktemp -d)
  cp -r --no-preserve=mode "$(module "sigs.k8s.io/controller-runtime@$CONTROLLER_RUNTIME")/." "$folder"
  patch --quiet --strip=1 --directory="$folder" <tools/deploy/controller-runtime.patch
  build_within github.com/open-policy-agent/gatekeeper/v3 "github.com/open-policy-agent/gatekeeper/v3 $GATEKEEPER" \
    "replace sigs.k8s.io/controller-runtime => $folder"
  rm -rf "$folder"
}

module() { go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

command -v kustomize >/dev/null || go install "sigs.k8s.io/kustomize/kustomize/v5@$KUSTOMIZE"
command -v kubeconform >/dev/null || go install "github.com/yannh/kubeconform/cmd/kubeconform@$KUBECONFORM"
kubernetes=$(module "k8s.io/kubernetes@v$KUBERNETES")
if [ ! -d "$SCHEMAS" ]; then
  operator=$(module "github.com/prometheus-operator/prometheus-operator@$PROMETHEUS_OPERATOR")
  node_modules/.bin/node tools/kubernetes-schemas.ts "$SCHEMAS" "$kubernetes/api/openapi-spec/swagger.json" \
    "$operator/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"
fi
for option in "$@"; do
  case $option in
    --gator)
      command -v gator >/dev/null ||
        build_within github.com/open-policy-agent/gatekeeper/v3/cmd/gator "github.com/open-policy-agent/gatekeeper/v3 $GATEKEEPER"
      ;;
    --api-server)
      command -v etcd >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends etcd-server
      command -v kube-apiserver >/dev/null ||
        build_within k8s.io/kubernetes/cmd/kube-apiserver "k8s.io/kubernetes v$KUBERNETES" "$(kubernetes_parts)"
      cp --no-preserve=mode "$(module "github.com/open-policy-agent/gatekeeper/v3@$GATEKEEPER")/deploy/gatekeeper.yaml" "$SCHEMAS/"
      ;;
    --webhook) command -v gatekeeper >/dev/null || build_gatekeeper ;;
    *) echo "$option: --gator, --api-server or --webhook" >&2 && exit 2 ;;
  esac
done
