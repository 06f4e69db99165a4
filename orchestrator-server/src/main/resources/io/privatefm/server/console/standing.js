// Smaller panels: lag, audit log, upkeep.

import { byId, element } from './dom.js';
import { count, duration, NONE, number, time } from './format.js';
import { gauge } from './gauge.js';
import { hash } from './hash.js';
import { redraw } from './redraw.js';
import { facts, table } from './table.js';

/** How many namespaces are how many releases behind. */
export function showLag(lag) {
  const groups = Object.entries(lag.by_releases).map(([releases, many]) => [Number(releases), many]).sort((a, b) => a[0] - b[0]);
  const total = Math.max(1, groups.reduce((sum, [, many]) => sum + many, 0));
  const bar = (many, behind) => gauge(`${Math.round((100 * many) / total)} %`, [{ kind: behind === 0 ? 'merged' : 'behind', value: many }, { kind: 'none', value: total - many }]);
  redraw(byId('lag-body'), lag, () =>
    table(
      'Namespaces by how many releases they are behind',
      [{ name: 'Releases', kind: 'num' }, { name: 'Namespaces', kind: 'num' }, { name: 'Share', kind: 'wide' }],
      groups.map(([behind, many]) => [number(behind), number(many), bar(many, behind)]),
      { empty: 'No namespaces yet.' },
    ),
  );
}

export function showAudit(audit) {
  redraw(byId('audit-body'), audit, () =>
    facts([
      ['Entries', number(audit.size)],
      ['Root', hash(audit.root, 'the root of the audit log')],
      ['Signed', time(audit.signed_at)],
      ['Not yet in the tree', number(audit.unsequenced)],
    ]),
  );
}

export function showUpkeep({ outbox, scrub }) {
  const age = scrub.oldest_at ? duration((Date.now() - Date.parse(scrub.oldest_at)) / 1000) : null;
  redraw(byId('upkeep-body'), { outbox, scrub }, () =>
    facts([
      ['Messages to send', outbox.depth === null ? 'no bus' : number(outbox.depth)],
      ['Oldest scrub', scrub.oldest_at ? [time(scrub.oldest_at), element('span', { class: 'quiet-text' }, ` ${age} ago`)] : NONE],
      ['Never scrubbed', neverScrubbed(scrub.never)],
    ]),
  );
}

function neverScrubbed(never) {
  if (typeof never === 'number') {
    return count(never, 'namespace');
  }
  return never ? element('span', { class: 'attention' }, 'some namespaces') : 'none';
}
