import { element } from './dom.js';

/** How far the bridge's clock is ahead of this one. */
let aheadMs = 0;

/**
 * Notes what time it is at the bridge.
 * @param {number} atMs
 */
export function setNow(atMs) {
  aheadMs = atMs - Date.now();
}

/** The time at the bridge. */
export function nowMs() {
  return Date.now() + aheadMs;
}

/**
 * “5 h 12 min”: the two largest units.
 * @param {number} ms
 */
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86_400)];
  if (s < 60) return `${s} s`;
  if (m < 60) return m < 10 && s % 60 > 0 ? `${m} min ${s % 60} s` : `${m} min`;
  if (h < 24) return m % 60 > 0 ? `${h} h ${m % 60} min` : `${h} h`;
  return h % 24 > 0 ? `${d} d ${h % 24} h` : `${d} d`;
}

/**
 * “480 ms”, “2.4 s”, “1 min 20 s”.
 * @param {number} ms
 */
export function latency(ms) {
  if (ms < 1000) return `${Math.round(ms)}\u00A0ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)}\u00A0s` : duration(ms);
}

/**
 * The time of day, with the day where it is not today.
 * @param {number} ms
 */
export function moment(ms) {
  const at = new Date(ms);
  const time = at.toLocaleTimeString('en-GB');
  const isToday = at.toDateString() === new Date(nowMs()).toDateString();
  if (isToday) return time;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`;
}

/**
 * “12 s ago”, and it goes on counting.
 * @param {number} ms
 */
export function ago(ms) {
  return counting(ms, 'since');
}

/**
 * “in 12 s”, counting down.
 * @param {number} ms
 */
export function until(ms) {
  return counting(ms, 'until');
}

/** Brings all times on the page up to date. */
export function tick() {
  for (const one of document.querySelectorAll('time[data-at]')) {
    if (one instanceof HTMLElement) show(one);
  }
}

/**
 * @param {number} ms
 * @param {'since' | 'until'} way
 */
function counting(ms, way) {
  const made = element('time', {
    'data-at': ms,
    'data-way': way,
    datetime: new Date(ms).toISOString(),
    title: new Date(ms).toLocaleString('en-GB'),
  });
  show(made);
  return made;
}

/** @param {HTMLElement} time */
function show(time) {
  const at = Number(time.dataset['at']);
  const text =
    time.dataset['way'] === 'since' ? sinceText(nowMs() - at) : `in ${duration(at - nowMs())}`;
  if (time.textContent !== text) time.textContent = text;
}

/** @param {number} ms */
function sinceText(ms) {
  return ms < 1500 ? 'just now' : `${duration(ms)} ago`;
}
