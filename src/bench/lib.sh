# To be sourced: starts a PostgreSQL and a Redis of its own, with durability as they ship (fsync and synchronous_commit
# on), and the production jar, each on a free port; ends them by their ids. Defines load, pg, count and median.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-8} clients=${CLIENTS:-256} java=${JAVA:-java}
bench=$PWD/src/bench

bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -V | tail -n 1 || true)
PATH=${bin:-}:$PATH
for tool in wrk python3 redis-server initdb pg_ctl pgbench psql "$java"; do
  command -v "$tool" >/dev/null || {
    echo "missing: $tool (Debian: apt-get install wrk python3 redis-server postgresql)" >&2; exit 2; }
done
[ -f target/firstcome.jar ] || { echo "no target/firstcome.jar: run ./mvnw -DskipTests package" >&2; exit 2; }

work=$(mktemp -d); chmod 755 "$work"
redis_pid= app_pid=
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
finish() {
  for pid in $app_pid $redis_pid; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
  as_postgres pg_ctl -D "$work/data" -m fast -w stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
pg_port=$(free_port) redis_port=$(free_port) port=$(free_port)
mkdir "$work/data"; [ "$(id -u)" != 0 ] || chown nobody:nogroup "$work/data"
as_postgres initdb -D "$work/data" -U bench --auth=trust >/dev/null
as_postgres pg_ctl -D "$work/data" -w -l "$work/data/log" \
  -o "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/data -c max_connections=200" start >/dev/null 2>&1 </dev/null
export PGHOST=127.0.0.1 PGPORT=$pg_port PGUSER=bench PGDATABASE=postgres
redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >"$work/redis.log" &
redis_pid=$!

secret=$(head -c 32 /dev/urandom | base64)
SERVER_PORT=$port SPRING_R2DBC_URL=r2dbc:postgresql://127.0.0.1:$pg_port/postgres SPRING_R2DBC_USERNAME=bench \
  SPRING_R2DBC_PASSWORD=bench SPRING_DATA_REDIS_URL=redis://127.0.0.1:$redis_port \
  FIRSTCOME_SECURITY_JWTSECRET=$secret FIRSTCOME_LIMITS_WRITESPERSECOND=1000000 FIRSTCOME_LIMITS_WRITESBURST=1000000 \
  "$java" -Xmx512m -jar target/firstcome.jar >"$work/app.log" 2>&1 &
app_pid=$!
for _ in $(seq 120); do
  curl -fs "http://127.0.0.1:$port/actuator/health/readiness" >/dev/null 2>&1 && break
  kill -0 "$app_pid" || { cat "$work/app.log"; exit 1; }
  sleep 0.5
done

psql -qX <<'SQL'
INSERT INTO products (id, name, price) SELECT i, 'product ' || i, 1000 FROM generate_series(1, 2000) i;
INSERT INTO stock SELECT i, 100000000 FROM generate_series(1, 2000) i;
INSERT INTO coupons (id, name, discount_type, discount_value, total_quantity, issuable_from, issuable_until, valid_until)
  SELECT i, 'campaign ' || i, 'FIXED', 1000, 10000000, now() - interval '1 hour', now() + interval '1 day', now() + interval '2 days'
  FROM generate_series(1, 200) i;
SQL
python3 "$bench/tokens.py" "$secret" 300000 >"$work/tokens"

count() { psql -qXAtc "$1"; }
answer=0 before=0
# load KIND TARGET PRODUCTS SQL-COUNT: drives the shop; the rate by rows in the database goes to $rate.
load() {
  before=$(count "$4")
  KIND=$1 TARGET=$2 PRODUCTS=$3 RUN=$RANDOM$RANDOM TOKENS=$work/tokens THREADS=1 \
    wrk -t1 -c"$clients" -d"${seconds}s" -s "$bench/requests.lua" "http://127.0.0.1:$port" >"$work/out"
  grep -q Non-2xx "$work/out" && { cat "$work/out"; tail -n 30 "$work/app.log"; exit 1; }
  rate=$(( ($(count "$4") - before) / seconds ))
  p99=$(sed -n 's/.*p99: \(.*\) ms/\1/p' "$work/out")
}
# pg SCRIPT CLIENTS SQL-COUNT [variables]: the same through pgbench.
pg() {
  local script=$1 number=$2 sql=$3; shift 3
  before=$(count "$sql")
  pgbench -n -M prepared -c "$number" -j 2 -T "$seconds" -f "$bench/$script" "$@" postgres >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
  rate=$(( ($(count "$sql") - before) / seconds ))
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$(( ($# + 1) / 2 ))p"; }
