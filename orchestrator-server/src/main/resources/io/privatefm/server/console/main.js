// The page: who is signed in, which view is shown, and when it is brought up to date.

import { Api } from './api.js';
import { byId } from './dom.js';
import { clock } from './format.js';
import { Learner } from './learner.js';
import { Namespaces } from './namespaces.js';
import { complain, notify } from './notice.js';
import { Operations } from './operations.js';
import { Overview } from './overview.js';
import { switches } from './switches.js';
import { themeButton } from './theme.js';

const CALM = 30_000;
const BUSY = 3_000;
const VIEWS = ['sign-in', 'overview', 'learner'];
const TITLES = { 'sign-in': 'Sign in', overview: 'Overview', learner: 'Learner' };

const api = new Api();
const operations = new Operations(api);
const namespaces = new Namespaces(api, openLearner);
const overview = new Overview(api, namespaces);
const learner = new Learner(api, operations, showOverview);
const opened = new Map(); // what the browser's history stands for; its own entries hold a number, no id
let step = 0;
let opener = null; // finds what had the focus in the overview when a learner was opened from there
let timer;

themeButton(byId('theme'));
switches(api, operations, refresh);
byId('skip').addEventListener('click', skip);
byId('sign-in-form').addEventListener('submit', signIn);
byId('sign-out').addEventListener('click', () => signOut('Signed out.'));
byId('learner-back').addEventListener('click', () => history.back());
byId('refresh').addEventListener('change', schedule);
addEventListener('popstate', () => turnTo(opened.get(history.state) ?? null).catch(failed));
addEventListener('pagehide', () => signOut(''));
document.addEventListener('visibilitychange', () => document.hidden || !api.signedIn || !byId('refresh').checked || refresh().catch(failed));

/** Without a fragment in the address: the browser would go there, and not to where somebody was, when they go back. */
function skip(event) {
  event.preventDefault();
  byId('main').focus();
}

async function signIn(event) {
  event.preventDefault();
  const field = byId('key');
  const error = byId('key-error');
  const key = field.value.trim();
  error.textContent = '';
  if (!key) {
    error.textContent = 'Type a key.';
    field.focus();
    return;
  }
  api.signIn(key);
  try {
    await overview.refresh();
  } catch (problem) {
    api.signOut();
    error.textContent = refused(problem);
    field.select();
    field.focus();
    return;
  }
  field.value = '';
  byId('sign-out').hidden = false;
  byId('refresh-choice').hidden = false;
  notify('');
  history.replaceState(step, '', location.pathname);
  show('overview');
  await refresh().catch(failed); // plots have their width now
}

function refused(problem) {
  switch (problem.status) {
    case 401:
      return 'The service does not know this key.';
    case 403:
      return 'This key may not see the console: it lacks the scope OPERATE or READ.';
    default:
      return problem.message;
  }
}

function signOut(message) {
  api.signOut();
  clearTimeout(timer);
  opened.clear();
  opener = null;
  learner.close();
  overview.reset();
  operations.reset();
  byId('sign-out').hidden = true;
  byId('refresh-choice').hidden = true;
  byId('freshness').hidden = true;
  byId('dialog-cancel').click();
  byId('key').value = '';
  show('sign-in');
  notify(message);
}

/** @throws Problem if there is no such learner; the view stays */
async function openLearner(id) {
  const from = finder(document.activeElement);
  await learner.open(id);
  opener = from;
  opened.set(++step, id);
  history.pushState(step, '');
  show('learner');
  updated();
}

/** After a learner is no more: its row is not there either. */
async function showOverview() {
  opener = null;
  history.pushState(++step, '');
  await turnTo(null);
}

async function turnTo(id) {
  if (!api.signedIn) {
    return;
  }
  if (id === null) {
    learner.close();
    show('overview', opener);
    await refresh();
  } else {
    await learner.open(id);
    show('learner');
    updated();
  }
}

/** @param at where the focus goes, if there is such a thing; else to the view's title */
function show(view, at = null) {
  VIEWS.forEach((each) => (byId(each).hidden = each !== view));
  document.title = `${TITLES[view]} – Private FM console`;
  scrollTo(0, 0);
  const there = at === null ? null : byId(view).querySelector(at);
  (there ?? byId(view === 'sign-in' ? 'key' : `${view}-title`)).focus();
}

/** A selector that finds an element again after its panel was drawn anew, or null. */
function finder({ id, dataset }) {
  return dataset.focus ? `[data-focus="${CSS.escape(dataset.focus)}"]` : id ? `#${id}` : null;
}

async function refresh() {
  await (learner.id === null ? overview.refresh() : learner.refresh());
  updated();
}

function updated() {
  byId('freshness').hidden = false;
  byId('freshness').textContent = `As of ${clock(new Date().toISOString())}`;
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (api.signedIn && byId('refresh').checked) {
    timer = setTimeout(() => (document.hidden ? schedule() : refresh().catch(failed)), overview.running ? BUSY : CALM);
  }
}

function failed(problem) {
  if (problem.status === 401) {
    signOut('The service no longer takes this key. Sign in again.');
    return;
  }
  complain(problem);
  schedule();
}
