// What an operator does to the service as a whole: nights, and the breaker of fallbacks.

import { action } from './action.js';
import { ask } from './dialog.js';
import { byId } from './dom.js';
import { notify } from './notice.js';

/** @param refresh shows what became of it */
export function switches(api, operations, refresh) {
  action(byId('night-run'), async () => {
    const sure = await ask({
      title: 'Run a night now',
      text: 'Merges every namespace that is due, and lets those fall back that are too far behind. Nothing is merged twice.',
      confirm: 'Run',
    });
    if (sure) {
      const operation = await api.send('POST', 'nights', undefined, true);
      await Promise.all([operations.follow(operation, 'Night'), refresh()]);
      await refresh();
    }
  });
  action(byId('night-pause'), async () => {
    const given = await ask({
      title: 'Pause nights',
      text: 'Ends the night that runs, on all nodes, and lets none begin. Single merges go on.',
      confirm: 'Pause',
      fields: [{ name: 'reason', label: 'Reason', hint: 'For whoever finds that no night ran.', check: reason }],
    });
    if (given) {
      await api.send('PUT', 'nights/pause', { reason: given.reason.trim() });
      await refresh();
      notify('Nights are paused.', 'good');
    }
  }, byId('night-resume'));
  action(byId('night-resume'), async () => {
    const sure = await ask({ title: 'Resume nights', text: 'The next night begins at its time.', confirm: 'Resume' });
    if (sure) {
      await api.send('DELETE', 'nights/pause');
      await refresh();
      notify('Nights run again.', 'good');
    }
  }, byId('night-pause'));
  action(byId('recovery-resume'), async () => {
    const sure = await ask({
      title: 'Resume fallbacks',
      text: 'So many namespaces fell back that something behind them may be broken. Resume when that was found and mended.',
      confirm: 'Resume',
    });
    if (sure) {
      await api.send('POST', 'recovery/resume');
      await refresh();
      notify('Fallbacks run again.', 'good');
    }
  }, byId('recovery-title'));
}

function reason(value) {
  const length = value.trim().length;
  return length === 0 ? 'Say why.' : length > 1000 ? 'At most 1000 characters.' : '';
}
