// Operations that were started from this page, and how far they are.

import { badge } from './badge.js';
import { byId, element } from './dom.js';
import { number, time, words } from './format.js';
import { hash } from './hash.js';
import { notify } from './notice.js';

const KEPT = 8;
const PAUSES = [250, 500, 1000, 2000];

export class Operations {
  #api;

  constructor(api) {
    this.#api = api;
  }

  reset() {
    byId('operations-list').replaceChildren();
    byId('operations').hidden = true;
  }

  /**
   * Follows an operation to its end, and says how it went.
   *
   * @param title what it is, for people
   * @return the operation as it ended
   */
  async follow(operation, title) {
    const line = element('li', { 'data-operation': operation.operation_id });
    const list = byId('operations-list');
    list.prepend(line);
    while (list.children.length > KEPT) {
      list.lastElementChild.remove();
    }
    byId('operations').hidden = false;
    let newest = operation;
    show(line, title, newest);
    notify(`${title}: ${words(newest.status)}.`);
    for await (const next of this.#changes(newest)) {
      newest = next;
      show(line, title, newest);
    }
    const good = newest.status === 'SUCCEEDED' && newest.outcome !== 'REJECTED';
    notify(`${title}: ${outcome(newest)}.`, good ? 'good' : 'bad');
    return newest;
  }

  /** As the service sends them; if that breaks off, by asking. */
  async *#changes(operation) {
    const path = `merge-operations/${encodeURIComponent(operation.operation_id)}`;
    let newest = operation;
    try {
      for await (const next of this.#api.stream(`${path}/events`)) {
        newest = next;
        yield next;
      }
    } catch (problem) {
      if (problem.name === 'AbortError' || problem.status === 401) {
        throw problem;
      }
    }
    for (let asked = 0; !ended(newest); asked++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(asked, PAUSES.length - 1)]));
      newest = await this.#api.get(path);
      yield newest;
    }
  }
}

function ended(operation) {
  return operation.status === 'SUCCEEDED' || operation.status === 'FAILED';
}

function outcome(operation) {
  const said = words(operation.outcome ?? operation.status);
  const checkpoint = operation.checkpoint_version ? `, checkpoint ${number(operation.checkpoint_version)}` : '';
  return `${said}${checkpoint}${operation.detail ? ` (${operation.detail})` : ''}`;
}

function show(line, title, operation) {
  const { progress } = operation;
  line.replaceChildren(
    element('span', { class: 'operation-title' }, title),
    badge(operation.status),
    ended(operation)
      ? element('span', {}, outcome(operation))
      : element('progress', { 'aria-label': title, max: progress ? Math.max(1, progress.total) : null, value: progress ? progress.done : null }),
    progress && !ended(operation) ? element('span', { class: 'num' }, `${number(progress.done)} of ${number(progress.total)}`) : '',
    operation.checkpoint_hash ? hash(operation.checkpoint_hash, 'the checkpoint hash') : '',
    time(operation.ended_at ?? operation.started_at ?? operation.created_at),
  );
}
