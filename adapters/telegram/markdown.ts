import { Marked, type Token, type TokenizerExtension, type Tokens } from 'marked';

/** `||hidden||`, which Markdown does not have; it is written as on Discord. */
export interface Spoiler {
  readonly type: 'spoiler';
  readonly raw: string;
  readonly tokens: Token[];
}

const spoiler: TokenizerExtension = {
  name: 'spoiler',
  level: 'inline',
  start: (source) => source.indexOf('||'),
  tokenizer(source): Tokens.Generic | undefined {
    // Two bars with blanks around them are an “or”.
    const [raw, hidden = ''] = /^\|\|(?=[^\s|])([^\n]*?[^\s|])\|\|(?!\|)/.exec(source) ?? [];
    if (raw === undefined) return undefined;
    return { type: 'spoiler', raw, tokens: this.lexer.inlineTokens(hidden) };
  },
};

const marked = new Marked({ gfm: true, extensions: [spoiler] });

/** The tokens of GitHub's Markdown, and `Spoiler`. */
export function tokensOf(markdown: string): readonly Token[] {
  return marked.lexer(markdown);
}
