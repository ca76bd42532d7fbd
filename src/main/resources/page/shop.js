// The storefront's left side: campaigns, best sellers, products.
import { call, hush, listen } from './api.js';
import { find, h, patches, redraw, say, track } from './dom.js';
import { attempt, mine } from './mine.js';
import { day, local, number, t, won } from './words.js';

let campaigns = [];
let best = [];
let products = [];
let cursor = null;
let watched = null;

export async function load() {
  const [coupons, first] = await Promise.all([call('GET', '/api/v1/coupons'), call('GET', '/api/v1/products?limit=12')]);
  campaigns = coupons.items.sort((a, b) => isOpen(b) - isOpen(a) || a.id - b.id);
  products = first.items;
  cursor = first.nextCursor;
  draw();
}

export function watch() {
  listen('popular', '/api/v1/products/popular/stream', 'popular', state => {
    best = state.items;
    drawBest();
  });
  // One stream, as a browser has six connections for a site: for the first campaign that is open.
  watched = campaigns.find(isOpen);
  if (watched) {
    listen('coupon', `/api/v1/coupons/${watched.id}/stream`, 'coupon', state => {
      watched.remainingQuantity = state.remainingQuantity;
      drawCampaigns();
    });
  }
}

export function unwatch() {
  hush('popular');
  hush('coupon');
}

export function draw() {
  drawCampaigns();
  drawBest();
  drawProducts();
}

const isOpen = campaign => {
  const now = Date.now();
  return campaign.remainingQuantity > 0 && now >= Date.parse(campaign.issuableFrom) && now < Date.parse(campaign.issuableUntil);
};

/** Why a campaign's coupon is not to be had, or null. */
function closed(campaign) {
  if (Date.now() < Date.parse(campaign.issuableFrom)) return t('opens', { at: day(campaign.issuableFrom) });
  if (Date.now() >= Date.parse(campaign.issuableUntil)) return t('closed');
  return campaign.remainingQuantity === 0 ? t('sold.out') : null;
}

export function discount({ type, value, maxAmount }) {
  const off = t('off', { n: type === 'FIXED' ? won(value) : `${number(value)}%` });
  return maxAmount ? `${off}, ${t('at.most', { n: won(maxAmount) })}` : off;
}

export const campaign = id => campaigns.find(each => each.id === id);

export function drawCampaigns() {
  redraw(find('campaigns'), campaigns.map(ticket));
}

function ticket(each) {
  const has = mine.coupons.some(coupon => coupon.couponId === each.id);
  const over = closed(each);
  const condition = each.minOrderAmount ? t('from', { n: won(each.minOrderAmount) }) : t('any.order');
  const amount = each.discount.type === 'FIXED' ? won(each.discount.value) : `${number(each.discount.value)}%`;
  const limit = each.discount.maxAmount ? `, ${t('at.most', { n: won(each.discount.maxAmount) })}` : '';
  return h('li', { class: over && !has ? 'ticket over' : 'ticket' },
    h('div', {},
      h('strong', { class: 'num' }, t('off', { n: amount })),
      h('h3', {}, local(each.name)),
      h('p', { class: 'soft num' }, condition + limit)),
    h('div', { class: 'stub' },
      h('span', { class: 'left' },
        h('span', { class: 'soft num' }, t('left.of', { n: number(each.remainingQuantity), total: number(each.totalQuantity) })),
        track(each.remainingQuantity / each.totalQuantity)),
      // Who asks when nothing is left hears so from the shop, in his language.
      h('button', {
        type: 'button', class: over ? 'quiet' : null, disabled: has || (over && each.remainingQuantity > 0), 'data-focus': `get-${each.id}`,
        'data-campaign': each.id, 'aria-label': `${has ? t('got') : over ?? t('get')}: ${local(each.name)}`, onclick: () => get(each),
      }, has ? t('got') : over ?? t('get'))));
}

const get = each => attempt(async () => {
  const before = mine.coupons.length;
  const coupon = await call('POST', `/api/v1/coupons/${each.id}/issue`);
  await mine.loadCoupons();
  say(t(mine.coupons.length > before || !coupon ? 'issued' : 'issued.again'));
  Object.assign(each, await call('GET', `/api/v1/coupons/${each.id}`));
  drawCampaigns();
});

function drawBest() {
  redraw(find('popular'), best.length
    ? best.map(item => h('li', {},
      h('span', { class: 'rank num', 'aria-hidden': 'true' }, item.rank),
      h('span', {}, local(item.name)),
      h('span', { class: 'soft num' }, `${t('sold', { n: number(item.soldQuantity) })} · ${won(item.price)}`)))
    : h('li', { class: 'soft' }, t('nothing.sold')));
}

function drawProducts() {
  redraw(find('products'), products.map(card));
  find('more').hidden = cursor === null;
}

function card(product) {
  const name = local(product.name);
  const gone = product.stock === 0;
  return h('li', { class: gone ? 'product gone' : 'product' },
    patches(product.id),
    h('div', {},
      h('h3', {}, name),
      h('p', { class: 'soft num' }, gone ? t('none.left') : product.onSale ? t('in.stock', { n: number(product.stock) }) : t('not.on.sale')),
      h('p', { class: 'price num' }, won(product.price)),
      h('button', {
        type: 'button', class: 'quiet', disabled: !product.onSale, 'data-focus': `add-${product.id}`, 'data-product': product.id,
        'aria-label': t('add.name', { name }), onclick: () => add(product),
      }, t('add'))));
}

const add = product => attempt(async () => {
  mine.setCart(await call('POST', '/api/v1/cart/items', { body: { productId: product.id, quantity: 1 } }));
  say(t('added', { name: local(product.name) }));
});

export const more = () => attempt(async () => {
  const next = await call('GET', `/api/v1/products?limit=12&cursor=${encodeURIComponent(cursor)}`);
  const first = next.items[0];
  products = products.concat(next.items);
  cursor = next.nextCursor;
  drawProducts();
  document.querySelector(`[data-focus="add-${first.id}"]`)?.focus();
}, false);

/** After an order: what it took. */
export async function refreshStock(ids) {
  const fresh = await Promise.all(ids.map(id => call('GET', `/api/v1/products/${id}`)));
  products = products.map(product => fresh.find(each => each.id === product.id) ?? product);
  drawProducts();
}
