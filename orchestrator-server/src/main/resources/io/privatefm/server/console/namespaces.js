// The namespaces, a page at a time, and the way to one of them.

import { badge } from './badge.js';
import { byId, element, link } from './dom.js';
import { count, date, minute, NONE, number, words } from './format.js';
import { hash } from './hash.js';
import { complain } from './notice.js';
import { clear, redraw } from './redraw.js';
import { table } from './table.js';

const PAGE = 25;
const COLUMNS = [
  { name: 'Learner' },
  { name: 'State' },
  { name: 'Lag', kind: 'num' },
  { name: 'Version', kind: 'num' },
  { name: 'Checkpoint' },
  { name: 'Published' },
  { name: 'Last scrub' },
];

export class Namespaces {
  #api;
  #openLearner;
  #starts = [null]; // the ids after which this page and those before it begin

  constructor(api, openLearner) {
    this.#api = api;
    this.#openLearner = openLearner;
    byId('jump').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#jump();
    });
  }

  reset() {
    this.#starts = [null];
    byId('jump-id').value = '';
    byId('jump-error').textContent = '';
    clear(byId('namespaces-body'));
    clear(byId('namespaces-tally'));
  }

  /** How many there are, in which states. */
  tally({ by_status: byStatus, due, total }) {
    redraw(byId('namespaces-tally'), { byStatus, due, total }, () =>
      element(
        'ul',
        { class: 'tally' },
        element('li', { 'data-tally': 'total' }, element('b', {}, number(total)), ' in all'),
        element('li', { 'data-tally': 'due' }, element('b', {}, number(due)), ' due'),
        Object.entries(byStatus)
          .filter(([, many]) => many > 0)
          .map(([state, many]) => element('li', { 'data-tally': state }, element('b', {}, number(many)), ' ', badge(state))),
      ),
    );
  }

  async refresh() {
    const after = this.#starts[this.#starts.length - 1];
    const page = await this.#api.get(`namespaces?limit=${PAGE}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`);
    redraw(byId('namespaces-body'), { page, at: this.#starts.length }, () => [
      table(`Namespaces, page ${this.#starts.length}`, COLUMNS, page.items.map((item) => this.#row(item)), { empty: 'No namespaces yet.' }),
      this.#pager(page.next),
    ]);
  }

  #row(item) {
    return [
      item.status === 'DELETED' ? element('span', { class: 'id' }, item.learner_id) : link(item.learner_id, { 'data-focus': `learner ${item.learner_id}`, class: 'link id' }, () => this.#openLearner(item.learner_id).catch(complain)),
      states(item),
      element('span', { class: item.lag > 0 ? 'behind' : null }, number(item.lag)),
      item.checkpoint_version > 0 ? number(item.checkpoint_version) : NONE,
      hash(item.checkpoint_hash, `the checkpoint hash of ${item.learner_id}`),
      minute(item.checkpoint_at),
      scrub(item.last_scrub, date),
    ];
  }

  #pager(next) {
    const step = (text, where, change) =>
      link(text, { 'data-focus': where }, () => {
        change();
        this.refresh().catch(complain);
      });
    return element(
      'nav',
      { class: 'pager', 'aria-label': 'Pages of namespaces' },
      this.#starts.length > 1 ? step('Previous page', 'previous page', () => this.#starts.pop()) : null,
      element('span', { class: 'quiet-text' }, `Page ${this.#starts.length}`),
      next === null ? null : step('Next page', 'next page', () => this.#starts.push(next)),
    );
  }

  async #jump() {
    const id = byId('jump-id').value.trim();
    const error = byId('jump-error');
    error.textContent = id ? '' : 'Type the whole id of a learner.';
    if (!id) {
      byId('jump-id').focus();
      return;
    }
    try {
      await this.#openLearner(id);
    } catch (problem) {
      if (problem.name !== 'AbortError') {
        error.textContent = problem.status === 404 ? 'There is no such learner.' : problem.message;
        byId('jump-id').focus();
      }
    }
  }
}

/** A namespace's state, and what else is to be known of it at once. */
export function states(item) {
  return [badge(item.status), item.due ? [' ', badge('DUE')] : null, item.legal_hold ? [' ', badge('HELD', 'legal hold')] : null];
}

/**
 * @param last {at, level, verdict}, verdict null if all was sound
 * @param when how its time is written
 */
export function scrub(last, when = minute) {
  if (!last) {
    return 'never';
  }
  const damaged = last.verdict && last.verdict !== 'INTACT';
  return [damaged ? badge('DAMAGED', words(last.verdict)) : badge('INTACT', 'sound'), ' ', element('span', { class: 'quiet-text' }, last.level), ' ', when(last.at)];
}

export function lagText(lag) {
  return lag === null ? 'unknown: the foundation store has not got the release' : lag === 0 ? 'none: on the newest release' : `${count(lag, 'release')} behind`;
}
