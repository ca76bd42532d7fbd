// What every part of the browser's check needs: a visitor whose every request is looked at, and the API to count effects.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';

const [tools, pictures, chromium] = process.argv.slice(2);
const require = createRequire(`${tools}/package.json`);
const { chromium: driver } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const base = process.env.BASE;
const origin = new URL(base).origin;
const PATIENCE = 20_000;
/** As wide as phones, tablets, laptops and desks are. */
const WIDTHS = [390, 768, 1280, 1440];

export const result = { checks: 0, failures: 0 };

export function check(good, what, why = '') {
  result.checks++;
  if (!good) {
    result.failures++;
    console.error(`FAILED: ${what} ${why}`);
  }
}

mkdirSync(pictures, { recursive: true });
export const browser = await driver.launch({
  executablePath: chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
});

/**
 * A visitor whose every request and every complaint of the browser is looked at.
 *
 * @param losing whether this visitor's answers will be lost, of which the browser complains
 */
export async function visit({ locale = 'en-GB', width = 1280, height = 900, scheme = 'light', user = 'alice', path = '', losing = false, strict = false } = {}) {
  // axe is put into the page by the test; the page's own policy, which a strict visit keeps, would keep it out.
  const context = await browser.newContext({ locale, viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce', bypassCSP: !strict });
  await context.addInitScript(name => sessionStorage.setItem('firstcome.user', name), user);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('request', request => check(/^(data:|blob:)/.test(request.url()) || new URL(request.url()).origin === origin, 'stays at its origin', request.url()));
  page.on('console', message => check(message.type() !== 'error' || expected(message) || (losing && /net::ERR_/.test(message.text())), 'has nothing to complain about', message.text()));
  page.on('pageerror', error => check(false, 'has no defect', error.stack));
  await page.goto(base + path);
  await page.waitForSelector('body[data-user]');
  return page;
}

/** Chromium notes each refusal as an error of its own, and each 503, after which the page asks again. */
const expected = message => /status of (4\d\d|503)/.test(message.text()) && message.location().url.startsWith(`${origin}/api/`);

export const picture = (page, name, fullPage = false) => page.screenshot({ path: `${pictures}/${name}.png`, fullPage });

export const says = (page, selector, text) =>
  page.waitForFunction(([where, what]) => document.querySelector(where)?.textContent.includes(what), [selector, text]);

export async function axeFinds(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  check(violations.length === 0, `axe has nothing against ${where}`,
    JSON.stringify(violations.map(each => [each.id, each.nodes.slice(0, 4).map(node => `${node.target} ${node.failureSummary}`)]), null, 1));
  check((await overflowing(page)).length === 0, `nothing is cut off in ${where}`, JSON.stringify(await overflowing(page)));
}

/** Every scroll container that is too narrow, every text and every control that leaves the box that it stands in. */
const overflowing = page => page.evaluate(() => {
  const found = [];
  const name = element => `${element.tagName.toLowerCase()}#${element.id}.${element.className} "${element.textContent.slice(0, 40)}"`;
  const seen = element => element.checkVisibility() && !element.closest('.unseen, .skip, svg, option, .uplot');
  const leaves = (inner, outer) => inner.right > outer.right + 1 || inner.left < outer.left - 1;
  const drops = (inner, outer) => inner.bottom > outer.bottom + 3;
  // Down, only what scrolls may be left.
  const leavesBox = (inner, box) => leaves(inner, box.getBoundingClientRect())
    || (getComputedStyle(box).overflowY === 'visible' && drops(inner, box.getBoundingClientRect()));
  for (const element of document.querySelectorAll('html, body *')) {
    if (!seen(element)) continue;
    const style = getComputedStyle(element);
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && (style.overflowX !== 'visible' || element === document.documentElement)
      && !['SELECT', 'INPUT', 'PRE'].includes(element.tagName)) found.push(`too wide by ${element.scrollWidth - element.clientWidth}: ${name(element)}`);
    if (element.matches('button, input, select, li, section, .row, .track') && !['fixed', 'absolute', 'sticky'].includes(style.position)
      && leavesBox(element.getBoundingClientRect(), element.parentElement)) found.push(`leaves its parent: ${name(element)}`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || !seen(node.parentElement)) continue;
    let box = node.parentElement;
    while (getComputedStyle(box).display.startsWith('inline') && box.tagName !== 'BUTTON') box = box.parentElement;
    const range = document.createRange();
    range.selectNodeContents(node);
    if ([...range.getClientRects()].some(rectangle => leavesBox(rectangle, box))) found.push(`text leaves: ${name(box)}`);
  }
  return found;
});

/** At every width, where nobody has looked with axe. */
export async function fits(page, where) {
  const { width, height } = page.viewportSize();
  for (const each of WIDTHS) {
    await page.setViewportSize({ width: each, height });
    if (await page.isVisible('#to-cart')) await page.click('#to-cart');
    // Charts follow a frame later.
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
    const found = await overflowing(page);
    check(found.length === 0, `${where} fits into ${each} px`, JSON.stringify(found));
    if (await page.isVisible('#close-mine')) await page.click('#close-mine');
  }
  await page.setViewportSize({ width, height });
}

/** The same API without a browser, to count what has happened. */
export async function client(user, scopes = []) {
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(base + path, { method, headers: { 'Content-Type': 'application/json', ...headers }, body: body && JSON.stringify(body) });
    if (answer.status === 204) return null;
    const content = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${content.detail}`);
    return content;
  };
  const { token } = await ask('POST', '/dev/tokens', { userId: user, scopes });
  return (method, path, body) => ask(method, `/api/v1${path}`, body,
    { 'Authorization': `Bearer ${token}`, 'Idempotency-Key': Math.random().toString(36).slice(2) });
}
