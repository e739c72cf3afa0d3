/**
 * About how many tokens a text costs, on the safe side. A token of common tokenizers holds about
 * four characters of a language in Latin letters, two of one in Cyrillic or Arabic and the like, and
 * hardly more than one of Chinese, Japanese or Korean; an emoji is two.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\u2E80-\uFFFF]/g)?.length ?? 0;
  const middle = text.match(/[\u0250-\u2E7F]/g)?.length ?? 0;
  return Math.ceil((text.length - wide - middle) / 4 + middle / 2 + wide);
}
