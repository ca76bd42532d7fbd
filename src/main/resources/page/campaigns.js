// The coupons that are given out, first come first served.
import { act, button, errorOf } from './act.js';
import { call, hush, listen } from './api.js';
import { eachSecond, now, span, until } from './clock.js';
import { find, h, redraw, say, skeleton, track } from './dom.js';
import { loadCoupons, mine } from './mine.js';
import { days, local, number, t, won } from './words.js';

let campaigns = null;
const others = new Map();

export async function load() {
  const items = (await call('GET', '/api/v1/coupons')).items;
  campaigns = items.sort((a, b) => isOpen(b) - isOpen(a) || a.id - b.id);
  draw();
}

const isOpen = campaign => campaign.status === 'OPEN';

export const campaignOf = id => campaigns?.find(each => each.id === id) ?? others.get(id);

/** Older campaigns than those that are shown, which gave out somebody's coupon. */
export async function know(ids) {
  const missing = [...new Set(ids)].filter(id => !campaignOf(id));
  const found = await Promise.all(missing.map(id => call('GET', `/api/v1/coupons/${id}`)));
  found.forEach(campaign => others.set(campaign.id, campaign));
}

/** One stream, as a browser has six connections for a site: for the first campaign that is open. */
export function watch() {
  const watched = campaigns?.find(isOpen);
  if (!watched) return;
  listen('coupon', `/api/v1/coupons/${watched.id}/stream`, 'coupon', state => {
    if (watched.remainingQuantity === state.remainingQuantity) return;
    watched.remainingQuantity = state.remainingQuantity;
    if (state.remainingQuantity === 0 && isOpen(watched)) watched.status = 'SOLD_OUT';
    draw();
  });
}

export const unwatch = () => hush('coupon');

export function discount({ type, value, maxAmount }) {
  const off = t('off', { n: type === 'FIXED' ? won(value) : `${number(value)}%` });
  return maxAmount ? `${off}, ${t('at.most', { n: won(maxAmount) })}` : off;
}

export function draw() {
  redraw(find('campaigns'), campaigns ? campaigns.map(ticket) : [1, 2, 3].map(() => h('li', { class: 'ticket' }, h('div', {}, skeleton(14), skeleton(10)))));
}

function ticket(each) {
  const has = (mine.coupons ?? []).some(coupon => coupon.couponId === each.id);
  const control = `get-${each.id}`;
  const amount = each.discount.type === 'FIXED' ? won(each.discount.value) : `${number(each.discount.value)}%`;
  const conditions = [each.minOrderAmount ? t('from', { n: won(each.minOrderAmount) }) : t('any.order'), each.discount.maxAmount ? t('at.most', { n: won(each.discount.maxAmount) }) : null];
  return h('li', { class: isOpen(each) || has ? 'ticket' : 'ticket over' },
    h('div', {},
      h('strong', { class: 'num' }, t('off', { n: amount })),
      h('h3', {}, local(each.name)),
      h('p', { class: 'soft num' }, conditions.filter(Boolean).join(' · ')),
      errorOf(control)),
    h('div', { class: 'stub' },
      h('span', { class: 'left' }, h('span', { class: 'soft num' }, left(each)), track(each.remainingQuantity / each.totalQuantity)),
      button(control, {
        'class': isOpen(each) ? null : 'quiet', 'disabled': has || !isOpen(each), 'data-campaign': each.id,
        'aria-label': `${has ? t('got') : t(`campaign.${each.status}`)}: ${local(each.name)}`,
      }, has ? t('got') : t(`campaign.${each.status}`), () => get(each))));
}

const left = each => each.status === 'SCHEDULED'
  ? t('opens.in', { n: span(until(each.issuableFrom), days) })
  : t('left.of', { n: number(each.remainingQuantity), total: number(each.totalQuantity) });

const get = each => act(`get-${each.id}`, async () => {
  const before = mine.coupons.length;
  try {
    await call('POST', `/api/v1/coupons/${each.id}/issue`);
    await loadCoupons();
    say(t(mine.coupons.length > before ? 'issued' : 'issued.again'));
  } finally {
    Object.assign(each, await call('GET', `/api/v1/coupons/${each.id}`));
    draw();
  }
});

let opening = false;
eachSecond(async () => {
  const waiting = (campaigns ?? []).filter(each => each.status === 'SCHEDULED');
  if (waiting.length === 0 || opening || find('view-shop').hidden) return;
  const due = waiting.find(each => Date.parse(each.issuableFrom) <= now());
  if (!due) {
    if (waiting.some(each => until(each.issuableFrom) < 172_800_000)) draw();
    return;
  }
  opening = true;
  await load().catch(console.warn);
  opening = false;
});
