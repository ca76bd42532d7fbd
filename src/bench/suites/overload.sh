#!/usr/bin/env bash
# Three times the clients with which the shop does most, for ten minutes: what it still does, and for whom.
#
#   src/bench/run overload         DURATION=600 WARMUP=180 STEP=15 MOST=1024 TIMES=3 READERS=4 RUDE=false JAVA=java
#
# Finds the peak by doubling the clients, then drives TIMES as many. They honour Retry-After, with a jitter; with RUDE=true
# they come back at once. Half of them order one product and half take coupons; READERS read /products/1 and
# /products/popular meanwhile. Goodput is what is in the database. Prints a Markdown table. Needs what src/bench/README.md names.
export FIRSTCOME_ORDER_PAYMENTWINDOW=1d
source src/bench/lib.sh
if declare -F open_shop >/dev/null; then open_shop overload "${plain[@]}"; supply 2000; fi
duration=${DURATION:-600} warmup=${WARMUP:-180} step=${STEP:-15} most=${MOST:-1024} times=${TIMES:-3} readers=${READERS:-4} rude=${RUDE:-false}
polite=$([ "$rude" = true ] && echo false || echo true)
mkdir "$work/crowd"; "${java%java}javac" -d "$work/crowd" "$bench/Crowd.java"

effects() { psql -qXAtc 'SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM issued_coupons)'; }
metric() { # the sum of a metric over its tags
  curl -fs "http://127.0.0.1:$port/actuator/prometheus" | awk -v name="$1" 'index($0, name) == 1 { sum += $NF } END { printf "%d", sum }'
}
memory() {
  echo "$(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$app_pid/status") $(( $(metric 'jvm_memory_used_bytes{area="heap"') / 1048576 ))"
}
drive() { # SECONDS CLIENTS
  "$java" -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$work/crowd" Crowd "$port" "$work/tokens" "$1" "$2" \
    "$readers" "$(date +%s%N)" "$polite" >"$work/crowd.out" 2>"$work/crowd.err" </dev/null || { cat "$work/crowd.err" >&2; exit 1; }
}
account() { # SECONDS EFFECTS-BEFORE: sets $goodput, and $accepted, $p50 and what else Crowd.java prints
  local pair
  goodput=$(( ($(effects) - $2) / $1 ))
  for pair in $(cat "$work/crowd.out"); do printf -v "${pair%%=*}" %s "${pair#*=}"; done
}
crowd() { # SECONDS CLIENTS
  local before
  before=$(effects)
  drive "$1" "$2"
  account "$1" "$before"
}
row() { echo "| $1 | $goodput | $p50 ms | $p99 ms | $(( refused / $2 )) | $(( reads / $2 )) | $reads_p99 ms | $other | $broken |"; }

echo "warming up for $warmup s" >&2
crowd "$warmup" 512
echo "| clients | durable, a second | p50 of accepted | p99 of accepted | refused, a second | reads, a second | p99 of reads | other answers | broken |"
echo "|---|---|---|---|---|---|---|---|---|"
peak=0 best=64
for ((clients = 64; clients <= most; clients *= 2)); do
  crowd "$step" "$clients"
  row "$clients" "$step"
  if [ "$goodput" -gt "$peak" ]; then peak=$goodput best=$clients peak_p99=$p99; fi
done
clients=$((best * times))
before=$(effects) minutes=("$(memory)")
drive "$duration" "$clients" &
driver=$!
for ((passed = 60; passed < duration; passed += 60)); do
  sleep 60
  kill -0 "$driver" 2>/dev/null || break
  minutes+=("$(memory)")
done
wait "$driver"
minutes+=("$(memory)")
account "$duration" "$before"
row "$clients, $times times the peak's$([ "$rude" != true ] || echo ', rude')" "$duration"
echo
python3 -c "print('goodput %.2f of the peak, p99 of the accepted %.2f times that at the peak' % ($goodput / $peak, $p99 / $peak_p99))"
echo "MB resident and on the heap, at the start and after each minute: $(IFS=,; echo "${minutes[*]}" | sed 's/ /\//g; s/,/, /g')"
echo
echo "$warmup s to warm up, $step s for each step of the peak, $duration s of overload; $(nproc) cores shared by all;" \
  "$("$java" -version 2>&1 | sed -n '1s/"//gp'); PostgreSQL $(psql -qXAtc 'SHOW server_version')"
