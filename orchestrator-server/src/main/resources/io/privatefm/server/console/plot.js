// A plot of one measure over the last merges, drawn at the width that there is.

import { drawing } from './dom.js';

const HEIGHT = 176;
const LEFT = 52;
const RIGHT = 10;
const TOP = 22;
const BOTTOM = 34;
const WIDEST_BAR = 12;
const LETTERS_APART = 76;

/**
 * @param spec {text: the whole in words; unit: of the axis; form: 'bars' or 'dots'}
 * @param points [{value, at, title}], oldest first
 * @param width in pixels
 */
export function plot(spec, points, width) {
  const inner = Math.max(120, width - LEFT - RIGHT);
  const floor = HEIGHT - BOTTOM;
  const ticks = roundTicks(Math.max(...points.map((point) => point.value)));
  const top = ticks[ticks.length - 1];
  const band = inner / points.length;
  const x = (at) => LEFT + band * (at + 0.5);
  const y = (value) => floor - ((floor - TOP) * value) / top;
  const middle = median(points.map((point) => point.value));
  return drawing(
    'svg',
    { class: 'plot', viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': spec.text },
    drawing('text', { class: 'axis-name', x: 0, y: 11 }, spec.unit),
    ticks.map((tick) => [
      drawing('line', { class: tick === 0 ? 'axis' : 'grid', x1: LEFT, x2: LEFT + inner, y1: y(tick), y2: y(tick) }),
      drawing('text', { class: 'tick-label', x: LEFT - 6, y: y(tick) + 4, 'text-anchor': 'end' }, tickLabel(tick)),
    ]),
    spec.form === 'bars' ? bars(points, x, y, floor, band) : dots(points, x, y),
    drawing('line', { class: 'median', x1: LEFT, x2: LEFT + inner, y1: y(middle), y2: y(middle) }),
    times(points, x, floor, inner),
  );
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function bars(points, x, y, floor, band) {
  const width = Math.max(1, Math.min(WIDEST_BAR, band * 0.7));
  return points.map((point, at) =>
    drawing(
      'rect',
      { class: 'bar', x: x(at) - width / 2, y: Math.min(y(point.value), floor - 1), width, height: Math.max(1, floor - y(point.value)) },
      drawing('title', {}, point.title),
    ),
  );
}

function dots(points, x, y) {
  const line = points.map((point, at) => `${at === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(point.value).toFixed(1)}`).join('');
  return [
    drawing('path', { class: 'line', d: line }),
    points.map((point, at) => drawing('circle', { class: 'dot', cx: x(at), cy: y(point.value), r: 2.5 }, drawing('title', {}, point.title))),
  ];
}

/** The first, the last, and as many between as have room. */
function times(points, x, floor, inner) {
  const most = Math.max(2, Math.min(points.length, Math.floor(inner / LETTERS_APART)));
  const chosen = new Set();
  for (let i = 0; i < most; i++) {
    chosen.add(most === 1 ? 0 : Math.round((i * (points.length - 1)) / (most - 1)));
  }
  const last = points.length - 1;
  return [...chosen].map((at) => [
    drawing('line', { class: 'axis', x1: x(at), x2: x(at), y1: floor, y2: floor + 4 }),
    drawing('text', { class: 'tick-label', x: x(at), y: floor + 18, 'text-anchor': at === 0 && last > 0 ? 'start' : at === last && last > 0 ? 'end' : 'middle' }, points[at].at),
  ]);
}

/** 0.5, 20, 1500: no more digits than the step has. */
function tickLabel(value) {
  return String(Number(value.toPrecision(3)));
}

/** Two to five steps of 1, 2 or 5 times a power of ten. */
function roundTicks(most) {
  if (!(most > 0)) {
    return [0, 1];
  }
  const raw = most / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw);
  const ticks = [];
  for (let at = 0; at <= Math.ceil(most / step - 1e-9); at++) {
    ticks.push(at * step);
  }
  return ticks;
}
