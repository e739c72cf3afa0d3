import type { Clock } from '../clock.ts';
import type { Reply } from '../reply.ts';
import { partsOf } from './parts.ts';
import type { Part } from './parts.ts';
import type { Adapter } from './port.ts';
import type { Posted, Shown, Writing } from './posted.ts';

/** What came of delivering a reply. `later`: call again after so long; what is done stays done. */
export type Delivered =
  | { readonly kind: 'delivered'; readonly messageIds: readonly string[] }
  | { readonly kind: 'later'; readonly afterMs: number };

export interface DeliverOptions {
  readonly adapter: Pick<
    Adapter,
    'maxChars' | 'measure' | 'takesFiles' | 'takesButtons' | 'knowsNonces'
  >;
  readonly clock: Clock;
  /** Whether the process that had this turn before may have died in it. */
  readonly takenOver: boolean;
  /** For how long the prompt was worked on; undefined when nobody knows. */
  readonly workedForMs: number | undefined;
  /** Told of every pause that the platform asks for. */
  readonly onPause: (afterMs: number) => void;
}

/** An answer that is ready so soon is posted as it is. */
export const directWithinMs = 150;
export const placeholder = '…';

/**
 * Shows the whole of a reply, going on from whatever is shown already.
 *
 * The first message is posted as it is when the answer was ready at once; else a placeholder comes
 * first and the text by edit, so that a repeat after an unknown outcome shows at most a stray "…". Further
 * messages are posted as they are. One whose outcome is unknown is sent again: with the same nonce,
 * which a platform that knows nonces answers with the message that is there. Refused for good ends
 * the reply.
 */
export async function deliverReply(
  reply: Reply,
  posted: Posted,
  options: DeliverOptions,
  writing: Writing,
): Promise<Delivered> {
  const { adapter } = options;
  const { maxChars } = adapter;
  const parts = partsOf(reply, adapter);

  if (needsPlaceholder(reply, posted, options)) {
    const first = { chunk: 0, text: placeholder, role: 'placeholder' } as const;
    const shown = await posted.show(first, writing);
    if (shown.kind !== 'shown') return unfinished(shown, posted, options);
  }
  const shown = await showAll(parts.entries(), posted, writing);
  if (shown.kind === 'refused' && shown.isFile) {
    // A place where no files may be posted: then the text comes whole. Its chunks are not those of
    // before, so that a process that takes over in the middle of this comes the same way.
    const texts = partsOf(reply, { maxChars, measure: (text) => adapter.measure(text) });
    const chunks = texts.map((part, at): [number, Part] => [
      at === 0 ? 0 : at + parts.length,
      part,
    ]);
    const instead = await showAll(chunks, posted, writing);
    return instead.kind === 'shown' ? delivered(posted) : unfinished(instead, posted, options);
  }
  return shown.kind === 'shown' ? delivered(posted) : unfinished(shown, posted, options);
}

async function showAll(
  parts: Iterable<[number, Part]>,
  posted: Posted,
  writing: Writing,
): Promise<Shown & { readonly isFile?: boolean }> {
  let last: Shown = { kind: 'refused' };
  for (const [chunk, part] of parts) {
    // Only finals post further chunks: one that an earlier process has posted is as it should be.
    if (chunk > 0 && posted.state(chunk) === 'inherited') {
      last = { kind: 'shown', messageId: posted.messageId(chunk) ?? '' };
      continue;
    }
    last = await posted.show({ ...part, chunk, role: 'answer' }, writing);
    if (last.kind !== 'shown') return { ...last, isFile: part.file !== undefined };
  }
  return last;
}

function needsPlaceholder(reply: Reply, posted: Posted, options: DeliverOptions): boolean {
  switch (posted.state(0)) {
    case 'inherited':
    case 'ours':
      return false;
    case 'unknown':
      return true;
    case 'none': {
      if (options.takenOver) return true;
      // A nonce is known for some minutes only: it is no reason to post an answer as it is.
      if (reply.kind === 'words') return false;
      const sinceMs = options.workedForMs ?? options.clock.now() - reply.receivedAtMs;
      return sinceMs > directWithinMs;
    }
  }
}

function unfinished(
  shown: Exclude<Shown, { readonly kind: 'shown' }>,
  posted: Posted,
  options: DeliverOptions,
): Delivered {
  switch (shown.kind) {
    case 'later':
      if (shown.why === 'asked') options.onPause(shown.afterMs);
      return { kind: 'later', afterMs: shown.afterMs };
    case 'refused':
      return delivered(posted);
  }
}

function delivered(posted: Posted): Delivered {
  return { kind: 'delivered', messageIds: posted.messageIds() };
}
