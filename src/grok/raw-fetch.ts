import { type Dispatcher, fetch } from 'undici';

/** An answer that is no stream of events, as it came. */
export interface RawRefusal {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

/** More is no error text. */
const longestBody = 256 * 1024;
/** Of a success: pictures come as base64. */
const longestAnswer = 32 * 1024 * 1024;
/** The SDK adds what its own environment variables say, and a description of this machine. */
const sentHeaders = ['accept', 'authorization', 'content-type', 'x-grok-conv-id'];
/** Set on what `rawFetch` passes off as a success. */
const statusHeader = 'x-grok-bridge-status';

/**
 * `fetch` for the SDK, which would drop the `code` of xAI's errors and follow redirects with the
 * token: whatever is no event stream comes back as a success, for `refusalIn` to be told apart.
 */
export function rawFetch(dispatcher: Dispatcher) {
  return async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const given = new Headers(init?.headers);
    const headers = sentHeaders.flatMap((name) => {
      const value = given.get(name);
      return value === null ? [] : [[name, value] as [string, string]];
    });
    const response = await fetch(url instanceof Request ? url.url : url, {
      method: init?.method ?? 'GET',
      headers: [...headers, ['user-agent', 'grok-bridge']],
      // The SDK sends JSON, as a string.
      body: typeof init?.body === 'string' ? init.body : null,
      ...(init?.signal === undefined || init.signal === null ? {} : { signal: init.signal }),
      redirect: 'manual',
      dispatcher,
    });
    // undici's own classes are what the global ones of Node are made of.
    const answer = response as unknown as Response;
    if (answer.ok && isEventStream(answer)) return answer;
    const kept = new Headers(answer.headers);
    kept.delete('content-encoding');
    kept.delete('content-length');
    kept.set(statusHeader, String(answer.status));
    return new Response(await readText(answer, answer.ok ? longestAnswer : longestBody), {
      headers: kept,
    });
  };
}

/** What the server refused, if it did; read to its end by then. */
export async function refusalIn(response: Response): Promise<RawRefusal | undefined> {
  const status = response.headers.get(statusHeader);
  if (status === null) return undefined;
  return { status: Number(status), body: await response.text(), headers: response.headers };
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.includes('text/event-stream') === true;
}

async function readText(response: Response, longest: number): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longest) break;
  }
  return text;
}
