// The storefront's right side: points, coupons, the cart, orders. Everything here needs a token.
import { call, isSignedIn, newKey, Problem } from './api.js';
import { find, h, redraw, refuse, say } from './dom.js';
import { campaign, discount, drawCampaigns, refreshStock } from './shop.js';
import { local, number, t, time, won } from './words.js';

const NOBODY = { balance: 0, cart: { items: [], total: 0 }, coupons: [], orders: [] };

export const mine = {
  ...NOBODY,
  chosen: '',
  setCart(cart) {
    mine.cart = cart;
    drawCart();
  },
  async loadCoupons() {
    mine.coupons = (await call('GET', '/api/v1/issued-coupons')).items;
    drawCart();
  },
};

/** Does something for a user, and shows whatever is refused in his language. */
export async function attempt(work, needsUser = true) {
  if (needsUser && !isSignedIn()) {
    refuse(t('sign.in.first'));
    find('token')?.focus();
    return;
  }
  try {
    await work();
  } catch (failure) {
    if (failure instanceof Problem) {
      refuse(failure.document.title, detail(failure.document));
    } else {
      console.warn(failure);
      refuse(t('lost'), t('lost.detail'));
    }
  }
}

function detail(problem) {
  if (problem.code !== 'INSUFFICIENT_STOCK') return problem.detail;
  const named = id => local(mine.cart.items.find(item => item.productId === id)?.name ?? `#${id}`);
  return problem.items.map(item => t('short', { n: number(item.available), name: named(item.productId) })).join(', ');
}

export async function load() {
  Object.assign(mine, NOBODY, { chosen: '' });
  if (isSignedIn()) {
    const [points, cart, coupons, orders] = await Promise.all(
      ['points', 'cart', 'issued-coupons', 'orders?limit=5'].map(path => call('GET', `/api/v1/${path}`)));
    Object.assign(mine, { balance: points.balance, cart, coupons: coupons.items, orders: orders.items });
  }
  draw();
  drawCampaigns();
}

export function draw() {
  drawAccount();
  drawCart();
  drawOrders();
}

function drawAccount() {
  redraw(find('account'),
    h('h2', { id: 'account-title' }, t('account')),
    h('p', { class: 'balance num', id: 'balance' }, isSignedIn() ? number(mine.balance) : '–'),
    h('div', { class: 'row charge' }, [10_000, 100_000, 1_000_000].map(amount => h('button', {
      type: 'button', class: 'quiet num', 'data-focus': `charge-${amount}`, 'data-charge': amount,
      'aria-label': `${t('charge')}: ${t('points', { n: number(amount) })}`, onclick: () => charge(amount),
    }, `+${number(amount)}`))));
  drawWay();
}

const charge = amount => attempt(async () => {
  const account = await call('PATCH', '/api/v1/points', { body: { amount }, key: newKey() });
  setBalance(account.balance);
  say(t('charged', { n: number(account.balance) }));
});

function setBalance(balance) {
  mine.balance = balance;
  drawAccount();
}

/** On a narrow screen the cart is far below. */
function drawWay() {
  const count = mine.cart.items.reduce((sum, item) => sum + item.quantity, 0);
  redraw(find('to-cart'), h('span', { class: 'num' }, t('to.cart', { n: number(count) })), h('span', { class: 'num' }, won(mine.cart.total)));
}

function drawCart() {
  const { items, total } = mine.cart;
  redraw(find('cart'),
    h('h2', { id: 'cart-title' }, t('cart')),
    items.length === 0
      ? h('p', { class: 'soft' }, t('cart.empty'))
      : [h('ul', { class: 'lines' }, items.map(line)), couponChoice(), h('p', { class: 'row between total num' }, h('span', {}, t('total')), h('span', {}, won(total))),
        h('button', { type: 'button', class: 'wide', id: 'place', 'data-focus': 'place', onclick: order }, t('order'))]);
  drawWay();
}

function line(item) {
  const name = local(item.name);
  const button = (label, sign, quantity, focus) => h('button', {
    type: 'button', class: 'quiet', 'aria-label': t(label, { name }), 'data-focus': focus + item.productId, onclick: () => change(item.productId, quantity),
  }, sign);
  return h('li', {},
    h('span', {}, name),
    h('span', { class: 'num' }, won(item.amount)),
    h('span', { class: 'soft num' }, item.inStock ? won(item.price) : t('none.left')),
    h('span', { class: 'row num' },
      item.quantity > 1 ? button('less', '−', item.quantity - 1, 'less-') : button('remove', '×', 0, 'less-'),
      h('span', {}, number(item.quantity)),
      button('one.more', '+', item.quantity + 1, 'more-')));
}

function couponChoice() {
  const usable = mine.coupons.filter(coupon => coupon.status === 'ISSUED');
  const label = coupon => {
    const from = campaign(coupon.couponId);
    return from ? `${discount(from.discount)} · ${local(from.name)}` : `#${coupon.couponId}`;
  };
  const choice = h('select', { id: 'use', 'data-focus': 'use', onchange: event => { mine.chosen = event.target.value; } },
    h('option', { value: '' }, t('coupon.none')),
    usable.map(coupon => h('option', { value: coupon.id, selected: coupon.id === mine.chosen }, label(coupon))));
  return h('p', { class: 'use' }, h('label', { for: 'use' }, t('coupon.use')), choice);
}

const change = (productId, quantity) => attempt(async () => {
  if (quantity > 0) {
    mine.setCart(await call('PUT', `/api/v1/cart/items/${productId}`, { body: { quantity } }));
  } else {
    await call('DELETE', `/api/v1/cart/items/${productId}`);
    mine.setCart(await call('GET', '/api/v1/cart'));
  }
});

const order = () => attempt(async () => {
  const items = mine.cart.items.map(({ productId, quantity }) => ({ productId, quantity }));
  const body = mine.chosen ? { items, issuedCouponId: mine.chosen } : { items };
  const placed = await call('POST', '/api/v1/orders', { body, key: newKey() });
  say(t('ordered', { at: time(placed.paymentDueAt) }));
  mine.orders = [placed, ...mine.orders].slice(0, 5);
  mine.chosen = '';
  // The shop takes what was ordered out of the cart a moment later; nobody has to wait for that.
  mine.setCart(NOBODY.cart);
  drawOrders();
  find('orders').querySelector('button')?.focus();
  await Promise.all([mine.loadCoupons(), refreshStock(items.map(item => item.productId))]);
});

function drawOrders() {
  redraw(find('orders'),
    h('h2', { id: 'orders-title' }, t('orders')),
    mine.orders.length === 0
      ? h('p', { class: 'soft' }, t('orders.empty'))
      : h('ul', {}, mine.orders.map(entry)));
}

function entry(placed) {
  const [first, ...rest] = placed.items;
  const name = rest.length ? t('and.more', { name: local(first.name), n: rest.length }) : local(first.name);
  const over = ['CANCELLED', 'EXPIRED', 'REFUNDED'].includes(placed.status);
  return h('li', { class: 'order' },
    h('span', { class: 'row between' }, h('span', {}, name), h('span', { class: over ? 'tag bad' : 'tag', 'data-status': placed.status }, t(placed.status))),
    h('span', { class: 'soft num' }, `${time(placed.createdAt)} · ${won(placed.total)}${placed.discount ? ` (−${number(placed.discount)})` : ''}`),
    over ? null : h('span', { class: 'row' },
      placed.status === 'PENDING' ? h('button', { type: 'button', 'data-focus': `pay-${placed.id}`, onclick: () => pay(placed) }, t('pay', { n: won(placed.total) })) : null,
      h('button', { type: 'button', class: 'quiet', 'data-focus': `cancel-${placed.id}`, 'aria-label': `${t('cancel')}: ${name}`, onclick: () => cancel(placed) }, t('cancel'))));
}

const pay = placed => attempt(async () => {
  const payment = await call('POST', '/api/v1/payments', { body: { orderId: placed.id }, key: newKey() });
  say(t('paid', { n: number(payment.balance) }));
  setBalance(payment.balance);
  replace(await call('GET', `/api/v1/orders/${placed.id}`));
});

const cancel = placed => attempt(async () => {
  replace(await call('POST', `/api/v1/orders/${placed.id}/cancel`));
  say(t('cancelled'));
  setBalance((await call('GET', '/api/v1/points')).balance);
  await Promise.all([mine.loadCoupons(), refreshStock(placed.items.map(item => item.productId))]);
});

function replace(changed) {
  mine.orders = mine.orders.map(placed => (placed.id === changed.id ? changed : placed));
  drawOrders();
}
