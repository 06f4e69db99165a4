// Fallbacks: whether they may run, and how many namespaces need one.

import { badge } from './badge.js';
import { byId, element } from './dom.js';
import { number } from './format.js';
import { redraw } from './redraw.js';
import { facts } from './table.js';

export function showRecovery({ stopped }, byStatus) {
  byId('recovery-resume').hidden = stopped === null;
  const data = { stopped, falling: byStatus.FALLBACK ?? 0, givenUp: byStatus.CORRUPTED ?? 0 };
  redraw(byId('recovery-body'), data, () => [
    facts([
      ['Breaker', stopped === null ? badge('CLOSED', 'closed: fallbacks may run') : badge('STOPPED', 'open: fallbacks are stopped')],
      ['Falling back', number(data.falling)],
      ['Given up', element('span', { class: data.givenUp > 0 ? 'alarm' : null }, number(data.givenUp))],
    ]),
    stopped === null ? null : element('p', { class: 'remark bad' }, 'Stopped because: ', element('q', {}, stopped)),
    data.givenUp > 0 ? element('p', { class: 'hint' }, 'A namespace that was given up is read-only until somebody has it fall back.') : null,
  ]);
}
