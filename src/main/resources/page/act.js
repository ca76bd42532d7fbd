// What a person means to do. It has one name, and one key from the first click until its answer is heard: however often it is
// clicked, sent or sent again after a reload, the shop does it once.
import { claims, isSignedIn, Problem, Stale } from './api.js';
import { find, h, refuse } from './dom.js';
import { local, number, t } from './words.js';

const KEYS = 'firstcome.key.';
/** After that, the same click is meant anew. */
const KEPT_MILLIS = 600_000;
/** Refused before the shop looks at the key: they do not say what became of an attempt that was lost. */
const BEFORE_THE_KEY = [401, 403, 408, 429];

const busy = new Set();
const errors = new Map();
const said = new Map();
let reload = async () => {};

/** Called when an answer was lost, as nobody knows then what the shop has done. */
export function onLost(work) {
  reload = work;
}

const slot = intention => `${KEYS}${claims().sub ?? ''} ${intention}`;

/** Nothing that was told to one user is shown to another. */
export function forget() {
  busy.clear();
  errors.clear();
  document.querySelectorAll('.notice').forEach(each => each.remove());
}

/** The key of an earlier click whose answer was never heard, or null. */
function keptKey(place) {
  const [key, at] = sessionStorage.getItem(place)?.split(' ') ?? [];
  return key && Date.now() - Number(at) < KEPT_MILLIS ? key : null;
}

/** Names a request that nobody has heard of yet. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Does what a person means, unless it is under way.
 *
 * @param intention names it, with all that its request says: two that differ are two intentions
 * @param work is given the key, and whether the answer to an earlier click was never heard
 * @param control what is busy meanwhile, by its data-act, and where an error is shown
 */
export async function act(intention, work, { control = intention, needsUser = true } = {}) {
  if (busy.has(control)) return;
  errors.clear();
  document.querySelectorAll('.error').forEach(each => each.replaceChildren());
  if (needsUser && !isSignedIn()) {
    refuse(t('sign.in.first'));
    find('token')?.focus();
    return;
  }
  const place = slot(intention);
  const kept = keptKey(place);
  const key = kept ?? newKey();
  sessionStorage.setItem(place, `${key} ${Date.now()}`);
  mark(control, true);
  try {
    await work(key, kept !== null);
    heard(place, key);
  } catch (failure) {
    // A refusal had no effect; what a lost answer or a fault of the shop did, only the same key can tell.
    if (failure instanceof Problem && tellsAll(failure, kept !== null)) heard(place, key);
    failed(control, failure);
  } finally {
    mark(control, false);
  }
}

function tellsAll({ document: { status }, afterLost }, again) {
  return status < 500 && !((again || afterLost) && BEFORE_THE_KEY.includes(status));
}

function heard(place, key) {
  sessionStorage.removeItem(place);
  said.delete(key);
}

/** What was said under this key when it was said first: a request that is repeated says the same. */
export function asBefore(key, make) {
  if (!said.has(key)) said.set(key, make());
  return said.get(key);
}

function mark(control, on) {
  if (on) busy.add(control);
  else busy.delete(control);
  document.querySelectorAll(`[data-act="${CSS.escape(control)}"]`).forEach(each => each.setAttribute('aria-busy', on));
}

/** Reads something, and shows whatever is refused in the user's language. */
export async function attempt(work) {
  try {
    await work();
  } catch (failure) {
    failed('', failure);
  }
}

function failed(control, failure) {
  if (failure instanceof Stale) return;
  if (failure instanceof Problem) {
    tell(control, failure.document.title, detail(failure.document));
    return;
  }
  console.warn(failure);
  tell(control, t('lost'), t('lost.detail'));
  reload();
}

/** Beside its control, where that has a place for it. */
function tell(control, title, text) {
  errors.set(control, `${title}${/[.!?]$/.test(title) ? '' : '.'} ${text ?? ''}`.trim());
  const around = document.activeElement.closest('li, article, section');
  const shown = around?.querySelector(`[data-error="${CSS.escape(control)}"]`);
  if (!shown) {
    refuse(title, text);
    return;
  }
  shown.replaceChildren(errors.get(control));
  find('alert').textContent = errors.get(control);
  shown.scrollIntoView({ block: 'nearest' });
}

function detail(problem) {
  if (problem.code !== 'INSUFFICIENT_STOCK') return problem.detail;
  const named = id => local(document.querySelector(`[data-name-of="${id}"]`)?.dataset.name ?? `#${id}`);
  return problem.items.map(item => t('short', { n: number(item.available), name: named(item.productId) })).join(', ');
}

/** A button for something that a person may mean. It stays where it is while it is busy, and so does the focus. */
export function button(control, properties, label, clicked) {
  return h('button', {
    'type': 'button', 'data-act': control, 'data-focus': control, 'aria-busy': String(busy.has(control)), ...properties,
    'onclick': event => { if (!busy.has(control)) clicked(event); },
  }, label);
}

/** Where an error of that control is shown. */
export const errorOf = control => h('p', { 'class': 'error', 'data-error': control }, errors.get(control) ?? null);

// The second click of a double click means nothing of its own, also if another button has come under the pointer meanwhile.
document.addEventListener('click', event => {
  if (event.detail > 1 && event.target.closest('button, summary, a')) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
