// Charts by uPlot, which is fetched when the first one is drawn.
import { find, h, redraw } from './dom.js';
import { clock as second, number } from './words.js';

const HEIGHT = 240;
/** Seconds between two marks. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
const COLOURS = ['--key', '--c1', '--c2', '--bad'];

let library = null;

function fetched() {
  library ??= new Promise((done, failed) => {
    document.head.append(
      h('link', { rel: 'stylesheet', href: '/page/uplot.css' }),
      h('script', { src: '/page/uplot.js', onload: done, onerror: () => failed(new Error('there is no uPlot')) }));
  });
  return library;
}

const colour = i => getComputedStyle(document.documentElement).getPropertyValue(COLOURS[i]).trim();

function options(width, { names, unit, x, clock }) {
  const soft = getComputedStyle(document.documentElement).getPropertyValue('--soft').trim();
  const grid = { stroke: getComputedStyle(document.documentElement).getPropertyValue('--line').trim(), width: 1 };
  const axis = { stroke: soft, grid, ticks: grid, font: '12px system-ui', labelFont: '12px system-ui', labelSize: 18 };
  return {
    width, height: HEIGHT, legend: { show: false }, cursor: { show: false },
    scales: { x: { time: clock }, y: { range: (chart, least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, label: x, space: 70, incrs: STEPS, values: (chart, splits) => splits.map(each => (clock ? second(1000 * each) : number(each))) },
      { ...axis, label: unit, size: 60, values: (chart, splits) => splits.map(each => (Number.isInteger(each) ? number(each) : '')) },
    ],
    series: [{}, ...names.map((name, i) => ({ label: name, stroke: colour(i), width: 2, points: { show: false } }))],
  };
}

const charts = new Map();

function room(place) {
  const { paddingLeft, paddingRight } = getComputedStyle(place);
  return Math.max(200, Math.floor(place.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)));
}

/** A chart is as wide as its place, also when that changes. */
function fitting(place, id) {
  const observer = new ResizeObserver(() => charts.get(id)?.drawn.setSize({ width: room(place), height: HEIGHT }));
  observer.observe(place);
  return observer;
}

/**
 * Draws the lines anew.
 *
 * @param data the values of x, then those of each line
 * @param about `names` of the lines, the `unit` of y, what `x` is, whether it is a `clock`, and what it `says` to those who cannot see it
 */
export async function chart(id, data, about) {
  await fetched();
  const place = find(id);
  const width = room(place);
  const shape = JSON.stringify([about.names, about.unit, about.x, colour(0)]);
  const known = charts.get(id);
  if (known?.shape === shape) {
    known.drawn.setData(data);
  } else {
    known?.drawn.destroy();
    const canvas = h('div', { role: 'img' });
    const legend = h('p', { class: 'legend row' }, about.names.map((name, i) => h('span', { class: `line${i}` }, name)));
    redraw(place, legend, canvas);
    known?.observer.disconnect();
    charts.set(id, { shape, observer: fitting(place, id), canvas, drawn: new globalThis.uPlot(options(width, about), data, canvas) });
  }
  charts.get(id).canvas.setAttribute('aria-label', about.says);
}
