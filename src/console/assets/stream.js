import { setNow, tick } from './time.js';

/** @import { Sections } from '../snapshot.ts' */

/**
 * Listens to the bridge and comes back after every interruption.
 * @param {object} hooks
 * @param {(sections: Partial<Sections>) => void} hooks.onSections all at first, then what has changed
 * @param {(isOpen: boolean) => void} hooks.onOpen
 */
export function listen({ onSections, onOpen }) {
  const take = (/** @type {MessageEvent<string>} */ event) => {
    /** @type {{ nowMs: number, sections: Partial<Sections> }} */
    const told = JSON.parse(event.data);
    setNow(told.nowMs);
    onSections(told.sections);
  };
  connect('/events', { snapshot: take, change: take }, onOpen);
  setInterval(tick, 1000);
}

/**
 * A stream of events. The browser itself comes back after a cut, but not after an answer that is no
 * stream (“enough pages are open”, a proxy's 502).
 * @param {string} path
 * @param {Readonly<Record<string, (event: MessageEvent<string>) => void>>} events
 * @param {(isOpen: boolean) => void} onOpen
 */
export function connect(path, events, onOpen) {
  const source = new EventSource(path);
  for (const [name, take] of Object.entries(events)) source.addEventListener(name, take);
  source.addEventListener('open', () => onOpen(true));
  source.addEventListener('error', () => {
    onOpen(false);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => connect(path, events, onOpen), 5000);
  });
  addEventListener('pagehide', () => source.close(), { once: true });
}
