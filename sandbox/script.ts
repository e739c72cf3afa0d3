import { type Players, unfinished } from './players.ts';
import type { SandboxWorld } from './world.ts';

/** What happened in one scene, for a person to read. */
export interface Scene {
  readonly title: string;
  readonly problem: string | undefined;
  readonly tookMs: number;
}

type Act = () => Promise<void>;

/**
 * Plays once through what the bridge is for: a question on each platform, a token that xAI takes
 * back, the next questions answered after one refresh, a refusal that is no reason to refresh, and
 * a long answer. Tells of each scene as it ends, and at last whether all went well; `left` once the
 * signal aborts, whatever is still waited for.
 */
export async function playScript(
  world: SandboxWorld,
  players: Players,
  tell: (scene: Scene) => void,
  signal: AbortSignal,
): Promise<'well' | 'badly' | 'left'> {
  const { promise: left, resolve: leave } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => leave(undefined), { once: true });
  let went: 'well' | 'badly' = 'well';
  for (const [title, act] of scenes(world, players)) {
    if (signal.aborted) return 'left';
    const beganAtMs = performance.now();
    const problem = await Promise.race([problemOf(act), left]);
    if (signal.aborted) return 'left';
    if (problem !== undefined) went = 'badly';
    tell({ title, problem, tookMs: Math.round(performance.now() - beganAtMs) });
  }
  return went;
}

function scenes(world: SandboxWorld, players: Players): (readonly [string, Act])[] {
  const { xai } = world;
  const { discord, telegram, terminal } = players;
  let refreshesBefore = 0;
  return [
    [
      'Discord: a mention in a server is answered',
      async () => said(await discord.mention('What is a bridge?'), 'What is a bridge?'),
    ],
    [
      'Telegram: a private question is answered',
      async () => said(await telegram.ask('What is a queue?'), 'What is a queue?'),
    ],
    [
      'Terminal: a question is answered',
      async () => said(await terminal.ask('What is a lease?'), 'What is a lease?'),
    ],
    [
      'xAI takes all access tokens back',
      async () => {
        refreshesBefore = xai.refreshCalls;
        xai.expireAccessTokens();
        await Promise.resolve();
      },
    ],
    [
      'Telegram: the next question is answered all the same, after one refresh',
      async () => {
        said(await telegram.ask('Are you still there?'), 'Are you still there?');
        refreshed(xai.refreshCalls - refreshesBefore, 1);
      },
    ],
    [
      'Discord: /ask is answered with the new token, without another refresh',
      async () => {
        said(await discord.slash('And you?'), 'And you?');
        refreshed(xai.refreshCalls - refreshesBefore, 1);
      },
    ],
    [
      'An entitlement refusal, with the same first sentence, is told and refreshes nothing',
      async () => {
        xai.refuse('entitlement');
        const [words = ''] = await discord.direct('May I use this model?');
        if (words.includes('May I use this model?')) throw new Error('it was answered');
        if (!words.includes('may not use this model')) throw new Error(`it was told “${words}”`);
        refreshed(xai.refreshCalls - refreshesBefore, 1);
      },
    ],
    [
      'Telegram: a long answer comes whole, in several messages',
      async () => long(await telegram.ask('Give me a long answer.', toTheEnd), 4096),
    ],
    [
      'Discord: a long answer comes whole, in several messages',
      async () => long(await discord.direct('Give me a long answer.', toTheEnd), 2000),
    ],
  ];
}

/** The last words of the stand-in's long answer. */
function toTheEnd(messages: readonly string[]): boolean {
  return messages.at(-1)?.includes('nothing was cut off') === true;
}

async function problemOf(act: Act): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function said(messages: readonly string[], question: string): void {
  if (messages.length !== 1) throw new Error(`there are ${messages.length} messages, not one`);
  if (messages[0]?.includes(question) !== true) throw new Error(`the answer is “${messages[0]}”`);
}

function long(messages: readonly string[], maxChars: number): void {
  if (messages.length < 2) throw new Error('it came in one message');
  if (messages.some((text) => text.length > maxChars)) throw new Error('a message is too long');
  if (messages.some(unfinished)) throw new Error('a message is unfinished');
}

function refreshed(count: number, wanted: number): void {
  if (count !== wanted) throw new Error(`there were ${count} refreshes, not ${wanted}`);
}
