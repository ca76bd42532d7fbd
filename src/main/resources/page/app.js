// Where everything begins: which view, which language, which user.
import { attempt, forget, onLost } from './act.js';
import { mayAdminister } from './admin.js';
import { call, signIn, Stale } from './api.js';
import * as board from './board.js';
import * as crowd from './crowd.js';
import * as desk from './desk.js';
import * as dropboard from './dropboard.js';
import { find, h, redraw } from './dom.js';
import * as limits from './limits.js';
import * as line from './line.js';
import * as mine from './mine.js';
import * as product from './product.js';
import * as shop from './shop.js';
import { language, speak, t, translate } from './words.js';

const DEMO = document.documentElement.dataset.demo === 'true';
const USERS = ['alice', 'bob', 'carol', 'jiwoo', 'minsu'];
const USER = 'firstcome.user';
const TOKEN = 'firstcome.token';
const NARROW = matchMedia('(max-width: 62rem)');

const views = { shop, board, desk };
let view = null;
let user = DEMO ? sessionStorage.getItem(USER) ?? USERS[0] : null;

function draw() {
  translate();
  find('language').textContent = t('language');
  find('language').lang = language() === 'ko' ? 'en' : 'ko';
  document.title = `${t(view ?? 'shop')} · Firstcome`;
  drawWho();
  find('to-desk').hidden = !mayAdminister();
  if (view === 'desk') desk.draw();
  shop.draw();
  mine.draw();
  if (view === 'board') {
    board.draw();
    crowd.draw();
  }
}

function drawWho() {
  if (DEMO) {
    redraw(find('who'), h('label', {}, h('span', { class: 'unless-narrow' }, t('who')),
      h('select', { 'id': 'user', 'data-focus': 'user', 'aria-label': t('who'), 'onchange': event => become(event.target.value) },
        USERS.map(name => h('option', { value: name, selected: name === user }, name)))));
  } else if (sessionStorage.getItem(TOKEN)) {
    redraw(find('who'), h('button', { 'type': 'button', 'class': 'quiet', 'data-focus': 'who', 'onclick': () => useToken('') }, t('sign.out')));
  } else {
    redraw(find('who'), h('form', { class: 'row', onsubmit: event => { event.preventDefault(); useToken(find('token').value.trim()); } },
      h('input', { 'id': 'token', 'type': 'password', 'autocomplete': 'off', 'placeholder': t('token'), 'aria-label': t('token'), 'title': t('token.hint'), 'data-focus': 'token' }),
      h('button', { 'type': 'submit', 'data-focus': 'who' }, t('sign.in'))));
  }
}

const become = name => attempt(async () => {
  user = name;
  sessionStorage.setItem(USER, name);
  await signInWith(null);
  const { token } = await call('POST', '/dev/tokens', { body: { userId: name }, bearer: null });
  // Another may have been chosen meanwhile.
  if (user === name) await signInWith(token);
});

const useToken = token => attempt(async () => {
  sessionStorage.setItem(TOKEN, token);
  try {
    await signInWith(token || null);
  } catch (refused) {
    if (!(refused instanceof Stale)) {
      sessionStorage.removeItem(TOKEN);
      await signInWith(null);
    }
    throw refused;
  }
});

/** Of the user before, nothing is left on the page. */
async function signInWith(token) {
  signIn(token);
  forget();
  mine.forget();
  desk.forget();
  draw();
  if (token && view === 'desk') await attempt(desk.read);
  await mine.load();
}

/** The address says what is seen: #shop, #product/7, #board, #board/drop/7, #desk/orders. */
async function go() {
  const [wanted, id, ...more] = location.hash.slice(1).split('/');
  // Other fragments are places within the view.
  const next = wanted === 'product' ? 'shop' : Object.hasOwn(views, wanted) ? wanted : view ?? 'shop';
  const moved = next !== view;
  if (moved) await enter(next);
  if (next === 'shop' && (wanted === 'product' || wanted === 'shop')) await attempt(() => product.show(wanted === 'product' && /^\d{1,15}$/.test(id) ? Number(id) : null));
  if (wanted === 'board' || (next === 'board' && moved)) await attempt(() => dropboard.show(id === 'drop' && /^\d{1,15}$/.test(more[0]) ? Number(more[0]) : null));
  if (wanted === 'desk') await attempt(() => desk.show([id, ...more].filter(Boolean)));
}

async function enter(next) {
  if (view) views[view].unwatch();
  const first = view === null;
  view = next;
  for (const name of Object.keys(views)) {
    find(`view-${name}`).hidden = name !== view;
    const link = document.querySelector(`[data-view=${name}]`);
    if (name === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${t(view)} · Firstcome`;
  if (!first) {
    document.querySelectorAll('.notice').forEach(notice => notice.remove());
    window.scrollTo(0, 0);
    find('main').focus({ preventScroll: true });
  }
  await attempt(async () => {
    await views[view].load();
    if (view === 'board' && DEMO) await crowd.load();
    views[view].watch();
    if (view === 'shop') await Promise.all([line.load(), limits.load()]);
  });
  document.body.dataset.ready = view;
}

/** Beside the wares where there is room; a sheet that is called for where there is none. */
function placeMine() {
  const sheet = find('mine');
  sheet.close();
  if (!NARROW.matches) sheet.setAttribute('open', '');
}

find('to-cart').addEventListener('click', () => find('mine').showModal());
find('close-mine').addEventListener('click', () => find('mine').close());
NARROW.addEventListener('change', placeMine);
find('language').addEventListener('click', () => {
  speak(language() === 'ko' ? 'en' : 'ko');
  draw();
});
find('more').addEventListener('click', shop.more);
find('search').addEventListener('input', event => shop.search(event.target.value));
addEventListener('hashchange', go);
// Nobody looks: the streams, and their places at the shop, are for others.
document.addEventListener('visibilitychange', () => {
  if (view && document.body.dataset.ready) views[view][document.hidden ? 'unwatch' : 'watch']();
});

onLost(mine.catchUp);
placeMine();
draw();
if (DEMO) await attempt(async () => signIn((await call('POST', '/dev/tokens', { body: { userId: user }, bearer: null })).token));
else if (sessionStorage.getItem(TOKEN)) signIn(sessionStorage.getItem(TOKEN));
await Promise.all([go(), attempt(mine.load)]);
draw();
document.body.dataset.user = user ?? '';
