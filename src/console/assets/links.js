import { element } from './dom.js';

/**
 * A link that leads out of here; what is no web address stays text.
 * @param {string} url
 * @param {readonly (Node | string)[]} children
 */
export function link(url, children) {
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    return element('span', {}, ...children);
  }
  return element('a', { href: target.href, rel: 'noreferrer', target: '_blank' }, ...children);
}
