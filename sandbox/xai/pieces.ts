/** The pieces in which an answer is streamed: about three words each, and never half an emoji. */
export function piecesOf(
  answer: string | AsyncIterable<string>,
): Iterable<string> | AsyncIterable<string> {
  return typeof answer === 'string' ? (answer.match(/(?:\S+\s*){1,3}|\s+/g) ?? []) : answer;
}

/** The whole answer. */
export async function textOf(answer: string | AsyncIterable<string>): Promise<string> {
  if (typeof answer === 'string') return answer;
  let text = '';
  for await (const piece of answer) text += piece;
  return text;
}
