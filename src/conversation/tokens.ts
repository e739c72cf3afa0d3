/**
 * About how many tokens a text costs, on the safe side: a token of common tokenizers holds about
 * four characters of English, but hardly more than one of Chinese, Japanese or Korean.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]/g)?.length ?? 0;
  return Math.ceil((text.length - wide) / 4 + wide);
}
