// How many of a product its user may still buy.
import { call, isSignedIn } from './api.js';
import { known, redrawProducts } from './shop.js';
import { number, t } from './words.js';

let allowances = new Map();

export function forget() {
  allowances = new Map();
}

/** For those that are shown and have a limit; a purchase changes them. */
export async function load() {
  if (!isSignedIn()) return;
  const limited = known().filter(product => product.maxPerUser !== null || product.dropLimit).map(product => product.id);
  const answers = await Promise.all(limited.map(id => call('GET', `/api/v1/products/${id}/allowance`)));
  allowances = new Map(limited.map((id, i) => [id, answers[i]]));
  redrawProducts();
}

/** "2 per person, you have 1", or null where there is no limit. */
export function text(product) {
  const allowance = allowances.get(product.id);
  const limit = allowance?.limit ?? product.maxPerUser ?? product.dropLimit ?? null;
  if (limit === null) return null;
  const has = allowance ? allowance.bought + allowance.pending : 0;
  return t(has ? 'limit.has' : 'limit', { n: number(limit), has: number(has) });
}

export const reached = product => allowances.get(product.id)?.left === 0;
