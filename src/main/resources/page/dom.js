// Small things that make elements.
import { t } from './words.js';

const SAID_MILLIS = 6_000;
const REFUSED_MILLIS = 12_000;

/** An element. Properties that begin with "on" are listeners, the others attributes; null and false leave one out. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  fill(element, properties);
  element.append(...flat(children));
  return element;
}

export function svg(name, properties = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  fill(element, properties);
  element.append(...children);
  return element;
}

const flat = children => children.flat(3).filter(child => child !== null && child !== undefined && child !== false);

function fill(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
}

export const find = id => document.getElementById(id);

/** Replaces what is in the element, and gives the focus back to what has the same data-focus as what had it. */
export function redraw(element, ...children) {
  const active = document.activeElement;
  const inside = element.contains(active) && active !== element;
  const name = inside ? active.dataset.focus : null;
  element.replaceChildren(...flat(children));
  if (inside) {
    const again = name && element.querySelector(`[data-focus="${CSS.escape(name)}"]:not(:disabled)`);
    const next = again || element.querySelector('button:not(:disabled), select, a') || find('main');
    next.focus({ preventScroll: true });
  }
}

/** A bar that is filled to that part, 0 to 1. For eyes only: the number stands beside it. */
export function track(part) {
  const inner = h('span');
  inner.style.setProperty('--part', Math.max(0, Math.min(1, part || 0)).toFixed(4));
  return h('span', { 'class': 'track', 'aria-hidden': 'true' }, inner);
}

/** Where something will stand that has not been heard of yet: so many letters wide. */
export function skeleton(letters) {
  const bone = h('span', { 'class': 'bone', 'aria-hidden': 'true' });
  bone.style.setProperty('--letters', letters);
  return h('span', {}, bone, h('span', { class: 'unseen' }, t('loading')));
}

/** Something was done. */
export function say(text) {
  show(find('said'), 'notice', h('div', {}, text), SAID_MILLIS);
}

/** Something was refused that has no place of its own for it. */
export function refuse(title, detail) {
  show(find('refused'), 'notice bad', h('div', {}, h('b', {}, title), detail ? h('p', {}, detail) : null), REFUSED_MILLIS);
}

/** It leaves by itself, but not while somebody points at it or is in it. */
function show(place, style, content, millis) {
  const notice = h('div', { class: style }, content);
  notice.append(h('button', { 'type': 'button', 'aria-label': t('close'), 'onclick': () => notice.remove() }, '×'));
  // One of each kind: the newest is what the last click came to.
  place.replaceChildren(notice);
  const leave = () => {
    if (notice.matches(':hover, :focus-within')) setTimeout(leave, 1000);
    else notice.remove();
  };
  setTimeout(leave, millis);
}
