// A state, as a word with a mark. The mark's form says the same as its colour.

import { element } from './dom.js';
import { words } from './format.js';

const GOOD = new Set(['ACTIVE', 'UP', 'SUCCEEDED', 'INTACT', 'MERGED', 'RESTORED', 'UP_TO_DATE', 'CLOSED']);
const BUSY = new Set(['MERGING', 'INITIALIZING', 'QUEUED', 'RUNNING', 'IN_PROGRESS']);
const BAD = new Set(['CORRUPTED', 'DOWN', 'FAILED', 'DAMAGED', 'STOPPED']);
const MARK = { good: '●', busy: '◐', warn: '▲', bad: '■', plain: '○' };

export function badge(state, shown = words(state)) {
  const kind = kindOf(state);
  return element('span', { class: `badge ${kind}` }, element('span', { class: 'mark', 'aria-hidden': 'true' }, MARK[kind]), shown);
}

function kindOf(state) {
  if (GOOD.has(state)) {
    return 'good';
  }
  if (BUSY.has(state)) {
    return 'busy';
  }
  if (BAD.has(state)) {
    return 'bad';
  }
  return ['FALLBACK', 'DEGRADED', 'PAUSED', 'REJECTED', 'DUE', 'HELD'].includes(state) ? 'warn' : 'plain';
}
