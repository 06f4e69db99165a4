// A learner's events, newest first, each with the hashes that it recorded.

import { element } from './dom.js';
import { NONE, number, sentence, time, words } from './format.js';
import { hash } from './hash.js';

const HASH = /^[0-9a-f]{64}$/;

/**
 * @param events newest first
 * @param checkpoints the stored ones, by version: what an event recorded is held against them
 */
export function timeline(events, checkpoints) {
  if (events.length === 0) {
    return element('p', { class: 'empty' }, 'Nothing happened yet.');
  }
  return element('ol', { class: 'timeline', reversed: true }, events.map((event) => entry(event, checkpoints)));
}

function entry(event, checkpoints) {
  const { payload } = event;
  return element(
    'li',
    { class: kind(event.type), 'data-seq': event.seq },
    element(
      'div',
      { class: 'event-head' },
      element('span', { class: 'seq num' }, number(event.seq)),
      element('h3', {}, headline(event.type, payload)),
      time(event.at),
    ),
    recorded(event, checkpoints),
    element('details', { 'data-focus': `event ${event.seq}` }, element('summary', {}, 'All that was recorded'), fields(payload, `event ${event.seq}`)),
  );
}

function headline(type, payload) {
  switch (type) {
    case 'NAMESPACE_CREATED':
      return `Namespace created: ${(payload.subjects ?? []).join(', ')}`;
    case 'ADAPTER_REGISTERED':
      return `Adapter registered: ${payload.subject}, revision ${payload.revision}`;
    case 'ADAPTER_SET_ASIDE':
      return `Adapter set aside: ${payload.subject ?? ''}`;
    case 'MERGE_COMPLETED':
      return `Checkpoint ${payload.version} published on ${payload.foundation_release}`;
    case 'FALLBACK_INITIATED':
      return `Fallback begun: ${words(payload.cause)}, by ${words(payload.rung)}`;
    case 'FALLBACK_COMPLETED':
      return `Fallback done: ${words(payload.rung)}, checkpoint ${payload.checkpoint_version}`;
    case 'FALLBACK_FAILED':
      return `Fallback failed${payload.given_up ? ', given up' : ''}`;
    default:
      return sentence(type);
  }
}

function kind(type) {
  if (type === 'MERGE_COMPLETED' || type === 'FALLBACK_COMPLETED') {
    return 'good';
  }
  if (type === 'FALLBACK_FAILED' || type === 'ADAPTER_SET_ASIDE') {
    return 'bad';
  }
  return type === 'FALLBACK_INITIATED' || type === 'REBASE_DEFERRED' || type === 'CHECKPOINT_ROW_REPAIRED' ? 'warn' : 'plain';
}

/** The hashes and reasons that an event is about. */
function recorded({ type, seq, payload }, checkpoints) {
  const pairs = [];
  if (payload.checkpoint_hash) {
    const version = payload.version ?? payload.checkpoint_version;
    pairs.push(['checkpoint', [hash(payload.checkpoint_hash, `the hash of checkpoint ${version}`, `event ${seq}`), comparison(payload.checkpoint_hash, checkpoints.get(version))]]);
  }
  for (const [name, variant] of Object.entries(payload.variants ?? {})) {
    const content = typeof variant === 'string' ? variant : variant?.content_hash;
    if (HASH.test(content ?? '')) {
      pairs.push([name, hash(content, `the content hash of ${name}`, `event ${seq} ${name}`)]);
    }
  }
  if (type === 'ADAPTER_REGISTERED' && payload.digest) {
    pairs.push(['digest', hash(payload.digest, `the digest of the ${payload.subject} adapter`, `event ${seq}`)]);
  }
  for (const name of ['reason', 'detail']) {
    if (typeof payload[name] === 'string' && payload[name]) {
      pairs.push([name, payload[name]]);
    }
  }
  return pairs.length === 0 ? null : definitions(pairs, 'recorded short');
}

/** A checkpoint that is gone for its age has nothing to be compared with. */
function comparison(recordedHash, checkpoint) {
  if (!checkpoint) {
    return null;
  }
  return checkpoint.checkpoint_hash === recordedHash
    ? element('span', { class: 'same' }, ' as stored')
    : element('span', { class: 'alarm' }, ' the stored checkpoint says something else');
}

function fields(value, where) {
  const pairs = Object.entries(value).map(([name, each]) => [name, shown(each, name, `${where} ${name}`)]);
  return pairs.length === 0 ? element('p', { class: 'empty' }, 'Nothing more.') : definitions(pairs);
}

function shown(value, name, where) {
  if (value === null || value === '') {
    return NONE;
  }
  if (typeof value === 'string') {
    return HASH.test(value) ? hash(value, words(name), where) : value;
  }
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) {
    return value.join(', ');
  }
  return typeof value === 'object' ? fields(value, where) : String(value);
}

function definitions(pairs, form = 'recorded') {
  return element('dl', { class: form }, pairs.map(([name, value]) => element('div', { class: typeof value === 'string' || name === 'checkpoint' ? 'whole' : null }, element('dt', {}, name), element('dd', {}, value))));
}
