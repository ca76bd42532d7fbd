// The public API, as any client would call it.
import { hear } from './clock.js';
import { language } from './words.js';

/** An answer that takes longer is taken for lost. */
const PATIENCE_MILLIS = 20_000;

let token = null;

export function signIn(bearer) {
  token = bearer;
}

export const isSignedIn = () => token !== null;

/** What the token says of its user; only a help for the eye, as the shop itself decides. */
export function claims() {
  try {
    return JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return {};
  }
}

export const isAdmin = () => [claims().scope ?? claims().scp ?? []].flat().join(' ').split(' ').includes('admin');

/** A refusal: the problem document of the answer. */
export class Problem extends Error {
  /** Whether an attempt before it was lost, of which it says nothing. */
  afterLost = false;

  constructor(document) {
    super(document.title);
    this.document = document;
  }
}

/** What was asked as one user and is heard as another: nobody is told of it. */
export class Stale extends Error {}

/** What says the same to everybody may be heard as another user. */
const COMMON = /^\/(dev|api\/v1\/(products|coupons|drops))\b(?!.*\/(allowance|ticket|issue)$)/;

const wait = millis => new Promise(done => setTimeout(done, millis));

/**
 * Asks again after a lost answer and after a 503. So everything that is called here may be repeated: a write has a key, sets
 * what it names, or ends what it names.
 *
 * @param key an Idempotency-Key, for what needs one
 * @param bearer another token than the user's
 */
export async function call(method, path, options = {}) {
  const asker = token;
  const isStale = () => token !== asker && options.bearer === undefined && !COMMON.test(path);
  try {
    const content = await insist(method, path, { bearer: asker, ...options });
    if (!isStale()) return content;
  } catch (failure) {
    if (!isStale()) throw failure;
  }
  throw new Stale();
}

async function insist(method, path, { body, key, bearer }) {
  const headers = { 'Accept-Language': language() };
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (key) headers['Idempotency-Key'] = key;
  if (body) headers['Content-Type'] = 'application/json';
  let lost = false;
  for (let attempt = 1; ; attempt++) {
    const request = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MILLIS) };
    try {
      const answer = await fetch(path, request);
      if (answer.status !== 503 || attempt > 2) return await read(answer);
      lost = true;
      await wait(1000 * Number(answer.headers.get('Retry-After') ?? 1));
    } catch (failure) {
      if (failure instanceof Problem) failure.afterLost = lost;
      if (failure instanceof Problem || attempt > 1) throw failure;
      lost = true;
      await wait(500 + 500 * Math.random());
    }
  }
}

async function read(answer) {
  if (answer.status === 204) return null;
  const content = await answer.json();
  if (!answer.ok) throw new Problem(content);
  hear(content);
  return content;
}

/** Every page of a list, up to a limit. */
export async function all(path, most = 500) {
  const items = [];
  let cursor = '';
  do {
    const page = await call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor && items.length < most);
  return items;
}

const open = new Map();

/**
 * Hears one stream under a name; another of the same name takes its place.
 *
 * @param heard the whole state, as the events so far have made it
 * @param told whether the connection stands
 */
export function listen(name, path, event, heard, told = () => {}) {
  hush(name);
  const entry = { timer: 0 };
  open.set(name, entry);
  const connect = () => {
    let state = {};
    entry.source = new EventSource(path);
    entry.source.addEventListener(event, message => {
      state = { ...state, ...JSON.parse(message.data) };
      hear(state);
      heard(state);
    });
    entry.source.onopen = () => told(true);
    entry.source.onerror = () => {
      told(false);
      // A browser comes back by itself after a lost connection, but not after a refusal.
      if (entry.source.readyState === EventSource.CLOSED) entry.timer = setTimeout(connect, 3000 + 4000 * Math.random());
    };
  };
  connect();
}

export function hush(name) {
  const entry = open.get(name);
  if (!entry) return;
  clearTimeout(entry.timer);
  entry.source.close();
  open.delete(name);
}
