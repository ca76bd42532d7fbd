// A steady day: people look, fill carts, buy, and sometimes take it back, each kind arriving at its own rate, and nothing is
// short.
//
//   k6 run src/k6/day.js
//   k6 run -e RATE=200 -e DURATION=300 -e SLOW=100 src/k6/day.js
import { check } from "k6";
import { Counter } from "k6/metrics";
import { addToCart } from "./actions/addToCart.js";
import { browse } from "./actions/browse.js";
import { cancel } from "./actions/cancel.js";
import { charge } from "./actions/charge.js";
import { issueCoupon } from "./actions/issueCoupon.js";
import { openDrop } from "./actions/openDrop.js";
import { pay } from "./actions/pay.js";
import { placeOrder } from "./actions/placeOrder.js";
import { readAccount } from "./actions/readAccount.js";
import { checkInvariants } from "./invariants.js";
import { arrivals, scenario } from "./scenario.js";
import { newcomer } from "./shop.js";
export { handleSummary } from "./summary.js";

const RATE = Number(__ENV.RATE || 40);
const DURATION = Number(__ENV.DURATION || 15);
const many = (share) => Math.max(1, Math.round(RATE * share));

const bought = new Counter("bought");

export const options = scenario(
  {
    lookers: arrivals(many(0.6), DURATION, 200, "look"),
    buyers: arrivals(many(0.3), DURATION, 200, "buy"),
    undecided: arrivals(many(0.1), DURATION, 200, "changeTheirMind"),
  },
  ["list products", "show product", "popular products", "charge", "add to cart", "issue coupon", "place order", "pay", "cancel"],
  { bought: ["count>0"] },
);

export function setup() {
  const people = 2 * RATE * DURATION;
  return openDrop(people, people);
}

export function look({ productId }) {
  check(browse(productId), { "browsing is answered": (all) => all.every((one) => one.status === 200) });
}

export function buy({ productId, couponId }) {
  purchase(newcomer(), productId, couponId);
}

export function changeTheirMind({ productId, couponId }) {
  const user = newcomer();
  const order = purchase(user, productId, couponId);
  check(cancel(user, order.id), { "a paid order is refunded": (it) => it.status === 200 && it.json("status") === "REFUNDED" });
  check(readAccount(user), { "the points are back": ({ points }) => points.json("balance") === 50000 });
}

function purchase(user, productId, couponId) {
  browse(productId);
  check(charge(user, 50000), { "a charge succeeds": (it) => it.status === 200 });
  check(addToCart(user, productId), { "the cart takes it": (it) => it.status === 201 });
  const coupon = issueCoupon(user, couponId);
  check(coupon, { "there is a coupon for everybody": (it) => it.status === 201 });
  const order = placeOrder(user, [{ productId, quantity: 1 }], coupon.json("id"));
  check(order, { "there is one for everybody": (it) => it.status === 201 && it.json("total") === 9000 });
  const payment = pay(user, order.json("id"));
  check(payment, { "the payment takes the total": (it) => it.status === 201 && it.json("balance") === 41000 });
  if (payment.status === 201) bought.add(1);
  return order.json();
}

export function teardown() {
  checkInvariants();
}
