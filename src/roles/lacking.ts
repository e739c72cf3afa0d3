import type { ConversationSettings } from '../conversation-settings.ts';
import type { Answer } from '../grok/attempt.ts';
import { effortsOf } from '../grok/efforts.ts';
import type { Extra } from '../grok/extras.ts';
import type { Model } from '../grok/models.ts';
import type { Prompt } from '../prompt.ts';
import type { TellOnce } from '../queue/told-once.ts';
import type { Words } from '../words.ts';

/** A model that takes no pictures, and those that do. */
export interface Blind {
  readonly model: string;
  /** As the words about it take them. */
  readonly seeing: string;
}

/** Who would answer, if it is known to take no pictures. */
export type BlindFor = (chosen: ConversationSettings) => Promise<Blind | undefined>;

/** By the list of models; what that does not tell, xAI does when it is asked. */
export function blindModels(
  list: { read(): Promise<readonly Model[]> },
  standard: string,
): BlindFor {
  return async ({ model = standard }) => {
    const models = await list.read();
    const known = models.find(({ id, aliases }) => id === model || aliases.includes(model));
    if (known?.inputs === undefined || known.inputs.includes('image')) return undefined;
    const seeing = models.filter(({ inputs }) => inputs?.includes('image') === true);
    return { model, seeing: seeing.map(({ id }) => `\`${id}\``).join(', ') };
  };
}

/**
 * What is to be known of an answer: what was not looked at, and what it does without although it was
 * wanted. What this very message has asked for is said
 * each time; what holds for the conversation is said once in it for each model.
 */
export async function lackingNotes(
  { prompt, historyEpoch }: { readonly prompt: Prompt; readonly historyEpoch: number },
  { model, without = [] }: Pick<Answer, 'model' | 'without'>,
  words: Words,
  tellOnce: TellOnce,
): Promise<readonly string[]> {
  const drawnWithout = prompt.imagine === true && hasPictures(prompt);
  const notes = [...(prompt.notes ?? []), ...(drawnWithout ? [words.picturesNotDrawn] : [])];
  for (const extra of without) {
    const isOfMessage = extra === 'search' && prompt.search === true;
    const what = `without-${extra}:${prompt.conversation}:${historyEpoch}:${model}`;
    if (isOfMessage || (await tellOnce(what, prompt.id))) notes.push(noteOf(extra, model, words));
  }
  return notes;
}

/** Whether pictures came with a prompt. */
export function hasPictures({ files = [] }: Pick<Prompt, 'files'>): boolean {
  return files.some(({ kind }) => kind === 'image');
}

function effortWords(efforts: readonly string[], model: string, words: Words): string {
  const list = efforts.map((effort) => `\`${effort}\``).join(', ');
  return list === '' ? words.effortLacking(model) : words.effortUnknown(model, list);
}

function noteOf(extra: Extra, model: string, words: Words): string {
  switch (extra) {
    case 'effort':
      return effortWords(effortsOf(model), model, words);
    case 'search':
      return words.searchLacking(model);
  }
}
