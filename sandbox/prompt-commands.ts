import type { SandboxWorld } from './world.ts';

export interface PromptCommand {
  readonly name: string;
  readonly help: string;
  /** Says what it has done. */
  run(): Promise<string> | string;
}

/** Streams that a person can watch. */
export const pleasantPace = { firstChunkDelayMs: 200, chunkDelayMs: 12 };

/** What `/sandbox NAME` does to the world outside; `signIn` does what `npm run login` does. */
export function promptCommands(
  { xai }: SandboxWorld,
  signIn: () => Promise<void>,
): readonly PromptCommand[] {
  return [
    {
      name: 'expire',
      help: 'xAI refuses the access token from now on',
      run: () => {
        xai.expireAccessTokens();
        return 'The access token is no longer taken. Ask something: one refresh, then the answer.';
      },
    },
    {
      name: 'revoke',
      help: 'xAI takes the whole sign-in back',
      run: () => {
        xai.revokeSignIn();
        xai.expireAccessTokens();
        return 'The sign-in is gone. Questions wait now; /sandbox sign-in has them answered.';
      },
    },
    {
      name: 'sign-in',
      help: 'signs in again, as npm run login does',
      run: async () => {
        await signIn();
        return 'Signed in anew.';
      },
    },
    {
      name: 'entitlement',
      help: 'the next question meets “no active subscription”',
      run: () => {
        xai.refuse('entitlement');
        return 'The next question is refused as not covered by the subscription: told, no refresh.';
      },
    },
    {
      name: 'quota',
      help: 'the next question meets a used-up quota',
      run: () => {
        xai.refuse('quota');
        return 'The next question is refused for its costs: told at once, no refresh.';
      },
    },
    {
      name: 'safety',
      help: 'the next question is declined',
      run: () => {
        xai.refuse('safety');
        return 'The next question is declined for its content.';
      },
    },
    {
      name: 'down',
      help: 'xAI answers 503 to the next two tries',
      run: () => {
        xai.refuse('unavailable', { times: 2 });
        return 'The next two tries meet a 503: the question is answered after a few seconds.';
      },
    },
    {
      name: 'slow',
      help: 'answers come slowly',
      run: () => {
        xai.configure({ firstChunkDelayMs: 3000, chunkDelayMs: 150 });
        return 'Answers come slowly now. Try /stop while one is written; /sandbox calm ends it.';
      },
    },
    {
      name: 'calm',
      help: 'ends all of this',
      run: () => {
        xai.behave();
        xai.configure(pleasantPace);
        return 'Nothing is in the way any more.';
      },
    },
    {
      name: 'state',
      help: 'what xAI has seen so far',
      run: () =>
        `Requests: ${xai.requestCount}, answered: ${xai.answeredCount}, refreshes: ${xai.refreshCalls}.`,
    },
  ];
}
