// The public API, as any client would call it.
import { language } from './words.js';

let token = null;

export function signIn(bearer) {
  token = bearer;
}

export const isSignedIn = () => token !== null;

/** A refusal: the problem document of the answer. */
export class Problem extends Error {
  constructor(document) {
    super(document.title);
    this.document = document;
  }
}

/** Names a request: if the answer is lost, the same name asks again without doing it twice. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

const wait = millis => new Promise(done => setTimeout(done, millis));

/**
 * @param key an Idempotency-Key, for what needs one
 * @param bearer another token than the user's
 */
export async function call(method, path, { body, key, bearer = token } = {}) {
  const headers = { 'Accept-Language': language() };
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (key) headers['Idempotency-Key'] = key;
  if (body) headers['Content-Type'] = 'application/json';
  const request = { method, headers, body: body && JSON.stringify(body) };
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(path, request).catch(lost => {
      if (attempt > 1) throw lost;
    });
    if (answer && (answer.status !== 503 || attempt > 2)) return read(answer);
    await wait(1000 * Number(answer?.headers.get('Retry-After') ?? 1));
  }
}

async function read(answer) {
  if (answer.status === 204) return null;
  const content = await answer.json();
  if (!answer.ok) throw new Problem(content);
  return content;
}

const open = new Map();

/**
 * Hears one stream under a name; another of the same name takes its place.
 *
 * @param told whether the connection stands
 */
export function listen(name, path, event, heard, told = () => {}) {
  hush(name);
  const entry = { timer: 0 };
  open.set(name, entry);
  const connect = () => {
    entry.source = new EventSource(path);
    entry.source.addEventListener(event, message => heard(JSON.parse(message.data)));
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
