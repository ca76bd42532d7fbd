// A line in front of a drop: half of the people are there before it opens, all ask twice, one in ten does not pay and
// gives the unit back, and there is less than enough for all.
//
//   k6 run src/k6/line.js
//   k6 run -e PEOPLE=2000 -e STOCK=500 -e OPENS=20 -e PER_SECOND=100 src/k6/line.js
import { check, sleep } from "k6";
import { Counter } from "k6/metrics";
import { cancel } from "./actions/cancel.js";
import { charge } from "./actions/charge.js";
import { openLine } from "./actions/openLine.js";
import { pay } from "./actions/pay.js";
import { placeOrder } from "./actions/placeOrder.js";
import { ticket } from "./actions/queueUp.js";
import { checkInvariants } from "./invariants.js";
import { scenario } from "./scenario.js";
import { newcomer, outcome, send } from "./shop.js";
export { handleSummary } from "./summary.js";

const PEOPLE = Number(__ENV.PEOPLE || 200);
const STOCK = Number(__ENV.STOCK || 100);
const OPENS = Number(__ENV.OPENS || 8);
const PER_SECOND = Number(__ENV.PER_SECOND || 50);
const RETURNS = 0.1;

const unitsPaid = new Counter("units_paid");

// Everybody has a VU: who waits in a line is there all the time.
export const options = scenario(
  { line: { executor: "per-vu-iterations", vus: PEOPLE, iterations: 1, maxDuration: "3m" } },
  ["ticket", "place order", "pay"],
  { units_paid: [`count==${STOCK}`] },
);

export function setup() {
  return openLine(STOCK, OPENS, { ratePerSecond: PER_SECOND });
}

export default function (drop) {
  const user = newcomer();
  check(charge(user, 100000), { "a charge succeeds": (answer) => answer.status === 200 });
  sleep(Math.random() * 2 * OPENS);
  check(order(user, drop), {
    "nobody orders without a ticket": (answer) =>
      ["409 TICKET_REQUIRED", "409 DROP_NOT_OPEN", "409 INSUFFICIENT_STOCK"].includes(outcome(answer)),
  });
  check(ticket(user, drop.dropId, "POST"), { "a ticket is taken": (answer) => answer.status === 201 });
  check(ticket(user, drop.dropId, "POST"), { "asked twice, it is one": (answer) => answer.status === 200 });
  if (waitForTurn(user, drop)) buy(user, drop);
}

// Whether the turn came. Somebody who hears "sold out" so many times on end goes home: nothing came back any more.
function waitForTurn(user, { dropId }) {
  let number = null;
  let soldOut = 0;
  while (soldOut < 8) {
    const answer = ticket(user, dropId);
    const mine = answer.json();
    check(answer, {
      "a number stays": () => number === null || mine.number === number,
      "nobody is admitted without a number": () => mine.status !== "ADMITTED" || mine.number !== null,
    });
    number = mine.number;
    if (mine.status !== "WAITING") return mine.status === "ADMITTED";
    soldOut = mine.soldOut ? soldOut + 1 : 0;
    sleep(Math.min(mine.pollAfter, 1));
  }
  return false;
}

function buy(user, drop) {
  const mine = order(user, drop);
  check(mine, {
    "an order is placed or short of stock": (answer) => ["201", "409 INSUFFICIENT_STOCK"].includes(outcome(answer)),
  });
  if (mine.status !== 201) return;
  if (Math.random() < RETURNS) {
    check(cancel(user, mine.json("id")), { "an unpaid order is cancelled": (answer) => answer.status === 200 });
    return;
  }
  const payment = pay(user, mine.json("id"));
  check(payment, { "a payment takes exactly the total": (answer) => answer.status === 201 && answer.json("amount") === 10000 });
  if (payment.status === 201) unitsPaid.add(1);
  check(order(user, drop, "another"), {
    "nobody buys more than the limit": (answer) =>
      ["409 PURCHASE_LIMIT_EXCEEDED", "409 INSUFFICIENT_STOCK"].includes(outcome(answer)),
  });
}

const order = (user, { productId }, attempt = "") => placeOrder(user, [{ productId, quantity: 1 }], null, { attempt });

export function teardown({ dropId }) {
  const drop = send("GET", `/drops/${dropId}`, { name: "show drop" });
  check(drop, {
    "everything is sold": (it) => it.json("products.0.stock") === 0,
    "the seed is published": (it) => it.json("line.seed") !== null,
  });
  checkInvariants();
}
