import { Routes } from 'discord.js';

import type { Cited } from '#port';

import { messageSchema } from './payloads.ts';
import type { MessagePayload } from './payloads.ts';
import { nameOf, saidText } from './readable.ts';
import type { Surroundings } from './readable.ts';
import type { DiscordRest } from './rest.ts';

/** Of what stands above the message that is replied to. */
const mostMessages = 8;
const mostChars = 4_000;
/** Nobody's question waits longer for it. */
const deadlineMs = 2_000;

/**
 * What a reply goes back to, oldest first: the bot's own message that it replies to, or, above
 * somebody else's, what that one replies to in turn, as far as it is to be had. Without the
 * privileged intent Discord gives away what was said in private, to the bot or by it, and of all
 * else only that it stands there
 * (https://docs.discord.com/developers/events/gateway#message-content-intent). Never rejects: what
 * cannot be read is left out.
 */
export async function replyChain(
  rest: DiscordRest,
  message: MessagePayload,
  around: Surroundings,
  signal: AbortSignal,
): Promise<readonly Cited[]> {
  const replied = message.referenced_message;
  if (!replied) return [];
  if (replied.author.id === around.botId) return bounded([cited(replied, around)]);
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const chain: Cited[] = [];
  let above = aboveOf(replied);
  while (above !== undefined && chain.length < mostMessages && !inTime.aborted) {
    const found = await messageAt(rest, message.channel_id, above, inTime);
    if (found === undefined) break;
    chain.push(cited(found, around));
    // A fetched message brings along the one that it replies to.
    const next = found.referenced_message;
    if (next && chain.length < mostMessages) chain.push(cited(next, around));
    above = next ? aboveOf(next) : undefined;
  }
  return bounded(chain).toReversed();
}

/** A reply, not something that is passed on. */
function aboveOf({ message_reference: to }: Pick<MessagePayload, 'message_reference'>) {
  return to?.type === 0 ? to.message_id : undefined;
}

async function messageAt(
  rest: DiscordRest,
  channel: string,
  id: string,
  signal: AbortSignal,
): Promise<MessagePayload | undefined> {
  const route = Routes.channelMessage(channel, id);
  const request = { method: 'get', route, deadlineMs, answer: messageSchema } as const;
  const answer = await rest.send(request, signal);
  return answer.kind === 'ok' ? answer.body : undefined;
}

function cited(
  said: NonNullable<MessagePayload['referenced_message']>,
  around: Surroundings,
): Cited {
  return {
    from: nameOf(said.author),
    text: saidText(said, around),
    ...(said.author.id === around.botId ? { isOurs: true } : {}),
  };
}

/** The nearest first; what is cut ends in “…”. */
function bounded(chain: readonly Cited[]): readonly Cited[] {
  let left = mostChars;
  return chain.flatMap((one) => {
    if (one.text === '' || left <= 0) return [];
    const text =
      one.text.length <= left ? one.text : `${one.text.slice(0, left - 1).toWellFormed()}…`;
    left -= text.length;
    return [{ ...one, text }];
  });
}
