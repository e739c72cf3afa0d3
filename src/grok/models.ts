import { z } from 'zod';

import type { RawRefusal } from './raw-fetch.ts';

/** A model that answers in text. */
export interface Model {
  readonly id: string;
  /** Other names of it. */
  readonly aliases: readonly string[];
  /** What it takes in, as xAI names it (`text`, `image`); absent where the server does not say. */
  readonly inputs?: readonly string[] | undefined;
}

/** Where the API lists its models: the list of those that talk, and what other servers have, too. */
export const modelPaths = ['/language-models', '/models'] as const;

/**
 * The models in an answer of one of `modelPaths`; undefined when it is no list. Of what a model can
 * do the API tells what it takes in and gives out, and nothing of search or effort (docs.x.ai, API
 * reference, `GET /v1/language-models`).
 */
export function readModels({ status, body }: RawRefusal): readonly Model[] | undefined {
  if (status < 200 || status >= 300) return undefined;
  const list = listSchema.safeParse(parseJson(body)).data;
  const models = list?.models ?? list?.data;
  if (models === undefined) return undefined;
  return models
    .filter(({ output_modalities: output }) => output?.includes('text') ?? true)
    .map(({ id, aliases, input_modalities: inputs }) => ({
      id,
      aliases: aliases ?? [],
      inputs: inputs ?? undefined,
    }));
}

const modelSchema = z.looseObject({
  id: z.string().min(1),
  aliases: z.array(z.string()).nullish().catch(null),
  input_modalities: z.array(z.string()).nullish().catch(null),
  output_modalities: z.array(z.string()).nullish().catch(null),
});
const listSchema = z.looseObject({
  models: z.array(modelSchema).optional(),
  data: z.array(modelSchema).optional(),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
