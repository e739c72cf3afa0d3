import type { Turn } from './answerer.ts';
import type { Caller } from './bearer.ts';
import { effortNotSupported, promptTooLong, unknownModel, type CannedAnswer } from './bodies.ts';
import type { Asked, Reading } from './dialect.ts';
import { findModel, type Model } from './models.ts';
import type { Refusal, Refusals } from './refusals.ts';
import type { Settings } from './settings.ts';
import { tokensOf } from './usage.ts';

export type Admission =
  | { kind: 'refused'; refusal: string; answer: CannedAnswer & { status: number } }
  | Admitted;

export interface Admitted {
  kind: 'admitted';
  asked: Asked;
  model: Model;
  /** The name of the sign-in or the API key. */
  asker: string;
  teamId: string;
  promptTokens: number;
  /** The newest turn of the user. */
  question: string;
  /** A refusal that was ordered to come inside the stream. */
  interruption: Refusal | undefined;
}

/** Whether a request is answered. In xAI's order: who, what, which model, may they, how long. */
export function admit(
  caller: Caller,
  reading: Reading,
  { refusals, settings }: { refusals: Refusals; settings: Settings },
): Admission {
  if (caller.kind === 'refused') return refused(caller.refusal, caller.answer);
  if (reading.kind === 'refused') return refused('invalid-request', reading.answer);
  const { asked } = reading;
  const { name: asker, teamId } = caller;
  const model = findModel(asked.model);
  if (model === undefined) return refused('model-unavailable', unknownModel(asked.model, teamId));
  if (asked.effort !== undefined && !model.thinks) {
    return refused('invalid-request', effortNotSupported(model.id));
  }
  const question = asked.turns.findLast(({ role }) => role === 'user')?.text ?? '';
  const refusal = refusals.take(asker, model.id, question);
  if (refusal !== undefined && (refusal.answer.status !== null || !asked.stream)) {
    return refused(refusal.kind, refusal.answer);
  }
  const promptTokens = tokensOf(charactersOf(asked.turns));
  const limit = settings.maxPromptTokens ?? model.contextTokens;
  if (promptTokens > limit) return refused('context-too-long', promptTooLong(limit, promptTokens));
  return {
    kind: 'admitted',
    asked,
    model,
    asker,
    teamId,
    promptTokens,
    question,
    interruption: refusal,
  };
}

function refused(refusal: string, answer: CannedAnswer): Admission {
  return { kind: 'refused', refusal, answer: { ...answer, status: answer.status ?? 200 } };
}

function charactersOf(turns: readonly Turn[]): number {
  return turns.reduce((sum, { text }) => sum + text.length, 0);
}
