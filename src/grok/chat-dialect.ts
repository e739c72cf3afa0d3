import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { z } from 'zod';

import type { Dialect, Ending, Step, Usage } from './dialect.ts';
import { dataUrl, type GrokRequest, opaque, spokenTurns } from './request.ts';
import { sourceSteps } from './sources.ts';

/** `POST /v1/chat/completions`: older at xAI, and what other servers have, too. */
export const chatDialect: Dialect = {
  takesExtras: false,

  async send(openai, request, options) {
    const body = {
      model: request.model,
      messages: messagesOf(request),
      stream: true as const,
      stream_options: { include_usage: true },
      user: opaque('author', request.author),
      ...(request.maxOutputTokens === undefined ? {} : { max_tokens: request.maxOutputTokens }),
    };
    return openai.chat.completions.create(body, options).asResponse();
  },

  read(event) {
    const chunk = chunkSchema.safeParse(event).data;
    if (chunk === undefined) return [];
    const isError = chunk.error !== undefined && chunk.error !== null;
    if (isError || chunk.type === 'error' || chunk.type === 'response.failed') {
      return [{ kind: 'error' }];
    }
    const choice = chunk.choices[0];
    const delta = choice?.delta?.content;
    const thought = choice?.delta?.reasoning_content;
    const finish = choice?.finish_reason;
    return [
      ...(typeof delta === 'string' && delta !== '' ? [{ kind: 'text' as const, delta }] : []),
      ...(typeof thought === 'string' && thought !== '' ? [{ kind: 'work' as const }] : []),
      ...sourceSteps(chunk.citations ?? []),
      factsOf(chunk),
      ...(typeof finish === 'string' ? [{ kind: 'end' as const, how: endingOf(finish) }] : []),
    ];
  },
};

const chunkSchema = z.object({
  id: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish().catch(null),
            reasoning_content: z.string().nullish().catch(null),
          })
          .nullish()
          .catch(null),
        finish_reason: z.string().nullish().catch(null),
      }),
    )
    .catch([]),
  citations: z.array(z.unknown()).nullish().catch(null),
  usage: z
    .object({
      prompt_tokens: z.number().catch(0),
      prompt_tokens_details: z
        .object({ cached_tokens: z.number().catch(0) })
        .nullish()
        .catch(null),
      completion_tokens: z.number().catch(0),
      cost_in_usd_ticks: z.number().catch(0),
    })
    .nullish()
    .catch(null),
  error: z.unknown().optional(),
});

type Chunk = z.infer<typeof chunkSchema>;

function messagesOf(request: GrokRequest): ChatCompletionMessageParam[] {
  const { instructions, images = [] } = request;
  const { history, text } = spokenTurns(request);
  return [
    { role: 'system', content: instructions },
    ...history.flatMap(({ prompt, answer }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: answer },
    ]),
    {
      role: 'user',
      content:
        images.length === 0
          ? text
          : [
              ...images.map((image) => ({
                type: 'image_url' as const,
                image_url: { url: dataUrl(image) },
              })),
              { type: 'text' as const, text },
            ],
    },
  ];
}

function endingOf(finish: string): Ending {
  if (finish === 'stop') return 'whole';
  if (finish === 'length') return 'cut';
  return finish === 'content_filter' ? 'declined' : 'broken';
}

function factsOf({ id, model, usage }: Chunk): Step {
  return {
    kind: 'facts',
    facts: {
      ...(usage === null || usage === undefined ? {} : { usage: usageOf(usage) }),
      ...(model === undefined ? {} : { model }),
      ...(id === undefined ? {} : { responseId: id }),
    },
  };
}

function usageOf(usage: NonNullable<Chunk['usage']>): Usage {
  return {
    inputTokens: usage.prompt_tokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    outputTokens: usage.completion_tokens,
    costUsdTicks: usage.cost_in_usd_ticks,
  };
}
