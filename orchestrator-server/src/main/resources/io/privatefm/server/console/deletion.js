// A guardian's deletion: cannot be undone, so it takes the guardian's own key and the learner's id, typed.

import { ask } from './dialog.js';

const HEADER = /^[\x21-\x7e]+$/;

/**
 * @param path of the learner's namespace
 * @return whether it was done
 * @throws Problem if it was refused
 */
export async function deleteAsGuardian(api, id, path) {
  const given = await ask({
    title: 'Delete as guardian',
    text: `Destroys the key of ${id} and everything that is stored for it. Nobody can bring it back.`,
    confirm: 'Delete for good',
    danger: true,
    fields: [
      { name: 'guardian', label: 'Guardian id', check: (value) => (HEADER.test(value) ? '' : 'Type the id that the guardian is known by.') },
      { name: 'guardian-key', label: 'Guardian key', type: 'password', hint: 'Used for this call alone, then forgotten.', check: (value) => (HEADER.test(value) ? '' : 'Type the guardian’s key.') },
      { name: 'typed', label: 'Learner id, to confirm', check: (value) => (value === id ? '' : `Type ${id} to confirm.`) },
    ],
  });
  if (!given) {
    return false;
  }
  await api.sendAsGuardian('DELETE', path, given.guardian, given['guardian-key']);
  return true;
}
