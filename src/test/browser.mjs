// The live page in a real Chromium, as a person would use it: see src/test/browser.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';

const [tools, pictures, chromium] = process.argv.slice(2);
const require = createRequire(`${tools}/package.json`);
const { chromium: driver } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const base = process.env.BASE;
const origin = new URL(base).origin;

const WIDTHS = [[390, 844], [1280, 900]];
const PATIENCE = 20_000;
const CROWD = '1000';

let checks = 0;
let failures = 0;
function check(good, what, why = '') {
  checks++;
  if (!good) {
    failures++;
    console.error(`FAILED: ${what} ${why}`);
  }
}

mkdirSync(pictures, { recursive: true });
const browser = await driver.launch({
  executablePath: chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
});

/** A visitor whose every request and every complaint of the browser is looked at. */
async function visit({ locale, width, height, scheme, user }) {
  // axe is put into the page by the test; the page's own policy would keep it out.
  const context = await browser.newContext({ locale, viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce', bypassCSP: true });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('request', request => check(/^(data:|blob:)/.test(request.url()) || new URL(request.url()).origin === origin, 'stays at its origin', request.url()));
  page.on('console', message => check(message.type() !== 'error' || expected(message), 'has nothing to complain about', message.text()));
  page.on('pageerror', error => check(false, 'has no defect', error.stack));
  await page.goto(base);
  if (user) await page.evaluate(name => sessionStorage.setItem('firstcome.user', name), user);
  await page.reload();
  await page.waitForSelector('body[data-user]');
  return page;
}

/** Chromium notes each refusal as an error of its own. */
const expected = message => /status of 4\d\d/.test(message.text()) && message.location().url.startsWith(`${origin}/api/`);

async function axeFinds(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  check(violations.length === 0, `axe has nothing against ${where}`,
    JSON.stringify(violations.map(each => [each.id, each.nodes.slice(0, 4).map(node => `${node.target} ${node.failureSummary}`)]), null, 1));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${where} is not wider than the screen`, `by ${wide}`);
}

const picture = (page, name, fullPage = false) => page.screenshot({ path: `${pictures}/${name}.png`, fullPage });
const says = (page, selector, text) => page.waitForFunction(([where, what]) => document.querySelector(where)?.textContent.includes(what), [selector, text]);
const balance = page => page.locator('#balance').innerText().then(text => Number(text.replaceAll(',', '')));

/** The whole flow with a mouse: points, coupon, cart, order, payment, and a refusal. */
async function buys(page, words, user) {
  check(await page.locator('html').getAttribute('lang') === words.lang, `speaks ${words.lang}`);
  const before = await balance(page);
  await page.click('[data-charge="100000"]');
  await page.waitForFunction(most => Number(document.querySelector('#balance').textContent.replaceAll(',', '')) > most, before);
  check(await balance(page) === before + 100_000, `${user} has what was charged`);
  // Or it is this user's already, if the shop is not a fresh one.
  if (await page.isEnabled('[data-campaign="3"]')) await page.click('[data-campaign="3"]');
  await page.waitForSelector('[data-campaign="3"]:disabled');
  await page.click('.product:not(.gone) button:not(:disabled) >> nth=0');
  await page.waitForSelector('#place');
  await page.click('[data-focus^="more-"]');
  await says(page, '#cart .lines', '2');
  await page.selectOption('#use', { index: 1 });
  await axeFinds(page, `the full cart of ${user}`);
  await page.click('#place');
  await page.waitForSelector('[data-status="PENDING"]');
  await axeFinds(page, `an open order of ${user}`);
  await page.click('[data-focus^="pay-"]');
  await page.waitForSelector('[data-status="PAID"]');
  check(await balance(page) < before + 100_000, `${user} has paid`);
  // Sold out since the seed: the shop itself refuses, in the language that is chosen.
  await page.click('[data-campaign="6"]');
  await says(page, '#refused', words.refused);
  await axeFinds(page, `a refusal of ${user}`);
  await page.click('#orders [data-focus^="cancel-"]');
  await page.waitForSelector('[data-status="REFUNDED"]');
}

/** The same without a mouse, from the skip link on: whatever has the focus shows it. */
async function buysByKeyboard(page) {
  const tabTo = async (selector, most = 120) => {
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
  await tabTo('.product:not(.gone) button');
  check(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none'), 'shows the focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#place');
  await tabTo('[data-charge="100000"]');
  await page.keyboard.press('Enter');
  await says(page, '#said', '00,000 points');
  check(await page.evaluate(() => document.activeElement?.matches('[data-charge="100000"]')), 'keeps the focus where it was');
  await tabTo('#place');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-status="PENDING"]');
  await page.waitForFunction(() => document.activeElement?.dataset.focus?.startsWith('pay-'));
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-status="PAID"]');
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
  check(state.outcomes.ISSUED === 500 && state.outcomes.COUPON_SOLD_OUT === Number(CROWD) - 500, 'gave out exactly 500 coupons', JSON.stringify(state));
  check(state.outcomes.ORDERED === 400 && state.outcomes.PAID === 400, 'sold exactly 400 units', JSON.stringify(state));
  await says(page, '#refusals', 'coupon sold out');
}

const words = { en: { lang: 'en', refused: 'Coupon sold out' }, ko: { lang: 'ko', refused: '쿠폰' } };
const [narrow, wide] = WIDTHS;

async function all() {
  const english = await visit({ locale: 'en-GB', width: wide[0], height: wide[1], scheme: 'light', user: 'alice' });
  await buys(english, words.en, 'alice');
  await watchesADrop(english);

  const korean = await visit({ locale: 'ko-KR', width: narrow[0], height: narrow[1], scheme: 'dark', user: 'jiwoo' });
  await buys(korean, words.ko, 'jiwoo');
  await korean.click('#language');
  check(await korean.locator('html').getAttribute('lang') === 'en', 'changes its language');

  const hands = await visit({ locale: 'en-GB', width: wide[0], height: wide[1], scheme: 'light', user: 'minsu' });
  await buysByKeyboard(hands);

  for (const [width, height] of WIDTHS) {
    for (const scheme of ['light', 'dark']) {
      const page = await visit({ locale: scheme === 'dark' ? 'ko-KR' : 'en-GB', width, height, scheme, user: scheme === 'dark' ? 'jiwoo' : 'alice' });
      const name = `${width}-${scheme}`;
      await page.waitForSelector('#popular .rank');
      await axeFinds(page, `the shop, ${name}`);
      await picture(page, `shop-${name}`);
      await page.click('[data-view="board"]');
      await page.waitForSelector('#link.live');
      await page.waitForSelector('#best .num');
      await axeFinds(page, `the board, ${name}`);
      await picture(page, `board-${name}`);
      await page.context().close();
    }
  }
}

try {
  await all();
} catch (failure) {
  check(false, 'comes to an end', failure.stack);
  // What stood on each page then, and what the shop had said last.
  for (const page of browser.contexts().flatMap(context => context.pages())) {
    await picture(page, `failed-${page.viewportSize().width}`);
    console.error('the page said:', await page.locator('#notices').innerText());
  }
}
await browser.close();
console.log(`browser: ${checks} checks, ${failures} failed; the pictures are in ${pictures}`);
process.exit(failures || checks < 50 ? 1 : 0);
