// One learner: what there is, what happened, and what can be done.

import { action } from './action.js';
import { badge } from './badge.js';
import { deleteAsGuardian } from './deletion.js';
import { ask } from './dialog.js';
import { byId, element } from './dom.js';
import { bytes, minute, number, sentence } from './format.js';
import { hash } from './hash.js';
import { lagText, scrub, states } from './namespaces.js';
import { notify } from './notice.js';
import { clear, redraw } from './redraw.js';
import { facts, table } from './table.js';
import { timeline } from './timeline.js';

const EVENTS = 50;
const CHECKPOINTS = 20;
const BODIES = ['learner-facts', 'health-body', 'checkpoints-body', 'adapters-body', 'timeline-body'];

export class Learner {
  #api;
  #operations;
  #id = null;
  #namespace = null;
  #events = []; // newest first
  #checkpoints = []; // newest first
  #olderCheckpoints = null;
  #verification = null;

  /** @param back is called when the learner is no more */
  constructor(api, operations, back) {
    this.#api = api;
    this.#operations = operations;
    action(byId('learner-merge'), () => this.#merge());
    action(byId('learner-fallback'), () => this.#fallback());
    action(byId('learner-verify'), () => this.#verify());
    action(byId('learner-hold'), () => this.#hold());
    action(byId('learner-delete'), () => this.#delete(back));
    action(byId('timeline-older'), () => this.#earlierEvents());
    action(byId('checkpoints-older'), () => this.#earlierCheckpoints());
  }

  get id() {
    return this.#id;
  }

  close() {
    this.#id = null;
    this.#namespace = null;
    this.#events = [];
    this.#checkpoints = [];
    this.#verification = null;
    byId('learner-title').textContent = 'Learner';
    BODIES.forEach((id) => clear(byId(id)));
  }

  /** @throws Problem if there is no such learner; what was shown before is shown still */
  async open(id) {
    const namespace = await this.#api.get(this.#path('', id));
    this.close();
    this.#id = id;
    this.#namespace = namespace;
    await this.refresh();
  }

  async refresh() {
    const id = this.#id;
    const [namespace, adapters, health, checkpoints] = await Promise.all([
      this.#api.get(this.#path()),
      this.#api.get(this.#path('/adapters')),
      this.#api.get(this.#path('/health')),
      this.#api.get(this.#path(`/checkpoints?limit=${CHECKPOINTS}`)),
    ]);
    const known = this.#events[0]?.seq ?? Math.max(0, namespace.event_head - EVENTS);
    const events = await this.#eventsAfter(known);
    if (id !== this.#id) {
      return; // another learner was opened meanwhile
    }
    this.#namespace = namespace;
    this.#events = [...events.reverse(), ...this.#events];
    if (this.#checkpoints.length === 0 || this.#checkpoints[0].version !== checkpoints.items[0]?.version) {
      this.#checkpoints = checkpoints.items;
      this.#olderCheckpoints = checkpoints.next;
    }
    this.#show(adapters.items, health);
  }

  #path(rest = '', id = this.#id) {
    return `namespaces/${encodeURIComponent(id)}${rest}`;
  }

  /** All from there to the newest, ascending. */
  async #eventsAfter(seq) {
    const found = [];
    for (let after = seq; after !== null; ) {
      const page = await this.#api.get(this.#path(`/events?limit=${EVENTS}&after=${after}`));
      found.push(...page.items);
      after = page.next;
    }
    return found;
  }

  #show(adapters, health) {
    const namespace = this.#namespace;
    byId('learner-title').textContent = `Learner ${this.#id}`;
    byId('learner-hold').textContent = namespace.legal_hold ? 'End legal hold' : 'Put under legal hold';
    redraw(byId('learner-facts'), namespace, () =>
      facts([
        ['State', states(namespace)],
        ['Release', namespace.foundation_release],
        ['Lag', lagText(namespace.lag)],
        ['Subjects', namespace.subjects.join(', ')],
        ['Namespace', element('code', {}, namespace.ns_uid)],
        ['Events', number(namespace.event_head)],
      ]),
    );
    this.#showHealth(health);
    this.#showCheckpoints();
    this.#showTimeline();
    redraw(byId('adapters-body'), adapters, () =>
      table(
        'Adapters, the newest of each subject',
        [{ name: 'Subject' }, { name: 'Revision', kind: 'num' }, { name: 'Digest' }, { name: 'Registered' }, { name: 'Use' }],
        adapters.map((adapter) => [
          adapter.subject,
          number(adapter.revision),
          hash(adapter.digest, `the digest of the ${adapter.subject} adapter`, `adapter ${adapter.subject} ${adapter.revision}`),
          minute(adapter.registered_at),
          adapter.set_aside ? badge('REJECTED', 'set aside') : 'in use',
        ]),
        { empty: 'No adapters yet.' },
      ),
    );
  }

  #showHealth(health) {
    const verification = this.#verification;
    redraw(byId('health-body'), { health, verification }, () => [
      facts([
        ['Healthy', health.healthy ? badge('INTACT', 'yes') : badge('DAMAGED', 'no')],
        ['Last scrub', scrub(health.last_scrub)],
        verification ? ['Verified now', badge(verification.outcome)] : ['Verified now', 'not asked for'],
      ]),
      verification && verification.damages.length > 0
        ? table(
            'What is damaged',
            [{ name: 'Variant' }, { name: 'Verdict' }, { name: 'Detail', kind: 'prose' }],
            verification.damages.map((damage) => [damage.variant, sentence(damage.verdict), damage.detail]),
          )
        : null,
    ]);
  }

  #showCheckpoints() {
    byId('checkpoints-older').hidden = this.#olderCheckpoints === null;
    redraw(byId('checkpoints-body'), this.#checkpoints, () => [
      table(
        'Checkpoints, newest first',
        [{ name: 'Version', kind: 'num' }, { name: 'Hash' }, { name: 'Release' }, { name: 'Published' }, { name: 'Variants' }],
        this.#checkpoints.map((checkpoint) => [
          number(checkpoint.version),
          hash(checkpoint.checkpoint_hash, `the hash of checkpoint ${checkpoint.version}`),
          checkpoint.foundation_release,
          minute(checkpoint.created_at),
          variants(checkpoint),
        ]),
        { empty: 'No checkpoint yet: nothing was merged.' },
      ),
    ]);
  }

  #showTimeline() {
    const oldest = this.#events[this.#events.length - 1]?.seq ?? 0;
    byId('timeline-older').hidden = oldest <= 1;
    const byVersion = new Map(this.#checkpoints.map((checkpoint) => [checkpoint.version, checkpoint]));
    redraw(byId('timeline-body'), { events: this.#events, checkpoints: this.#checkpoints }, () => timeline(this.#events, byVersion));
  }

  async #earlierEvents() {
    const oldest = this.#events[this.#events.length - 1].seq;
    const after = Math.max(0, oldest - 1 - EVENTS);
    const page = await this.#api.get(this.#path(`/events?limit=${oldest - 1 - after}&after=${after}`));
    this.#events.push(...page.items.reverse());
    this.#showTimeline();
    notify(`${number(page.items.length)} earlier events shown.`);
  }

  async #earlierCheckpoints() {
    const page = await this.#api.get(this.#path(`/checkpoints?limit=${CHECKPOINTS}&after=${this.#olderCheckpoints}`));
    this.#checkpoints = [...this.#checkpoints, ...page.items];
    this.#olderCheckpoints = page.next;
    this.#showCheckpoints();
    this.#showTimeline();
    notify(`${number(page.items.length)} earlier checkpoints shown.`);
  }

  async #merge() {
    const id = this.#id;
    const sure = await ask({
      title: 'Merge now',
      text: `Merges the adapters of ${id} with the foundation and publishes a checkpoint, if there is anything to merge.`,
      confirm: 'Merge',
    });
    if (sure) {
      await this.#run(`Merge of ${id}`, this.#path('/merge'), undefined);
    }
  }

  async #fallback() {
    const id = this.#id;
    const wish = await ask({
      title: 'Fall back',
      text: `Brings ${id} back: the newest state is computed anew and must have the recorded hashes; an earlier one is published as a new checkpoint.`,
      confirm: 'Fall back',
      danger: true,
      fields: [
        { name: 'to', label: 'Bring back', options: [['newest', 'the newest state'], ['version', 'the state of a version'], ['time', 'the state at a time']] },
        { name: 'version', label: 'Version', hint: 'Only for the state of a version.', check: (value, all) => (all.to === 'version' && !/^[1-9]\d{0,17}$/.test(value) ? 'A version is a whole number from 1.' : '') },
        { name: 'time', label: 'Time (UTC)', type: 'datetime-local', hint: 'Only for the state at a time.', check: (value, all) => (all.to === 'time' && !value ? 'Say which time.' : '') },
      ],
    });
    if (wish) {
      const body = { newest: {}, version: { version: Number(wish.version) }, time: { time: wish.time ? new Date(`${wish.time}Z`).toISOString() : null } }[wish.to];
      await this.#run(`Fallback of ${id}`, this.#path('/fallback'), body);
    }
  }

  async #run(title, path, body) {
    const id = this.#id;
    const operation = await this.#api.send('POST', path, body, true);
    await this.#operations.follow(operation, title);
    if (id === this.#id) {
      this.#verification = null;
      await this.refresh();
    }
  }

  async #verify() {
    const id = this.#id;
    const sure = await ask({
      title: 'Verify the newest checkpoint',
      text: `Reads every stored byte of the newest checkpoint of ${id}. If it is damaged, the namespace falls back.`,
      confirm: 'Verify',
    });
    if (!sure) {
      return;
    }
    notify(`Reading every byte of ${id}.`);
    const health = await this.#api.get(this.#path('/health?verify=true', id));
    if (id !== this.#id) {
      return;
    }
    this.#verification = health.verification;
    this.#showHealth(health);
    const intact = health.verification?.outcome === 'INTACT';
    notify(intact ? `The newest checkpoint of ${id} is intact.` : `The newest checkpoint of ${id} is damaged.`, intact ? 'good' : 'bad');
  }

  async #hold() {
    const held = this.#namespace.legal_hold;
    const id = this.#id;
    const sure = await ask({
      title: held ? 'End legal hold' : 'Put under legal hold',
      text: held ? `What ${id} has is removed for its age again, and a guardian may delete it.` : `Nothing of ${id} is removed while the hold lasts, and no guardian may delete it.`,
      confirm: held ? 'End the hold' : 'Hold',
    });
    if (sure) {
      await this.#api.send(held ? 'DELETE' : 'PUT', this.#path('/legal-hold', id));
      await this.refresh();
      notify(held ? `${id} is no longer under legal hold.` : `${id} is under legal hold.`, 'good');
    }
  }

  async #delete(back) {
    const id = this.#id;
    if (await deleteAsGuardian(this.#api, id, this.#path())) {
      await back();
      notify(`Learner ${id} was deleted: the key is destroyed, and nothing of it can be read again.`, 'good');
    }
  }
}

function variants(checkpoint) {
  return element(
    'details',
    { 'data-focus': `variants ${checkpoint.version}` },
    element('summary', {}, number(Object.keys(checkpoint.variants).length)),
    element(
      'dl',
      { class: 'recorded' },
      Object.entries(checkpoint.variants).map(([name, variant]) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          element('dd', {}, hash(variant.content_hash, `the content hash of ${name}`, `checkpoint ${checkpoint.version} ${name}`), ` ${bytes(variant.blob_bytes)}`),
        ),
      ),
    ),
  );
}
