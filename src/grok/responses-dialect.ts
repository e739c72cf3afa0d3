import type {
  ResponseCreateParamsStreaming,
  ResponseInput,
} from 'openai/resources/responses/responses';
import { z } from 'zod';

import type { Dialect, Ending, Step, Usage } from './dialect.ts';
import { dataUrl, type GrokRequest, opaque, spokenTurns } from './request.ts';
import { sourceSteps } from './sources.ts';

/** `POST /v1/responses`, the API that xAI recommends. */
export const responsesDialect: Dialect = {
  takesExtras: true,

  async send(openai, request, options) {
    const body = {
      model: request.model,
      instructions: request.instructions,
      input: inputOf(request),
      stream: true as const,
      // Not kept by xAI: a conversation survives a change of account, and the user can erase it.
      store: false,
      prompt_cache_key: opaque('conversation', request.conversation),
      safety_identifier: opaque('author', request.author),
      ...(request.effort === undefined ? {} : { reasoning: { effort: request.effort } }),
      ...(request.search === undefined ? {} : { tools: searchTools }),
      ...(request.maxOutputTokens === undefined
        ? {}
        : { max_output_tokens: request.maxOutputTokens }),
    };
    // `x_search` is xAI's own; the SDK knows OpenAI's tools only.
    const typed = body as ResponseCreateParamsStreaming;
    return openai.responses.create(typed, options).asResponse();
  },

  read(event) {
    const parsed = eventSchema.safeParse(event);
    if (!parsed.success) return [];
    const { type, delta, annotation, response, error } = parsed.data;
    switch (type) {
      case 'response.output_text.delta':
        return delta === undefined ? [] : [{ kind: 'text', delta }];
      case 'response.output_text.annotation.added':
        return sourceSteps([annotation]);
      case 'response.completed':
      case 'response.incomplete':
        return response === undefined ? [] : ended(type, response);
      case 'response.failed':
      case 'error':
        return [{ kind: 'error' }];
      case undefined:
      default:
        if (error !== undefined && error !== null) return [{ kind: 'error' }];
        return type !== undefined && ofWork.test(type) ? [{ kind: 'work' }] : [];
    }
  },
};

/** Items begin when Grok does; thinking and searching are items with events of their own. */
const ofWork = /^response\.(output_item|reasoning\w*|\w+_call)\./;

const partSchema = z.object({
  type: z.string().optional(),
  text: z.string().optional(),
  annotations: z.array(z.unknown()).nullish(),
});
const responseSchema = z.object({
  id: z.string().optional(),
  model: z.string().optional(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z
    .array(
      z.object({
        type: z.string().optional(),
        content: z.array(partSchema).nullish().catch(null),
      }),
    )
    .catch([]),
  citations: z.array(z.unknown()).nullish().catch(null),
  usage: z.unknown().optional(),
});
const eventSchema = z.object({
  type: z.string().optional(),
  delta: z.string().optional().catch(undefined),
  annotation: z.unknown().optional(),
  response: responseSchema.optional().catch(undefined),
  error: z.unknown().optional(),
});
const usageSchema = z.object({
  input_tokens: z.number().catch(0),
  input_tokens_details: z
    .looseObject({ cached_tokens: z.number().catch(0) })
    .nullish()
    .catch(null),
  output_tokens: z.number().catch(0),
  cost_in_usd_ticks: z.number().catch(0),
});

/** They run at xAI, within the one request (docs.x.ai, tools). */
const searchTools = [{ type: 'web_search' }, { type: 'x_search' }];

const searchDemand =
  'Look this up with web_search and x_search before you answer, and cite what you found.';

function inputOf(request: GrokRequest): ResponseInput {
  const { search, images = [] } = request;
  const { history, text } = spokenTurns(request);
  return [
    ...history.flatMap(({ prompt, answer }) => [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: answer },
    ]),
    // Behind the history: what comes before stays the same, and is read from xAI's cache.
    ...(search === 'must' ? [{ role: 'system' as const, content: searchDemand }] : []),
    {
      role: 'user',
      content:
        images.length === 0
          ? text
          : [
              ...images.map((image) => ({
                type: 'input_image' as const,
                image_url: dataUrl(image),
                detail: 'auto' as const,
              })),
              { type: 'input_text' as const, text },
            ],
    },
  ];
}

function ended(type: string, response: z.infer<typeof responseSchema>): Step[] {
  const parts = response.output.map(({ content }) => content ?? []);
  const said = (kind: string) =>
    parts
      .map((of) => of.flatMap((part) => (part.type === kind ? [part.text ?? ''] : [])).join(''))
      .filter((text) => text !== '');
  const text = said('output_text').join('\n\n');
  const refused = text === '' && parts.flat().some((part) => part.type === 'refusal');
  const reason = response.incomplete_details?.reason;
  return [
    ...sourceSteps(parts.flat().flatMap(({ annotations }) => annotations ?? [])),
    ...sourceSteps(response.citations ?? []),
    {
      kind: 'facts',
      facts: {
        usage: usageOf(response.usage),
        ...(response.model === undefined ? {} : { model: response.model }),
        ...(response.id === undefined ? {} : { responseId: response.id }),
      },
    },
    { kind: 'end', how: refused ? 'declined' : endingOf(type, reason), text },
  ];
}

function endingOf(type: string, reason: string | null | undefined): Ending {
  if (type === 'response.completed') return 'whole';
  if (reason === 'max_output_tokens') return 'cut';
  return reason === 'content_filter' ? 'declined' : 'broken';
}

function usageOf(given: unknown): Usage {
  const usage = usageSchema.safeParse(given ?? {}).data;
  return {
    inputTokens: usage?.input_tokens ?? 0,
    cachedTokens: usage?.input_tokens_details?.cached_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
    costUsdTicks: usage?.cost_in_usd_ticks ?? 0,
  };
}
