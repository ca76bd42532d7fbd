#!/usr/bin/env bash
# The shop on a Redis Cluster, three primaries with a replica each, and behind Sentinel: races, comparisons and faults on
# real processes, started here on free ports of 127.0.0.1 and ended by their ids. src/docs/guarantees.md says what came of it.
#
#   src/test/check cluster              all of what follows
#   src/test/check cluster races        the race tests and those of the gates and limits, three partitions of stock, two instances
#   src/test/check cluster alone        the comparisons and the best sellers, each with the cluster for itself
#   src/test/check cluster faults       INSTANCES=2 (or 3), SEEDS=8: a primary killed, frozen, emptied, slots moved, under load
#   src/test/check cluster sentinel     INSTANCES=2, SEEDS=3: one primary, one replica, three sentinels
#   src/test/check cluster short        a race and two faults, for every change
#
# REDIS_SERVER is the server to try, of 6.2 or later; `embedded` is the one that the tests carry. Its exit code is 75 if there
# is no redis-server or redis-cli and none can be installed.
set -euo pipefail

# Long enough for a busy machine with two cores, short enough not to wait for.
node_timeout=2000
folder=$(mktemp -d)
ports=()

find_redis() {
  if ! command -v redis-cli >/dev/null || ! command -v redis-server >/dev/null; then
    echo "installing redis-server" >&2
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && apt-get update >/dev/null &&
      # Not to be started by the system: this needs its own.
      apt-get install -y --no-install-recommends redis-tools >/dev/null &&
      (cd "$folder" && apt-get download redis-server redis-tools >/dev/null) || true
    for package in "$folder"/redis-*.deb; do
      [ -e "$package" ] && dpkg-deb -x "$package" "$folder/debian"
    done
    PATH=$PATH:$folder/debian/usr/bin
  fi
  server=${REDIS_SERVER:-redis-server}
  if [ "$server" = embedded ]; then
    local jar
    jar=$(find "${MAVEN_REPOSITORY:-$HOME/.m2/repository}" -name 'embedded-redis-*.jar' | head -n 1)
    server=$(unzip -Z1 "$jar" | grep -E 'redis-server-.*linux-amd64$' | head -n 1)
    unzip -q -o "$jar" "$server" -d "$folder"
    server=$folder/$server
    chmod 700 "$server"
  fi
  server=$(command -v "$server") && command -v redis-cli >/dev/null || {
    echo "redis-server and redis-cli are missing, and Debian's packages of them cannot be had here" >&2
    exit 75
  }
  "$server" --version
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a port that is free, as its cluster's bus is, 10000 above. Both are below those that the kernel gives to clients.
free_port() {
  local port
  while :; do
    port=$((12000 + RANDOM % 10000))
    [[ " ${ports[*]-} " == *" $port "* ]] && continue
    if is_free "$port" && is_free $((port + 10000)); then
      echo "$port"
      return
    fi
  done
}

# settings PORT LINE…: of a server that is a daemon; with them it is started again, too.
settings() {
  local home=$folder/$1
  mkdir -p "$home"
  printf '%s\n' "port $1" "bind 127.0.0.1" "daemonize yes" "dir $home" "pidfile $home/pid" "logfile $home/log" "${@:2}" \
    >"$home/conf"
}

run() {
  "$server" "$folder/$1/conf" "${@:2}" >/dev/null
  for _ in {1..50}; do
    redis-cli -p "$1" ping >/dev/null 2>&1 && return
    sleep 0.1
  done
  cat "$folder/$1/log" >&2
  return 1
}

store=('save ""' "appendonly no" "repl-diskless-sync yes" "repl-diskless-sync-delay 0" "repl-ping-replica-period 1")

start_cluster() {
  local port nodes=
  ports=()
  for _ in {1..6}; do
    port=$(free_port)
    ports+=("$port")
    settings "$port" "${store[@]}" "cluster-enabled yes" "cluster-config-file nodes.conf" \
      "cluster-node-timeout $node_timeout" "cluster-replica-validity-factor 0" "cluster-migration-barrier 100"
    run "$port"
    nodes+=" 127.0.0.1:$port"
  done
  # shellcheck disable=SC2086
  timeout 60 redis-cli --cluster create $nodes --cluster-replicas 1 --cluster-yes >"$folder/create.log" || {
    cat "$folder/create.log" >&2
    return 1
  }
  for port in "${ports[@]}"; do
    await "$port" 'cluster_state:ok' cluster info
  done
  for port in "${ports[@]:3}"; do
    await "$port" 'master_link_status:up' info replication
  done
  export REDIS_PORTS="${ports[*]}"
  SPRING_DATA_REDIS_CLUSTER_NODES=$(printf '127.0.0.1:%s,' "${ports[@]:0:3}")
  export SPRING_DATA_REDIS_CLUSTER_NODES=${SPRING_DATA_REDIS_CLUSTER_NODES%,}
  echo "a cluster on $SPRING_DATA_REDIS_CLUSTER_NODES, with a replica each"
}

start_sentinel() {
  local port primary replica
  ports=()
  for _ in 1 2; do
    port=$(free_port)
    ports+=("$port")
    settings "$port" "${store[@]}"
  done
  primary=${ports[0]} replica=${ports[1]}
  echo "replicaof 127.0.0.1 $primary" >>"$folder/$replica/conf"
  run "$primary"
  run "$replica"
  await "$replica" 'master_link_status:up' info replication
  # What starts it again later is told by Sentinel whose replica it is.
  sed -i '/^replicaof/d' "$folder/$replica/conf"
  export REDIS_PORTS="${ports[*]}"
  sentinels=()
  for _ in 1 2 3; do
    port=$(free_port)
    sentinels+=("$port")
    settings "$port" "sentinel monitor drop 127.0.0.1 $primary 2" "sentinel down-after-milliseconds drop $node_timeout" \
      "sentinel failover-timeout drop 6000" "sentinel parallel-syncs drop 1"
    run "$port" --sentinel
    ports+=("$port")
  done
  for port in "${sentinels[@]}"; do
    await "$port" 'sentinels=3' info sentinel
  done
  export SPRING_DATA_REDIS_SENTINEL_MASTER=drop
  SPRING_DATA_REDIS_SENTINEL_NODES=$(printf '127.0.0.1:%s,' "${sentinels[@]}")
  export SPRING_DATA_REDIS_SENTINEL_NODES=${SPRING_DATA_REDIS_SENTINEL_NODES%,}
  echo "a primary on $primary, a replica on $replica, sentinels on $SPRING_DATA_REDIS_SENTINEL_NODES"
}

# await PORT PATTERN COMMAND…: until its answer has that, for twenty seconds.
await() {
  local answer
  for _ in {1..200}; do
    answer=$(redis-cli -p "$1" "${@:3}") || true
    grep -q "$2" <<<"$answer" && return
    sleep 0.1
  done
  echo "port $1 never says $2" >&2
  return 1
}

stop_servers() {
  local port pid
  for port in "${ports[@]-}"; do
    [ -n "$port" ] && [ -e "$folder/$port/pid" ] || continue
    pid=$(<"$folder/$port/pid")
    # By its id and its settings: the number may be somebody else's by now.
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -e "127.0.0.1:$port" -e "$folder/$port"; then
      kill -CONT "$pid" && kill -KILL "$pid" || true
    fi
  done
  ports=()
  unset REDIS_PORTS SPRING_DATA_REDIS_CLUSTER_NODES SPRING_DATA_REDIS_SENTINEL_MASTER SPRING_DATA_REDIS_SENTINEL_NODES
}

trap 'stop_servers; rm -rf "$folder"' EXIT

# its TESTS ARGUMENT…
its() {
  ./mvnw -B -q verify -Dit.test="$1" "${@:2}"
}

races() {
  start_cluster
  FIRSTCOME_STOCK_PARTITIONS=3 its \
    'OrderRaceIT,CouponRaceIT,StockScriptsIT,StockSweepIT,StockAdjustmentIT,CouponScriptsIT,CouponSweepIT,PopularIT,SharedLimitIT,PaymentIT,OrderLifeIT,HangUpIT,ClusterIT'
  stop_servers
}

# Each flushes what it finds, so nobody else may be there.
alone() {
  start_cluster
  for test in StockComparisonIT CouponComparisonIT SalesScriptsIT RankingIT; do
    redis-cli --cluster call "127.0.0.1:${ports[0]}" flushall --cluster-only-masters >/dev/null
    its "$test"
  done
  stop_servers
}

faults() {
  ./mvnw -B -q -DskipTests -Derrorprone.skip package spring-boot:test-run \
    -Dspring-boot.run.main-class=dev.firstcome.faults.FaultRun \
    -Dspring-boot.run.jvmArguments=-Xmx768m
}

cluster_faults() {
  start_cluster
  FIRSTCOME_STOCK_PARTITIONS=3 INSTANCES=${INSTANCES:-2} SEEDS=${SEEDS:-8} faults
  stop_servers
}

sentinel_faults() {
  start_sentinel
  INSTANCES=${INSTANCES:-2} SEEDS=${SEEDS:-3} faults
  stop_servers
}

short() {
  start_cluster
  FIRSTCOME_STOCK_PARTITIONS=3 its 'OrderRaceIT,CouponRaceIT,ClusterIT'
  stop_servers
  # A primary killed, slots moved: on a cluster that knows nothing of another database's campaigns.
  SEED=4 SEEDS=2 cluster_faults
}

find_redis
case "${1:-all}" in
  races) races ;;
  alone) alone ;;
  faults) cluster_faults ;;
  sentinel) sentinel_faults ;;
  short) short ;;
  all)
    races
    alone
    INSTANCES=2 cluster_faults
    INSTANCES=3 cluster_faults
    sentinel_faults
    ;;
  *)
    sed -n '2,14p' "$0" >&2
    exit 2
    ;;
esac
