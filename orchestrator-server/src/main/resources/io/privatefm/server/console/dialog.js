// Asks before something is done.

import { byId, element } from './dom.js';

/**
 * @param question {title, text, confirm, danger, fields: [{name, label, type, hint, options, check}]}
 *     check: gets the value and all values, gives what is wrong with it, or nothing
 * @return the fields' values by name, or null if it was cancelled
 */
export function ask({ title, text, confirm, danger = false, fields = [] }) {
  const dialog = byId('dialog');
  const form = byId('dialog-form');
  byId('dialog-title').textContent = title;
  byId('dialog-text').textContent = text;
  const button = byId('dialog-confirm');
  button.textContent = confirm;
  button.className = danger ? 'danger' : 'main';
  const made = fields.map(field);
  byId('dialog-fields').replaceChildren(...made.map((each) => each.box));
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = (values) => {
      ended.abort();
      dialog.close();
      // what was typed may be a key
      byId('dialog-fields').replaceChildren();
      resolve(values);
    };
    form.addEventListener(
      'submit',
      (event) => {
        event.preventDefault();
        const values = Object.fromEntries(made.map((each) => [each.name, each.input.value]));
        const wrong = made.filter((each) => !each.accept(values));
        if (wrong.length > 0) {
          wrong[0].input.focus();
        } else {
          end(values);
        }
      },
      { signal: ended.signal },
    );
    byId('dialog-cancel').addEventListener('click', () => end(null), { signal: ended.signal });
    dialog.addEventListener(
      'cancel',
      (event) => {
        event.preventDefault();
        end(null);
      },
      { signal: ended.signal },
    );
    dialog.showModal();
    (made[0]?.input ?? button).focus();
  });
}

function field({ name, label, type = 'text', hint = '', options, check = () => '' }) {
  const id = `dialog-${name}`;
  const common = { id, 'aria-describedby': `${id}-hint ${id}-error` };
  const input = options
    ? element('select', common, options.map(([value, shown]) => element('option', { value }, shown)))
    : element('input', { ...common, type, autocomplete: 'off', spellcheck: 'false', step: type === 'datetime-local' ? 1 : null });
  const error = element('p', { class: 'field-error', id: `${id}-error` });
  const box = element('div', { class: 'field' }, element('label', { for: id }, label), input, element('p', { class: 'hint', id: `${id}-hint` }, hint), error);
  const accept = (values) => {
    error.textContent = check(input.value, values) ?? '';
    if (error.textContent) {
      input.setAttribute('aria-invalid', 'true');
    } else {
      input.removeAttribute('aria-invalid');
    }
    return !error.textContent;
  };
  return { name, input, box, accept };
}
