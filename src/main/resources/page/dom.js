// Small things that make elements.

/** An element. Properties that begin with "on" are listeners, the others attributes; null and false leave one out. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  fill(element, properties);
  element.append(...children.flat().filter(child => child !== null && child !== false));
  return element;
}

export function svg(name, properties = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  fill(element, properties);
  element.append(...children);
  return element;
}

function fill(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== false) {
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
  element.replaceChildren(...children.flat().filter(child => child !== null && child !== false));
  if (inside) {
    const again = name && element.querySelector(`[data-focus="${CSS.escape(name)}"]:not(:disabled)`);
    const next = again || element.querySelector('button:not(:disabled), select') || find('main');
    next.focus({ preventScroll: true });
  }
}

/** A bar that is filled to that part, 0 to 1. For eyes only: the number stands beside it. */
export function track(part) {
  const inner = h('span');
  inner.style.setProperty('--part', Math.max(0, Math.min(1, part || 0)).toFixed(4));
  return h('span', { class: 'track', 'aria-hidden': 'true' }, inner);
}

/** A patchwork as Koreans sew it, jogakbo: each number has its own, always the same. */
export function patches(seed) {
  let state = (seed * 2654435761) >>> 0;
  const random = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rectangles = [];
  const cut = (x, y, width, height, depth) => {
    if (depth === 0 || (depth < 3 && random() < 0.2)) {
      rectangles.push([x, y, width, height]);
      return;
    }
    const at = 0.3 + random() * 0.4;
    if (width > height * (0.7 + random() * 0.6)) {
      cut(x, y, width * at, height, depth - 1);
      cut(x + width * at, y, width * (1 - at), height, depth - 1);
    } else {
      cut(x, y, width, height * at, depth - 1);
      cut(x, y + height * at, width, height * (1 - at), depth - 1);
    }
  };
  cut(0, 0, 120, 90, 4);
  const tone = Math.floor(random() * 6);
  return svg('svg', { viewBox: '0 0 120 90', class: 'patches', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    ...rectangles.map(([x, y, width, height]) => svg('rect', {
      x: x.toFixed(1), y: y.toFixed(1), width: width.toFixed(1), height: height.toFixed(1),
      class: `patch${(tone + Math.floor(random() * random() * 6)) % 6}`,
    })));
}

/** Something was done. */
export function say(text) {
  show(find('said'), 'notice', h('div', {}, text));
}

/** Something was refused. */
export function refuse(title, detail) {
  show(find('refused'), 'notice bad', h('div', {}, h('b', {}, title), detail ? h('p', {}, detail) : null));
}

function show(place, style, content) {
  const notice = h('div', { class: style }, content);
  const close = h('button', { type: 'button', 'aria-label': '×', onclick: () => notice.remove() }, '×');
  notice.append(close);
  // One of each kind: the newest is what the last click came to.
  place.replaceChildren(notice);
  setTimeout(() => notice.remove(), 12000);
}
