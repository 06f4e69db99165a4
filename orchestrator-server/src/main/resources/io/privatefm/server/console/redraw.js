// Replaces what a panel shows only if it changed, and leaves the keyboard where it was.

const drawn = new WeakMap();

/**
 * @param container what is redrawn
 * @param data what it is drawn from; the same data again draws nothing
 * @param build gives the nodes
 */
export function redraw(container, data, build) {
  const text = JSON.stringify(data);
  if (drawn.get(container) === text) {
    return;
  }
  drawn.set(container, text);
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const open = [...container.querySelectorAll('details[open][data-focus]')].map((details) => details.dataset.focus);
  container.replaceChildren(...[build()].flat(Infinity).filter(Boolean));
  for (const details of container.querySelectorAll('details[data-focus]')) {
    details.open ||= open.includes(details.dataset.focus);
  }
  if (focused !== undefined) {
    container.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** Empties it, and forgets what it was drawn from. */
export function clear(container) {
  drawn.delete(container);
  container.replaceChildren();
}
