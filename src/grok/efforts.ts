import { type Effort, efforts } from '../conversation-settings.ts';

/**
 * How long a model can be told to think (docs.x.ai, models, 2026-11); none of them: it refuses to be
 * told. The API's list of models does not say, so this goes by name; a model we do not know is held
 * to take all of them, and asked again without when it refuses.
 */
export function effortsOf(model: string): readonly Effort[] {
  const known = families.find(([family]) => model === family || model.startsWith(`${family}-`));
  return known === undefined ? efforts : known[1];
}

const families: readonly (readonly [string, readonly Effort[]])[] = [
  ['grok-4.20', []],
  ['grok-4.3', ['none', 'low', 'medium', 'high']],
  ['grok-build', []],
  ['grok-4.5', ['low', 'medium', 'high']],
  ['grok-4.6', ['low', 'medium', 'high']],
  ['grok-4.7', ['low', 'medium', 'high', 'xhigh']],
];
