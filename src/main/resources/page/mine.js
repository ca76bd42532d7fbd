// What is a user's own, as the shop last told it. Null is what has not been heard of yet, which is not the same as nothing.
import * as account from './account.js';
import { call, isSignedIn } from './api.js';
import { attempt } from './act.js';
import * as campaigns from './campaigns.js';
import * as cart from './cart.js';
import * as limits from './limits.js';
import * as line from './line.js';
import * as orders from './orders.js';

const UNKNOWN = { balance: null, cart: null, coupons: null, orders: null, moreOrders: null, chosen: null };

/** `chosen` is the coupon for the next order: null leaves it to the page, '' is none. */
export const mine = { ...UNKNOWN };

/** Of another user nothing may be left, not even for a moment. */
export function forget() {
  Object.assign(mine, UNKNOWN);
  limits.forget();
  line.forget();
}

export async function load() {
  if (isSignedIn()) {
    await Promise.all([loadPoints(), loadCart(), loadCoupons(), loadOrders(), line.load()]);
    await limits.load();
  }
  draw();
}

export async function loadPoints() {
  setBalance((await call('GET', '/api/v1/points')).balance);
}

export function setBalance(balance) {
  mine.balance = balance;
  account.draw();
  cart.draw();
}

export async function loadCart() {
  setCart(await call('GET', '/api/v1/cart'));
}

export function setCart(fresh) {
  mine.cart = fresh;
  cart.draw();
}

export async function loadCoupons() {
  mine.coupons = (await call('GET', '/api/v1/issued-coupons?limit=100')).items;
  await campaigns.know(mine.coupons.map(coupon => coupon.couponId));
  campaigns.draw();
  cart.draw();
}

export async function loadOrders() {
  const page = await call('GET', '/api/v1/orders?limit=5');
  Object.assign(mine, { orders: page.items, moreOrders: page.nextCursor });
  orders.draw();
}

export function draw() {
  account.draw();
  cart.draw();
  orders.draw();
  campaigns.draw();
}

let waiting = false;

/** After an answer was lost: whatever the shop did, the page shows it as soon as the shop answers again. */
export async function catchUp() {
  if (waiting) return;
  waiting = true;
  try {
    for (let pause = 1000; isSignedIn(); pause = Math.min(2 * pause, 10_000)) {
      await new Promise(done => setTimeout(done, pause));
      if (await call('GET', '/api/v1/points').then(() => true, () => false)) break;
    }
  } finally {
    waiting = false;
  }
  await attempt(load);
}
