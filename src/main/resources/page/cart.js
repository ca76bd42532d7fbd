// The cart: what it will cost, and the order.
import { act, asBefore, button, errorOf } from './act.js';
import { call, isSignedIn, Problem } from './api.js';
import { campaignOf, discount } from './campaigns.js';
import { find, h, redraw, say, skeleton } from './dom.js';
import * as limits from './limits.js';
import { loadCart, loadCoupons, loadOrders, mine, setCart } from './mine.js';
import * as orders from './orders.js';
import { picture } from './pictures.js';
import { offers } from './price.js';
import { refreshStock } from './shop.js';
import { local, number, t, time, won } from './words.js';

const EMPTY = { items: [], total: 0 };
const MOST = 999;

export function draw() {
  drawWay();
  redraw(find('cart'), h('h2', { id: 'cart-title' }, t('cart')), ...content());
}

/** On a narrow screen the cart is a sheet, and this opens it. */
function drawWay() {
  const { items, total } = mine.cart ?? EMPTY;
  const count = items.reduce((sum, item) => sum + item.quantity, 0);
  redraw(find('to-cart'), h('span', { class: 'num' }, t('to.cart', { n: number(count) })), h('span', { class: 'num' }, won(total)));
}

function content() {
  if (!isSignedIn()) return [h('p', { class: 'soft' }, t('cart.about'))];
  if (!mine.cart) return [skeleton(18), skeleton(12)];
  if (mine.cart.items.length === 0) return [h('p', { class: 'soft' }, `${t('cart.empty')} ${t('cart.about')}`)];
  const bill = reckon();
  return [
    h('ul', { class: 'lines' }, mine.cart.items.map(line)), couponChoice(bill), totals(bill),
    button('place', { class: 'wide', id: 'place', disabled: mine.cart.items.some(item => !item.inStock) }, t('order', { n: won(bill.total) }), () => order(bill)),
    errorOf('place'),
  ];
}

/** What the shop will ask for, and with which coupon. */
function reckon() {
  const subtotal = mine.cart.total;
  const choices = offers(mine.coupons ?? [], campaignOf, subtotal);
  const usable = choices.filter(each => !each.why);
  const used = mine.chosen === '' ? null : usable.find(each => each.coupon.id === mine.chosen) ?? usable[0] ?? null;
  const off = used?.off ?? 0;
  return { subtotal, choices, used, off, total: subtotal - off };
}

function line(item) {
  const name = local(item.name);
  const control = `cart-${item.productId}`;
  const step = (label, sign, quantity) => button(control, { 'class': 'quiet step', 'aria-label': t(label, { name }), 'data-focus': `${label}-${item.productId}` }, sign,
    () => setQuantity(item.productId, quantity));
  return h('li', { 'data-name-of': item.productId, 'data-name': item.name },
    picture(item.productId, item.name),
    h('a', { href: `#product/${item.productId}` }, name),
    h('span', { class: 'num amount' }, won(item.amount)),
    h('span', { class: item.inStock ? 'soft num' : 'short' }, item.inStock ? t('each', { n: won(item.price) }) : t('not.enough')),
    h('span', { class: 'row num stepper' },
      item.quantity > 1 ? step('less', '−', item.quantity - 1) : step('remove', '×', 0),
      h('input', {
        'class': 'num', 'inputmode': 'numeric', 'value': item.quantity, 'aria-label': t('quantity', { name }), 'data-focus': `quantity-${item.productId}`,
        'onchange': event => type(event.target, item),
      }),
      step('one.more', '+', item.quantity + 1)),
    errorOf(control));
}

function type(input, item) {
  const wanted = Number(input.value);
  if (Number.isInteger(wanted) && wanted >= 0 && wanted <= MOST) setQuantity(item.productId, wanted);
  else input.value = item.quantity;
}

function couponChoice({ choices, used }) {
  if (choices.length === 0) return null;
  const label = ({ coupon, campaign, why }) => {
    const text = campaign ? `${discount(campaign.discount)} · ${local(campaign.name)}` : `#${coupon.couponId}`;
    if (why === 'BELOW_MINIMUM') return `${text} (${t('from', { n: won(campaign.minOrderAmount) })})`;
    return why ? `${text} (${t(`why.${why}`)})` : text;
  };
  return h('p', { class: 'use' }, h('label', { for: 'use' }, t('coupon.use')),
    h('select', { 'id': 'use', 'data-focus': 'use', 'onchange': event => { mine.chosen = event.target.value; draw(); } },
      h('option', { value: '', selected: !used }, t('coupon.none')),
      choices.map(each => h('option', { value: each.coupon.id, selected: each === used, disabled: each.why !== null }, label(each)))));
}

function totals({ subtotal, off, total }) {
  const row = (label, amount, style = '') => h('p', { class: `row between num ${style}` }, h('span', {}, label), h('span', {}, amount));
  const short = mine.balance === null ? 0 : total - mine.balance;
  return h('div', { class: 'totals' },
    off ? [row(t('subtotal'), won(subtotal)), row(t('coupon'), `−${won(off)}`, 'saved')] : null,
    row(t('total'), won(total), 'total'),
    short > 0 ? h('p', { class: 'soft num' }, t('points.short', { n: number(short) })) : null);
}

/** Says how many are wanted, not how many more: said twice it is the same. */
export const setQuantity = (productId, quantity, done) => act(`set ${productId} ${quantity}`, async () => {
  if (quantity > 0) {
    setCart(await call('PUT', `/api/v1/cart/items/${productId}`, { body: { quantity } }));
  } else {
    await call('DELETE', `/api/v1/cart/items/${productId}`);
    await loadCart();
  }
  done?.();
}, { control: `cart-${productId}` });

/** One more than there are; if the answer was lost, the same number again. */
export const add = product => act(`add ${product.id}`, async key => {
  const before = (mine.cart ?? await call('GET', '/api/v1/cart')).items.find(item => item.productId === product.id)?.quantity ?? 0;
  const quantity = asBefore(key, () => Math.min(MOST, before + 1));
  setCart(await call('PUT', `/api/v1/cart/items/${product.id}`, { body: { quantity } }));
  say(t('added', { name: local(product.name) }));
}, { control: `cart-${product.id}` });

function order({ total, used }) {
  const items = mine.cart.items.map(({ productId, quantity }) => ({ productId, quantity }));
  const body = { items, expectedTotal: total, ...(used && { issuedCouponId: used.coupon.id }) };
  const bought = () => Promise.all([loadCoupons(), limits.load(), refreshStock(items.map(item => item.productId))]);
  // By its items alone: the order itself changes what else is said, as it uses the coupon.
  return act(`order ${JSON.stringify(items)}`, async (key, again) => {
    const placed = await call('POST', '/api/v1/orders', { body, key }).catch(refreshed);
    if (!placed) {
      say(t('again'));
      mine.chosen = null;
      await Promise.all([loadCart(), loadOrders(), bought()]);
      return;
    }
    say(again ? t('again') : t('ordered', { at: time(placed.paymentDueAt) }));
    mine.chosen = null;
    // The shop takes what was ordered out of the cart a moment later; nobody has to wait for that.
    setCart(EMPTY);
    orders.put(placed);
    find('orders').querySelector('button')?.focus();
    await bought();
  }, { control: 'place' });
}

/** What the cart showed is no longer so: it shows what is. Null if the order was made before, and said otherwise. */
async function refreshed(failure) {
  if (failure.document?.code === 'IDEMPOTENCY_KEY_REUSED') return null;
  if (failure instanceof Problem && failure.document.status === 409) await Promise.all([loadCart(), loadCoupons()]);
  throw failure;
}

