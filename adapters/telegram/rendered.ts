/**
 * A text twice over: as Telegram's HTML, and as what is left of it once Telegram has parsed that.
 * The second is what Telegram counts, and as long as what is sent when it should refuse the first.
 */
export interface Rendered {
  readonly html: string;
  readonly text: string;
}

export type Tag = 'b' | 'i' | 's' | 'code' | 'pre' | 'blockquote' | 'tg-spoiler';

export const nothing: Rendered = { html: '', text: '' };

export function literal(text: string): Rendered {
  return { html: escape(text), text };
}

export function join(parts: readonly Rendered[], separator = ''): Rendered {
  const said = parts.filter(({ text }) => text !== '');
  return {
    html: said.map(({ html }) => html).join(separator),
    text: said.map(({ text }) => text).join(separator),
  };
}

export function wrap(tag: Tag, { html, text }: Rendered): Rendered {
  return { html: `<${tag}>${html}</${tag}>`, text };
}

export function link(href: string, { html, text }: Rendered): Rendered {
  return { html: `<a href="${escape(href)}">${html}</a>`, text };
}

export function codeBlock(text: string, language: string): Rendered {
  if (language === '') return wrap('pre', literal(text));
  const attribute = `class="language-${escape(language)}"`;
  return { html: `<pre><code ${attribute}>${escape(text)}</code></pre>`, text };
}

/** The characters that https://core.telegram.org/bots/api#html-style asks for, and quotes. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
