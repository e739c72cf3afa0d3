/** A source as the API marks it in an answer's text. */
export interface Citation {
  type: 'url_citation';
  url: string;
  title: string;
  start_index: number;
  end_index: number;
}

/** xAI cites inline, as `[[1]](https://…)`, and lists what it cited beside the text. */
export function citationsIn(text: string): Citation[] {
  if (!text.includes('[[')) return [];
  return [...text.matchAll(/\[\[(\d+)\]\]\((https?:\/\/[^\s)]+)\)/g)].map((match) => ({
    type: 'url_citation',
    url: match[2] ?? '',
    title: match[1] ?? '',
    start_index: match.index,
    end_index: match.index + match[0].length,
  }));
}
