// The one line in which the page says how an action went, to eyes and to screen readers.

import { byId } from './dom.js';

/** @param kind 'plain', 'good' or 'bad' */
export function notify(text, kind = 'plain') {
  const line = byId('notice');
  byId('notice-bar').dataset.kind = text ? kind : '';
  // the same words twice are two announcements
  line.textContent = '';
  line.textContent = text;
}

export function complain(problem) {
  if (problem.name !== 'AbortError') {
    notify(problem.message, 'bad');
  }
}
