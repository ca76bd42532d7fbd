// The desk, for administrators: orders, stock, drops, what was changed by whom, and what is stuck. At #desk/orders and so on.
import { act, asBefore, attempt, button, errorOf } from './act.js';
import { admin, mayAdminister } from './admin.js';
import { call } from './api.js';
import { ask } from './ask.js';
import { find, h, redraw, say, skeleton } from './dom.js';
import * as deskorder from './deskorder.js';
import { local, moment, number, t, won } from './words.js';

const STATUSES = ['PENDING', 'PAID', 'CANCELLED', 'EXPIRED', 'REFUNDED'];

let tab = 'orders';
let place = [];
/** What stands in the form, and what was last asked with. */
let typed = {};
let filled = {};
let items = null;
let cursor = null;

/** Each has the form that it is asked by, the path that it is read from, and how one of it looks. */
const tabs = {
  orders: {
    fields: () => [text('userId'), text('productId', 'numeric'), text('dropId', 'numeric'), choice('status', STATUSES)],
    path: () => `/orders?limit=20${query(['userId', 'productId', 'dropId', 'status'])}`,
    row: order => [
      h('a', { href: `#desk/orders/${order.id}` }, `${local(order.items[0].name)}${order.items.length > 1 ? ` +${order.items.length - 1}` : ''}`),
      h('span', { class: 'tag' }, t(order.status)), h('span', { class: 'num' }, won(order.total)), h('span', { class: 'soft' }, `${order.userId} · ${moment(order.createdAt)}`)],
  },
  stock: {
    fields: () => [text('productId', 'numeric', true), text('delta', 'text', true), text('reason', 'text', true)],
    path: () => '/audit?limit=20',
    keep: change => change.subject.startsWith('product:'),
    does: key => admin('POST', '/stock-adjustments', { key, body: { items: [{ productId: Number(filled.productId), delta: Number(filled.delta) }], reason: filled.reason } })
      .then(answer => t('stock.now', { id: answer.items[0].productId, n: number(answer.items[0].stock) })),
    row: audited,
  },
  drops: {
    fields: () => [text('name', 'text', true), text('productIds', 'text', true), text('opensAt', 'datetime-local', true), text('maxPerUser', 'numeric'), tick('line')],
    path: () => null,
    does: key => admin('POST', '/drops', { key, body: asBefore(key, dropOf) }).then(drop => t('drop.made', { id: drop.id })),
    row: drop => [h('a', { href: `#board/drop/${drop.id}` }, local(drop.name)), h('span', { class: 'tag' }, t(`drop.${drop.status}`)), h('span', { class: 'soft' }, moment(drop.opensAt))],
  },
  audit: {
    fields: () => [text('actor'), text('subject')],
    path: () => `/audit?limit=20${query(['actor', 'subject'])}`,
    row: audited,
  },
  events: {
    fields: () => [choice('status', ['DEAD', 'PENDING', 'DELIVERED'])],
    path: () => `/events?limit=20${query(['status'])}`,
    row: event => [
      h('span', {}, event.type), h('span', { class: event.status === 'DEAD' ? 'tag bad' : 'tag' }, t(`event.${event.status}`)), h('span', { class: 'soft' }, `${event.lastError ?? ''} ${moment(event.createdAt)}`),
      event.status === 'DEAD' ? button(`redeliver-${event.id}`, { class: 'quiet' }, t('redeliver'), () => redeliver(event)) : null, errorOf(`redeliver-${event.id}`)],
  },
  aside: {
    fields: () => [],
    path: () => '/set-aside?limit=20',
    row: each => [h('span', {}, `${each.job}: ${each.subject}`), h('span', { class: 'num' }, t('attempts', { n: number(each.attempts) })), h('span', { class: 'soft' }, `${each.lastError ?? ''} ${moment(each.nextAttemptAt)}`)],
  },
};

function audited(change) {
  const values = content => (content ? Object.entries(content).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ') : '–');
  return [h('span', {}, `${change.action} ${change.subject}`), h('span', { class: 'soft' }, `${change.actor} · ${moment(change.at)}`),
    h('span', { class: 'soft id' }, `${values(change.before)} → ${values(change.after)}`), change.reason ? h('span', { class: 'soft' }, change.reason) : null];
}

const query = names => names.filter(name => filled[name]).map(name => `&${name}=${encodeURIComponent(filled[name])}`).join('');

function dropOf() {
  return {
    name: filled.name, productIds: filled.productIds.split(/[ ,]+/).filter(Boolean).map(Number), opensAt: new Date(filled.opensAt).toISOString(),
    ...(filled.maxPerUser && { maxPerUser: Number(filled.maxPerUser) }), ...(filled.line && { line: {} }),
  };
}

function text(name, kind = 'text', required = false) {
  const type = kind === 'numeric' ? 'text' : kind;
  return h('label', {}, t(`field.${name}`), h('input', { name, type, required, 'inputmode': kind === 'numeric' ? 'numeric' : null, 'value': typed[name], 'data-focus': name }));
}

const tick = name => h('label', { class: 'tick' }, h('input', { name, 'type': 'checkbox', 'checked': typed[name] === 'on', 'data-focus': name }), t(`field.${name}`));

function choice(name, values) {
  const label = value => t(tab === 'events' ? `event.${value}` : value);
  return h('label', {}, t(`field.${name}`), h('select', { name, 'data-focus': name }, h('option', { value: '' }, t('any')),
    values.map(value => h('option', { value, selected: typed[name] === value }, label(value)))));
}

/** Of what one administrator asked and read, nothing is left for another user. */
export function forget() {
  filled = {};
  typed = {};
  items = null;
  cursor = null;
  deskorder.forget();
}

/** Takes what stands after #desk/ in the address. */
export async function show(parts) {
  const next = Object.hasOwn(tabs, parts[0]) ? parts[0] : 'orders';
  if (next !== tab) {
    filled = {};
    typed = {};
  }
  tab = next;
  place = parts;
  items = null;
  await read();
}

export async function read(more = false) {
  draw();
  if (!mayAdminister() || place[1]) return;
  const path = tabs[tab].path();
  const page = path ? await admin('GET', path + (more ? `&cursor=${encodeURIComponent(cursor)}` : '')) : await dropList();
  items = [...(more ? items : []), ...page.items.filter(tabs[tab].keep ?? (() => true))];
  cursor = page.nextCursor;
  draw();
}

const dropList = () => call('GET', '/api/v1/drops?limit=100');

export const load = async () => {};
export const watch = () => {};
export const unwatch = () => {};

export function draw() {
  redraw(find('view-desk'), h('h1', {}, t('desk')), ...(mayAdminister() ? content() : [h('p', {}, t('desk.closed'))]));
}

function content() {
  const links = h('nav', { class: 'tabs', 'aria-label': t('desk') }, Object.keys(tabs).map(name =>
    h('a', { 'href': `#desk/${name}`, 'data-focus': `tab-${name}`, 'aria-current': name === tab ? 'page' : null }, t(`desk.${name}`))));
  if (tab === 'orders' && place[1]) return [links, deskorder.page(place[1])];
  const { fields, does, row } = tabs[tab];
  const asked = fields();
  return [links,
    asked.length ? h('form', { class: 'panel row', onsubmit: submit, oninput: event => { typed = Object.fromEntries(new FormData(event.currentTarget)); } }, asked,
      button('desk', { 'type': 'submit', 'data-focus': 'desk' }, t(does ? `desk.do.${tab}` : 'find'), () => {}), errorOf('desk')) : null,
    h('ul', { class: 'desk-list', id: 'desk-list' }, items === null ? h('li', {}, skeleton(20))
      : items.length === 0 ? h('li', { class: 'soft' }, t('nothing')) : items.map(item => h('li', {}, row(item)))),
    tab === 'events' ? button('redeliver-all', { class: 'quiet' }, t('redeliver.all'), redeliverAll) : null,
    cursor ? button('desk-more', { class: 'quiet wide' }, t('more'), () => act('desk-more', () => read(true), { needsUser: false })) : null];
}

function submit(event) {
  event.preventDefault();
  filled = Object.fromEntries(new FormData(event.target));
  const { does } = tabs[tab];
  if (!does) {
    items = null;
    attempt(() => read());
    return;
  }
  act(`desk ${tab} ${JSON.stringify(filled)}`, async (key, again) => {
    const done = await does(key);
    say(again ? t('again') : done);
    typed = {};
    await read();
  }, { control: 'desk', needsUser: false });
}

const redeliver = event => act(`redeliver-${event.id}`, async (key, again) => {
  await admin('POST', `/events/${event.id}/redeliver`, { key });
  say(t(again ? 'again' : 'redelivered'));
  await read();
}, { needsUser: false });

async function redeliverAll() {
  if (!await ask(t('redeliver.all'), [t('redeliver.about')], t('redeliver'))) return;
  await act('redeliver-all', async (key, again) => {
    await admin('POST', '/events/redeliver?status=DEAD', { key });
    say(t(again ? 'again' : 'redelivered'));
    await read();
  }, { needsUser: false });
}
