import { z } from 'zod';

import type { Incoming, Logger } from '#port';

import { updateSchema, type Update } from './update-schema.ts';

/** What an update says, or undefined if there is nothing for us in it. */
export type ReadUpdate = (update: Update) => Incoming | undefined;

/** An update that cannot be read must not hold up those behind it. */
export function readSafely(update: Update, read: ReadUpdate, log: Logger): Incoming | undefined {
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
export function readBody(body: string, read: ReadUpdate, log: Logger): Incoming | undefined {
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
