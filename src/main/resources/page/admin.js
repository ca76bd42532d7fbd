// What an administrator may ask. The development run hands out such a token; elsewhere it is the user's own, if it is one.
import { call, isAdmin } from './api.js';

const DEMO = document.documentElement.dataset.demo === 'true';

let minted = null;

export const mayAdminister = () => DEMO || isAdmin();

export async function admin(method, path, options = {}) {
  if (!DEMO) return call(method, `/api/v1/admin${path}`, options);
  minted ??= call('POST', '/dev/tokens', { body: { userId: 'admin', scopes: ['admin'] }, bearer: null });
  try {
    return await call(method, `/api/v1/admin${path}`, { ...options, bearer: (await minted).token });
  } catch (failure) {
    // It may have ended: the next one is asked for anew.
    if (failure.document?.status === 401) minted = null;
    throw failure;
  }
}
