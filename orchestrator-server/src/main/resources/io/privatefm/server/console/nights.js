// Nights before the last one.

import { byId, element } from './dom.js';
import { duration, minute, NONE, number, words } from './format.js';
import { redraw } from './redraw.js';
import { table } from './table.js';

const COLUMNS = [
  { name: 'Began' },
  { name: 'Took', kind: 'num' },
  { name: 'Due', kind: 'num' },
  { name: 'Done', kind: 'num' },
  { name: 'Merged', kind: 'num' },
  { name: 'Up to date', kind: 'num' },
  { name: 'Rejected', kind: 'num' },
  { name: 'Left', kind: 'num' },
  { name: 'Ended early' },
  { name: 'Node' },
];

/** @param nights newest first; the first of them is shown elsewhere */
export function showNights(nights) {
  const earlier = nights.slice(1);
  redraw(byId('nights-body'), earlier, () => table('Earlier nights, newest first', COLUMNS, earlier.map(row), { empty: 'No earlier nights.' }));
}

function row(night) {
  const took = night.ended_at ? duration((Date.parse(night.ended_at) - Date.parse(night.started_at)) / 1000) : NONE;
  return [
    minute(night.started_at),
    took,
    number(night.due),
    number(night.done),
    number(night.merged),
    number(night.up_to_date),
    element('span', { class: night.rejected > 0 ? 'alarm' : null }, number(night.rejected)),
    number(night.left),
    night.ended_early ? words(night.ended_early) : NONE,
    night.node,
  ];
}
