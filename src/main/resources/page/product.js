// One product, at #product/7.
import { button, errorOf } from './act.js';
import { call } from './api.js';
import { setQuantity } from './cart.js';
import { find, h, redraw, say, skeleton } from './dom.js';
import { dropOf } from './drops.js';
import * as limits from './limits.js';
import { mine } from './mine.js';
import { picture } from './pictures.js';
import { learn, obstacle, productOf } from './shop.js';
import { local, number, t, won } from './words.js';

let shown = null;
let wanted = 1;

/** Shows it, or the list again if there is none. */
export async function show(id) {
  if (id !== shown) wanted = 1;
  shown = id;
  find('listing').hidden = id !== null;
  find('product').hidden = id === null;
  draw();
  if (id === null) return;
  learn(await call('GET', `/api/v1/products/${id}`));
  draw();
}

export function draw() {
  if (shown === null) return;
  const each = productOf(shown);
  redraw(find('product'), h('p', {}, h('a', { 'href': '#shop', 'data-focus': 'back' }, `← ${t('back')}`)), each ? page(each) : skeleton(20));
}

function page(each) {
  const name = local(each.name);
  const why = obstacle(each);
  const control = `cart-${each.id}`;
  const drop = dropOf(each.dropId);
  return h('article', { class: 'one' },
    picture(each.id, each.name),
    h('div', {},
      h('h1', {}, name),
      h('p', {}, each.description ? local(each.description) : ''),
      h('p', { class: 'price num' }, won(each.price)),
      h('p', { class: 'soft num' }, [each.stock ? t('in.stock', { n: number(each.stock) }) : t('none.left'), limits.text(each)].filter(Boolean).join(' · ')),
      drop ? h('p', { class: 'soft' }, t('of.drop', { name: local(drop.name) })) : null,
      h('p', { class: 'row' },
        h('label', {}, `${t('how.many')} `, h('input', { 'class': 'num many', 'inputmode': 'numeric', 'value': wanted, 'data-focus': 'many', 'onchange': event => { wanted = Math.max(1, Number.parseInt(event.target.value, 10) || 1); event.target.value = wanted; } })),
        button(control, { 'disabled': why !== null, 'data-focus': 'put', 'data-name-of': each.id, 'data-name': each.name }, why ?? t('add'), () => put(each))),
      errorOf(control)));
}

function put(each) {
  const before = mine.cart?.items.find(item => item.productId === each.id)?.quantity ?? 0;
  return setQuantity(each.id, before + wanted, () => say(t('added', { name: local(each.name) })));
}
