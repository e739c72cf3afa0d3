import type { SandboxWorld } from './world.ts';

export interface PromptCommand {
  readonly name: string;
  /** What its button says. */
  readonly label: string;
  readonly help: string;
  /** What it is done to. */
  readonly group: 'credential' | 'answers' | 'platforms' | 'world';
  /** Says what it has done. */
  run(): Promise<string> | string;
}

/** Streams that a person can watch. */
export const pleasantPace = { firstChunkDelayMs: 200, chunkDelayMs: 12 };

/** What `/sandbox NAME` does to the world outside; `signIn` does what `npm run login` does. */
export function promptCommands(
  { xai, discord, telegram }: SandboxWorld,
  signIn: () => Promise<void>,
): readonly PromptCommand[] {
  return [
    {
      name: 'expire',
      label: 'Expire the token',
      group: 'credential',
      help: 'xAI refuses the access token from now on',
      run: () => {
        xai.expireAccessTokens();
        return 'The access token is no longer taken. Ask something: one refresh, then the answer.';
      },
    },
    {
      name: 'revoke',
      label: 'Revoke the sign-in',
      group: 'credential',
      help: 'xAI takes the whole sign-in back',
      run: () => {
        xai.revokeSignIn();
        xai.expireAccessTokens();
        return 'The sign-in is gone. Questions wait now; /sandbox sign-in has them answered.';
      },
    },
    {
      name: 'sign-in',
      label: 'Sign in again',
      group: 'credential',
      help: 'signs in again, as npm run login does',
      run: async () => {
        await signIn();
        return 'Signed in anew.';
      },
    },
    {
      name: 'entitlement',
      label: 'Entitlement refusal',
      group: 'answers',
      help: 'the next question meets “no active subscription”',
      run: () => {
        xai.refuse('entitlement');
        return 'The next question is refused as not covered by the subscription: told, no refresh.';
      },
    },
    {
      name: 'quota',
      label: 'Quota refusal',
      group: 'answers',
      help: 'the next question meets a used-up quota',
      run: () => {
        xai.refuse('quota');
        return 'The next question is refused for its costs: told at once, no refresh.';
      },
    },
    {
      name: 'safety',
      label: 'Safety refusal',
      group: 'answers',
      help: 'the next question is declined',
      run: () => {
        xai.refuse('safety');
        return 'The next question is declined for its content.';
      },
    },
    {
      name: 'down',
      label: '503, twice',
      group: 'answers',
      help: 'xAI answers 503 to the next two tries',
      run: () => {
        xai.refuse('unavailable', { times: 2 });
        return 'The next two tries meet a 503: the question is answered after a few seconds.';
      },
    },
    {
      name: 'limit',
      label: 'Rate limit',
      group: 'answers',
      help: 'the next question meets a rate limit',
      run: () => {
        xai.refuse('rate-limited', { headers: { 'retry-after': '2' } });
        return 'The next question meets a 429: the bridge waits, then asks again.';
      },
    },
    {
      name: 'cut',
      label: 'Cut the stream',
      group: 'answers',
      help: 'the next answer breaks off in its middle',
      run: () => {
        const fault = { kind: 'cut-stream', afterEvents: 8 } as const;
        xai.faults.inject({ match: 'POST /v1/responses', fault });
        return 'The next answer breaks off after a few words, and is asked for again.';
      },
    },
    {
      name: 'slow',
      label: 'Slow answers',
      group: 'answers',
      help: 'answers come slowly',
      run: () => {
        xai.configure({ firstChunkDelayMs: 3000, chunkDelayMs: 150 });
        return 'Answers come slowly now. Try /stop while one is written; /sandbox calm ends it.';
      },
    },
    {
      name: 'no-discord',
      label: 'Discord away',
      group: 'platforms',
      help: 'the gateway hangs up and takes nobody in, until /sandbox calm',
      run: () => {
        const fault = { kind: 'status', status: 503 } as const;
        discord.faults.inject({ match: 'GET /gateway/socket', fault, times: 1000 });
        discord.dropGateway();
        return 'Discord has hung up. Answers are still posted; /sandbox calm lets it back in.';
      },
    },
    {
      name: 'no-telegram',
      label: 'Telegram away',
      group: 'platforms',
      help: 'the Bot API answers 502 to everything, until /sandbox calm',
      run: () => {
        const fault = { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' } as const;
        telegram.faults.inject({ match: /./, fault, times: 10_000 });
        return 'Telegram answers 502. What is said there is heard after /sandbox calm.';
      },
    },
    {
      name: 'calm',
      label: 'All calm',
      group: 'world',
      help: 'ends all of this',
      run: () => {
        xai.behave();
        discord.faults.clear();
        telegram.faults.clear();
        xai.configure(pleasantPace);
        return 'Nothing is in the way any more.';
      },
    },
    {
      name: 'state',
      label: 'What xAI saw',
      group: 'world',
      help: 'what xAI has seen so far',
      run: () =>
        `Requests: ${xai.requestCount}, answered: ${xai.answeredCount}, refreshes: ${xai.refreshCalls}.`,
    },
  ];
}
