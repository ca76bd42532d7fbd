// The line before a drop: a place in it, an honest wait, a turn, and the time that is left of it.
import { act, button, errorOf } from './act.js';
import { call, isSignedIn, Problem } from './api.js';
import { eachSecond, span, until } from './clock.js';
import { find, h } from './dom.js';
import * as drops from './drops.js';
import { days, number, t } from './words.js';

const IN_LINE = ['WAITING', 'ADMITTED'];

let tickets = new Map();
const timers = new Map();

export function forget() {
  timers.forEach(clearTimeout);
  timers.clear();
  tickets = new Map();
}

/** Asks for the user's place in each line; who has none has none. */
export async function load() {
  if (!isSignedIn()) return;
  await Promise.all(drops.withLine().map(drop => refresh(drop.id)));
}

async function refresh(dropId) {
  try {
    keep(await call('GET', `/api/v1/drops/${dropId}/ticket`));
  } catch (failure) {
    // Only that there is none says so; a shop that is busy says nothing of a place in a line.
    if (!(failure instanceof Problem) || failure.document.status !== 404) throw failure;
    clearTimeout(timers.get(dropId));
    tickets.delete(dropId);
    drops.draw();
  }
}

/** Who waits is asked for at the pace that the shop says, and so is heard of. */
function keep(ticket) {
  tickets.set(ticket.dropId, ticket);
  clearTimeout(timers.get(ticket.dropId));
  if (IN_LINE.includes(ticket.status)) {
    const wait = 1000 * (ticket.pollAfter ?? 5);
    timers.set(ticket.dropId, setTimeout(() => poll(ticket), wait));
  }
  drops.draw();
}

async function poll(ticket) {
  try {
    await refresh(ticket.dropId);
  } catch (failure) {
    console.warn(failure);
    // Unless it has been left meanwhile, or was another user's.
    if (tickets.get(ticket.dropId) === ticket) keep(ticket);
  }
}

export const isAdmitted = dropId => tickets.get(dropId)?.status === 'ADMITTED';

/** What stands in a drop's card, if the drop has a line. */
export function panel(drop) {
  if (!drop.line) return null;
  const ticket = tickets.get(drop.id);
  return h('div', { 'class': 'line', 'role': 'group', 'aria-label': t('line'), 'data-line': ticket?.status ?? 'NONE' },
    ...(ticket && IN_LINE.includes(ticket.status) ? place(drop, ticket) : door(drop, ticket)),
    errorOf(`line-${drop.id}`));
}

function door(drop, ticket) {
  return [
    h('p', {}, ticket ? t(`ticket.${ticket.status}`) : t(drop.status === 'SCHEDULED' ? 'line.before' : 'line.about')),
    drop.line.waiting === null || drop.line.waiting === undefined ? null : h('p', { class: 'soft num' }, t('line.waiting', { n: number(drop.line.waiting) })),
    button(`line-${drop.id}`, { disabled: !isSignedIn() }, t(ticket ? 'line.again' : 'line.join'), () => join(drop)),
  ];
}

function place(drop, ticket) {
  const leave = button(`line-${drop.id}`, { class: 'quiet' }, t('line.leave'), () => quit(drop));
  if (ticket.status === 'ADMITTED') {
    return [h('p', { class: 'turn' }, t('line.turn')), h('p', { 'class': 'num', 'data-admitted': drop.id, 'role': 'timer' }, remaining(ticket)), leave];
  }
  const wait = ticket.wait && ticket.wait.most !== null ? t('line.wait', { least: minutes(ticket.wait.least), most: minutes(ticket.wait.most) }) : t('line.wait.unknown');
  return [
    h('p', { class: 'turn num' }, ticket.number === null ? t('line.in') : t('line.number', { n: number(ticket.number), ahead: number(ticket.ahead) })),
    h('p', { class: 'soft num' }, ticket.number === null ? t('line.lottery') : wait),
    ticket.soldOut ? h('p', { class: 'short' }, t('line.sold.out')) : null,
    leave,
  ];
}

const minutes = seconds => (seconds < 60 ? t('seconds', { n: number(seconds) }) : t('minutes', { n: number(Math.ceil(seconds / 60)) }));
const remaining = ticket => t('line.left', { n: span(until(ticket.admittedUntil), days) });

const join = drop => act(`line-${drop.id}`, async () => keep(await call('POST', `/api/v1/drops/${drop.id}/ticket`)));

const quit = drop => act(`line-${drop.id}`, async () => {
  await call('DELETE', `/api/v1/drops/${drop.id}/ticket`);
  clearTimeout(timers.get(drop.id));
  await refresh(drop.id);
});

eachSecond(() => {
  if (find('view-shop').hidden) return;
  for (const ticket of tickets.values()) {
    const shown = document.querySelector(`[data-admitted="${ticket.dropId}"]`);
    if (shown && ticket.admittedUntil) shown.textContent = remaining(ticket);
  }
});
