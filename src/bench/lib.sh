# To be sourced: what every measurement here stands on. Starts a PostgreSQL and a Redis of its own, as durable as they
# ship, on free ports of 127.0.0.1, and ends whatever it started by its id. Defines what src/bench/README.md describes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-4} clients=${CLIENTS:-256} users=${USERS:-80000}
java=${JAVA:-java} jar=$PWD/target/firstcome.jar bench=$PWD/src/bench
read -ra java_opts <<<"${JAVA_OPTS:--Xmx512m}"
export no_proxy="127.0.0.1${no_proxy:+,$no_proxy}"

say() { echo "$(basename "$0" .sh), $SECONDS s: $*" >&2; }
fail() { trap - ERR; say "$*"; exit 1; }
set -E
trap 'say "line $LINENO failed: $BASH_COMMAND"' ERR

bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -V | tail -n 1 || true)
PATH=${bin:-}:$PATH
for tool in curl wrk python3 redis-server redis-cli initdb pg_ctl pgbench psql "$java"; do
  command -v "$tool" >/dev/null || {
    echo "missing: $tool (Debian: apt-get install curl wrk python3 redis-server postgresql openjdk-17-jre-headless)" >&2
    exit 2; }
done
[ -f "$jar" ] && [ -d target/test-classes ] || { echo "no target/firstcome.jar: run ./mvnw -DskipTests package" >&2; exit 2; }

work=$(mktemp -d); chmod 755 "$work"
redis_pid= app_pid=
declare -A pid_of=() port_of=() redis_of=()
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
finish() {
  local pid
  for pid in "${pid_of[@]}" $redis_pid; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
  as_postgres "${bin:+$bin/}pg_ctl" -D "$work/data" -m fast -w stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
pg_port=$(free_port) redis_port=$(free_port)
mkdir "$work/data" "$work/redis"; [ "$(id -u)" != 0 ] || chown nobody:nogroup "$work/data"
as_postgres initdb -D "$work/data" -U bench --auth=trust --encoding=UTF8 >/dev/null
as_postgres pg_ctl -D "$work/data" -w -l "$work/data/log" -o "-p $pg_port -c listen_addresses=127.0.0.1 \
  -c unix_socket_directories=$work/data -c max_connections=200" start >/dev/null 2>&1 </dev/null
pg_pid=$(head -n 1 "$work/data/postmaster.pid")
export PGHOST=127.0.0.1 PGPORT=$pg_port PGUSER=bench PGDATABASE=postgres
redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$work/redis" >"$work/redis.log" 2>&1 </dev/null &
redis_pid=$!

sql() { psql -qX -v ON_ERROR_STOP=1 "$@"; }
count() { sql -At -c "$1"; }

secret=$(head -c 32 /dev/urandom | base64)
python3 "$bench/tokens.py" "$secret" "$users" >"$work/tokens"
# What starts the shop: the jar, and the jar with the no-op beside it, which is a class of the tests.
mkdir -p "$work/noop/dev/firstcome/dev"
cp target/test-classes/dev/firstcome/dev/BenchShop*.class "$work/noop/dev/firstcome/dev/"
plain=(-jar "$jar")
with_noop=(-Dloader.path="$work/noop" -Dloader.main=dev.firstcome.dev.BenchShop
  -cp "$jar" org.springframework.boot.loader.launch.PropertiesLauncher)

# open_shop NAME JAVA-ARGUMENTS: a shop with a database and a Redis database of its own, or, with $beside, those of that shop;
# $started: ms to its first answer.
open_shop() {
  local name=$1 database=${beside:-$1} from; shift
  [ "$(count "SELECT count(*) FROM pg_database WHERE datname = '$database'")" = 1 ] || createdb "$database"
  port_of[$name]=$(free_port) redis_of[$database]=${redis_of[$database]:-${#redis_of[@]}}
  from=$(date +%s%3N)
  SERVER_PORT=${port_of[$name]} SPRING_R2DBC_URL=r2dbc:postgresql://127.0.0.1:$pg_port/$database SPRING_R2DBC_USERNAME=bench \
    SPRING_R2DBC_PASSWORD=bench SPRING_DATA_REDIS_URL=redis://127.0.0.1:$redis_port/${redis_of[$database]} \
    FIRSTCOME_SECURITY_JWTSECRET=$secret FIRSTCOME_ORDER_PAYMENTWINDOW=1d FIRSTCOME_ORDER_MAXPENDING=${MAX_PENDING:-0} \
    FIRSTCOME_LIMITS_READSPERSECOND=${READS_PER_SECOND:-1000000} FIRSTCOME_LIMITS_READSBURST=${READS_BURST:-1000000} \
    FIRSTCOME_LIMITS_WRITESPERSECOND=${WRITES_PER_SECOND:-1000000} FIRSTCOME_LIMITS_WRITESBURST=${WRITES_BURST:-1000000} \
    "$java" "${java_opts[@]}" "$@" >"$work/$name.log" 2>&1 </dev/null &
  pid_of[$name]=$!
  started=$(python3 "$bench/first-answer.py" "${port_of[$name]}" "$from" "${pid_of[$name]}") || {
    tail -n 50 "$work/$name.log" >&2; fail "the shop did not start"; }
  use "$name"; export PGDATABASE=$database
}
close_shop() {
  kill "${pid_of[$1]}"; wait "${pid_of[$1]}" || true
  unset "pid_of[$1]"
}
# From here on everything is about this shop.
use() { app_pid=${pid_of[$1]} port=${port_of[$1]} log=$work/$1.log; export PGDATABASE=$1; }

# supply PRODUCTS: 100 million units of each product, and campaigns of ten million; each user has a billion points.
supply() {
  sql -v products="$1" -v users="$users" <<'SQL'
INSERT INTO products (id, name, description, price)
  SELECT i, 'product ' || i, 'what there is to say of ' || i, 1000 FROM generate_series(1, :products) i;
INSERT INTO stock SELECT i, 100000000 FROM generate_series(1, :products) i;
INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by)
  SELECT i, 100000000, 'supply', 'bench' FROM generate_series(1, :products) i;
INSERT INTO coupons (id, name, discount_type, discount_value, total_quantity, issuable_from, issuable_until, valid_until)
  SELECT i, 'campaign ' || i, 'FIXED', 1000, 10000000, now() - interval '1 hour', now() + interval '1 day', now() + interval '2 days'
  FROM generate_series(1, 1000) i;
INSERT INTO point_balances SELECT 'u' || i, 1000000000 FROM generate_series(0, :users - 1) i;
INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)
  SELECT md5('supply-' || i)::uuid, 'u' || i, 'CHARGE', 1000000000, 1000000000, now() FROM generate_series(0, :users - 1) i;
ANALYZE;
SQL
}
# open_orders RUN NUMBER PRODUCT [FIRST]: orders to be paid, the i-th by user FIRST + i (modulo users); their ids go to
# $work/bodies.
open_orders() {
  sql -v run="$1" -v number="$2" -v product="$3" -v users="$users" -v first="${4:-0}" <<'SQL'
INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by) VALUES (:product, :number, 'supply', 'bench');
WITH item AS (
  INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
  SELECT md5('pay-' || :'run' || '-' || i)::uuid, :product, 'product', 1000, 1 FROM generate_series(1, :number) i)
INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at, payment_due_at)
  SELECT md5('pay-' || :'run' || '-' || i)::uuid, 'u' || (:first + i) % :users, 'PENDING', 1000, 0, 1000, gen_random_uuid(), now(),
    now() + interval '1 day'
  FROM generate_series(1, :number) i;
SQL
  sql -At -v run="$1" -v number="$2" >"$work/bodies" \
    <<<"SELECT md5('pay-' || :'run' || '-' || i)::uuid FROM generate_series(1, :number) i;"
}

# CPU used so far, in ticks: the shop (or all in $app_pid), PostgreSQL with its children, Redis, and whatever this script ran.
ticks() {
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v apps=" $app_pid " -v pg="$pg_pid" -v redis="$redis_pid" -v me=$$ '
    { pid = $1; sub(/^.*\) /, ""); own = $12 + $13; children = $14 + $15 }
    index(apps, " " pid " ") { a += own }
    pid == pg { p += own + children }
    $2 == pg { p += own }
    pid == redis { r = own }
    pid == me { m = children }
    END { print a + 0, p + 0, r + 0, m + 0 }'
}
allocated() {
  curl -fs "http://127.0.0.1:$port/actuator/prometheus" | awk '/^jvm_gc_memory_allocated_bytes_total/ { printf "%.0f", $2 }'
}
# What follows commits is not to disturb the next measurement.
drained() {
  local _
  for _ in $(seq 600); do
    [ "$(count "SELECT count(*) FROM outbox WHERE status = 'PENDING' AND consumer IN ('CART', 'RANKING', 'STOCK_GATE')")" != 0 ] || return 0
    sleep 0.1
  done
  fail "events were not consumed within a minute"
}

before_load() { drained; rows=$([ -z "$1" ] || count "$1"); memory=$(allocated); clocks=($(ticks)); }
after_load() { # SQL: sets $cpu, % of one core each, $bytes allocated, and $effects, the rows that there are more
  local now=($(ticks)) i
  cpu=
  for i in 0 1 2 3; do cpu+=" $(( (now[i] - clocks[i]) * 100 / $(getconf CLK_TCK) / seconds ))"; done
  [ "${drain:-yes}" = no ] || drained
  bytes=$(( $(allocated) - memory )) effects=0
  [ -z "$1" ] || effects=$(( $(count "$1") - rows ))
}

# load KIND TARGET SPREAD SQL: $seconds of wrk. Sets $rate and $p50 $p99 $p999 (ms). SQL counts the effects: as many as
# good answers, and at most one more for each connection that was cut at the end. Without effects, give what must not grow.
load() {
  local kind=$1 refused broken micros
  run=${again:-$(date +%s%N)}
  before_load "${4:-}"
  KIND=$kind TARGET=$2 SPREAD=${3:-1} RUN=$run TOKENS=$work/tokens BODIES=$work/bodies \
    wrk -t1 -c"$clients" -d"${seconds}s" --timeout 10s -s "$bench/requests.lua" "http://127.0.0.1:$port" >"$work/out" 2>&1 || {
      cat "$work/out" >&2; fail "wrk failed"; }
  after_load "${4:-}"
  read -r answered refused broken micros p50 p99 p999 < <(sed -n 's/^result: //p' "$work/out")
  [ "$broken" = 0 ] || say "$kind: $broken broken connections or timeouts"
  case ${expect:-done} in
    done) [ "$refused" = 0 ] || { tail -n 30 "$log" >&2; fail "$kind: $refused of $answered refused"; } ;;
    refused) [ "$refused" = "$answered" ] || fail "$kind: $((answered - refused)) of $answered not refused" ;;
  esac
  if [ "${effect:-yes}" = none ]; then
    [ "$effects" = 0 ] || fail "$kind: $effects effects where there must be none"
  elif [ -n "${4:-}" ]; then
    [ "$effects" -ge "$answered" ] && [ "$effects" -le $((answered + clients + ${others:-0})) ] ||
      fail "$kind: $answered good answers, but $effects in the database"
  fi
  rate=$((answered * 1000000 / micros))
  read -r p50 p99 p999 < <(awk "BEGIN { printf \"%.2f %.2f %.2f\n\", $p50 / 1000, $p99 / 1000, $p999 / 1000 }")
}

# pg SCRIPT CLIENTS SQL VARIABLES: the same for pgbench.
pg() {
  local script=$1 number=$2 query=$3; shift 3
  before_load "$query"
  pgbench -n -M prepared -c "$number" -j 2 -T "$seconds" -f "$bench/$script" "$@" "$PGDATABASE" >"$work/out" 2>&1 || {
    cat "$work/out" >&2; fail "pgbench failed"; }
  after_load "$query"
  answered=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/out")
  [ "$effects" = "$answered" ] || fail "$script: $answered transactions, but $effects in the database"
  rate=$((answered / seconds))
}

# at_rate RATE KIND TARGET: Arrivals.java, which is compiled on first use.
at_rate() {
  [ -d "$work/arrivals" ] || "${java%java}javac" -d "$work/arrivals" "$bench/Arrivals.java"
  "$java" -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$work/arrivals" Arrivals "$port" "$1" "$seconds" "$2" "$3" \
    "$(date +%s%N)" "$work/tokens" "$work/bodies"
}
# arrivals KIND TARGET RATE SQL: an open load of that many a second, each of which must be answered well and be in the
# database. Sets $p50 $p99 $p999 (ms).
arrivals() {
  local good bad
  before_load "$4"
  at_rate "$3" "$1" "$2" >"$work/out"
  after_load "$4"
  read -r answered good bad p50 p99 p999 <"$work/out"
  rate=$3
  [ "$good" = "$answered" ] && [ "$effects" = "$answered" ] ||
    fail "$1 at $3 a second: $answered sent, $good answered well, $effects in the database"
}

# note SIDE: remembers what was just measured.
declare -A rates=() p50s=() p99s=() p999s=() cpus=() requests=() allocations=()
note() {
  rates[$1]+=" $rate" p50s[$1]+=" $p50" p99s[$1]+=" $p99" p999s[$1]+=" $p999" cpus[$1]+="$cpu;"
  requests[$1]=$(( ${requests[$1]:-0} + answered )) allocations[$1]=$(( ${allocations[$1]:-0} + bytes ))
}
# spread NUMBERS: "median (least–most)"
spread() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] " (" v[1] "–" v[NR] ")" }'; }
median() { printf '%s\n' "$@" | sort -g | sed -n "$(( ($# + 1) / 2 ))p"; }
# ratios SIDE OTHER: that of each round, both having been measured in it.
ratios() { paste -d' ' <(printf '%s\n' ${rates[$1]}) <(printf '%s\n' ${rates[$2]}) | awk '{ printf "%.2f\n", $1 / $2 }'; }
# mean_cpu SIDE: "shop · PostgreSQL · Redis · load"
mean_cpu() {
  tr ';' '\n' <<<"${cpus[$1]}" | awk 'NF { n++; for (i = 1; i <= 4; i++) s[i] += $i }
    END { printf "%d · %d · %d · %d", s[1] / n, s[2] / n, s[3] / n, s[4] / n }'
}
kilobytes() { awk "BEGIN { printf \"%.1f kB\", ${allocations[$1]} / ${requests[$1]} / 1000 }"; }
resident() { awk -v what="$1" '$1 == what ":" { print int($2 / 1024) }' "/proc/$app_pid/status"; }

invariants() {
  local broken
  broken=$(PGOPTIONS='-c work_mem=256MB' sql -At -f src/k6/invariants.sql)
  [ -z "$broken" ] || fail "an invariant does not hold: $broken"
}
machine() {
  echo "$(getconf _NPROCESSORS_ONLN) cores shared by all of it; $("$java" -version 2>&1 | sed -n '1s/"//gp') ${java_opts[*]};" \
    "PostgreSQL $(count 'SHOW server_version'), fsync $(count 'SHOW fsync'), synchronous_commit $(count 'SHOW synchronous_commit');" \
    "Redis $(redis-cli -p "$redis_port" info server | sed -n 's/\r//; s/^redis_version://p') as it ships"
}
