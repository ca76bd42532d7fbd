// A drop: everybody wants the one product and the one coupon at the same moment, and there are not enough of either:
// give more PEOPLE than COUPONS and STOCK.
//
//   k6 run src/k6/drop.js
//   k6 run -e PEOPLE=3000 -e AT_ONCE=600 -e COUPONS=700 -e STOCK=300 src/k6/drop.js
//   k6 run -e RATE=100 src/k6/drop.js      they come at 100 a second, whether those before them have been answered or not
import { check } from "k6";
import { Counter } from "k6/metrics";
import { addToCart } from "./actions/addToCart.js";
import { browse } from "./actions/browse.js";
import { charge } from "./actions/charge.js";
import { issueCoupon } from "./actions/issueCoupon.js";
import { openDrop } from "./actions/openDrop.js";
import { pay } from "./actions/pay.js";
import { placeOrder } from "./actions/placeOrder.js";
import { checkInvariants } from "./invariants.js";
import { arrivals, scenario } from "./scenario.js";
import { newcomer, outcome, send } from "./shop.js";
export { handleSummary } from "./summary.js";

const PEOPLE = Number(__ENV.PEOPLE || 600);
const AT_ONCE = Number(__ENV.AT_ONCE || 300);
const COUPONS = Number(__ENV.COUPONS || 200);
const STOCK = Number(__ENV.STOCK || 250);
const RATE = Number(__ENV.RATE || 0);

const couponsIssued = new Counter("coupons_issued");
const ordersPlaced = new Counter("orders_placed");
const ordersPaid = new Counter("orders_paid");

const atOnce = { executor: "shared-iterations", vus: AT_ONCE, iterations: PEOPLE, maxDuration: "5m" };
const oneByOne = arrivals(RATE, Math.ceil(PEOPLE / RATE), AT_ONCE);

export const options = scenario({ drop: RATE ? oneByOne : atOnce }, ["issue coupon", "place order", "pay"], {
  coupons_issued: [`count==${COUPONS}`],
  orders_placed: [`count==${STOCK}`],
  orders_paid: [`count==${STOCK}`],
});

export function setup() {
  return openDrop(STOCK, COUPONS);
}

export default function ({ productId, couponId }) {
  const user = newcomer();
  check(browse(productId), { "browsing is always answered": (all) => all.every((one) => one.status === 200) });
  check(charge(user, 100000), { "a charge succeeds": (answer) => answer.status === 200 });

  const coupon = issueCoupon(user, couponId);
  check(coupon, {
    "a coupon is issued or sold out": (answer) => ["201", "409 COUPON_SOLD_OUT"].includes(outcome(answer)),
  });
  if (coupon.status === 201) {
    couponsIssued.add(1);
    check(issueCoupon(user, couponId), {
      "who has one is told the same again": (again) => again.status === 200 && again.json("id") === coupon.json("id"),
    });
  }
  check(addToCart(user, productId), {
    "the cart takes what is in stock": (answer) => ["201", "409 INSUFFICIENT_STOCK"].includes(outcome(answer)),
  });
  buy(user, productId, coupon.status === 201 ? coupon.json("id") : null);
}

function buy(user, productId, issuedCouponId) {
  const items = [{ productId, quantity: 1 }];
  const order = placeOrder(user, items, issuedCouponId);
  check(order, {
    "an order is placed or short of stock": (answer) => ["201", "409 INSUFFICIENT_STOCK"].includes(outcome(answer)),
  });
  if (order.status !== 201) return;
  ordersPlaced.add(1);
  check(placeOrder(user, items, issuedCouponId), {
    "a repeated order is the same order": (again) => again.status === 201 && again.json("id") === order.json("id"),
  });
  const total = issuedCouponId ? 9000 : 10000;
  const payment = pay(user, order.json("id"));
  check(payment, {
    "a payment takes exactly the total": (answer) =>
      answer.status === 201 && answer.json("amount") === total && answer.json("balance") === 100000 - total,
  });
  if (payment.status === 201) ordersPaid.add(1);
  check(pay(user, order.json("id"), 2), {
    "an order is paid once": (answer) => outcome(answer) === "409 ORDER_ALREADY_PAID",
  });
}

export function teardown({ productId, couponId }) {
  const product = send("GET", `/products/${productId}`, { name: "show product" });
  const campaign = send("GET", `/coupons/${couponId}`, { name: "show campaign" });
  check(product, { "everything is sold": (it) => it.json("stock") === 0 });
  check(campaign, { "every coupon is given out": (it) => it.json("remainingQuantity") === 0 });
  checkInvariants();
}
