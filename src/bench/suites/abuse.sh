#!/usr/bin/env bash
# What others notice of 500 slow clients, and of a bot that sends 10,000 writes a second under one name.
#
#   src/bench/run abuse         ROUNDS=5 SECONDS_EACH=10 WARMUP=60 SLOW=500 BOT=10000 RATE=500 WRITES_PER_SECOND=500 JAVA=java
#
# Slow clients: orders a second of a closed loop of CLIENTS connections, without and with them, in turn. The bot: p99 of
# orders of other users, RATE a second, without and with it, in turn. Limits are those that the shop ships with. Prints a
# Markdown table. Needs what src/bench/README.md names.
SECONDS_EACH=${SECONDS_EACH:-10} WRITES_PER_SECOND=${WRITES_PER_SECOND:-500} WRITES_BURST=${WRITES_BURST:-1000} CLIENTS=${CLIENTS:-64}
source src/bench/lib.sh
slow=${SLOW:-500} bot=${BOT:-10000} arriving=${RATE:-500}
orders="SELECT count(*) FROM orders WHERE user_id <> 'u$users'"
ulimit -n 8192 2>/dev/null || true
helper=
trap '[ -z "$helper" ] || kill "$helper" 2>/dev/null || true; finish' EXIT

open_shop abuse "${plain[@]}"
supply 10
python3 "$bench/tokens.py" "$secret" $((users + 1)) | tail -n 1 >"$work/bot-token"
mkdir "$work/bot"; "${java%java}javac" -d "$work/bot" "$bench/Bot.java"

metric=firstcome_limits_refused_total
turned_away() { curl -fs "http://127.0.0.1:$port/actuator/prometheus" | awk "/^$metric.*turnstile/ { printf \"%d\", \$2 }"; }

with_slow() { # COMMAND …: while the slow clients are there, who had time to be cut off once
  python3 "$bench/slow.py" "$port" "$slow" "$work/tokens" >"$work/slow" 2>"$work/slow.err" &
  helper=$!
  for _ in $(seq 100); do grep -q begun "$work/slow" && break; sleep 0.1; done
  grep -q begun "$work/slow" || { cat "$work/slow.err" >&2; fail "slow.py did not begin"; }
  sleep "${SETTLE:-11}"
  "$@"
  kill "$helper"; wait "$helper" || fail "slow.py failed: $(cat "$work/slow.err")"
  helper=
}
with_bot() { # COMMAND …
  "$java" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$work/bot" Bot "$port" "$(cat "$work/bot-token")" $((seconds + 3)) \
    "$bot" 3 >"$work/bot.out" 2>"$work/bot.err" </dev/null &
  helper=$!
  sleep 1.5
  "$@"
  wait "$helper" || fail "the bot failed: $(cat "$work/bot.err")"
  helper=
  [ ! -s "$work/bot.err" ] || fail "the bot had trouble: $(cat "$work/bot.err")"
  read -r sent refused broken <"$work/bot.out"
  [ "$broken" = 0 ] || fail "the bot heard 5xx $broken times"
  [ "$((sent - refused))" -le $((WRITES_BURST + WRITES_PER_SECOND * (seconds + 4))) ] || fail "the bot wrote $((sent - refused)) times"
  bots+=" $((sent / (seconds + 3)))" bot_sent=$((${bot_sent:-0} + sent)) bot_refused=$((${bot_refused:-0} + refused))
}

say "warming up"
warm=$((SECONDS + ${WARMUP:-60}))
until [ "$SECONDS" -ge "$warm" ]; do seconds=2 load order 1 1 "$orders"; seconds=2 with_bot arrivals order 2 "$arriving" "$orders"; done
bots= bot_sent=0 bot_refused=0 away=$(turned_away)
declare -A cuts=() lasted=()
for round in $(seq "$rounds"); do
  load order 1 1 "$orders"; note calm
  with_slow load order 1 1 "$orders"; note slow
  while read -r kind number life; do
    [ -n "${life:-}" ] || continue
    cuts[$kind]=$((${cuts[$kind]:-0} + number)) lasted[$kind]+=" $life"
  done <"$work/slow"
  arrivals order 2 "$arriving" "$orders"; note alone
  with_bot arrivals order 2 "$arriving" "$orders"; note bot
  say "round $round of $rounds"
done
away=$(( $(turned_away) - away ))
invariants

changes() { paste -d' ' <(printf '%s\n' ${p99s[bot]}) <(printf '%s\n' ${p99s[alone]}) | awk '{ printf "%+.2f\n", $1 / $2 - 1 }'; }
echo "| | without | with | with ÷ without | target |"
echo "|---|---|---|---|---|"
echo "| orders a second, $slow slow clients | $(spread ${rates[calm]}) | $(spread ${rates[slow]}) | **$(spread $(ratios slow calm))** | ≥ 0.95 |"
echo "| p99 of $arriving orders a second, one bot with $(median $bots) writes a second | $(spread ${p99s[alone]}) ms |" \
  "$(spread ${p99s[bot]}) ms | change **$(spread $(changes))** | < +0.20 |"
echo "| p50 of the same | $(spread ${p50s[alone]}) ms | $(spread ${p50s[bot]}) ms | | |"
echo
for kind in head body unread; do
  echo "Slow, $kind: ${cuts[$kind]} cut off, the longest-lived after $(printf '%s\n' ${lasted[$kind]} | sort -g | tail -n 1) s."
done
echo "The bot: $bot_refused of $bot_sent writes refused, $away of them by the turnstile. CPU, % of a core, shop · PostgreSQL ·" \
  "Redis · load: alone $(mean_cpu alone), with the bot $(mean_cpu bot)."
echo "$rounds rounds of $seconds s for each in turn; $(machine)."
