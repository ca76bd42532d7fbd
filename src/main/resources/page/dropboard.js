// One drop on the board, at #board/drop/7: how it stands, what it did each second, and the promises, asked again and again.
import { act, asBefore, button, errorOf } from './act.js';
import { admin, mayAdminister } from './admin.js';
import { call, hush, listen } from './api.js';
import { ask } from './ask.js';
import { chart } from './chart.js';
import { eachSecond, now, span, until } from './clock.js';
import { find, h, redraw, say, track } from './dom.js';
import { clock, code, days, local, moment, number, t } from './words.js';

const DEMO = document.documentElement.dataset.demo === 'true';
const REPORT_MILLIS = 1000;
const PROMISES_MILLIS = 5000;
const EXTENSION_MILLIS = 600_000;

let id = null;
let drop = null;
let drops = [];
let report = null;
let promises = null;
let asking = false;
let askedAt = 0;
let watching = false;

/** Shows that drop, or none. */
export async function show(wanted) {
  if (wanted !== id) {
    report = null;
    askedAt = 0;
  }
  id = wanted;
  drops = (await call('GET', '/api/v1/drops?limit=50')).items;
  drop = drops.find(each => each.id === id) ?? (id === null ? null : await call('GET', `/api/v1/drops/${id}`));
  watch();
  draw();
}

export function watch() {
  watching = true;
  if (id === null) hush('drop-board');
  else listen('drop-board', `/api/v1/drops/${id}/stream`, 'drop', state => { drop = { ...drop, ...state }; drawHead(); });
}

export function unwatch() {
  watching = false;
  hush('drop-board');
}

export function draw() {
  redraw(find('choose-drop'), h('label', {}, `${t('drop')} `, h('select', {
    'id': 'drop', 'data-focus': 'drop', 'onchange': event => { location.hash = event.target.value ? `#board/drop/${event.target.value}` : '#board'; },
  }, h('option', { value: '' }, t('choose')), drops.map(each => h('option', { value: each.id, selected: each.id === id }, local(each.name))))));
  find('drop-board').hidden = !drop;
  if (!drop) return;
  drawHead();
  drawControls();
  drawReport();
}

function drawHead() {
  if (!drop) return;
  redraw(find('drop-head'),
    h('div', { class: 'row between' }, h('h2', { id: 'drop-board-title' }, local(drop.name)),
      h('span', { 'class': drop.status === 'OPEN' ? 'tag' : 'tag wait', 'data-board-status': drop.status }, t(`drop.${drop.status}`))),
    h('p', { class: 'countdown num', role: 'timer' }, countdown()),
    report?.soldOutAt ? h('p', { class: 'big num' }, t('sold.out.in', { n: seconds(report.soldOutAt) })) : h('p', { class: 'big num' }, t('units.of', { n: number(stock()), total: number(report?.units.offered ?? stock()) })),
    track(report?.units.offered ? report.units.left / report.units.offered : null));
}

const stock = () => drop.products.reduce((sum, product) => sum + product.stock, 0);
const seconds = at => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format((Date.parse(at) - Date.parse(drop.opensAt)) / 1000);

function countdown() {
  if (drop.status === 'SCHEDULED') return t('opens.in', { n: span(until(drop.opensAt), days) });
  const opened = t('opened.at', { at: moment(drop.opensAt) });
  return drop.closesAt ? `${opened} · ${t(drop.status === 'CLOSED' ? 'closed.at' : 'closes.at', { at: moment(drop.closesAt) })}` : opened;
}

function drawControls() {
  const open = drop.status !== 'CLOSED';
  const paused = drop.status === 'PAUSED';
  const control = (name, body, question) => button(`drop-${name}`, { class: 'quiet' }, t(`drop.do.${name}`), () => change(name, body, question));
  redraw(find('drop-controls'), !mayAdminister() || !open ? [] : [h('p', { class: 'row' },
    paused ? control('resume', () => ({ paused: false })) : control('pause', () => ({ paused: true })),
    drop.closesAt ? control('extend', () => ({ closesAt: new Date(Date.parse(drop.closesAt) + EXTENSION_MILLIS).toISOString() })) : null,
    control('close', () => ({ closesAt: new Date(now()).toISOString() }), 'drop.close.ask')),
    ['pause', 'resume', 'extend', 'close'].map(name => errorOf(`drop-${name}`))]);
}

/** The body is made once: asked again after a lost answer, it says the same. */
async function change(name, body, question) {
  if (question && !await ask(t(question, { name: local(drop.name) }), [t('drop.close.lost')], t('drop.do.close'))) return;
  await act(`drop-${name} ${id}`, async key => {
    drop = await admin('PATCH', `/drops/${id}`, { body: asBefore(key, body), key });
    say(t('drop.changed', { status: t(`drop.${drop.status}`) }));
    draw();
  }, { control: `drop-${name}`, needsUser: false });
}

eachSecond(async () => {
  if (!watching || id === null || !drop || asking) return;
  const place = document.querySelector('#drop-head .countdown');
  if (place) place.textContent = countdown();
  if (!mayAdminister() || Date.now() - askedAt < REPORT_MILLIS - 100) return;
  asking = true;
  askedAt = Date.now();
  try {
    const wanted = id;
    const told = await admin('GET', `/drops/${wanted}/report`);
    if (wanted === id) report = told;
    if (!promises || Date.now() - promises.at > PROMISES_MILLIS) await askPromises();
    drawHead();
    await drawReport();
  } catch (failure) {
    // The board itself is grey when nothing is heard, and the next second asks again.
    console.warn(failure);
  } finally {
    asking = false;
  }
});

async function askPromises() {
  const [drift, broken] = await Promise.all([admin('GET', '/consistency'), DEMO ? call('GET', '/dev/invariants') : null]);
  promises = { at: Date.now(), drift: [...drift.stock, ...drift.coupons].filter(each => each.redis !== each.database).length, broken: broken?.broken ?? null };
}

async function drawReport() {
  if (!report) return;
  const { units, orders } = report;
  const all = Object.values(orders).reduce((sum, n) => sum + n, 0);
  const line = drop.line?.admittedUpTo;
  const steps = [
    ...(line === null || line === undefined ? [] : [[t('arrived'), line + (drop.line.waiting ?? 0)], [t('admitted'), line]]),
    [t('f.orders'), all], [t('PAID'), orders.PAID + orders.REFUNDED], [t('PENDING'), orders.PENDING],
  ];
  const refused = Object.entries(report.refusals).map(([name, n]) => [code(name), n]).sort((a, b) => b[1] - a[1]).slice(0, 5);
  redraw(find('funnel'), h('h3', {}, t('funnel')), bars(steps), refused.length ? [h('h3', {}, t('refusals')), bars(refused, 'refused')] : null);
  drawPromises(units);
  const first = report.perSecond;
  if (first.length) {
    const from = Date.parse(drop.opensAt);
    await chart('drop-chart', [first.map(each => Math.round((Date.parse(each.at) - from) / 1000)), first.map(each => each.orders), first.map(each => each.units)], {
      names: [t('f.orders'), t('units')], unit: t('per.second'), x: t('seconds.open'), clock: false,
      says: t('chart.says', { orders: number(all), units: number(units.sold + units.pending) }),
    });
  }
}

function bars(rows, style = '') {
  const most = Math.max(1, ...rows.map(row => row[1]));
  return h('ul', { class: `bars ${style}` }, rows.map(([name, count]) => h('li', {}, h('span', {}, name), h('span', { class: 'num' }, number(count)), track(count / most))));
}

function drawPromises(units) {
  const taken = units.sold + units.pending;
  const row = (good, text) => h('li', { class: good ? 'kept' : 'broken' }, text);
  redraw(find('promises'), h('h3', {}, t('promises')), h('ul', { class: 'promises' },
    row(units.left >= 0 && taken <= units.offered, t('promise.oversold', { n: number(Math.max(0, taken - units.offered)), taken: number(taken), total: number(units.offered) })),
    promises?.broken ? row(promises.broken.length === 0, promises.broken.length ? promises.broken.join(', ') : t('promise.all')) : null,
    promises ? row(promises.drift === 0, t('promise.drift', { n: number(promises.drift) })) : null),
  promises ? h('p', { class: 'soft num' }, t('promise.checked', { at: clock(promises.at) })) : null);
}
