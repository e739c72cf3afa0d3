import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Turn } from './answerer.ts';
import { undeserializable } from './bodies.ts';
import { citationsIn } from './citations.ts';
import type { AnswerHead, Dialect, Reading } from './dialect.ts';
import type { Wire } from './event-stream.ts';
import { pictureOr } from './picture-part.ts';

/** The Responses API: `POST /v1/responses`. */
export const responses: Dialect = {
  path: '/v1/responses',
  read: readRequest,
  wire,
  whole: (head, text, incomplete) => finished(responseId(), messageId(), head, text, incomplete),
};

const part = pictureOr(z.looseObject({ type: z.string(), text: z.string().optional() }));
const item = z.union([
  z.looseObject({
    type: z.literal('message').optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(part).min(1)]),
  }),
  // Reasoning, tool calls and their outputs, references.
  z.looseObject({ type: z.string(), role: z.undefined() }),
]);
const bodySchema = z.looseObject({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  prompt_cache_key: z.string().nullish(),
  max_output_tokens: z.int().positive().nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
});

type Body = z.infer<typeof bodySchema>;

function readRequest(body: unknown, header: (name: string) => string | undefined): Reading {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return { kind: 'refused', answer: undeserializable(whatIsWrong(body)) };
  const { model, stream, store, max_output_tokens: maxOutputTokens, tools } = parsed.data;
  const effort = parsed.data.reasoning?.effort;
  const conversation = parsed.data.prompt_cache_key ?? header('x-grok-conv-id');
  return {
    kind: 'asked',
    asked: {
      model,
      turns: turnsOf(parsed.data),
      stream: stream ?? false,
      // The API stores what is not marked otherwise.
      store: store ?? true,
      ...(conversation === undefined ? {} : { conversation }),
      ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
      ...(typeof effort === 'string' ? { effort } : {}),
      ...(Array.isArray(tools) ? { tools: tools.map(({ type }) => type) } : {}),
    },
  };
}

function whatIsWrong(body: unknown): string {
  const model = z.looseObject({ model: z.string() }).safeParse(body);
  return model.success
    ? 'data did not match any variant of untagged enum ModelInput'
    : 'missing field `model`';
}

function turnsOf({ instructions, input }: Body): Turn[] {
  const turns: Turn[] = [];
  if (typeof instructions === 'string') turns.push({ role: 'system', text: instructions });
  if (typeof input === 'string') return [...turns, { role: 'user', text: input }];
  for (const { role, content } of input) {
    if (role === undefined) continue;
    turns.push({ role: role === 'developer' ? 'system' : role, text: textOf(content) });
  }
  return turns;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = z.array(part).safeParse(content).data ?? [];
  return parts.map(({ text }) => text ?? '').join('');
}

/** The sequence of events of an answer with one message. */
function wire(head: AnswerHead): Wire {
  const id = responseId();
  const itemId = messageId();
  const place = { item_id: itemId, output_index: 0, content_index: 0 };
  let sequence = 0;
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  return {
    opening: () => {
      const response = started(id, head);
      return [
        event('response.created', { response }),
        event('response.in_progress', { response }),
        event('response.output_item.added', {
          output_index: 0,
          item: message(itemId, 'in_progress', []),
        }),
        event('response.content_part.added', { ...place, part: outputText('') }),
      ];
    },
    delta: (delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] }),
    closing: (text, incomplete) => {
      const status = incomplete ? 'incomplete' : 'completed';
      const sources = citationsIn(text).map((annotation, at) =>
        event('response.output_text.annotation.added', {
          ...place,
          annotation_index: at,
          annotation,
        }),
      );
      return [
        ...sources,
        event('response.output_text.done', { ...place, text, logprobs: [] }),
        event('response.content_part.done', { ...place, part: outputText(text) }),
        event('response.output_item.done', {
          output_index: 0,
          item: message(itemId, status, [outputText(text)]),
        }),
        event(`response.${status}`, { response: finished(id, itemId, head, text, incomplete) }),
      ];
    },
  };
}

function started(id: string, { asked, model, createdAt }: AnswerHead): object {
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: asked.maxOutputTokens ?? null,
    metadata: {},
    model: model.id,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: asked.conversation ?? null,
    reasoning: { effort: null, summary: null },
    store: asked.store,
    temperature: 0.7,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 0.95,
    usage: null,
  };
}

function finished(
  id: string,
  itemId: string,
  head: AnswerHead,
  text: string,
  incomplete: boolean,
): object {
  const usage = head.usage(text);
  const status = incomplete ? 'incomplete' : 'completed';
  return {
    ...started(id, head),
    status,
    incomplete_details: incomplete ? { reason: 'max_output_tokens' } : null,
    output: [message(itemId, status, [outputText(text)])],
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: { cached_tokens: usage.cachedTokens },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.totalTokens,
      cost_in_usd_ticks: usage.costTicks,
    },
  };
}

function message(id: string, status: string, content: object[]): object {
  return { id, type: 'message', role: 'assistant', status, content };
}

function outputText(text: string): object {
  return { type: 'output_text', text, annotations: citationsIn(text), logprobs: [] };
}

function responseId(): string {
  return `resp_${randomUUID()}`;
}

function messageId(): string {
  return `msg_${randomUUID()}`;
}
