// A hash: its first digits to look at, all of it to copy.

import { drawing, element } from './dom.js';
import { notify } from './notice.js';

const SHOWN = 12;

/**
 * @param hex all 64 digits
 * @param what it is the hash of, for people who do not see where it stands
 * @param where tells this place from others that show the same hash; a redrawn panel finds the keyboard's place by it
 */
export function hash(hex, what, where = what) {
  if (!hex) {
    return '–';
  }
  const code = element('code', { title: hex, 'data-hash': hex }, hex.slice(0, SHOWN));
  const button = element(
    'button',
    { type: 'button', class: 'copy', title: 'Copy', 'data-focus': `copy ${where} ${hex}`, 'aria-label': `Copy ${what} ${hex.slice(0, SHOWN)}` },
    copyMark(),
  );
  button.addEventListener('click', () => copy(hex, what, code));
  return element('span', { class: 'hash' }, code, button);
}

function copyMark() {
  return drawing(
    'svg',
    { viewBox: '0 0 16 16', width: 13, height: 13, 'aria-hidden': 'true', focusable: 'false' },
    drawing('path', { d: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3' }),
  );
}

async function copy(text, what, code) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied ${what}.`);
  } catch {
    // no clipboard without TLS: what is to be copied is selected instead
    code.textContent = text;
    getSelection().selectAllChildren(code);
    notify(`This browser does not let the page copy. The ${what} is selected: copy it with the keyboard.`);
  }
}
