// What the service stands on, and whether it answers.

import { badge } from './badge.js';
import { byId, element } from './dom.js';
import { millis, words } from './format.js';
import { redraw } from './redraw.js';
import { facts } from './table.js';

export function showComponents(report) {
  // how long a check took is news each time; only its size is
  const parts = Object.entries(report.components ?? {}).map(([name, part]) => [name, part.status, part.detail, Math.ceil((part.millis ?? 0) / 10) * 10]);
  redraw(byId('components-body'), [report.status, parts], () => [
    facts([
      ['All in all', badge(report.status)],
      ...parts.map(([name, status, detail, took]) => [
        words(name),
        [badge(status), element('span', { class: 'quiet-text' }, ` ${took > 0 ? `within ${millis(took)}` : ''}`), detail ? element('div', { class: 'quiet-text' }, detail) : null],
      ]),
    ]),
  ]);
}
