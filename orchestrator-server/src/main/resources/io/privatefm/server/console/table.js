// Tables: with a caption, headers that say what they head, and a frame that scrolls by itself where the window is narrow.

import { element } from './dom.js';

/**
 * @param caption what it shows
 * @param columns [{name, kind}], kind 'num' for numbers; the first column names its row
 * @param rows lists of cells: text or nodes
 * @param more {empty: what stands there if there are no rows, hidden: whether the caption is for screen readers alone}
 */
export function table(caption, columns, rows, { empty = 'None.', hidden = true } = {}) {
  if (rows.length === 0) {
    return element('p', { class: 'empty' }, empty);
  }
  const cell = (value, column, at) =>
    at === 0
      ? element('th', { scope: 'row', class: column.kind }, value)
      : element('td', { class: column.kind }, value);
  const head = columns.map((column) => element('th', { scope: 'col', class: column.kind }, column.name));
  const whole = element(
    'table',
    {},
    element('caption', { class: hidden ? 'off-screen' : null }, caption),
    element('thead', {}, element('tr', {}, head)),
    element('tbody', {}, rows.map((row) => element('tr', {}, row.map((value, at) => cell(value, columns[at], at))))),
  );
  // the keyboard scrolls it too
  return element('div', { class: 'scroll', role: 'group', tabindex: 0, 'aria-label': caption, 'data-focus': `scroll ${caption}` }, whole);
}

/** Names and values. */
export function facts(pairs) {
  return element(
    'dl',
    { class: 'facts' },
    pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}
