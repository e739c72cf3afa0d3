import type { Answer } from '../grok/attempt.ts';
import type { Words } from '../words.ts';

/** The longest list of sources; how many more there are is said. */
const mostSources = 5;
const longestTitle = 60;
/** xAI counts cost in ten-billionths of a dollar (docs.x.ai, `usage.cost_in_usd_ticks`). */
const ticksPerUsd = 1e10;

/**
 * An answer as it is shown: what Grok wrote, whether it was cut, what else is to be known of it, its
 * sources, and the footer if the settings ask for one. Only what Grok wrote is history.
 */
export function answerText(
  answer: Answer,
  words: Words,
  shows: { readonly footer: boolean; readonly notes?: readonly string[] },
): string {
  const below = [
    ...(answer.cut ? [words.cut] : []),
    ...(shows.notes ?? []),
    ...(answer.sources.length === 0 ? [] : [words.sources(sourceList(answer.sources))]),
    ...(shows.footer ? [footer(answer)] : []),
  ];
  return below.length === 0 ? answer.text : marked(answer.text, below.join('\n\n'));
}

/** A text with something below it, outside of a code block that was still open. */
export function marked(text: string, mark: string): string {
  const fence = openFence(text);
  return `${text}${fence === undefined ? '' : `\n${fence}`}\n\n${mark}`;
}

/** What closes the code block that is open at the end of a text. */
function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const [line, marker = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,}).*$/gm)) {
    if (open === undefined) open = marker;
    else if (line.trim() === marker && marker.startsWith(open)) open = undefined;
  }
  return open;
}

function sourceList(sources: Answer['sources']): string {
  const urls = sources.map(({ url }) => url);
  const unique = sources.filter(({ url }, at) => urls.indexOf(url) === at);
  const links = unique
    .slice(0, mostSources)
    .map(({ url, title }) => `[${label(url, title)}](${inLink(url)})`);
  const more = unique.length - links.length;
  return [...links, ...(more === 0 ? [] : [`+${more}`])].join(' · ');
}

/** The title, else the host; without anything that Markdown reads as a mark. */
function label(url: string, title: string | undefined): string {
  const plain = (title ?? '')
    .replaceAll(/[\\`*_~|[\]<>()\n]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  // A bare number or an address is no title.
  const isTitle = /\p{L}/u.test(plain) && !plain.includes('://');
  if (!isTitle) return URL.parse(url)?.hostname.replace(/^www\./, '') ?? 'link';
  const characters = Array.from(plain);
  return characters.length <= longestTitle
    ? plain
    : `${characters.slice(0, longestTitle - 1).join('')}…`;
}

function inLink(url: string): string {
  return url.replaceAll(/[\s()<>\\]/g, (character) =>
    encodeURIComponent(character).replace('(', '%28').replace(')', '%29'),
  );
}

function footer({ model, usage }: Answer): string {
  const parts = [
    model.replaceAll(/[^\w.:/-]/g, ''),
    `${usage.inputTokens} → ${usage.outputTokens} tokens`,
    ...(usage.costUsdTicks === 0 ? [] : [`$${cost(usage.costUsdTicks / ticksPerUsd)}`]),
  ];
  return `*${parts.join(' · ')}*`;
}

/** Two digits that say something: $0.0012, $0.31, $2.50. */
function cost(usd: number): string {
  return usd >= 0.1 ? usd.toFixed(2) : String(Number(usd.toPrecision(2)));
}
