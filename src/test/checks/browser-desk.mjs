// The desk and the board's controls, as an administrator would use them, each click a double click.
import { axeFinds, check, client, fits, picture, says, visit } from './browser-visit.mjs';

const TABS = ['orders', 'stock', 'drops', 'audit', 'events', 'aside'];

async function paid(user) {
  const api = await client(user);
  await api('PATCH', '/points', { amount: 1_000_000 });
  const order = await api('POST', '/orders', { items: [{ productId: 21, quantity: 3 }] });
  await api('POST', '/payments', { orderId: order.id });
  return { api, order };
}

async function refunds(page) {
  const user = `desk-${Date.now() % 1_000_000}`;
  const { api, order } = await paid(user);
  await page.fill('[name="userId"]', user);
  await page.click('[data-act="desk"]');
  await page.click(`#desk-list a[href="#desk/orders/${order.id}"]`);
  await page.fill('[name="21"]', '1');
  await page.fill('[name="reason"]', 'torn');
  await page.dblclick('[data-act="refund"]');
  await axeFinds(page, 'the question before a refund at the desk');
  await page.dblclick('#ask-yes');
  await says(page, '#desk-order', 'Refunded');
  await axeFinds(page, 'an order at the desk');
  const { refunds: made, status } = await api('GET', `/orders/${order.id}`);
  check(made.length === 1 && made[0].items[0].quantity === 1 && status === 'PAID', 'refunds one unit once', JSON.stringify(made));
}

async function adjusts(page, admin) {
  const before = (await admin('GET', '/products/22')).stock;
  await page.click('[href="#desk/stock"]');
  await page.fill('[name="productId"]', '22');
  await page.fill('[name="delta"]', '5');
  await page.fill('[name="reason"]', 'found five');
  await page.dblclick('[data-act="desk"]');
  await says(page, '#said', `${before + 5}`);
  check((await admin('GET', '/products/22')).stock === before + 5, 'adjusts the stock once');
  await says(page, '#desk-list', 'found five');
}

async function plansAndPauses(page, admin) {
  const { id } = await admin('POST', '/admin/products', { name: '백자 / White Porcelain', price: 30_000, stock: 10 });
  await page.click('[href="#desk/drops"]');
  await page.fill('[name="name"]', 'Porcelain');
  await page.fill('[name="productIds"]', String(id));
  await page.fill('[name="opensAt"]', '2026-01-01T10:00');
  await page.dblclick('[data-act="desk"]');
  await page.click('#desk-list a:has-text("Porcelain") >> nth=0');
  await page.waitForSelector('[data-board-status="OPEN"]');
  await page.dblclick('[data-act="drop-pause"]');
  await page.waitForSelector('[data-board-status="PAUSED"]');
  await axeFinds(page, 'a drop that is paused');
  await page.dblclick('[data-act="drop-resume"]');
  await page.waitForSelector('[data-board-status="OPEN"]');
  await page.dblclick('[data-act="drop-close"]');
  await page.dblclick('#ask-yes');
  await page.waitForSelector('[data-board-status="CLOSED"]');
  const drops = await admin('GET', '/drops?limit=100');
  check(drops.items.filter(drop => drop.products.some(product => product.id === id)).length === 1, 'plans a drop once');
}

async function everyTab(locale, width, scheme) {
  const page = await visit({ locale, width, scheme, user: 'bob', path: '/#desk/orders' });
  for (const tab of TABS) {
    await page.click(`[href="#desk/${tab}"]`);
    await page.waitForSelector('#desk-list li:not(:has(.bone))');
    await axeFinds(page, `the desk's ${tab}, ${width} ${scheme}`);
    if (width > 390) await fits(page, `the desk's ${tab}`);
  }
  await page.click('[href="#desk/orders"]');
  await page.waitForSelector('#desk-list a');
  await picture(page, `desk-${width}-${scheme}`);
  await page.context().close();
}

export async function desk() {
  const admin = await client('admin', ['admin']);
  const page = await visit({ user: 'bob', path: '/#desk' });
  await refunds(page);
  await adjusts(page, admin);
  await plansAndPauses(page, admin);
  await page.context().close();
  await everyTab('en-GB', 1280, 'light');
  await everyTab('ko-KR', 390, 'dark');
}
