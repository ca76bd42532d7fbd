#!/usr/bin/env bash
# Holds src/ops/kubernetes against Kubernetes' own schemas, of the oldest and the newest release that they are for, and
# docker-compose.yml against Docker Compose where that is installed, and src/ops/overlays as kustomize builds them. Needs
# Python with venv, and the network the first time; exit code 75 means that one of them cannot be had. Without kubectl and
# kustomize, Go builds the latter once. No cluster and no engine is asked.
#
#   src/test/check manifests
set -euo pipefail
validator=kubernetes-validate==1.37.0
# A preStop that sleeps is on since 1.30.
releases=(1.30 1.37)
kustomize_module=sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
folder=target/${validator/==/-}

if docker compose version >/dev/null 2>&1; then
  docker compose --profile all --profile scale --profile monitoring config --quiet
  echo "docker-compose.yml: as Docker Compose wants it"
else
  echo "SKIPPED: Docker Compose is not installed, so docker-compose.yml is only held against the shop (DeploymentTest)."
fi

if ! [ -x "$folder/bin/kubernetes-validate" ]; then
  python3 -m venv "$folder" && timeout 100 "$folder/bin/pip" install -q --disable-pip-version-check "$validator" ||
    { rm -rf "$folder"; echo "$validator cannot be had" >&2; exit 75; }
fi >&2

# Not of Kubernetes' own kinds: what kustomize reads, and what a chart does.
manifests=()
for file in src/ops/kubernetes/*.yaml; do
  case $file in */kustomization.yaml | */prometheus-adapter.yaml) ;; *) manifests+=("$file") ;; esac
done

# Prints what builds an overlay: kustomize, kubectl, or kustomize built from its source.
find_kustomize() {
  if type -P kubectl >/dev/null; then echo "kubectl kustomize"; return; fi
  if type -P kustomize >/dev/null; then echo "kustomize build"; return; fi
  if ! [ -x target/kustomize/kustomize ]; then
    command -v go >/dev/null || return 1
    echo "building kustomize, which takes a minute" >&2
    GOTOOLCHAIN=auto GOBIN=$PWD/target/kustomize timeout 240 go install "$kustomize_module" >&2 || return 1
  fi
  echo "target/kustomize/kustomize build"
}

# An overlay names the base's secret, which only its owner has: a copy gets the example's.
if kustomize=$(find_kustomize); then
  built=target/overlays
  rm -rf "$built" && mkdir -p "$built" && cp -R src/ops "$built/ops"
  cp "$built/ops/kubernetes/secret.example.yaml" "$built/ops/kubernetes/secret.yaml"
  for overlay in "$built"/ops/kubernetes "$built"/ops/overlays/*/; do
    name=$(basename "$overlay")
    $kustomize "$overlay" >"$built/$name.yaml"
    manifests+=("$built/$name.yaml")
    echo "$name: $(grep -c ^kind: "$built/$name.yaml") resources, as kustomize builds them"
  done
else
  echo "SKIPPED: neither kustomize nor Go is installed, so overlays are only held against the base (DeploymentTest)."
fi

for release in "${releases[@]}"; do
  "$folder/bin/kubernetes-validate" --strict --kubernetes-version "$release" --quiet "${manifests[@]}"
  echo "${#manifests[@]} manifests: as Kubernetes $release wants them"
done
