// In development: strangers in thousands, sent by the shop's own development run to its own door.
import { act, asBefore, attempt, button, errorOf } from './act.js';
import { admin } from './admin.js';
import { call } from './api.js';
import * as board from './board.js';
import { now } from './clock.js';
import { find, h, redraw } from './dom.js';
import { code, number, t } from './words.js';

const SIZES = [1000, 3000, 5000];
const ASK_MILLIS = 700;
const COUPONS = 500;
const UNITS = 400;

let state = null;
let size = SIZES[1];
let fresh = true;
let timer = 0;

export async function load() {
  state = await call('GET', '/dev/crowd');
  find('crowd').hidden = false;
  draw();
  if (state.running) follow();
}

export function draw() {
  if (!state) return;
  const busy = state.running;
  redraw(find('crowd'),
    h('h2', { id: 'crowd-title' }, t('crowd')),
    h('form', { onsubmit: event => { event.preventDefault(); send(); } },
      h('label', {}, t('buyers'), h('select', { id: 'buyers', 'data-focus': 'buyers', onchange: event => { size = Number(event.target.value); } },
        SIZES.map(each => h('option', { value: each, selected: each === size }, number(each))))),
      h('label', { class: 'tick' }, h('input', { type: 'checkbox', id: 'fresh', 'data-focus': 'fresh', checked: fresh, onchange: event => { fresh = event.target.checked; } }), t('fresh')),
      button('send', { type: 'submit', id: 'send', disabled: busy }, t('send'), () => {})),
    errorOf('send'),
    h('div', { class: 'outcome' },
      h('p', { class: 'soft num', role: 'status', id: 'crowd-state' }, busy ? t('crowd.on', { gone: number(state.gone), n: number(state.buyers) })
        : state.buyers ? t(state.gone < state.buyers ? 'crowd.ended' : 'crowd.done', { n: number(state.buyers), gone: number(state.gone) }) : t('crowd.about')),
      h('p', { class: 'row' }, Object.entries(state.outcomes).map(([name, count]) => {
        const good = ['CHARGED', 'ISSUED', 'ORDERED', 'PAID'].includes(name);
        return h('span', { class: good ? 'tag num' : 'tag bad num' }, `${good || name === 'BROKEN' ? t(`o.${name}`) : code(name)} ${number(count)}`);
      }))));
}

const send = () => act('send', async key => {
  if (fresh) await openDrop(key);
  const { campaignId, productId } = board.chosen();
  state = await call('POST', '/dev/crowd', { body: { couponId: campaignId, productId, buyers: size } });
  draw();
  follow();
}, { needsUser: false });

/** By the calls that an administrator has. */
async function openDrop(key) {
  const from = asBefore(key, now);
  const at = days => new Date(from + days * 86_400_000).toISOString();
  const campaign = await admin('POST', '/coupons', {
    key,
    body: {
      name: '선착순 500명 5,000원 할인 / 5,000 won off, the first 500', discount: { type: 'FIXED', value: 5000 }, minOrderAmount: 10000,
      totalQuantity: COUPONS, issuableFrom: new Date(from - 60_000).toISOString(), issuableUntil: at(1), validUntil: at(7),
    },
  });
  const product = await admin('POST', '/products', {
    key,
    body: { name: '작은 달항아리 / Moon Jar, small edition', description: '손으로 빚은 백자 / white porcelain, thrown by hand', price: 48000, stock: UNITS, onSale: true },
  });
  const drop = await admin('POST', '/drops', {
    key, body: { name: '달항아리 드롭 / Moon jar drop', productIds: [product.id], opensAt: new Date(now()).toISOString(), closesAt: at(1) },
  });
  board.choose(campaign, product);
  location.hash = `#board/drop/${drop.id}`;
}

function follow() {
  clearTimeout(timer);
  timer = setTimeout(() => attempt(async () => {
    state = await call('GET', '/dev/crowd');
    draw();
    if (state.running) follow();
  }), ASK_MILLIS);
}
