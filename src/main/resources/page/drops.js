// Drops: when each opens, by the server's clock, and what it sells.
import { attempt, errorOf } from './act.js';
import { call, hush, listen } from './api.js';
import { eachSecond, span, until } from './clock.js';
import { find, h, redraw, skeleton } from './dom.js';
import * as line from './line.js';
import { picture } from './pictures.js';
import { adder, learn, productOf } from './shop.js';
import { days, local, moment, number, t, won } from './words.js';

let drops = null;
/** The shop's people may pause, extend or open early. */
const AGAIN_MILLIS = 10_000;

let asking = false;
let askedAt = 0;

export async function load() {
  const before = new Map((drops ?? []).map(drop => [drop.id, drop.status]));
  drops = (await call('GET', '/api/v1/drops?limit=20')).items;
  // Not all who wait ask at the same moment.
  if (withLine().some(drop => before.has(drop.id) && before.get(drop.id) !== drop.status)) setTimeout(() => attempt(line.load), 2000 * Math.random());
  for (const drop of drops) drop.products.forEach(product => learn({ ...product, dropId: drop.id }));
  draw();
}

export const dropOf = id => drops?.find(drop => drop.id === id);
export const withLine = () => (drops ?? []).filter(drop => drop.line && drop.status !== 'CLOSED');

/** The stock of the first drop that is open; a browser has six connections for a site. */
export function watch() {
  const watched = shown().find(drop => drop.status === 'OPEN') ?? shown()[0];
  if (!watched) return;
  listen('drop', `/api/v1/drops/${watched.id}/stream`, 'drop', state => {
    const before = JSON.stringify({ ...watched, serverTime: 0 });
    Object.assign(watched, state);
    if (before === JSON.stringify({ ...watched, serverTime: 0 })) return;
    watched.products.forEach(product => learn({ ...product, dropId: watched.id }));
    draw();
  });
}

export const unwatch = () => hush('drop');

/** Those that are open or will be, the next one first. */
const shown = () => (drops ?? []).filter(drop => drop.status !== 'CLOSED')
  .sort((a, b) => (b.status === 'OPEN') - (a.status === 'OPEN') || Date.parse(a.opensAt) - Date.parse(b.opensAt)).slice(0, 6);

export function draw() {
  const list = drops ? shown().map(card) : [h('li', { class: 'drop' }, skeleton(16), skeleton(12))];
  find('drops-section').hidden = list.length === 0;
  redraw(find('drops'), list);
}

function card(drop) {
  return h('li', { 'class': `drop ${drop.status.toLowerCase()}`, 'data-drop': drop.id },
    h('div', { class: 'row between' },
      h('h3', {}, local(drop.name)),
      h('span', { class: drop.status === 'OPEN' ? 'tag' : 'tag wait', 'data-drop-status': drop.status }, t(`drop.${drop.status}`))),
    h('p', { class: 'countdown num', role: 'timer' }, countdown(drop)),
    drop.maxPerUser ? h('p', { class: 'soft num' }, t('drop.limit', { n: number(drop.maxPerUser) })) : null,
    h('ul', { class: 'row-list' }, drop.products.map(product => row(drop, product))),
    line.panel(drop));
}

function countdown(drop) {
  if (drop.status === 'SCHEDULED') return t('opens.in', { n: span(until(drop.opensAt), days) });
  if (drop.status === 'PAUSED') return t('paused.about');
  return drop.closesAt ? t('closes.in', { n: span(until(drop.closesAt), days), at: moment(drop.closesAt) }) : t('open.since', { at: moment(drop.opensAt) });
}

function row(drop, product) {
  const name = local(product.name);
  return h('li', {},
    picture(product.id, product.name),
    h('span', {}, h('a', { href: `#product/${product.id}` }, name), h('span', { class: 'soft num' }, `${won(product.price)} · ${product.stock ? t('in.stock', { n: number(product.stock) }) : t('none.left')}`)),
    adder({ ...productOf(product.id), ...product, dropId: drop.id }, 'drop'),
    errorOf(`cart-${product.id}`));
}

/** Why a drop does not sell its products now, or null. */
export function shut(dropId) {
  const drop = dropOf(dropId);
  if (!drop || drop.status === 'OPEN') return null;
  return t(drop.status === 'SCHEDULED' ? 'not.yet' : `drop.${drop.status}`);
}

eachSecond(async () => {
  if (find('view-shop').hidden) return;
  for (const drop of shown()) {
    const place = document.querySelector(`[data-drop="${drop.id}"] .countdown`);
    if (place) place.textContent = countdown(drop);
  }
  // It opens or closes at this moment: the shop says when it has.
  const due = shown().some(drop => (drop.status === 'SCHEDULED' && until(drop.opensAt) <= 0) || (drop.closesAt && until(drop.closesAt) <= 0));
  if (asking || (!due && Date.now() - askedAt < AGAIN_MILLIS)) return;
  asking = true;
  askedAt = Date.now();
  await load().catch(console.warn);
  asking = false;
});
