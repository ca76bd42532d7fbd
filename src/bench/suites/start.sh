#!/usr/bin/env bash
# How long the shop takes from its start to its first answer, the database being migrated, and how much memory it holds:
# on plain Java, and on a Java that has an AOT cache (25 or later), which this trains with traffic. Prints a Markdown table.
#
#   src/bench/run start        ROUNDS=5 SECONDS_EACH=4 JAVA=java JAVA25=/path/of/jdk-25/bin/java FLAGS=@src/ops/image/jvm.options
#
# Needs what src/bench/README.md names. Without JAVA25 only JAVA is measured. FLAGS are those of the last variant.
source src/bench/lib.sh
plain_java=$java java25=${JAVA25:-}
coupons="SELECT count(*) FROM issued_coupons" orders="SELECT count(*) FROM orders" payments="SELECT count(*) FROM payments"

open_shop shop "${plain[@]}"; close_shop shop
supply 1001
campaign=0 paying=0

# What a shop is asked for in its first minutes.
traffic() {
  local seconds=$1
  load coupon $((campaign += 2)) 1 "$coupons"
  load order 1 1000 "$orders"
  open_orders $((++paying)) $((15000 * seconds)) 1001
  load pay 0 1 "$payments"
  load open /api/v1/products/%d 1000
  load open /api/v1/products
  load open /api/v1/products/popular
  load get /api/v1/orders
}

# variant NAME JAVA OPTIONS -- ARGUMENTS
declare -A java_of=() options_of=() arguments_of=()
names=()
variant() {
  names+=("$1"); java_of[$1]=$2 options_of[$1]=$3 arguments_of[$1]=$4
}
start_variant() {
  java=${java_of[$1]}
  read -ra java_opts <<<"${options_of[$1]}"
  read -ra arguments <<<"${arguments_of[$1]}"
  open_shop shop "${arguments[@]}"
}

# trained NAME OPTIONS: a variant on Java 25 with a cache of its own, trained under the same options.
trained() {
  local cache=$work/${#names[@]}.aot
  say "training: $1"
  variant "$1" "$java25" "$2 -XX:AOTCacheOutput=$cache" "-jar $work/extracted/firstcome.jar"
  start_variant "$1"
  seconds=2 traffic 2
  close_shop shop
  [ -s "$cache" ] || { tail -n 20 "$log" >&2; fail "no AOT cache was made"; }
  say "the cache has $(( $(stat -c %s "$cache") / 1000000 )) MB"
  options_of[$1]="$2 -XX:AOTCache=$cache -XX:AOTMode=on"
}

plain_name=$("$plain_java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/Java \1/p') standard=${JAVA_OPTS:--Xmx512m}
"$plain_java" -Djarmode=tools -jar "$jar" extract --destination "$work/extracted" >/dev/null
variant "$plain_name, java -jar" "$plain_java" "$standard" "-jar $jar"
variant "$plain_name, extracted" "$plain_java" "$standard" "-jar $work/extracted/firstcome.jar"
if [ -n "$java25" ]; then
  variant "Java 25, extracted" "$java25" "$standard" "-jar $work/extracted/firstcome.jar"
  trained "Java 25, AOT cache" "$standard"
  trained "Java 25, AOT cache, ${FLAGS:-as the image}" "${FLAGS:-@src/ops/image/jvm.options}"
fi

declare -A firsts=() idles=() peaks=() loads=()
for round in $(seq "$rounds"); do
  for name in "${names[@]}"; do
    start_variant "$name"
    firsts[$name]+=" $started" idles[$name]+=" $(resident VmRSS)"
    load coupon $((campaign += 2)) 1 "$coupons"
    loads[$name]+=" $rate"
    load order 1 1 "$orders"
    peaks[$name]+=" $(resident VmHWM)"
    close_shop shop
  done
  say "round $round of $rounds"
done

echo "| | first answer, ms: median (least–most) | resident then, MB | resident after a load, MB | coupons a second in the first $seconds s |"
echo "|---|---|---|---|---|"
for name in "${names[@]}"; do
  echo "| $name | $(spread ${firsts[$name]}) | $(median ${idles[$name]}) | $(spread ${peaks[$name]}) | $(median ${loads[$name]}) |"
done
echo
echo "$rounds rounds in turn, database migrated; ${JAVA_OPTS:--Xmx512m}; $(getconf _NPROCESSORS_ONLN) cores"
