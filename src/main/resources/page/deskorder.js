// One order at the desk: what is in it, what was given back, and a refund of some of it.
import { act, button, errorOf } from './act.js';
import { admin } from './admin.js';
import { ask } from './ask.js';
import { h, say, skeleton } from './dom.js';
import { draw } from './desk.js';
import { local, moment, number, t, won } from './words.js';

let order = null;
let asked = null;

export function forget() {
  order = null;
  asked = null;
}

/** Reads it the first time that it is drawn. */
export function page(id) {
  if (asked !== id) {
    asked = id;
    order = null;
    act(`order-${id}`, async () => {
      order = await admin('GET', `/orders/${encodeURIComponent(id)}`);
      draw();
    }, { needsUser: false });
  }
  return h('article', { class: 'panel', id: 'desk-order' }, errorOf(`order-${id}`), order ? content() : skeleton(20));
}

function content() {
  const row = (label, value) => h('p', { class: 'row between num' }, h('span', {}, label), h('span', {}, value));
  return [
    h('h2', {}, `${order.userId} · ${won(order.total)}`), h('p', {}, h('span', { class: 'tag', id: 'desk-status' }, t(order.status))),
    h('p', { class: 'soft id' }, `${order.id} · ${moment(order.createdAt)}`),
    order.items.map(item => row(`${local(item.name)} × ${number(item.quantity)}`, won(item.amount - item.discount))),
    order.refunds.map(refund => row(t('refunded.at', { at: moment(refund.createdAt) }), `−${won(refund.amount)}`)),
    order.status === 'PENDING' ? [button('desk-cancel', { class: 'quiet' }, t('cancel'), cancel), errorOf('desk-cancel')] : null,
    order.status === 'PAID' ? refundForm() : null,
  ];
}

const left = item => item.quantity - order.refunds.flatMap(refund => refund.items).filter(each => each.productId === item.productId).reduce((sum, each) => sum + each.quantity, 0);

function refundForm() {
  return h('form', { class: 'refund', onsubmit: refund },
    h('h3', {}, t('refund')),
    order.items.map(item => h('label', {}, `${local(item.name)} (${t('at.most', { n: number(left(item)) })})`,
      h('input', { 'name': item.productId, 'inputmode': 'numeric', 'value': left(item), 'data-focus': `refund-${item.productId}` }))),
    h('label', {}, t('field.reason'), h('input', { 'name': 'reason', 'required': true, 'data-focus': 'reason' })),
    h('label', { class: 'tick' }, h('input', { 'type': 'checkbox', 'name': 'restock', 'checked': true, 'data-focus': 'restock' }), t('restock')),
    button('refund', { type: 'submit' }, t('refund'), () => {}), errorOf('refund'));
}

async function refund(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const items = order.items.map(item => ({ productId: item.productId, quantity: Number(form.get(String(item.productId))) })).filter(item => item.quantity > 0);
  const body = { items, restock: form.has('restock'), reason: form.get('reason') };
  const count = items.reduce((sum, item) => sum + item.quantity, 0);
  if (!await ask(t('refund.these', { n: number(count) }), [t(body.restock ? 'lose.units' : 'written.off')], t('refund'))) return;
  await act(`refund ${order.id} ${JSON.stringify(body)}`, async (key, repeated) => {
    const made = await admin('POST', `/orders/${order.id}/refunds`, { body, key });
    say(repeated ? t('again') : t('refunded.amount', { n: won(made.amount) }));
    await again();
  }, { control: 'refund', needsUser: false });
}

const cancel = () => act(`desk-cancel ${order.id}`, async (key, repeated) => {
  await admin('POST', `/orders/${order.id}/cancel`, { key });
  say(t(repeated ? 'again' : 'cancelled'));
  await again();
}, { control: 'desk-cancel', needsUser: false });

async function again() {
  order = await admin('GET', `/orders/${order.id}`);
  draw();
}
