// How values are written. English, UTC, and the same width for the same kind of value.

import { element } from './dom.js';

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const NONE = '–';

export function number(value) {
  return value === null || value === undefined ? NONE : WHOLE.format(value);
}

/** Three digits that count: 0.12, 1.23, 12.3, 123. */
export function short(value) {
  const digits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3;
  return value.toFixed(digits);
}

/** "1 merge", "2 merges". */
export function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 ? number(rest) : short(rest)} ${units[unit]}`;
}

export function millis(value) {
  return value < 1000 ? `${Number.isInteger(value) ? value : short(value)} ms` : `${short(value / 1000)} s`;
}

/** The two largest units: 2 h 05 min. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value) => String(value).padStart(2, '0');
  if (whole < MINUTE) {
    return `${whole} s`;
  }
  if (whole < HOUR) {
    return `${Math.floor(whole / MINUTE)} min ${two(whole % MINUTE)} s`;
  }
  if (whole < DAY) {
    return `${Math.floor(whole / HOUR)} h ${two(Math.floor((whole % HOUR) / MINUTE))} min`;
  }
  return `${Math.floor(whole / DAY)} d ${two(Math.floor((whole % DAY) / HOUR))} h`;
}

/** 2026-11-25 02:00:13 */
export function instant(iso) {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}

/** 2026-11-25 02:00, the seconds to be looked up. */
export function minute(iso) {
  return iso ? element('time', { datetime: iso, title: instant(iso), class: 'num' }, instant(iso).slice(0, 16)) : NONE;
}

/** 2026-11-25, the time to be looked up. */
export function date(iso) {
  return iso ? element('time', { datetime: iso, title: instant(iso), class: 'num' }, instant(iso).slice(0, 10)) : NONE;
}

/** 02:00:13 */
export function clock(iso) {
  return new Date(iso).toISOString().slice(11, 19);
}

/** 25 November 2026 */
export function day(iso) {
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

export function time(iso, text = instant(iso)) {
  return iso ? element('time', { datetime: iso, class: 'num' }, text) : NONE;
}

/** MERGE_COMPLETED: merge completed. */
export function words(name) {
  return String(name).toLowerCase().replaceAll('_', ' ');
}

export function sentence(name) {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const EARLY_ENDS = {
  CANCELLED: 'somebody cancelled it',
  CLOSED: 'its process was ended',
  DEADLINE: 'its time was over',
  LOST: 'its process died',
  PAUSED: 'nights were paused',
};

/** Why a night ended before all was done. */
export function earlyEnd(cause) {
  return EARLY_ENDS[cause] ?? words(cause);
}
