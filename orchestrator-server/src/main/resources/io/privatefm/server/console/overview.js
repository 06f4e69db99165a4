// The first view: everything at once.

import { showAttention } from './attention.js';
import { byId } from './dom.js';
import { showComponents } from './components.js';
import { showMerges } from './merges.js';
import { showNight } from './night.js';
import { showNights } from './nights.js';
import { showRecovery } from './recovery.js';
import { clear } from './redraw.js';
import { showAudit, showLag, showUpkeep } from './standing.js';

const NIGHTS = 15;
const BODIES = ['attention', 'night-body', 'merges-body', 'nights-body', 'recovery-body', 'components-body', 'lag-body', 'audit-body', 'upkeep-body'];

export class Overview {
  #api;
  #namespaces;
  #running = false;

  constructor(api, namespaces) {
    this.#api = api;
    this.#namespaces = namespaces;
  }

  /** Whether a night runs, so that what is shown is soon out of date. */
  get running() {
    return this.#running;
  }

  reset() {
    byId('overview-title').textContent = 'Overview';
    BODIES.forEach((id) => clear(byId(id)));
    showMerges([]);
    clear(byId('merges-body'));
    this.#namespaces.reset();
  }

  async refresh() {
    const [overview, nights, health] = await Promise.all([this.#api.get('overview'), this.#api.get(`nights?limit=${NIGHTS}`), this.#api.health(), this.#namespaces.refresh()]);
    this.#running = overview.nights.last?.running ?? false;
    showAttention(overview, health);
    showNight(overview.nights);
    showNights(nights.items);
    showMerges(overview.merges.recent);
    this.#namespaces.tally(overview.namespaces);
    showRecovery(overview.recovery, overview.namespaces.by_status);
    showComponents(health);
    showLag(overview.lag);
    showAudit(overview.audit);
    showUpkeep(overview);
  }
}
