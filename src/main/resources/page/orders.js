// The user's orders: until when one can be paid, what is in it, and what a cancellation costs.
import { act, attempt, button, errorOf } from './act.js';
import { call, isSignedIn } from './api.js';
import { ask } from './ask.js';
import { eachSecond, span, until } from './clock.js';
import { find, h, redraw, say, skeleton } from './dom.js';
import * as limits from './limits.js';
import { loadCoupons, loadPoints, mine, setBalance } from './mine.js';
import { refreshStock } from './shop.js';
import { days, local, moment, number, t, won } from './words.js';

const FINAL = ['CANCELLED', 'EXPIRED', 'REFUNDED'];
const opened = new Set();
const asking = new Set();

export function draw() {
  redraw(find('orders'), h('h2', { id: 'orders-title' }, t('orders')), ...content());
}

function content() {
  if (!isSignedIn()) return [h('p', { class: 'soft' }, t('orders.about'))];
  if (!mine.orders) return [skeleton(16), skeleton(10)];
  if (mine.orders.length === 0) return [h('p', { class: 'soft' }, t('orders.empty'))];
  return [h('ul', {}, mine.orders.map(entry)), mine.moreOrders ? button('more-orders', { class: 'quiet wide' }, t('more'), more) : null];
}

const nameOf = ({ items: [first, ...rest] }) =>
  rest.length ? t('and.more', { name: local(first.name), n: rest.length }) : local(first.name);

function entry(placed) {
  const over = FINAL.includes(placed.status);
  const name = nameOf(placed);
  return h('li', { 'class': 'order', 'data-order': placed.id },
    h('span', { class: 'row between' }, h('span', {}, name), h('span', { 'class': over ? 'tag bad' : 'tag', 'data-status': placed.status }, t(placed.status))),
    h('span', { class: 'soft num' }, `${moment(placed.createdAt)} · ${won(placed.total)}`),
    placed.status === 'PENDING' ? h('p', { class: 'due num', role: 'timer' }, due(placed)) : null,
    over ? null : h('span', { class: 'row' },
      placed.status === 'PENDING' ? button(`pay-${placed.id}`, {}, t('pay', { n: won(placed.total) }), () => pay(placed)) : null,
      button(`cancel-${placed.id}`, { 'class': 'quiet', 'aria-label': `${t(placed.status === 'PAID' ? 'refund' : 'cancel')}: ${name}` },
        t(placed.status === 'PAID' ? 'refund' : 'cancel'), () => cancel(placed))),
    errorOf(`pay-${placed.id}`), errorOf(`cancel-${placed.id}`),
    detail(placed));
}

const due = placed => t('due', { n: span(until(placed.paymentDueAt), days) });

function detail(placed) {
  const row = (label, amount) => h('p', { class: 'row between num' }, h('span', {}, label), h('span', {}, amount));
  return h('details', { open: opened.has(placed.id), ontoggle: event => opened[event.target.open ? 'add' : 'delete'](placed.id) },
    h('summary', { 'data-focus': `detail-${placed.id}` }, t('detail')),
    placed.items.map(item => row(`${local(item.name)} × ${number(item.quantity)}`, won(item.amount))),
    placed.discount ? row(t('coupon'), `−${won(placed.discount)}`) : null,
    row(t('total'), won(placed.total)),
    placed.refunds.map(refund => row(t('refunded.at', { at: moment(refund.createdAt) }), `−${won(refund.amount)}`)),
    h('p', { class: 'soft id' }, placed.id));
}

/** Shows an order as it is now, first in the list if it is new. */
export function put(changed) {
  const known = (mine.orders ?? []).some(placed => placed.id === changed.id);
  mine.orders = known ? mine.orders.map(placed => (placed.id === changed.id ? changed : placed)) : [changed, ...mine.orders ?? []];
  draw();
}

const refresh = async id => put(await call('GET', `/api/v1/orders/${id}`));

const more = () => act(`more-orders ${mine.moreOrders}`, async () => {
  const page = await call('GET', `/api/v1/orders?limit=20&cursor=${encodeURIComponent(mine.moreOrders)}`);
  Object.assign(mine, { orders: mine.orders.concat(page.items), moreOrders: page.nextCursor });
  draw();
}, { control: 'more-orders' });

const pay = placed => act(`pay-${placed.id}`, async (key, again) => {
  const payment = await call('POST', '/api/v1/payments', { body: { orderId: placed.id }, key });
  if (again) await loadPoints();
  else setBalance(payment.balance);
  say(again ? t('again') : t('paid', { n: number(payment.balance) }));
  await refresh(placed.id);
});

async function cancel(placed) {
  const paid = placed.status === 'PAID';
  const lost = [
    paid ? t('refund.get', { n: number(placed.total - placed.refunded) }) : t('cancel.get'),
    t('lose.units'),
    placed.issuedCouponId ? t(paid ? 'lose.coupon' : 'keep.coupon') : null,
  ];
  if (!await ask(t(paid ? 'refund.ask' : 'cancel.ask', { name: nameOf(placed) }), lost, t(paid ? 'refund' : 'cancel'))) return;
  await act(`cancel-${placed.id}`, async () => {
    const ended = await call('POST', `/api/v1/orders/${placed.id}/cancel`);
    put(ended);
    say(t(ended.status === 'REFUNDED' ? 'refunded' : 'cancelled', { n: number(ended.total) }));
    await Promise.all([loadPoints(), loadCoupons(), limits.load(), refreshStock(placed.items.map(item => item.productId))]);
  });
}

eachSecond(() => {
  for (const placed of (mine.orders ?? []).filter(each => each.status === 'PENDING')) {
    const place = document.querySelector(`[data-order="${placed.id}"] .due`);
    if (place) place.textContent = due(placed);
    if (until(placed.paymentDueAt) < 0) end(placed.id);
  }
});

/** Its time is over: what has become of it, the shop tells when it has decided. */
async function end(id) {
  if (asking.has(id)) return;
  asking.add(id);
  await attempt(() => refresh(id));
  setTimeout(() => asking.delete(id), 3000);
}
