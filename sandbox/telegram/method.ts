import { z } from 'zod';

import type { Account, Chats } from './chats.ts';
import type { Press } from './inline-buttons.ts';
import type { RateLimits } from './rate-limits.ts';
import { badRequest } from './refusal.ts';
import type { UpdateFeed } from './update-feed.ts';
import type { Webhook } from './webhook.ts';

/** What the methods of one bot work on. */
export interface World {
  readonly bot: Account;
  readonly chats: Chats;
  readonly feed: UpdateFeed;
  readonly webhook: Webhook;
  readonly limits: RateLimits;
  /** Presses of buttons, by the number of their callback query. */
  readonly presses: Map<string, Press>;
  /** Command menus by scope and language. */
  readonly commands: Map<string, readonly unknown[]>;
}

/**
 * A method of the Bot API: takes the parameters as they came and gives the `result`. `gone` aborts
 * when the client hangs up.
 */
export type Method = (params: unknown, gone: AbortSignal) => unknown;

export type Methods = Readonly<Record<string, Method>>;

/** A method with its parameters checked. @throws {Refusal} 400 for what does not fit. */
export function method<T>(
  schema: z.ZodType<T>,
  run: (params: T, gone: AbortSignal) => unknown,
): Method {
  return (params, gone) => {
    const parsed = schema.safeParse(params);
    if (parsed.success) return run(parsed.data, gone);
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw badRequest(`invalid value of the parameter "${field}"`);
  };
}

/** Forms and query strings carry numbers, booleans and objects as JSON. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export function json<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>> {
  return z.preprocess(fromText, schema);
}

export const integer = json(z.int());

/** A number, or `@name` of a public chat, which the sandbox has none of. */
export const chatId = json(z.union([z.int(), z.string()])).transform((id) =>
  typeof id === 'number' ? id : Number.NaN,
);
