// The user's points.
import { act, button, errorOf } from './act.js';
import { call, isSignedIn } from './api.js';
import { find, h, redraw, say, skeleton } from './dom.js';
import { loadPoints, mine, setBalance } from './mine.js';
import { number, t } from './words.js';

const AMOUNTS = [10_000, 100_000, 1_000_000];

export function draw() {
  redraw(find('account'),
    h('h2', { id: 'account-title' }, t('account')),
    isSignedIn()
      ? h('p', { class: 'balance num', id: 'balance' }, mine.balance === null ? skeleton(6) : number(mine.balance))
      : h('p', { class: 'soft' }, t('sign.in.first')),
    h('div', { class: 'row charge' }, AMOUNTS.map(amount => button(`charge-${amount}`, {
      'class': 'quiet num', 'data-charge': amount, 'aria-label': `${t('charge')}: ${t('points', { n: number(amount) })}`,
    }, `+${number(amount)}`, () => charge(amount)))),
    AMOUNTS.map(amount => errorOf(`charge-${amount}`)));
}

const charge = amount => act(`charge-${amount}`, async (key, again) => {
  const { balance } = await call('PATCH', '/api/v1/points', { body: { amount }, key });
  if (again) {
    await loadPoints();
    say(t('again'));
  } else {
    setBalance(balance);
    say(t('charged', { n: number(balance) }));
  }
});
