import { element } from './dom.js';
import { link } from './links.js';

/**
 * The Markdown that Discord's client draws in a message of a bot: headings, small print, quotations,
 * lists, code, bold, italic, struck, links.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function markdown(text) {
  return text.split(/(```[\s\S]*?(?:```|$))/).flatMap((part, at) => {
    if (at % 2 === 0) return blocks(part);
    const code = part.replace(/^```(?:[\w+-]+\n)?\n?/, '').replace(/\n?```$/, '');
    return [element('pre', {}, element('code', {}, code))];
  });
}

/**
 * @param {string} text
 * @returns {Node[]}
 */
function blocks(text) {
  /** @type {Node[]} */
  const made = [];
  for (const line of text.split('\n')) {
    const [, mark = '', rest = ''] = /^(#{1,3} |-# |> |\s*[-*] |\s*\d+\. )(.*)$/.exec(line) ?? [];
    if (line.trim() === '') continue;
    const depth = /^\s*/.exec(line)?.[0].length ?? 0;
    if (mark === '') made.push(element('p', {}, ...inline(line)));
    else if (mark === '> ') {
      const last = made.at(-1);
      if (last instanceof HTMLQuoteElement) last.append(element('br'), ...inline(rest));
      else made.push(element('blockquote', {}, ...inline(rest)));
    } else if (mark === '-# ') made.push(element('p', { class: 'small' }, ...inline(rest)));
    else if (mark.startsWith('#')) {
      made.push(element('p', { class: `heading level-${mark.trim().length}` }, ...inline(rest)));
    } else {
      const sign = /\d/.test(mark) ? `${mark.trim()} ` : depth > 0 ? '◦ ' : '• ';
      made.push(
        element('p', { class: depth > 0 ? 'item is-deep' : 'item' }, sign, ...inline(rest)),
      );
    }
  }
  return made;
}

const marks =
  /(?<code>`+)(?<coded>.+?)\k<code>|\[(?<words>\[[^\]]*\]|[^\]]+)\]\(<?(?<url>[^\s)>]+)>?\)|\*\*(?<bold>.+?)\*\*|~~(?<struck>.+?)~~|(?<![\w*])[*_](?<italic>[^*_\s][^*_]*)[*_](?!\w)|\\(?<escaped>[^\w\s])/u;

/**
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function inline(text) {
  const found = marks.exec(text);
  if (found === null || found.groups === undefined) return [text];
  const { coded, words, url, bold, struck, italic, escaped } = found.groups;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  /** @type {Node | string} */
  let made = escaped ?? '';
  if (coded !== undefined) made = element('code', {}, coded);
  else if (words !== undefined) made = link(url ?? '', inline(words));
  else if (bold !== undefined) made = element('strong', {}, ...inline(bold));
  else if (struck !== undefined) made = element('s', {}, ...inline(struck));
  else if (italic !== undefined) made = element('em', {}, ...inline(italic));
  return [before, made, ...inline(after)];
}
