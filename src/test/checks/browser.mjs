// The live page in a real Chromium, as a person would use it: see browser.sh.
import { axeFinds, base, browser, check, client, fits, picture, result, says, visit } from './browser-visit.mjs';
import { desk } from './browser-desk.mjs';
import { once } from './browser-once.mjs';

const CROWD = '1000';
/** Users of their own, or a shop that runs already has served them. */
const RUN = Date.now() % 1_000_000;

const balance = page => page.locator('#balance').innerText().then(text => Number(text.replaceAll(',', '')));
const spoken = { en: { lang: 'en', refund: 'Refund' }, ko: { lang: 'ko', refund: '환불' } };

/** The whole flow: points, coupon, cart, order, payment, refund. On a narrow screen the cart is a sheet. */
async function buys(page, words, user, narrow) {
  const open = async () => { if (narrow) await page.click('#to-cart'); };
  const shut = async () => { if (narrow) await page.click('#close-mine'); };
  check(await page.locator('html').getAttribute('lang') === words.lang, `speaks ${words.lang}`);
  await open();
  const before = await balance(page);
  await page.click('[data-charge="1000000"]');
  await page.waitForFunction(most => Number(document.querySelector('#balance').textContent.replaceAll(',', '')) > most, before);
  check(await balance(page) === before + 1_000_000, `${user} has what was charged`);
  await shut();
  // Or it is this user's already, if the shop is not a fresh one.
  for (const campaign of [2, 3]) {
    if (await page.isEnabled(`[data-campaign="${campaign}"]`)) await page.click(`[data-campaign="${campaign}"]`);
    await page.waitForSelector(`[data-campaign="${campaign}"]:disabled`);
  }
  await page.click('#products .add[data-product^="29"]:not(:disabled) >> nth=0');
  await page.waitForSelector('#place', { state: 'attached' });
  await open();
  await page.click('[data-focus^="one.more-"]');
  await page.waitForFunction(() => document.querySelector('.stepper input').value === '2');
  await billIsHonest(page);
  await axeFinds(page, `the full cart of ${user}`);
  await picture(page, `cart-${words.lang}`);
  await shut();
  await fits(page, `the cart of ${user}`);
  await open();
  await page.click('#place');
  await page.waitForSelector('[data-status="PENDING"]');
  check(/\d+:\d\d/.test(await page.locator('.due').first().innerText()), 'counts down what is left to pay');
  await page.click('[data-order] summary >> nth=0');
  await axeFinds(page, `an open order of ${user}`);
  await page.click('[data-focus^="pay-"]');
  await page.waitForSelector('[data-status="PAID"]');
  check(await balance(page) < before + 1_000_000, `${user} has paid`);
  await page.click('#orders [data-focus^="cancel-"]');
  await says(page, '#ask', words.refund);
  await axeFinds(page, `the question before a refund of ${user}`);
  await page.keyboard.press('Escape');
  check(await page.locator('[data-order] >> nth=0').locator('[data-status="PAID"]').count() === 1, 'refunds nothing that is not wanted');
  await page.click('#orders [data-focus^="cancel-"]');
  check((await page.locator('#ask li').count()) === 3, 'says what is lost: the units and the coupon');
  await page.click('#ask-yes');
  await page.waitForSelector('[data-order]:first-child [data-status="REFUNDED"]');
  await page.waitForFunction(most => Number(document.querySelector('#balance').textContent.replaceAll(',', '')) === most, before + 1_000_000);
  await shut();
}

/** The best coupon is chosen already, and the button names what the shop will take. */
async function billIsHonest(page) {
  const bill = await page.evaluate(() => {
    const amount = element => Number(element.textContent.replace(/[^0-9]/g, ''));
    const [subtotal, off, total] = [...document.querySelectorAll('.totals .row span:last-child')].map(amount);
    return { subtotal, off, total, button: amount(document.querySelector('#place')), best: Math.max(1000, subtotal >= 30_000 ? Math.min(10_000, Math.floor(subtotal / 10)) : 0) };
  });
  check(bill.off === bill.best, 'has chosen the best coupon', JSON.stringify(bill));
  check(bill.total === bill.subtotal - bill.off && bill.button === bill.total, 'says what will be paid', JSON.stringify(bill));
}

/** Refused by the shop, beside the control: the price has changed since it was shown. */
async function changesAPrice() {
  const admin = await client('admin', ['admin']);
  const { id } = await admin('POST', '/admin/products', { name: '유자차 / Citron Tea', price: 9000, stock: 2, maxPerUser: 2 });
  const page = await visit({ user: `priced-${id}`, path: `/#product/${id}` });
  await says(page, '#product', '2 per person');
  await page.click('[data-focus="put"]');
  await says(page, '#place', '9,000');
  await admin('PATCH', `/admin/products/${id}`, { price: 9500 });
  await page.click('#place');
  await says(page, '[data-error="place"]', 'Price changed');
  await says(page, '#place', '9,500');
  await axeFinds(page, 'a refusal beside its control');
  await page.click('[data-charge="100000"]');
  await page.click('#place');
  await page.click('[data-focus^="pay-"]');
  await says(page, '#product', '2 per person, you have 1');
  await admin('POST', '/admin/stock-adjustments', { items: [{ productId: id, delta: -1 }], reason: 'none left' });
  await page.reload();
  await says(page, '[data-focus="put"]', 'Sold out');
  check(await page.isDisabled('[data-focus="put"]'), 'does not offer what is sold out');
  await page.context().close();
}

/** A drop with a line: its countdown, a place, a turn, the order. */
async function standsInLine() {
  const admin = await client('admin', ['admin']);
  const product = await admin('POST', '/admin/products', { name: '작은 달항아리 / Moon Jar', price: 48_000, stock: 5 });
  const opensAt = new Date(Date.now() + 3_600_000).toISOString();
  const drop = await admin('POST', '/admin/drops', { name: '달항아리 / Moon jars', productIds: [product.id], opensAt, maxPerUser: 2, line: { ratePerSecond: 5, admissionSeconds: 120, absentAfterSeconds: 30 } });
  const page = await visit({ user: `ari-${drop.id}` });
  const card = `[data-drop="${drop.id}"]`;
  await says(page, card, 'Opens in ');
  check(await page.isDisabled(`${card} .add`), 'sells nothing before the opening');
  await page.click(`[data-act="line-${drop.id}"]`);
  await says(page, `${card} .line`, 'You are in the draw');
  await axeFinds(page, 'the draw before a drop');
  await page.locator(card).screenshot({ path: `${process.argv[3]}/line.png` });
  // A shop that is busy says nothing of a place in the line: it is kept, and asked for again.
  let refused = 0;
  await page.route('**/ticket', route => (refused++ < 3
    ? route.fulfill({ status: 503, headers: { 'Retry-After': '0' }, json: { title: 'Busy', status: 503, code: 'OVERLOADED', detail: 'Come again.' } })
    : route.fallback()));
  await page.waitForRequest(/\/ticket$/, { timeout: 60_000 });
  // The shop opens it earlier than it said: the page hears of it.
  await admin('PATCH', `/admin/drops/${drop.id}`, { opensAt: new Date().toISOString() });
  await page.waitForSelector(`${card} [data-line="ADMITTED"]`, { timeout: 60_000 });
  await says(page, `${card} .line`, 'left to order');
  check(refused > 3, 'asks again for a place in the line');
  await axeFinds(page, 'a turn in the line');
  await page.click(`${card} .add:not(:disabled)`);
  await page.click('#place');
  await page.waitForSelector('[data-status="PENDING"]');
  await page.context().close();
  await admin('PATCH', `/admin/drops/${drop.id}`, { closesAt: new Date().toISOString() });
}

/** The same without a mouse, from the skip link on: whatever has the focus shows it. */
async function buysByKeyboard(page) {
  const tabTo = async (selector, most = 150) => {
    for (let i = 0; i < most; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(what => document.activeElement?.matches(what) ?? false, selector)) return;
    }
    check(false, 'is reached by Tab:', selector);
  };
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.classList.contains('skip')), 'begins with the skip link');
  await page.keyboard.press('Enter');
  check(await page.evaluate(() => document.activeElement.id === 'main'), 'skips to the content');
  await tabTo('#products .product:not(.gone) .add');
  check(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none'), 'shows the focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#place');
  await tabTo('[data-charge="1000000"]');
  await page.keyboard.press('Enter');
  await says(page, '#said', 'You now have');
  check(await page.evaluate(() => document.activeElement?.matches('[data-charge="1000000"]')), 'keeps the focus where it was');
  await tabTo('#place');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-status="PENDING"]');
  await page.waitForFunction(() => document.activeElement?.dataset.focus?.startsWith('pay-'));
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-status="PAID"]');
  // What a screen reader is told of it.
  const tree = page.getByRole('dialog', { name: 'Yours' });
  check(await tree.getByRole('heading', { name: 'Orders' }).count() === 1 && await tree.getByRole('button', { name: /^Refund: / }).count() > 0, 'names what is there');
}

/** Sends a crowd at a new drop, and sees the board move. */
async function watchesADrop(page) {
  await page.click('[data-view="board"]');
  await page.waitForSelector('#link.live');
  await page.waitForSelector('#send:not(:disabled)');
  await page.selectOption('#buyers', CROWD);
  await page.click('#send');
  await says(page, '#hero-coupons', 'of 500');
  await page.waitForFunction(() => Number(document.querySelector('#hero-coupons .big').textContent.replaceAll(',', '')) < 400);
  await page.waitForFunction(() => Number(document.querySelector('.figures .orders b').textContent.replaceAll(',', '')) > 0);
  await picture(page, 'board-1280-light-moving');
  await axeFinds(page, 'the board while it moves');
  await page.waitForFunction(() => document.querySelector('#hero-coupons .big').textContent === '0', null, { timeout: 60_000 });
  await page.waitForFunction(() => document.querySelector('#hero-stock .big').textContent === '0', null, { timeout: 60_000 });
  await page.waitForSelector('#send:not(:disabled)', { timeout: 60_000 });
  const state = await page.evaluate(() => fetch('/dev/crowd').then(answer => answer.json()));
  // On a machine that is busy elsewhere some are told to come again, which they do not.
  const { ISSUED, ORDERED, PAID, COUPON_SOLD_OUT } = state.outcomes;
  check(ISSUED === 500 && COUPON_SOLD_OUT > 0, 'gave out exactly 500 coupons', JSON.stringify(state));
  check(ORDERED === 400 && PAID > 0 && PAID <= 400, 'sold exactly 400 units', JSON.stringify(state));
  await says(page, '#refusals', 'coupon sold out');
  check(/#board\/drop\/\d+$/.test(page.url()), 'names the drop in its address', page.url());
  await says(page, '#drop-head', 'Sold out in');
  await page.waitForSelector('#drop-chart canvas');
  await says(page, '#promises', 'Oversold: 0 (400 taken of 400)');
  // Redis may differ for the moment in which it is told.
  await page.waitForFunction(() => document.querySelectorAll('#promises .kept').length === 3);
  await says(page, '#funnel', '400');
  await axeFinds(page, 'the board of a drop that is sold out');
  await picture(page, 'board-1280-sold-out', true);
  await fits(page, 'the board of a drop');
}

/** A crowd that went home early, and a shop that has stopped: neither is told as if all were well. */
async function saysNothingFalse() {
  const page = await visit({ user: 'carol', losing: true });
  await page.route('**/dev/crowd', route => route.fulfill({ json: { running: false, buyers: 3000, gone: 956, outcomes: {} } }));
  let streams = 0;
  await page.route('**/board/stream*', route => (streams++ ? route.abort() : route.fulfill({
    contentType: 'text/event-stream',
    body: 'event: board\ndata: {"figures":{"requests":0,"orders":0,"coupons":0,"payments":0,"refused":0,"p50Millis":null,"p99Millis":null,"refusals":[]},"product":null}\n\n',
  })));
  await page.click('[data-view="board"]');
  await says(page, '#crowd-state', '956 of 3,000');
  await says(page, '#link', 'last heard');
  await page.waitForSelector('#view-board.stale');
  await picture(page, 'board-1280-disconnected');
  await axeFinds(page, 'a board that hears nothing');
  // Nothing has been heard yet of what is a user's own: that is not the same as nothing.
  await page.route(/\/api\/v1\/(orders|cart)/, route => route.abort());
  await page.goto(`${base}/?again`, { waitUntil: 'commit' });
  await page.waitForSelector('#orders .bone');
  check(!/No orders yet|Nothing in it yet/.test(await page.locator('#mine').innerText()), 'says nothing of what it has not heard');
  await page.context().close();
}

async function everyState() {
  for (const [width, height] of [[390, 844], [1280, 900]]) {
    for (const scheme of ['light', 'dark']) {
      const page = await visit({ locale: scheme === 'dark' ? 'ko-KR' : 'en-GB', width, height, scheme, user: scheme === 'dark' ? 'jiwoo' : 'alice' });
      const name = `${width}-${scheme}`;
      await page.waitForSelector('#popular .rank');
      await axeFinds(page, `the shop, ${name}`);
      await picture(page, `shop-${name}`);
      if (width === 1280) await fits(page, `the shop, ${scheme}`);
      await page.evaluate(() => { location.hash = '#product/7'; });
      await page.waitForSelector('#product .one');
      await axeFinds(page, `a product, ${name}`);
      await picture(page, `product-${name}`);
      await page.click('[data-view="board"]');
      await page.waitForSelector('#link.live');
      await page.waitForSelector('#best .num');
      await axeFinds(page, `the board, ${name}`);
      await picture(page, `board-${name}`);
      if (width === 1280) await fits(page, `the board, ${scheme}`);
      await page.context().close();
    }
  }
}

/** The documents, under their own policy: a call can be sent, and the same key again is answered again. */
async function documents() {
  const page = await visit({ user: 'bob', strict: true });
  await page.goto(`${base}/docs`);
  await page.waitForSelector('.opblock');
  await page.click('#mint button');
  await says(page, '#minted', 'ari');
  await page.uncheck('#fresh');
  await page.click('#operations-Points-chargePoints .opblock-summary-control');
  const replayed = async () => {
    await page.click('#operations-Points-chargePoints .execute');
    await page.waitForSelector('#operations-Points-chargePoints .live-responses-table');
    await page.waitForFunction(() => !document.querySelector('.loading-container'));
    return page.locator('.live-responses-table').innerText();
  };
  check(/balance/.test(await replayed()), 'sends a call');
  await page.click('#operations-Points-chargePoints .btn-clear');
  check(/idempotent-replayed: true/.test(await replayed()), 'shows that what is sent twice is done once');
  await page.goto(`${base}/docs/problems#COUPON_SOLD_OUT`);
  await says(page, '#COUPON_SOLD_OUT', '쿠폰');
  await page.context().close();
}

async function finds() {
  const page = await visit({ user: 'bob' });
  await page.fill('#search', 'umbrella');
  await page.waitForFunction(() => document.querySelectorAll('#products .product').length === 15);
  await page.fill('#search', 'no such thing');
  await says(page, '#products', 'No product');
  const missing = await page.evaluate(async () => {
    const [en, ko] = await Promise.all([import('/page/en.js'), import('/page/ko.js')]);
    return [Object.keys(en.default).filter(key => !(key in ko.default)), Object.keys(ko.default).filter(key => !(key in en.default))].flat();
  });
  check(missing.length === 0, 'says everything in both languages', missing.join());
  await page.context().close();
}

/** Two choices of a user within a moment: the last one counts, also where the first is answered later. */
async function changesUsers() {
  const page = await visit({ user: 'alice' });
  const who = () => page.evaluate(async () => (await import('/page/api.js')).claims().sub);
  await page.route('**/dev/tokens', async route => {
    if (route.request().postDataJSON().userId === 'bob') await new Promise(wait => setTimeout(wait, 1500));
    await route.fallback();
  });
  const late = page.waitForResponse(answer => answer.request().postData()?.includes('bob') ?? false);
  await page.selectOption('#user', 'bob');
  await page.selectOption('#user', 'carol');
  await late;
  await page.waitForSelector('#balance:not(:has(.bone))');
  check(await who() === 'carol' && await page.inputValue('#user') === 'carol', 'is who was chosen last', await who());
  // Asked for as carol and heard as minsu: minsu is not shown it.
  let held = () => {};
  await page.route('**/api/v1/points', async route => {
    await new Promise(free => { held = free; });
    await route.fulfill({ json: { balance: 123_456_789 } });
  }, { times: 1 });
  const asked = page.waitForRequest('**/api/v1/points');
  await page.evaluate(async () => { (await import('/page/mine.js')).load().catch(() => {}); });
  await asked;
  await page.selectOption('#user', 'minsu');
  await page.waitForSelector('#balance:not(:has(.bone))');
  const heard = page.waitForResponse('**/api/v1/points');
  held();
  await (await heard).finished();
  check(!(await page.innerText('#balance')).includes('123,456,789') && await who() === 'minsu', 'shows nothing of another user');
  for (const hash of ['#constructor', '#desk/constructor', '#shop']) await page.evaluate(to => { location.hash = to; }, hash);
  await page.waitForSelector('#view-shop:not([hidden])');
  await page.context().close();
}

let last = Date.now();
function done(what) {
  console.log(`${what}: ${((Date.now() - last) / 1000).toFixed(1)} s`);
  last = Date.now();
}

async function asAPerson() {
  const english = await visit({ user: `alice-${RUN}` });
  await buys(english, spoken.en, 'alice', false);
  done('a purchase in English');
  await watchesADrop(english);
  await english.context().close();
  done('a crowd');
  const korean = await visit({ locale: 'ko-KR', width: 390, height: 844, scheme: 'dark', user: `jiwoo-${RUN}` });
  await buys(korean, spoken.ko, 'jiwoo', true);
  await korean.click('#language');
  check(await korean.locator('html').getAttribute('lang') === 'en', 'changes its language');
  await korean.context().close();
  done('a purchase in Korean');
  const hands = await visit({ user: 'minsu' });
  await buysByKeyboard(hands);
  await hands.context().close();
  done('a purchase by keyboard');
}

async function all() {
  const only = process.env.ONLY;
  // Those that mostly wait go together; those that have the machine to themselves count how fast it is.
  for (const together of [[asAPerson], [standsInLine, changesAPrice], [saysNothingFalse, finds, documents, changesUsers], [desk], [once], [everyState]]) {
    const parts = together.filter(part => !only || only.split(',').includes(part.name));
    await Promise.all(parts.map(part => part()));
    done(together.map(part => part.name).join(', '));
  }
}

try {
  await all();
} catch (failure) {
  check(false, 'comes to an end', failure.stack);
  // What stood on each page then, and what the shop had said last.
  for (const page of browser.contexts().flatMap(context => context.pages())) {
    await picture(page, `failed-${page.viewportSize().width}`).catch(console.error);
    console.error('the page said:', await page.locator('#notices').textContent().catch(String));
  }
}
await browser.close();
console.log(`browser: ${result.checks} checks, ${result.failures} failed`);
process.exit(result.failures || result.checks < 50 ? 1 : 0);
