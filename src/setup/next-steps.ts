import type { GrokAnswer } from './ask-grok.ts';

/** Where the bridge will run: as a process here, or in containers. */
export type Place = 'here' | 'compose';

export interface SetupOutcome {
  readonly place: Place;
  readonly answer: Pick<GrokAnswer, 'kind'>;
  readonly hasPlatform: boolean;
  readonly needsOwner: boolean;
}

/** What the person does after setup, a line for each step. */
export function nextSteps({ place, answer, hasPlatform, needsOwner }: SetupOutcome): string[] {
  if (!hasPlatform) {
    return [
      'No platform is connected yet: run npm run setup again with a token of Discord or Telegram.',
      'Until then: ADAPTERS=terminal npm start lets you talk at this terminal.',
    ];
  }
  const isHere = place === 'here';
  const steps = [isHere ? 'Start it: npm start' : 'Start it: docker compose up -d --build'];
  if (answer.kind === 'sign-in-later') {
    steps.push('Sign in to Grok: docker compose run --rm worker login');
  }
  if (answer.kind === 'none') {
    steps.push(
      'Until Grok is connected, questions wait: run npm run setup again, or set XAI_API_KEY.',
    );
  }
  if (needsOwner) {
    const where = isHere ? 'The log' : 'docker compose logs bridge';
    steps.push(
      `${where} shows a claimCode: send it to the bot in a private chat, and you are its owner.`,
    );
  }
  steps.push(
    'Open the links above to let the bot in, then write to it; /help says what it can do.',
  );
  return steps.map((step, index) => `${index + 1}. ${step}`);
}
