#!/bin/sh
# Makes the Redis servers that are named one cluster of primaries, once, and stays: cluster.sh HOST HOST HOST
set -eu
if ! redis-cli -h "$1" cluster info | grep -q cluster_state:ok; then
  nodes=
  # Redis wants addresses, not names.
  for host in "$@"; do nodes="$nodes $(getent hosts "$host" | cut -d' ' -f1):6379"; done
  redis-cli --cluster create $nodes --cluster-replicas 0 --cluster-yes
fi
trap 'exit 0' TERM INT
while :; do sleep 3600 & wait $!; done
