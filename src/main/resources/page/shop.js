// The storefront: best sellers, products, and one product.
import { attempt, button, errorOf } from './act.js';
import { all, call, hush, listen } from './api.js';
import * as campaigns from './campaigns.js';
import { add } from './cart.js';
import { find, h, redraw, skeleton } from './dom.js';
import * as drops from './drops.js';
import * as limits from './limits.js';
import * as line from './line.js';
import { picture } from './pictures.js';
import * as product from './product.js';
import { local, number, t, won } from './words.js';

const products = new Map();
let listed = null;
let cursor = null;
let best = null;
let sought = '';

export async function load() {
  const [first, popular] = await Promise.all([
    call('GET', '/api/v1/products?limit=12'), call('GET', '/api/v1/products/popular'), campaigns.load(), drops.load()]);
  first.items.forEach(learn);
  listed = first.items.map(each => each.id);
  cursor = first.nextCursor;
  await sellBest(popular.items);
  draw();
}

/** Keeps what was heard of a product; a list knows less of it than the product itself. */
export function learn(fresh) {
  products.set(fresh.id, { ...products.get(fresh.id), ...fresh, dropLimit: drops.dropOf(fresh.dropId)?.maxPerUser ?? null });
}

export const known = () => [...products.values()];
export const productOf = id => products.get(id);

async function sellBest(items) {
  const unknown = items.filter(item => !products.has(item.productId));
  (await Promise.all(unknown.map(item => call('GET', `/api/v1/products/${item.productId}`)))).forEach(learn);
  best = items;
  drawBest();
}

export function watch() {
  listen('popular', '/api/v1/products/popular/stream', 'popular', state => attempt(() => sellBest(state.items)));
  campaigns.watch();
  drops.watch();
}

export function unwatch() {
  hush('popular');
  campaigns.unwatch();
  drops.unwatch();
}

export function draw() {
  campaigns.draw();
  redrawProducts();
}

export function redrawProducts() {
  drops.draw();
  drawBest();
  drawProducts();
  product.draw();
}

/** Why it cannot be put into a cart, in few words, or null. */
export function obstacle(each) {
  if (each.onSale === false) return t('not.on.sale');
  if (each.stock === 0) return t('none.left');
  if (limits.reached(each)) return t('limit.reached');
  const drop = drops.dropOf(each.dropId);
  return drops.shut(each.dropId) ?? (drop?.line && !line.isAdmitted(drop.id) ? t('line.first') : null);
}

/** The button that puts one into the cart, or says why it cannot. */
export function adder(each, where) {
  const why = obstacle(each);
  const name = local(each.name);
  return button(`cart-${each.id}`, {
    'class': 'quiet add', 'disabled': why !== null, 'data-product': each.id, 'data-focus': `${where}-${each.id}`, 'data-name-of': each.id, 'data-name': each.name,
    'aria-label': why ? `${why}: ${name}` : t('add.name', { name }),
  }, why ?? t('add'), () => add(each));
}

function drawBest() {
  redraw(find('popular'), !best ? [1, 2, 3].map(() => h('li', {}, skeleton(12)))
    : best.length === 0 ? h('li', { class: 'soft' }, t('nothing.sold')) : best.map(bestSeller));
}

function bestSeller(item) {
  const there = products.get(item.productId);
  return h('li', {},
    h('span', { 'class': 'rank num', 'aria-hidden': 'true' }, item.rank),
    picture(item.productId, item.name),
    h('span', {}, h('a', { href: `#product/${item.productId}` }, local(item.name)),
      h('span', { class: 'soft num' }, `${won(item.price)} · ${t('sold', { n: number(item.soldQuantity) })}`)),
    there ? adder(there, 'best') : null,
    errorOf(`cart-${item.productId}`));
}

function drawProducts() {
  const wanted = sought.trim().toLocaleLowerCase();
  const found = (listed ?? []).map(productOf).filter(each => each.name.toLocaleLowerCase().includes(wanted));
  redraw(find('products'), !listed ? [1, 2, 3, 4].map(() => h('li', { class: 'product' }, h('div', {}, skeleton(10), skeleton(6))))
    : found.length === 0 ? h('li', { class: 'soft' }, t('nothing.found', { what: sought })) : found.map(card));
  find('more').hidden = cursor === null || wanted !== '';
}

function card(each) {
  const limit = limits.text(each);
  return h('li', { class: each.stock === 0 || each.onSale === false ? 'product gone' : 'product' },
    picture(each.id, each.name),
    h('div', {},
      h('h3', {}, h('a', { href: `#product/${each.id}` }, local(each.name))),
      h('p', { class: 'soft num' }, each.stock ? t('in.stock', { n: number(each.stock) }) : t('none.left')),
      limit ? h('p', { class: 'soft num' }, limit) : null,
      h('p', { class: 'price num' }, won(each.price)),
      adder(each, 'add'),
      errorOf(`cart-${each.id}`)));
}

function append(items) {
  items.forEach(learn);
  listed = [...new Set([...listed, ...items.map(each => each.id)])];
  drawProducts();
}

export const more = () => attempt(async () => {
  const next = await call('GET', `/api/v1/products?limit=12&cursor=${encodeURIComponent(cursor)}`);
  cursor = next.nextCursor;
  append(next.items);
  document.querySelector(`#products [data-name-of="${next.items[0]?.id}"]`)?.focus();
  await limits.load();
});

/** Looks among all, which are read when somebody looks for the first time. */
export const search = text => attempt(async () => {
  sought = text;
  drawProducts();
  if (text && cursor !== null) {
    const items = await all('/api/v1/products', 1000);
    cursor = null;
    append(items);
  }
});

/** After an order: what it took. */
export async function refreshStock(ids) {
  const fresh = await Promise.all(ids.map(id => call('GET', `/api/v1/products/${id}`)));
  fresh.forEach(learn);
  redrawProducts();
}
