import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { Fault } from '../faults.ts';
import { goneSignal } from './gone.ts';

/** How one API writes a streamed answer; each string is one or more whole events. */
export interface Wire {
  opening(): string[];
  delta(text: string): string;
  closing(text: string, incomplete: boolean): string[];
}

export interface Play {
  wire: Wire;
  pieces: Iterable<string> | AsyncIterable<string>;
  firstChunkDelayMs: number;
  chunkDelayMs: number;
  /** The answer ends here, incomplete. */
  maxCharacters: number;
  fault: Fault | undefined;
  /** Sent instead of going on after that many events. */
  interruption?: { event: string; afterEvents: number };
  /** The stream stands still on purpose; the client has to act. */
  onStalled: () => void;
}

/** How a stream ended. */
export type Played = 'answered' | 'cut' | 'stalled' | 'abandoned' | 'interrupted';

/**
 * Streams one answer. A plain text without delays and faults goes out in a single write.
 * @throws what the answer's iterable throws, unless the client is gone.
 */
export async function playStream(response: ServerResponse, play: Play): Promise<Played> {
  if (Array.isArray(play.pieces) && isPlain(play)) {
    response.end(framesOf(play.wire, play.pieces, play.maxCharacters));
    return 'answered';
  }
  const writer = new EventWriter(response, play);
  try {
    if (!(await writeAll(writer, play))) return writer.stopped ?? 'abandoned';
    response.end();
    return 'answered';
  } catch (error) {
    if (writer.gone.aborted) return 'abandoned';
    throw error;
  }
}

function isPlain({ fault, interruption, chunkDelayMs, firstChunkDelayMs }: Play): boolean {
  return (
    fault === undefined &&
    interruption === undefined &&
    chunkDelayMs === 0 &&
    firstChunkDelayMs === 0
  );
}

function framesOf(wire: Wire, pieces: Iterable<string>, maxCharacters: number): string {
  let frames = wire.opening().join('');
  let text = '';
  for (const piece of pieces) {
    const fitting = piece.slice(0, maxCharacters - text.length);
    text += fitting;
    if (fitting !== '') frames += wire.delta(fitting);
    if (fitting !== piece) return frames + wire.closing(text, true).join('');
  }
  return frames + wire.closing(text, false).join('');
}

/** @returns whether the stream got to its end. */
async function writeAll(writer: EventWriter, play: Play): Promise<boolean> {
  const { wire, pieces, firstChunkDelayMs, chunkDelayMs, maxCharacters } = play;
  if (!(await writer.writeEach(wire.opening()))) return false;
  if (firstChunkDelayMs > 0) await delay(firstChunkDelayMs, undefined, { signal: writer.gone });
  let text = '';
  let incomplete = false;
  for await (const piece of pieces) {
    if (chunkDelayMs > 0 && text !== '') await delay(chunkDelayMs);
    const fitting = piece.slice(0, maxCharacters - text.length);
    text += fitting;
    if (fitting !== '' && !(await writer.write(wire.delta(fitting)))) return false;
    incomplete = fitting !== piece;
    if (incomplete) break;
  }
  return writer.writeEach(wire.closing(text, incomplete));
}

/** Writes event by event and stops where a fault, an interruption or the client wants it. */
class EventWriter {
  stopped: Exclude<Played, 'answered'> | undefined;
  readonly gone: AbortSignal;
  readonly #response: ServerResponse;
  readonly #play: Play;
  #written = 0;

  constructor(response: ServerResponse, play: Play) {
    this.#response = response;
    this.#play = play;
    this.gone = goneSignal(response);
    response.flushHeaders();
  }

  async writeEach(frames: readonly string[]): Promise<boolean> {
    for (const frame of frames) if (!(await this.write(frame))) return false;
    return true;
  }

  /** @returns whether to go on. */
  async write(frame: string): Promise<boolean> {
    if (this.gone.aborted) this.stopped = 'abandoned';
    else await this.#strike();
    if (this.stopped !== undefined) return false;
    this.#written += 1;
    if (!this.#response.write(frame)) await this.#drained();
    return true;
  }

  async #strike(): Promise<void> {
    const { fault, interruption, onStalled } = this.#play;
    if (interruption?.afterEvents === this.#written) {
      this.stopped = 'interrupted';
      this.#response.end(interruption.event);
    } else if (fault?.kind === 'cut-stream' && fault.afterEvents === this.#written) {
      this.stopped = 'cut';
      await this.#flushed();
      this.#response.destroy();
    } else if (fault?.kind === 'stall-stream' && fault.afterEvents === this.#written) {
      this.stopped = 'stalled';
      onStalled();
      if (!this.gone.aborted) await once(this.gone, 'abort');
    }
  }

  /** What was written has to be with the system before the connection is cut; a comment tells when. */
  async #flushed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#response.write(':\n\n', () => resolve());
    });
  }

  async #drained(): Promise<void> {
    await once(this.#response, 'drain', { signal: this.gone }).catch(() => undefined);
  }
}
