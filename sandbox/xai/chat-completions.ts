import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Turn } from './answerer.ts';
import { undeserializable } from './bodies.ts';
import { citationsIn } from './citations.ts';
import type { AnswerHead, Dialect, Reading } from './dialect.ts';
import type { Wire } from './event-stream.ts';
import { pictureOr } from './picture-part.ts';

/** The older API: `POST /v1/chat/completions`. */
export const chatCompletions: Dialect = {
  path: '/v1/chat/completions',
  read: readRequest,
  wire,
  whole: (head, content, incomplete) => ({
    ...common(completionId(), 'chat.completion', head),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        finish_reason: incomplete ? 'length' : 'stop',
      },
    ],
    usage: usageOf(head, content),
    ...citations(content),
  }),
};

const part = pictureOr(z.looseObject({ type: z.string(), text: z.string().optional() }));
const content = z.union([z.string(), z.array(part).min(1)]);
const bodySchema = z.looseObject({
  model: z.string(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.looseObject({ role: z.enum(['system', 'developer', 'user', 'tool']), content }),
        z.looseObject({ role: z.literal('assistant'), content: content.nullish() }),
      ]),
    )
    .min(1),
  stream: z.boolean().nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
});

type Message = z.infer<typeof bodySchema>['messages'][number];

function readRequest(body: unknown, header: (name: string) => string | undefined): Reading {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.') ?? 'body';
    return { kind: 'refused', answer: undeserializable(`${at}: invalid value`) };
  }
  const { model, messages, stream } = parsed.data;
  // `prompt_cache_key` means nothing here.
  const conversation = header('x-grok-conv-id');
  const maxOutputTokens = parsed.data.max_completion_tokens ?? parsed.data.max_tokens;
  return {
    kind: 'asked',
    asked: {
      model,
      turns: messages.flatMap(turnOf),
      stream: stream ?? false,
      ...(conversation === undefined ? {} : { conversation }),
      ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
    },
  };
}

function turnOf({ role, content: said }: Message): Turn[] {
  if (role === 'tool') return [];
  const text = typeof said === 'string' ? said : (said ?? []).map((one) => one.text ?? '').join('');
  return [{ role: role === 'developer' ? 'system' : role, text }];
}

function wire(head: AnswerHead): Wire {
  const shared = common(completionId(), 'chat.completion.chunk', head);
  const chunk = (delta: object, finish: string | null, more: object = {}) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    return `data: ${JSON.stringify({ ...shared, choices, ...more })}\n\n`;
  };
  return {
    opening: () => [chunk({ role: 'assistant', content: '' }, null)],
    delta: (text) => chunk({ content: text }, null),
    closing: (text, incomplete) => [
      chunk({}, incomplete ? 'length' : 'stop', {
        usage: usageOf(head, text),
        ...citations(text),
      }),
      'data: [DONE]\n\n',
    ],
  };
}

function common(id: string, object: string, { createdAt, model }: AnswerHead): object {
  return { id, object, created: createdAt, model: model.id, system_fingerprint: 'fp_sandbox' };
}

function usageOf(head: AnswerHead, text: string): object {
  const usage = head.usage(text);
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    prompt_tokens_details: {
      text_tokens: usage.inputTokens,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: usage.cachedTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    num_sources_used: 0,
    cost_in_usd_ticks: usage.costTicks,
  };
}

function citations(text: string): object {
  const cited = citationsIn(text).map(({ url }) => url);
  return cited.length === 0 ? {} : { citations: cited };
}

function completionId(): string {
  return randomUUID();
}
