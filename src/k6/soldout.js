// A storm on what is sold out: one coupon and one unit, both gone, and people who keep asking. Nobody gets anything, everybody
// hears so quickly, and the one who has the coupon is told so in the middle of it.
//
//   k6 run src/k6/soldout.js
//   k6 run -e RATE=2000 -e DURATION=30 src/k6/soldout.js
import { check, fail } from "k6";
import { Counter } from "k6/metrics";
import { issueCoupon } from "./actions/issueCoupon.js";
import { openDrop } from "./actions/openDrop.js";
import { placeOrder } from "./actions/placeOrder.js";
import { checkInvariants } from "./invariants.js";
import { arrivals, scenario } from "./scenario.js";
import { RUN, newcomer, outcome, token } from "./shop.js";
export { handleSummary } from "./summary.js";

const RATE = Number(__ENV.RATE || 200);
const DURATION = Number(__ENV.DURATION || 10);

const refused = new Counter("refused");

export const options = scenario(
  {
    storm: arrivals(RATE, DURATION, 1000),
    holder: arrivals(5, DURATION, 50, "holder"),
  },
  ["issue coupon", "place order"],
  { refused: ["count>0"] },
);

export function setup() {
  const drop = openDrop(1, 1);
  const first = { userId: "k6-first", token: token("k6-first") };
  const coupon = issueCoupon(first, drop.couponId);
  const key = `first-${RUN}`;
  const order = placeOrder(first, [{ productId: drop.productId, quantity: 1 }], null, { key });
  if (coupon.status !== 201 || order.status !== 201) {
    fail(`the first in line got nothing: ${coupon.body} ${order.body}`);
  }
  return { ...drop, first, key, issuedId: coupon.json("id"), orderId: order.json("id") };
}

export default function ({ couponId, productId }) {
  const user = newcomer();
  const coupon = issueCoupon(user, couponId);
  const order = placeOrder(user, [{ productId, quantity: 1 }]);
  check(coupon, { "nobody gets a coupon": (answer) => outcome(answer) === "409 COUPON_SOLD_OUT" });
  check(order, {
    "nobody gets the product, and hears how many there are": (answer) =>
      outcome(answer) === "409 INSUFFICIENT_STOCK" && answer.json("items.0.available") === 0,
  });
  refused.add((coupon.status === 409) + (order.status === 409));
}

export function holder({ couponId, productId, first, key, issuedId, orderId }) {
  const coupon = issueCoupon(first, couponId);
  const order = placeOrder(first, [{ productId, quantity: 1 }], null, { key });
  check(coupon, { "who has the coupon is told so": (it) => it.status === 200 && it.json("id") === issuedId });
  check(order, { "who has the product is told so": (it) => it.status === 201 && it.json("id") === orderId });
}

export function teardown() {
  checkInvariants();
}
