// What an operator has to look at, first of all, and where it is.

import { byId, element, link } from './dom.js';
import { count, earlyEnd, words } from './format.js';
import { redraw } from './redraw.js';

export function showAttention(overview, health) {
  const items = [...recovery(overview), ...components(health), ...nights(overview.nights)];
  redraw(byId('attention'), items, () =>
    items.length === 0
      ? null
      : element('ul', {}, items.map(({ text, kind, panel }) => element('li', { class: kind }, link(text, { 'data-focus': `attention ${panel} ${text}` }, () => go(panel))))),
  );
  byId('overview-title').textContent = items.length === 0 ? 'Nothing needs attention' : `${count(items.length, 'thing needs', 'things need')} attention`;
}

function recovery({ recovery: { stopped }, namespaces }) {
  const givenUp = namespaces.by_status.CORRUPTED ?? 0;
  return [
    stopped === null ? null : { text: 'Fallbacks are stopped', kind: 'bad', panel: 'recovery' },
    givenUp === 0 ? null : { text: `${count(givenUp, 'namespace was', 'namespaces were')} given up`, kind: 'bad', panel: 'recovery' },
  ].filter(Boolean);
}

function components(report) {
  return Object.entries(report.components ?? {})
    .filter(([, part]) => part.status !== 'UP')
    .map(([name, part]) => ({ text: `${words(name)} is ${words(part.status)}`, kind: part.status === 'DOWN' ? 'bad' : 'warn', panel: 'components' }));
}

function nights({ paused, last }) {
  const ended = last && !last.running;
  return [
    paused === null ? null : { text: 'Nights are paused', kind: 'warn', panel: 'night' },
    ended && (last.ended_early || last.left > 0) ? { text: cutShort(last), kind: 'warn', panel: 'night' } : null,
    last && last.rejected > 0 ? { text: `${count(last.rejected, 'merge was', 'merges were')} rejected`, kind: 'warn', panel: 'night' } : null,
  ].filter(Boolean);
}

function cutShort({ ended_early: cause, left }) {
  const many = `left ${count(left, 'namespace')}`;
  return cause ? `The last night ended early${left > 0 ? ` and ${many}` : ''}: ${earlyEnd(cause)}` : `The last night ${many}`;
}

function go(panel) {
  const title = byId(`${panel}-title`);
  title.focus();
  title.scrollIntoView({ block: 'start' });
}
