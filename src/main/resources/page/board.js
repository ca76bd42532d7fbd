// The board: a drop as this instance tells of it, by three streams.
import { attempt } from './act.js';
import { call, hush, listen } from './api.js';
import { chart } from './chart.js';
import { find, h, redraw, track } from './dom.js';
import * as dropboard from './dropboard.js';
import { clock, code, local, number, t, won } from './words.js';

const HISTORY = 120;
/** A screen reader is told this often, and only of what has changed. */
const SPOKEN_MILLIS = 10_000;

const NONE = { requests: 0, orders: 0, coupons: 0, payments: 0, refused: 0, p50Millis: null, p99Millis: null, refusals: [] };
const times = [];
const lines = { orders: [], coupons: [], payments: [], refused: [], latency: [] };

let campaigns = [];
let shelves = [];
let campaignId = null;
let productId = null;
let level = null;
let figures = NONE;
let product = null;
let best = null;
let live = false;
let heardAt = 0;
let beat = 0;
let lastSpoken = 0;

export async function load() {
  const [coupons, popular] = await Promise.all([call('GET', '/api/v1/coupons?limit=100'), call('GET', '/api/v1/products/popular')]);
  campaigns = coupons.items;
  shelves = popular.items.map(item => ({ id: item.productId, name: item.name }));
  best = popular.items;
  const now = Date.now();
  const open = campaigns.filter(each => each.remainingQuantity > 0 && Date.parse(each.issuableFrom) <= now && now < Date.parse(each.issuableUntil));
  campaignId ??= (open.at(-1) ?? campaigns[0])?.id ?? null;
  productId ??= shelves[0]?.id ?? null;
  draw();
}

/** Shows another drop, such as one that was just opened. */
export function choose(campaign, shelf) {
  if (!campaigns.some(each => each.id === campaign.id)) campaigns.unshift(campaign);
  if (!shelves.some(each => each.id === shelf.id)) shelves.unshift(shelf);
  campaignId = campaign.id;
  productId = shelf.id;
  watch();
  draw();
}

export const chosen = () => ({ campaignId, productId });

export function watch() {
  level = null;
  product = null;
  if (campaignId) listen('coupon', `/api/v1/coupons/${campaignId}/stream`, 'coupon', state => { level = state; drawCoupons(); });
  listen('popular', '/api/v1/products/popular/stream', 'popular', state => { best = state.items; drawBest(); });
  listen('board', `/board/stream${productId ? `?product=${productId}` : ''}`, 'board', state => {
    heardAt = Date.now();
    figures = state.figures;
    product = state.product;
    drawStock();
    drawRefusals();
  }, stands => { live = stands; drawLink(); });
  dropboard.watch();
  clearInterval(beat);
  // A state that does not change is not sent, but its line goes on.
  beat = setInterval(pass, 1000);
}

export function unwatch() {
  clearInterval(beat);
  ['coupon', 'popular', 'board'].forEach(hush);
  dropboard.unwatch();
}

function pass() {
  // A line that goes on would say that nothing happens; nobody knows.
  if (!live) return;
  for (const name of Object.keys(lines)) {
    lines[name].push(name === 'latency' ? figures.p99Millis ?? 0 : figures[name]);
    if (lines[name].length > HISTORY) lines[name].shift();
  }
  times.push(Math.floor(Date.now() / 1000));
  if (times.length > HISTORY) times.shift();
  drawFigures();
  drawChart();
  speakNow();
}

function drawChart() {
  if (times.length < 2) return;
  const drawn = ['orders', 'coupons', 'payments', 'refused'];
  attempt(() => chart('chart', [times, ...drawn.map(name => lines[name])], {
    names: drawn.map(name => t(`f.${name}`)), unit: t('per.second'), x: t('time'), clock: true,
    says: t('spoken', { coupons: number(level?.remainingQuantity ?? 0), units: number(product?.stock ?? 0), orders: number(figures.orders) }),
  }));
}

function speakNow() {
  const now = Date.now();
  if (now - lastSpoken < SPOKEN_MILLIS) return;
  lastSpoken = now;
  const text = t('spoken', { coupons: number(level?.remainingQuantity ?? 0), units: number(product?.stock ?? 0), orders: number(figures.orders) });
  if (find('spoken').textContent !== text) find('spoken').textContent = text;
}

export function draw() {
  drawLink();
  drawCoupons();
  drawStock();
  drawFigures();
  drawBest();
  drawRefusals();
  dropboard.draw();
}

function drawLink() {
  const text = live ? t('live') : heardAt ? t('last.heard', { at: clock(heardAt) }) : t('connecting');
  const link = find('link');
  link.classList.toggle('live', live);
  find('view-board').classList.toggle('stale', !live && heardAt > 0);
  if (link.textContent !== text) link.textContent = text;
}

/** Redrawn only when it has other options, or a list that is open would close under one's hand. */
function choice(section, id, label, options, value, change) {
  const select = section.querySelector('select');
  const shape = JSON.stringify([t(label), options.map(each => [each.id, local(each.name)]), value]);
  if (select?.dataset.shape === shape) return;
  const made = h('select', { id, 'aria-label': t(label), 'data-focus': id, 'data-shape': shape, onchange: event => change(Number(event.target.value)) },
    options.map(each => h('option', { value: each.id, selected: each.id === value }, local(each.name))));
  redraw(section, made, h('div'));
}

function hero(section, title, count, part, below) {
  section.lastElementChild.replaceChildren(
    ...[h('h2', { id: `${section.id}-title` }, title), h('p', { class: 'big num' }, count), part === null ? null : track(part), h('p', { class: 'soft num row' }, ...below)].filter(Boolean));
}

function drawCoupons() {
  const section = find('hero-coupons');
  choice(section, 'choose-campaign', 'campaign', campaigns, campaignId, id => { campaignId = id; watch(); drawCoupons(); });
  const bad = level && level.phase !== 'OPEN';
  hero(section, t('coupons.left'), level ? number(level.remainingQuantity) : '–', level ? level.remainingQuantity / level.totalQuantity : 0,
    level ? [h('span', { class: bad ? 'tag bad' : 'tag' }, t(level.phase)), t('of', { n: number(level.totalQuantity) })] : [t('connecting')]);
}

function drawStock() {
  const section = find('hero-stock');
  choice(section, 'choose-product', 'product', shelves, productId, id => { productId = id; watch(); drawStock(); });
  hero(section, t('units.left'), product ? number(product.stock) : '–', null,
    product ? [h('span', { class: product.stock ? 'tag' : 'tag bad' }, product.stock ? won(product.price) : t('none.left'))] : [t(productId ? 'connecting' : 'choose')]);
}

function drawFigures() {
  const tile = (name, value, note) => h('li', { class: name },
    h('span', { class: 'soft' }, t(`f.${name}`)), h('b', { class: 'num' }, value), h('span', { class: 'soft num' }, note));
  const peak = name => t('peak', { n: number(Math.max(0, ...lines[name])) });
  const slowest = figures.p99Millis;
  redraw(find('figures'),
    tile('orders', number(figures.orders), peak('orders')),
    tile('coupons', number(figures.coupons), peak('coupons')),
    tile('payments', number(figures.payments), peak('payments')),
    tile('latency', slowest === null ? '–' : t('ms', { n: number(slowest) }), slowest === null ? '\u00a0' : t('f.p50', { n: number(figures.p50Millis) })),
    tile('refused', number(figures.refused), peak('refused')));
}

function bars(element, rows, empty) {
  const most = Math.max(1, ...rows.map(row => row[1]));
  redraw(element, rows.length
    ? rows.map(([name, count]) => h('li', {}, h('span', {}, name), h('span', { class: 'num' }, number(count)), track(count / most)))
    : h('li', { class: 'soft' }, empty));
}

const drawBest = () => bars(find('best'), (best ?? []).map(item => [local(item.name), item.soldQuantity]), t(best ? 'nothing.sold' : 'loading'));
const drawRefusals = () => bars(find('refusals'), figures.refusals.slice(0, 6).map(each => [code(each.code), each.count]), t(heardAt ? 'refusals.none' : 'loading'));
