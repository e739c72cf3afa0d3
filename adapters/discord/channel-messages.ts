import { MessageFlags, Routes } from 'discord.js';

import type { Delivery, OutgoingFile } from '#port';

import type { Looks } from './looks.ts';
import { messageNonce } from './nonce.ts';
import { describeTrouble, errorCode } from './outcome.ts';
import type { Trouble } from './outcome.ts';
import { postedSchema } from './payloads.ts';
import type { Answer, DiscordRest } from './rest.ts';

const postDeadlineMs = 10_000;
/** Below the 5 s that a bridge which takes over waits before it edits anything itself. */
export const editDeadlineMs = 4_500;
/** After a 401: until somebody has set a new token, trying often would get the address banned. */
const tokenPauseMs = 30_000;

/**
 * What every message of ours carries, edits included, for an edit without it pings by Discord's
 * defaults (https://docs.discord.com/developers/resources/message#allowed-mentions-object).
 */
export const quietly = {
  allowed_mentions: { parse: [], replied_user: false },
  flags: MessageFlags.SuppressEmbeds,
} as const;

export interface NewMessage {
  readonly channel: string;
  readonly looks: Looks;
  /** `Outgoing.nonce`. */
  readonly nonce: string;
  readonly replyTo?: string | undefined;
  /** What it says where a reply reference turns out to be impossible. */
  readonly unreferenced?: string;
  readonly file?: OutgoingFile | undefined;
}

/**
 * Posts into a channel, once: repeated within some minutes, Discord gives back the message of the
 * first time, which is then brought up to date.
 */
export async function createMessage(
  rest: DiscordRest,
  message: NewMessage,
  signal: AbortSignal,
): Promise<Delivery> {
  const first = await create(rest, message, 0, signal);
  if (!isCode(first, errorCode.unknownMessage)) return settle(rest, message, first, signal);
  // It had been made and was deleted since; it is wanted again all the same.
  return settle(rest, message, await create(rest, message, 1, signal), signal);
}

export async function editMessage(
  rest: DiscordRest,
  { channel, message, looks }: { channel: string; message: string; looks: Looks },
  signal: AbortSignal,
): Promise<Delivery> {
  const answer = await rest.send(
    {
      method: 'patch',
      route: Routes.channelMessage(channel, message),
      body: { ...looks, ...quietly },
      deadlineMs: editDeadlineMs,
      answer: postedSchema,
    },
    signal,
  );
  if (answer.kind === 'ok') return { kind: 'done', messageId: answer.body.id };
  return isCode(answer, errorCode.unknownMessage) ? { kind: 'missing' } : deliveryOf(answer);
}

/** What a trouble means for the one message; `unknownMessage` has to be looked at before. */
export function deliveryOf(trouble: Trouble): Delivery {
  switch (trouble.kind) {
    case 'wait':
      return trouble;
    case 'unauthorized':
      return { kind: 'wait', afterMs: tokenPauseMs };
    case 'error':
      return { kind: 'refused', why: describeTrouble(trouble) };
    case 'unknown':
      return trouble;
  }
}

export function isCode(answer: Answer<unknown>, ...codes: number[]): boolean {
  return answer.kind === 'error' && codes.includes(answer.code);
}

type Created = Answer<{ id: string; content: string }> & { readonly said: string };

async function create(
  rest: DiscordRest,
  { channel, looks, nonce, replyTo, unreferenced = looks.content, file }: NewMessage,
  attempt: number,
  signal: AbortSignal,
): Promise<Created> {
  const post = async (said: string, reference: object) => ({
    said,
    ...(await rest.send(
      {
        method: 'post',
        route: Routes.channelMessages(channel),
        body: {
          ...looks,
          content: said,
          nonce: messageNonce(nonce, attempt),
          enforce_nonce: true,
          ...quietly,
          ...reference,
        },
        file,
        deadlineMs: postDeadlineMs,
        answer: postedSchema,
      },
      signal,
    )),
  });
  if (replyTo === undefined) return post(unreferenced, {});
  const referring = await post(looks.content, {
    message_reference: { message_id: replyTo, fail_if_not_exists: false },
  });
  // To refer to a message one must be allowed to read the channel's history.
  return isCode(referring, errorCode.noMessageHistory) ? post(unreferenced, {}) : referring;
}

/** The nonce may have given us an older message of the same place in the answer. */
async function settle(
  rest: DiscordRest,
  { channel, looks }: NewMessage,
  created: Created,
  signal: AbortSignal,
): Promise<Delivery> {
  if (created.kind !== 'ok') return deliveryOf(created);
  const { id, content } = created.body;
  if (content.trim() === created.said.trim()) return { kind: 'done', messageId: id };
  return editMessage(
    rest,
    { channel, message: id, looks: { ...looks, content: created.said } },
    signal,
  );
}
