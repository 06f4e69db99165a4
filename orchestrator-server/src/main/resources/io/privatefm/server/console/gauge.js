// A bar that is divided among parts of a whole.

import { drawing } from './dom.js';

const WIDTH = 1000;
const HEIGHT = 22;
const LEAST = 6;

/**
 * @param text what it says, for those who do not see it
 * @param parts [{kind, value}], drawn from the left; a part that is not nothing can be seen
 */
export function gauge(text, parts) {
  const present = parts.filter((part) => part.value > 0);
  const total = present.reduce((sum, part) => sum + part.value, 0);
  const shares = present.map((part) => Math.max(LEAST, (WIDTH * part.value) / total));
  const scale = WIDTH / shares.reduce((sum, share) => sum + share, 0);
  let x = 0;
  const bars = present.map((part, at) => {
    const width = shares[at] * scale;
    const bar = drawing('rect', { class: `part ${part.kind}`, x, y: 0, width, height: HEIGHT });
    x += width;
    return bar;
  });
  return drawing(
    'svg',
    { class: 'gauge', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': text },
    drawing('rect', { class: 'part none', x: 0, y: 0, width: WIDTH, height: HEIGHT }),
    bars,
  );
}
