import { z } from 'zod';

import type { Incoming, Intake, Logger } from '#port';

import { updateSchema, type Update } from './update-schema.ts';

/** What an update brings us. */
export type Heard =
  /** A message that somebody wrote, or one as it reads after its author has changed it. */
  | {
      readonly kind: 'said' | 'edited';
      readonly message: Incoming;
      /** When it was sent, seconds since 1970; 0 where Telegram does not say. */
      readonly atSeconds: number;
    }
  /** A button was pressed: the number that Telegram wants to see in the answer. */
  | { readonly kind: 'pressed'; readonly message: Incoming; readonly query: string };

/** Where what was heard goes. */
export interface Ears {
  readonly intake: Intake;
  /** Tells the client that the press has arrived, and its user the notice. Must not reject. */
  readonly answerPress: (query: string, notice: string | undefined) => Promise<void>;
}

/** What an update says, or undefined if there is nothing for us in it. */
export type ReadUpdate = (update: Update) => Heard | undefined;

/** Offers what was heard once. Rejects when it could not be stored. */
export async function offer(
  heard: Heard,
  { intake, answerPress }: Ears,
  signal: AbortSignal,
): Promise<void> {
  const { message } = heard;
  switch (heard.kind) {
    case 'said':
      await intake.receive(message, signal);
      return;
    case 'edited':
      await intake.edited?.(message, signal);
      return;
    case 'pressed': {
      const pressed = await intake.pressed?.(message, signal);
      await answerPress(heard.query, pressed?.notice);
    }
  }
}

/** An update that cannot be read must not hold up those behind it. */
export function readSafely(update: Update, read: ReadUpdate, log: Logger): Heard | undefined {
  try {
    return read(update);
  } catch (error) {
    const issues =
      error instanceof z.ZodError ? error.issues.map(({ path }) => path.join('.')) : [];
    log.error({ update: update.update_id, issues }, 'update not understood, skipped');
    return undefined;
  }
}

/** The same of an update as Telegram posts it. */
export function readBody(body: string, read: ReadUpdate, log: Logger): Heard | undefined {
  const update = updateSchema.safeParse(parseJson(body));
  if (update.success) return readSafely(update.data, read, log);
  log.error({ bytes: body.length }, 'what was posted to the webhook is no update, skipped');
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
