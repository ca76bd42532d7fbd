// A storm of repetitions: everything is sent TIMES times at once with the same key, and once more later. All hear the first
// answer, to the letter, and it happens once.
//
//   k6 run src/k6/retries.js
//   k6 run -e PEOPLE=1000 -e AT_ONCE=100 -e TIMES=10 src/k6/retries.js
import { check } from "k6";
import { Counter } from "k6/metrics";
import { charge } from "./actions/charge.js";
import { issueCoupon } from "./actions/issueCoupon.js";
import { openDrop } from "./actions/openDrop.js";
import { pay } from "./actions/pay.js";
import { placeOrder } from "./actions/placeOrder.js";
import { readAccount } from "./actions/readAccount.js";
import { checkInvariants } from "./invariants.js";
import { scenario } from "./scenario.js";
import { newcomer, sendTogether } from "./shop.js";
export { handleSummary } from "./summary.js";

const PEOPLE = Number(__ENV.PEOPLE || 100);
const AT_ONCE = Number(__ENV.AT_ONCE || 25);
const TIMES = Number(__ENV.TIMES || 6);

const done = new Counter("people_who_paid_once");

export const options = scenario(
  { storm: { executor: "shared-iterations", vus: AT_ONCE, iterations: PEOPLE, maxDuration: "5m" } },
  ["charge", "issue coupon", "place order", "pay"],
  { people_who_paid_once: [`count==${PEOPLE}`] },
);
options.batchPerHost = TIMES;

export function setup() {
  return openDrop(10 * PEOPLE, 10 * PEOPLE);
}

export default function ({ productId, couponId }) {
  const user = newcomer();
  const sender = (...request) => sendTogether(TIMES, ...request);
  const items = [{ productId, quantity: 2 }];

  const charged = same("a charge", 200, charge(user, 100000, { sender }));
  const issued = same("a coupon", 201, issueCoupon(user, couponId, { sender }));
  const order = same("an order", 201, placeOrder(user, items, issued.id, { sender }));
  const payment = same("a payment", 201, pay(user, order.id, 1, { sender }));

  // Later, when the balance is another one and the order is another state further.
  check(charge(user, 100000), {
    "a charge repeated later hears its first answer": (again) => again.json("balance") === charged.balance,
  });
  check(pay(user, order.id), { "a payment repeated later is the same": (again) => again.json("id") === payment.id });
  check(placeOrder(user, [{ productId, quantity: 3 }], issued.id), {
    "another request under a used key is refused": (again) => again.json("code") === "IDEMPOTENCY_KEY_REUSED",
  });
  if (check(readAccount(user), { "everything happened once": (account) => once(account, order.id) })) done.add(1);
}

function once({ points, history, orders }, orderId) {
  const amounts = history.json("items").map((entry) => entry.amount);
  const mine = orders.json("items");
  return (
    points.json("balance") === 81000 &&
    `${amounts}` === "-19000,100000" &&
    mine.length === 1 && mine[0].id === orderId && mine[0].status === "PAID"
  );
}

// One of the answers is the first, the others repeat it. A coupon asked for again is 200, everything else as at first.
function same(what, status, answers) {
  const replays = answers.filter((answer) => answer.headers["Idempotent-Replayed"] === "true");
  check(answers, {
    [`${what} is made by one of those who ask at once`]: (all) => replays.length === all.length - 1,
    [`${what} is the same for all of them`]: (all) => all.every((answer) => answer.body === all[0].body),
    [`${what} has the same status for all of them`]: (all) =>
      all.every((answer) => answer.status === status || (what === "a coupon" && answer.status === 200)),
  });
  return answers[0].json();
}

export function teardown() {
  checkInvariants();
}
