/** A model that the sandbox knows. Prices are in cents per 100 million tokens, as xAI lists them. */
export interface Model {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly contextTokens: number;
  readonly promptPrice: number;
  readonly cachedPrice: number;
  readonly completionPrice: number;
  readonly created: number;
  /** Whether it can be told how long to think. */
  readonly thinks: boolean;
  /** Whether it takes pictures. */
  readonly sees: boolean;
}

/** xAI's list of late 2026, in part. */
export const MODELS: readonly Model[] = [
  model('grok-4.7', ['grok-4.7-latest', 'grok-latest'], 500_000, [20_000, 5000, 60_000]),
  model('grok-4.6', ['grok-4.6-latest'], 500_000, [20_000, 5000, 60_000]),
  model('grok-4.5', ['grok-4.5-latest'], 500_000, [20_000, 5000, 60_000]),
  model('grok-4.3', ['grok-4.3-latest'], 1_000_000, [12_500, 2000, 25_000]),
  model('grok-4.20-reasoning', ['grok-4.20'], 1_000_000, [12_500, 2000, 25_000]),
  model('grok-4.20-non-reasoning', [], 1_000_000, [12_500, 2000, 25_000]),
  // That it sees nothing is the sandbox's choice: of the real one it is not known.
  { ...model('grok-build-0.1', [], 250_000, [12_500, 2000, 25_000]), sees: false, thinks: false },
];

const byName = new Map(
  MODELS.flatMap((known) => [known.id, ...known.aliases].map((name) => [name, known] as const)),
);

/** By id or alias. */
export function findModel(name: string): Model | undefined {
  return byName.get(name);
}

/** An entry of `GET /v1/models`. */
export function asModel({ id, created, aliases, contextTokens }: Model): object {
  return { id, object: 'model', owned_by: 'xai', created, aliases, context_length: contextTokens };
}

/** An entry of `GET /v1/language-models`. */
export function asLanguageModel(known: Model): object {
  return {
    ...asModel(known),
    fingerprint: 'fp_sandbox',
    version: '1.0',
    input_modalities: known.sees ? ['text', 'image'] : ['text'],
    output_modalities: ['text'],
    prompt_text_token_price: known.promptPrice,
    cached_prompt_text_token_price: known.cachedPrice,
    prompt_image_token_price: known.promptPrice,
    completion_text_token_price: known.completionPrice,
    search_price: 0,
  };
}

function model(
  id: string,
  aliases: readonly string[],
  contextTokens: number,
  [promptPrice, cachedPrice, completionPrice]: readonly [number, number, number],
): Model {
  const created = Date.UTC(2026, 0, 1) / 1000;
  const thinks = !id.startsWith('grok-4.20');
  const prices = { promptPrice, cachedPrice, completionPrice };
  return { id, aliases, contextTokens, ...prices, created, thinks, sees: true };
}
