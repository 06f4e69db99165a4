// The last night, or the one that runs: what it had to do, what came of it, what is left.

import { byId, element } from './dom.js';
import { count, day, clock, duration, earlyEnd, number } from './format.js';
import { gauge } from './gauge.js';
import { redraw } from './redraw.js';

export function showNight({ last, paused }) {
  byId('night-title').textContent = last?.running ? 'Night under way' : 'Last night';
  byId('night-pause').hidden = paused !== null;
  byId('night-resume').hidden = paused === null;
  redraw(byId('night-body'), { last, paused }, () => [
    paused === null ? null : element('p', { class: 'remark warn' }, 'Nights are paused: ', element('q', {}, paused)),
    last ? night(last) : element('p', { class: 'empty' }, 'No night has run yet.'),
  ]);
}

function night(last) {
  const parts = outcomes(last);
  const figures = [{ name: 'due', value: last.due }, ...parts];
  return [
    element('p', { class: 'lead' }, headline(last)),
    gauge(`${number(last.done)} of ${number(last.due)} done: ${parts.map((part) => `${number(part.value)} ${part.name}`).join(', ')}`, parts),
    element(
      'dl',
      { class: 'figures' },
      figures.map(({ name, kind, value }) =>
        element('div', {}, element('dt', {}, kind ? element('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }) : null, name), element('dd', { 'data-figure': name }, number(value))),
      ),
      last.running && last.seconds_left !== null
        ? element('div', {}, element('dt', {}, 'time left'), element('dd', { 'data-figure': 'time left' }, duration(last.seconds_left)))
        : null,
    ),
    last.ended_early ? element('p', { class: 'remark warn' }, `Ended early: ${earlyEnd(last.ended_early)}.`) : null,
  ];
}

function outcomes(last) {
  return [
    { name: 'merged', kind: 'merged', value: last.merged },
    { name: 'up to date', kind: 'same', value: last.up_to_date },
    { name: 'rejected', kind: 'rejected', value: last.rejected },
    { name: 'left', kind: 'left', value: last.left },
  ];
}

function headline(last) {
  const began = `${day(last.started_at)}, ${clock(last.started_at)}`;
  if (last.running) {
    return `Since ${began} on ${last.node}: ${number(last.done)} of ${count(last.due, 'namespace')} done.`;
  }
  const ended = last.ended_at ? ` to ${clock(last.ended_at)}` : '';
  return `${began}${ended} on ${last.node}: ${number(last.done)} of ${count(last.due, 'namespace')} done.`;
}
