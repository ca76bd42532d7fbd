// Where everything begins: which view, which language, which user.
import { call, signIn } from './api.js';
import * as board from './board.js';
import * as crowd from './crowd.js';
import { find, h, redraw } from './dom.js';
import * as mine from './mine.js';
import * as shop from './shop.js';
import { language, speak, t, translate } from './words.js';

const DEMO = document.documentElement.dataset.demo === 'true';
const USERS = ['alice', 'bob', 'carol', 'jiwoo', 'minsu'];
const USER = 'firstcome.user';
const TOKEN = 'firstcome.token';

const views = { shop, board };
let view = null;
let user = DEMO ? sessionStorage.getItem(USER) ?? USERS[0] : null;

function draw() {
  translate();
  find('language').textContent = t('language');
  find('language').lang = language() === 'ko' ? 'en' : 'ko';
  document.title = `${t(view ?? 'shop')} · Firstcome`;
  drawWho();
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
      h('select', { id: 'user', 'data-focus': 'user', 'aria-label': t('who'), onchange: event => become(event.target.value) },
        USERS.map(name => h('option', { value: name, selected: name === user }, name)))));
  } else if (sessionStorage.getItem(TOKEN)) {
    redraw(find('who'), h('button', { type: 'button', class: 'quiet', 'data-focus': 'who', onclick: () => useToken('') }, t('sign.out')));
  } else {
    redraw(find('who'), h('form', { class: 'row', onsubmit: event => { event.preventDefault(); useToken(find('token').value.trim()); } },
      h('input', { id: 'token', type: 'password', autocomplete: 'off', placeholder: t('token'), 'aria-label': t('token'), title: t('token.hint'), 'data-focus': 'token' }),
      h('button', { type: 'submit', 'data-focus': 'who' }, t('sign.in'))));
  }
}

const become = name => mine.attempt(async () => {
  user = name;
  sessionStorage.setItem(USER, name);
  const { token } = await call('POST', '/dev/tokens', { body: { userId: name } });
  signIn(token);
  await mine.load();
}, false);

const useToken = token => mine.attempt(async () => {
  signIn(token || null);
  try {
    await mine.load();
    sessionStorage.setItem(TOKEN, token);
  } catch (refused) {
    signIn(null);
    sessionStorage.removeItem(TOKEN);
    throw refused;
  } finally {
    drawWho();
    mine.draw();
  }
}, false);

async function go() {
  const wanted = location.hash.slice(1);
  // Other fragments are places within the view.
  const next = wanted in views ? wanted : view ?? 'shop';
  if (next === view) return;
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
  await mine.attempt(async () => {
    await views[view].load();
    if (view === 'board' && DEMO) await crowd.load();
    views[view].watch();
  }, false);
  document.body.dataset.ready = view;
}

find('language').addEventListener('click', () => {
  speak(language() === 'ko' ? 'en' : 'ko');
  draw();
});
find('more').addEventListener('click', shop.more);
addEventListener('hashchange', go);
// Nobody looks: the streams, and their places at the shop, are for others.
document.addEventListener('visibilitychange', () => {
  if (view && document.body.dataset.ready) views[view][document.hidden ? 'unwatch' : 'watch']();
});

draw();
await go();
if (DEMO) await become(user);
else if (sessionStorage.getItem(TOKEN)) await useToken(sessionStorage.getItem(TOKEN));
document.body.dataset.user = user ?? '';
