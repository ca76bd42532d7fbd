#!/usr/bin/env bash
# Holds src/ops/kubernetes against Kubernetes' own schemas, of the oldest and the newest release that they are for, and
# docker-compose.yml against Docker Compose where that is installed. Needs Python with venv, and the network the first
# time; exit code 75 means that one of them cannot be had. No cluster and no engine is asked.
#
#   src/test/check manifests
set -euo pipefail
validator=kubernetes-validate==1.37.0
# A preStop that sleeps is on since 1.30.
releases=(1.30 1.37)
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
for release in "${releases[@]}"; do
  "$folder/bin/kubernetes-validate" --strict --kubernetes-version "$release" --quiet "${manifests[@]}"
  echo "${#manifests[@]} manifests: as Kubernetes $release wants them"
done
