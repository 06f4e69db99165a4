// How long merges took, and how fast they were: two plots, and the same as a table.

import { byId, element } from './dom.js';
import { bytes, clock, count, millis, time } from './format.js';
import { median, plot } from './plot.js';
import { redraw } from './redraw.js';
import { table } from './table.js';

const COLUMNS = [{ name: 'Ended' }, { name: 'Took', kind: 'num' }, { name: 'Stored', kind: 'num' }, { name: 'Throughput', kind: 'num' }];

let shown = [];
const room = new ResizeObserver(() => draw());

/** @param recent [{at, millis, bytes}], oldest first */
export function showMerges(recent) {
  shown = recent;
  draw();
  room.observe(byId('merges-body'));
}

function draw() {
  const body = byId('merges-body');
  if (shown.length === 0) {
    redraw(body, [], () => element('p', { class: 'empty' }, 'No merge in this process yet.'));
    return;
  }
  const full = Math.floor(body.clientWidth);
  const width = full >= 720 ? Math.floor((full - 32) / 2) : full;
  if (width === 0) {
    return; // not on the page now
  }
  redraw(body, { shown, width }, () => [
    element('div', { class: 'plots' }, figure(durations(shown), width), figure(throughputs(shown), width)),
    element('details', { 'data-focus': 'merges table' }, element('summary', {}, 'The same as a table'), table('Recent merges, newest first', COLUMNS, [...shown].reverse().map(row))),
  ]);
}

function figure({ name, summary, spec, points }, width) {
  return element('figure', {}, element('figcaption', {}, element('b', {}, name), ' ', element('span', { class: 'key median', 'aria-hidden': 'true' }), summary[0], `, ${summary[1]}`), plot(spec, points, width));
}

function durations(recent) {
  const values = recent.map((merge) => merge.millis);
  const inSeconds = Math.max(...values) >= 2000;
  const summary = [`median ${millis(median(values))}`, `longest ${millis(Math.max(...values))}`];
  return {
    name: 'Duration',
    summary,
    spec: {
      text: `Duration of the last ${count(values.length, 'merge')}: ${summary.join(', ')}.`,
      unit: inSeconds ? 'seconds' : 'milliseconds',
      form: 'bars',
    },
    points: recent.map((merge) => ({
      value: inSeconds ? merge.millis / 1000 : merge.millis,
      at: clock(merge.at),
      title: `${clock(merge.at)}: ${millis(merge.millis)}`,
    })),
  };
}

function throughputs(recent) {
  const values = recent.map(rate);
  const summary = [`median ${bytes(median(values))}/s`, `slowest ${bytes(Math.min(...values))}/s`];
  const unit = Math.max(...values) >= 1e6 ? ['MB stored per second', 1e6] : ['kB stored per second', 1e3];
  return {
    name: 'Throughput',
    summary,
    spec: { text: `Throughput of the last ${count(values.length, 'merge')}: ${summary.join(', ')}.`, unit: unit[0], form: 'dots' },
    points: recent.map((merge) => ({ value: rate(merge) / unit[1], at: clock(merge.at), title: `${clock(merge.at)}: ${bytes(rate(merge))}/s` })),
  };
}

/** Bytes in a second; a merge of no measurable time counts as one of a millisecond. */
function rate(merge) {
  return (merge.bytes * 1000) / Math.max(1, merge.millis);
}

function row(merge) {
  return [time(merge.at), millis(merge.millis), bytes(merge.bytes), `${bytes(rate(merge))}/s`];
}
