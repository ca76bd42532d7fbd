# To be sourced after lib.sh: the sides of the comparisons, by name. README.md says what each is for.
coupons="SELECT count(*) FROM issued_coupons" orders="SELECT count(*) FROM orders" payments="SELECT count(*) FROM payments"
hot=1 many=1001 paid=2001 soldout=1001 pay_rate=12000

# One shop with everything that the sides need, and the no-op beside it; sets $first_answer, ms.
open_bench_shop() {
  say "starting once to migrate, once for the clock, once with the no-op beside the jar"
  open_shop shop "${plain[@]}"; close_shop shop
  supply 2001
  # One coupon, which a stranger has: whoever of the users asks, and however often, is refused.
  sql -c "INSERT INTO coupons (id, name, discount_type, discount_value, total_quantity, issued_quantity, issuable_from, issuable_until,
    valid_until) SELECT $soldout, 'sold out', discount_type, discount_value, 1, 1, issuable_from, issuable_until, valid_until
    FROM coupons WHERE id = 1" -c "INSERT INTO issued_coupons (id, coupon_id, user_id, issued_at)
    VALUES (md5('stranger')::uuid, $soldout, 'stranger', now())"
  open_shop shop "${plain[@]}"; first_answer=$started; close_shop shop
  open_shop shop "${with_noop[@]}"
}

# Those that are the shop's alone come first to warm it up.
shop_sides="order replay coupon spread pay nothing product popular nothing-open soldout"
all_sides="nothing nothing-open coupon coupon-pg soldout order order-pg replay spread spread-pg pay pay-pg product popular patient hangup"
campaign=0 paying=0
declare -A best=([coupon]=8 [order]=8 [spread]=8 [pay]=8)
# Each side of a comparison, by name.
measure() {
  case $1 in
    nothing) load get /bench/nothing ;;
    nothing-open) load open /bench/open/nothing ;;
    coupon) load coupon $((campaign += 5)) 1 "$coupons" ;;
    coupon-pg) pg coupon.sql "${pg_clients:-${best[coupon]}}" "$coupons" -D coupon=$((campaign += 5)) ;;
    soldout) expect=refused effect=none load crowd $soldout 1 "$coupons" ;;
    order) load order $hot 1 "$orders"; order_rate=$rate first_run=$run first_keys=$((answered - clients)) ;;
    replay) again=$first_run effect=none load replay $hot $((first_keys > 1 ? first_keys : 1)) "$orders" ;;
    order-pg) pg order.sql "${pg_clients:-${best[order]}}" "$orders" -D first=$hot -D products=1 ;;
    spread) load order $many 1000 "$orders" ;;
    spread-pg) pg order.sql "${pg_clients:-${best[spread]}}" "$orders" -D first=$many -D products=1000 ;;
    pay) open_orders $((++paying)) $((pay_rate * seconds + 2000)) $paid
      load pay 0 1 "$payments"; pay_rate=$((rate * 2 > 12000 ? rate * 2 : 12000)) ;;
    pay-pg) open_orders $((++paying)) $((20000 * seconds)) $paid
      pg pay.sql "${pg_clients:-${best[pay]}}" "$payments" -D run=$paying -D n=0 -D clients="${pg_clients:-${best[pay]}}" -D users="$users" ;;
    product) FIRST=$many load open /api/v1/products/%d 1000 ;;
    popular) load open /api/v1/products/popular ;;
    patient) beside close ;;
    hangup) beside hangup ;;
  esac
}
# Orders by those who stay, while one in ten requests comes over a connection of its own that ends in such a way.
beside() {
  local pid number=$((${order_rate:-2000} / 9))
  ENDING=$1 at_rate "$number" order $hot >"$work/beside" &
  pid=$!
  others=$((number * seconds + 1)) load order $hot 1 "$orders"
  wait "$pid" || fail "Arrivals.java failed"
}
