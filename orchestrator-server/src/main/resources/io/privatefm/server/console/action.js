// A button that does something: not twice at once, and never without saying how it went.

import { complain } from './notice.js';

/**
 * @param run what it does. While it does, the button is disabled but keeps the keyboard's focus.
 * @param next where the keyboard goes if there is nothing left for this button to do
 */
export function action(button, run, next) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') {
      return;
    }
    button.setAttribute('aria-disabled', 'true');
    try {
      await run();
    } catch (problem) {
      complain(problem);
    } finally {
      button.removeAttribute('aria-disabled');
      if (button.hidden && document.activeElement === document.body) {
        next?.focus();
      }
    }
  });
}
