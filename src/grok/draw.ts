import { z } from 'zod';

import { BridgeError } from '../errors.ts';
import type { Attempt, AttemptOptions } from './attempt.ts';
import { classify } from './classify.ts';
import type { GrokClient } from './client.ts';
import { abortError, networkError } from './failure.ts';
import type { RawRefusal } from './raw-fetch.ts';
import type { GrokRequest } from './request.ts';
import { Watchdog } from './watchdog.ts';

/** A picture as it goes out. */
export interface Drawn {
  readonly mime: string;
  readonly base64: string;
}

/**
 * Has a picture drawn, once (docs.x.ai, image generation). Nothing of it comes before it is done.
 * @throws BridgeError as `attempt` does
 */
export async function draw(
  client: GrokClient,
  request: GrokRequest,
  secret: string,
  { clock, idleMs, onAccepted, onWork }: AttemptOptions,
  signal: AbortSignal,
): Promise<Attempt> {
  using idle = new Watchdog(clock, idleMs, () => {
    const seconds = Math.round(idleMs / 1000);
    return new BridgeError('GROK_UNAVAILABLE', `Grok sent no picture for ${seconds} s`);
  });
  const either = AbortSignal.any([signal, idle.signal]);
  let answer: RawRefusal;
  try {
    answer = await client.draw(request, secret, either);
  } catch (error) {
    // Nothing says how far it has come; held to be drawn, and paid for, all the same.
    if (signal.aborted) onWork();
    throw either.aborted ? abortError(either) : networkError(error);
  }
  const { status } = answer;
  if (status < 200 || status >= 300) {
    const verdict = classify({ endpoint: 'inference', ...answer });
    return { kind: 'refused', refusal: { verdict, status, streamed: false } };
  }
  onAccepted();
  return { kind: 'answered', answer: drawnIn(answer.body, request) };
}

const answerSchema = z.looseObject({
  data: z.array(z.looseObject({ b64_json: z.string().min(1) })).min(1),
  usage: z
    .looseObject({ cost_in_usd_ticks: z.number().catch(0) })
    .nullish()
    .catch(null),
});

function drawnIn(body: string, { model, text }: GrokRequest) {
  const parsed = answerSchema.safeParse(parseJson(body)).data;
  const base64 = parsed?.data[0]?.b64_json.replace(/^data:[^,]*,/, '');
  const mime = base64 === undefined ? undefined : mimeOf(base64);
  if (base64 === undefined || mime === undefined) {
    throw new BridgeError('GROK_INCOMPLETE', 'Grok answered with something that is no picture');
  }
  const costUsdTicks = parsed?.usage?.cost_in_usd_ticks ?? 0;
  return {
    text: `🎨 ${text}`,
    picture: { mime, base64 },
    sources: [],
    usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costUsdTicks },
    model,
    cut: false,
  };
}

/** By the first bytes: the API does not say. */
function mimeOf(base64: string): string | undefined {
  if (base64.startsWith('/9j/')) return 'image/jpeg';
  if (base64.startsWith('iVBORw0KGgo')) return 'image/png';
  return base64.startsWith('UklGR') ? 'image/webp' : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
