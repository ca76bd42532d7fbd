// However often it is clicked, and whatever answer is lost: each thing that a person means is done once.
import { check, client, says, visit } from './browser-visit.mjs';

const PRODUCT = 20;
const lost = 'did not answer';

/** Lets the shop do it and throws the answer away, so many times. */
async function lose(page, method, path, times) {
  let left = times;
  await page.route(url => path.test(url.pathname), async route => {
    if (route.request().method() !== method || left === 0) return route.fallback();
    left--;
    await route.fetch();
    await route.abort('connectionreset');
  });
  return () => left;
}

/** Refuses it once, before the shop hears of it. */
async function refuse(page, { method, path }, status) {
  let left = 1;
  await page.route(url => path.test(url.pathname), async route => {
    if (route.request().method() !== method || left-- <= 0) return route.fallback();
    await route.fulfill({ status, json: { title: `Refused with ${status}`, status, code: 'REFUSED', detail: 'Once.' } });
  });
}

const tells = (page, what) =>
  page.waitForFunction(text => [...document.querySelectorAll('.error, #refused')].some(each => each.textContent.includes(text)), what);

/** What there is of this user, counted by the API. */
async function effects(api) {
  const [history, coupons, orders, cart] = await Promise.all(
    ['/points/history?limit=100', '/issued-coupons?limit=100', '/orders?limit=100', '/cart'].map(path => api('GET', path)));
  return {
    charges: history.items.filter(each => each.type === 'CHARGE').length,
    uses: history.items.filter(each => each.type === 'USE').length,
    refunds: history.items.filter(each => each.type === 'REFUND').length,
    coupons: coupons.items.length, orders: orders.items.length,
    inCart: cart.items.reduce((sum, item) => sum + item.quantity, 0),
  };
}

/** Each action of a purchase: how it is begun, and what there is after it. */
const steps = [
  { name: 'charging', method: 'PATCH', path: /\/points$/, control: '[data-charge="100000"]', done: { charges: 1 } },
  { name: 'a coupon', method: 'POST', path: /\/issue$/, control: '[data-campaign="3"]', done: { charges: 1, coupons: 1 } },
  { name: 'the cart', method: 'PUT', path: /\/cart\/items\//, control: '[data-focus="put"]', done: { charges: 1, coupons: 1, inCart: 1 } },
  { name: 'one more', method: 'PUT', path: /\/cart\/items\//, control: `[data-focus="one.more-${PRODUCT}"]`, done: { charges: 1, coupons: 1, inCart: 2 } },
  { name: 'one less', method: 'PUT', path: /\/cart\/items\//, control: `[data-focus="less-${PRODUCT}"]`, done: { charges: 1, coupons: 1, inCart: 1 } },
  { name: 'an order', method: 'POST', path: /\/orders$/, control: '#place', done: { charges: 1, coupons: 1, orders: 1 } },
  { name: 'a payment', method: 'POST', path: /\/payments$/, control: '[data-focus^="pay-"]', done: { charges: 1, coupons: 1, orders: 1, uses: 1 } },
  { name: 'a refund', method: 'POST', path: /\/cancel$/, control: '[data-focus^="cancel-"]', asks: true, done: { charges: 1, coupons: 1, orders: 1, uses: 1, refunds: 1 } },
];

const none = { charges: 0, uses: 0, refunds: 0, coupons: 0, orders: 0, inCart: 0 };
const idle = page => page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));

/** Waits until it is so, or says what there is; then looks once more, for what would come too late. */
async function counts(api, wanted, what) {
  const all = { ...none, ...wanted };
  const same = state => JSON.stringify(state) === JSON.stringify(all);
  let state = await effects(api);
  for (let i = 0; i < 60 && !same(state); i++) {
    await new Promise(done => setTimeout(done, 100));
    state = await effects(api);
  }
  check(same(state), `${what} has one effect`, `${JSON.stringify(state)} instead of ${JSON.stringify(all)}`);
}

async function buyer(name, losing) {
  const user = `once-${name}-${Date.now() % 1_000_000}`;
  return { api: await client(user), page: await visit({ user, losing, path: `/#product/${PRODUCT}` }) };
}

/** The coupons are with the list, the cart's button with the product. */
async function turnTo(page, step) {
  const listed = step.control.includes('campaign');
  await page.evaluate(hash => { location.hash = hash; }, listed ? '#shop' : `#product/${PRODUCT}`);
  await page.waitForSelector(`${step.control}:not(:disabled)`);
}

/** A double click of a mouse, or a program that is faster than any hand. */
async function twice(name, click) {
  const { api, page } = await buyer(name, false);
  for (const step of steps) {
    await turnTo(page, step);
    await click(page, step.control);
    if (step.asks) await click(page, '#ask-yes');
    await idle(page);
    await counts(api, step.done, `${step.name} by ${name}`);
  }
  await page.context().close();
}

/** Takes the step while its answer is lost so many times; tells how many of them are still to be lost. */
async function takeUnheard(page, step, times) {
  await turnTo(page, step);
  const left = await lose(page, step.method, step.path, times);
  await page.click(step.control);
  if (step.asks) await page.click('#ask-yes');
  return left;
}

/** The answer is lost, and so is that of the page's own second attempt; then the person tries again. */
async function unheard() {
  const { api, page } = await buyer('unheard', true);
  for (const step of steps) {
    const left = await takeUnheard(page, step, 2);
    await tells(page, lost);
    check(left() === 0, `${step.name} was lost twice`);
    await counts(api, step.done, `${step.name}, unheard,`);
    await idle(page);
    const again = page.locator(`${step.control}:not(:disabled)`);
    // What the page has learnt by itself meanwhile is not offered again; a number that is set is set by what is seen.
    if (!['one more', 'one less', 'a refund', 'a coupon'].includes(step.name) && await again.count()) {
      await again.first().click({ timeout: 3000 }).catch(gone => check(/Timeout|detached/.test(gone.message), 'is still there or has been done', gone.message));
      await idle(page);
    }
    await counts(api, step.done, `${step.name}, tried again,`);
    await page.reload();
    await page.waitForSelector('body[data-user]');
  }
  await page.context().close();
}

/** The answer is lost once: the page asks again by itself, and nobody notices. */
async function lostOnce() {
  const { api, page } = await buyer('lost', true);
  for (const step of steps) {
    const left = await takeUnheard(page, step, 1);
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
    check(left() === 0, `${step.name} was lost once`);
    await counts(api, step.done, `${step.name}, lost once,`);
  }
  check(await page.locator('.error:not(:empty)').count() === 0, 'nobody notices an answer that is lost once');
  await page.context().close();
}

/** The answer is lost, and the next two attempts are refused before the shop looks at their key: the key is kept. */
async function refusedMeanwhile() {
  const { api, page } = await buyer('refused', true);
  const [charging] = steps;
  await turnTo(page, charging);
  await lose(page, charging.method, charging.path, 2);
  await page.click(charging.control);
  await tells(page, lost);
  await idle(page);
  for (const status of [429, 401]) {
    await refuse(page, charging, status);
    await page.click(charging.control);
    await tells(page, `Refused with ${status}`);
    await idle(page);
  }
  await page.click(charging.control);
  await says(page, '#said', 'not done twice');
  await counts(api, charging.done, 'charging, refused meanwhile,');
  await page.context().close();
}

export async function once() {
  await Promise.all([
    twice('double-click', (page, control) => page.dblclick(control)),
    twice('two-clicks-at-once', (page, control) => page.$eval(control, element => { element.click(); element.click(); })),
  ]);
  await Promise.all([
    lostOnce(),
    unheard(),
    refusedMeanwhile(),
  ]);
}
