// People who hang up before they are answered, at any moment of it, and come back with the same key: they find it done or not
// done, never half, and in the end it was done once.
//
//   k6 run src/k6/hangups.js
//   k6 run -e PEOPLE=2000 -e AT_ONCE=100 src/k6/hangups.js
import { check } from "k6";
import { Counter } from "k6/metrics";
import { charge } from "./actions/charge.js";
import { hangUp } from "./actions/hangUp.js";
import { issueCoupon } from "./actions/issueCoupon.js";
import { openDrop } from "./actions/openDrop.js";
import { pay } from "./actions/pay.js";
import { placeOrder } from "./actions/placeOrder.js";
import { readAccount } from "./actions/readAccount.js";
import { checkInvariants } from "./invariants.js";
import { scenario } from "./scenario.js";
import { newcomer } from "./shop.js";
export { handleSummary } from "./summary.js";

const PEOPLE = Number(__ENV.PEOPLE || 200);
const AT_ONCE = Number(__ENV.AT_ONCE || 40);

const hungUp = new Counter("hung_up");
const done = new Counter("people_who_paid_once");

export const options = scenario(
  { hangups: { executor: "shared-iterations", vus: AT_ONCE, iterations: PEOPLE, maxDuration: "5m" } },
  ["charge", "issue coupon", "place order", "pay"],
  {
    people_who_paid_once: [`count==${PEOPLE}`],
    // Or nothing was tried.
    hung_up: [`count>=${Math.floor(PEOPLE / 4)}`],
  },
);
options.throw = true;

export function setup() {
  return openDrop(10 * PEOPLE, 10 * PEOPLE);
}

export default function ({ productId, couponId }) {
  const user = newcomer();
  const items = [{ productId, quantity: 1 }];

  const charged = insist((how) => charge(user, 100000, how));
  check(charged, { "the charge was made once": (it) => it.status === 200 && it.json("balance") === 100000 });
  const issued = insist((how) => issueCoupon(user, couponId, how));
  check(issued, { "there is a coupon": (it) => it.status === 201 || it.status === 200 });
  const order = insist((how) => placeOrder(user, items, issued.json("id"), how));
  check(order, { "there is an order": (it) => it.status === 201 && it.json("total") === 9000 });
  const payment = insist((how) => pay(user, order.json("id"), 1, how));
  check(payment, { "there is a payment": (it) => it.status === 201 && it.json("balance") === 91000 });

  const { points, history, orders } = readAccount(user);
  const once = check(points, {
    "everything happened once": (it) =>
      it.json("balance") === 91000 && history.json("items").length === 2 && orders.json("items").length === 1,
  });
  if (once) done.add(1);
}

// Hangs up twice, then waits for the answer.
function insist(action) {
  for (let attempt = 0; attempt < 2; attempt++) {
    if (hangUp(action)) hungUp.add(1);
  }
  return action();
}

export function teardown() {
  checkInvariants();
}
