import { longAnswer } from './long-answer.ts';

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

/** A request as an answerer sees it, the same for both APIs. */
export interface AnswerRequest {
  readonly model: string;
  readonly turns: readonly Turn[];
  /** The newest turn of the user. */
  readonly text: string;
  readonly conversation: string | undefined;
  /** The name of the sign-in or the API key. */
  readonly asker: string;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
}

/** A string is streamed in small pieces; the pieces of an iterable are streamed as they come. */
export type Answerer = (request: AnswerRequest) => string | Promise<string> | AsyncIterable<string>;

/** Says what it heard and what it remembers; the same request gets the same answer. */
export function echo(request: AnswerRequest): string {
  const text = spoken(request.text);
  if (/\blong\b/i.test(text)) return longAnswer(text);
  if (/\bsources?\b/i.test(text)) return SOURCED;
  const said = request.turns.filter(({ role }) => role === 'user');
  const before = said.at(-2);
  const memory =
    before === undefined
      ? 'I am a stand-in for Grok on this machine. Say more and I will remember it, or ask for a long answer.'
      : `Before that you said: ${quote(spoken(before.text))}`;
  return `You said: ${quote(text)}\n\nThis is turn ${said.length}. ${memory}`;
}

/** Without the line of JSON that says who speaks and what they quote. */
function spoken(text: string): string {
  return text.replace(/^\{"(?:from|quotes)":.*\}\n/, '');
}

const SOURCED =
  'An answer with sources: the models and their prices are listed in the documentation[[1]](https://docs.x.ai/docs/models), and so is the API[[2]](https://docs.x.ai/docs/api-reference).';

function quote(text: string): string {
  return text.length > 500 ? `“${text.slice(0, 500)}…”` : `“${text}”`;
}
