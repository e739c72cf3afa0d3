import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { en } from '../../src/words/en.ts';
import bodies from '../fixtures/xai-bodies.json' with { type: 'json' };
import { answers, type Chatter, discordDm, telegramPrivate } from '../people.ts';
import { metric, Stage, unlimited } from '../stage.ts';

const bodySchema = z.object({
  class: z.string(),
  endpoint: z.string(),
  status: z.number().nullable(),
  body: z.string(),
});

const corpus = z.array(bodySchema).parse(bodies);

/** All bodies of a class that answer a question; a stream says as an error what is no JSON. */
function of(kind: string): z.infer<typeof bodySchema>[] {
  return corpus
    .filter((one) => one.class === kind && one.endpoint === 'inference')
    .map((one) =>
      one.status !== null || one.body.startsWith('{')
        ? one
        : Object.assign(one, { body: JSON.stringify({ type: 'error', message: one.body }) }),
    );
}

let stage: Stage;
let asked = 0;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  await stage.up();
});

afterAll(async () => {
  // No refusal of this file is a reason to refresh, nor is any said to be an answer.
  const { xai } = stage.world;
  await stage[Symbol.asyncDispose]();
  expect(xai.refreshCalls).toBe(0);
});

describe('a refusal that has nothing to do with the token is told in its own words', () => {
  it('a request that Grok declines', async () => {
    await told('safety', (text) => text === en.declined);
  });

  it('a request that is held to be malformed', async () => {
    await told('invalid-request', isFailed);
  });

  it('a model that is not there', async () => {
    await told('model-unavailable', isFailed);
  });

  it('a 403 without any evidence', async () => {
    await told('forbidden', isFailed);
  });

  it('a question that is too long by itself', async () => {
    await told('context-too-long', (text) => text === en.contextTooLong);
  });

  it('a model that the account may not use', async () => {
    await told('entitlement', (text) => text === en.entitlement);
  });
});

describe('the reference that is shown of a refusal', () => {
  it('finds the line of the log that tells why, with the id that all the others carry', async () => {
    const [daemon] = stage.daemons.slice(-1);
    if (daemon === undefined) throw new Error('nothing runs');
    const question = newQuestion('invalid-request');
    stage.world.xai.refuse('invalid-request', { input: question });
    const chatter = discordDm(stage.world, 'Rita');
    chatter.say(question);
    const shown = await chatter.until((texts) => texts.find(isFailed));
    const reference = /\(Reference: (\w+)\)/.exec(shown)?.[1];
    const line = await daemon.logged('prompt ended without an answer', {
      holds: (one) => one['reference'] === reference,
    });
    expect(line).toMatchObject({ code: 'GROK_INVALID_REQUEST', prompt: expect.any(String) });
    const about = daemon.lines.filter(({ prompt }) => prompt === line['prompt']);
    expect(about.map(({ msg }) => msg)).toContain('message taken');
  });
});

describe('a refusal that can be mended is mended, and the question answered', () => {
  it('trouble at xAI: tried again', async () => {
    await answered('transient', 1);
  });

  it('a rate limit: waited out as long as it says', async () => {
    // In a stream there is no header to say so.
    const cases = of('rate-limited').filter(({ status }) => status !== null);
    await answered('rate-limited', 1, { headers: { 'retry-after': '1' }, cases });
  });

  it('reasoning that cannot be read any more: sent once more', async () => {
    await answered('stale-reasoning', 1);
  });

  it('a request that came without its token: sent once more', async () => {
    await answered('no-credentials', 1);
  });

  it('too long with its history: half of that is left out', async () => {
    const chatter = discordDm(stage.world, 'Hilda');
    for (const question of ['One?', 'Two?', 'Three?', 'Four?']) await chatter.ask(question);
    stage.world.xai.refuse('context-too-long', { input: 'Five?' });
    expect(await chatter.ask('Five?')).toContain('This is turn 3. Before that you said: “Four?”');
  });
});

describe('a refusal that comes again', () => {
  it('is told: reasoning that cannot be read, a request without its token', async () => {
    const ended = await Promise.all(
      (['stale-reasoning', 'no-credentials'] as const).map(async (kind) => {
        const question = newQuestion(kind);
        stage.world.xai.refuse(kind, { input: question, times: 4 });
        const chatter = telegramPrivate(stage.world, kind);
        chatter.say(question);
        return chatter.until((shown) => shown.find(isFailed));
      }),
    );
    expect(ended).toHaveLength(2);
  });
});

describe('an account without quota', () => {
  it('is told at once, and the author of another question waits no longer than its bench', async () => {
    await told('quota', (text) => text === en.quota);
    // A new sign-in is not held to what the old account had used up.
    const late = telegramPrivate(stage.world, 'late');
    late.say('Is anybody there?');
    await late.until((shown) => shown.includes(en.waitingForSignIn));
    await stage.signIn();
    await late.until((shown) => shown.find((text) => answers(text, 'Is anybody there?')));
  });
});

/** Every body of a class ends its question with such words, and with nothing before them. */
async function told(kind: string, holds: (text: string) => boolean): Promise<void> {
  const endings = await refuseAll(kind, 1, {}, (shown) => shown.find(holds));
  const strange = endings.flatMap(({ chatter }) =>
    chatter.everShown().filter((text) => !holds(text) && !isOfAnAnswer(text)),
  );
  expect(strange).toEqual([]);
  expect(endings.filter(({ chatter }) => chatter.shown().length !== 1)).toEqual([]);
}

/** Every body of a class, that many times, leads to the answer all the same. */
async function answered(kind: string, times: number, how: Refusing = {}): Promise<void> {
  const endings = await refuseAll(kind, times, how, (shown, question) =>
    shown.find((text) => answers(text, question)),
  );
  const strange = endings.flatMap(({ chatter }) =>
    chatter.everShown().filter((text) => text !== en.stillWaiting && !isOfAnAnswer(text)),
  );
  expect(strange).toEqual([]);
}

interface Refusing {
  readonly headers?: Record<string, string>;
  readonly cases?: ReturnType<typeof of>;
}

interface Ending {
  readonly chatter: Chatter;
  readonly question: string;
}

/** Asks one question for each body of the class, all of them under way at once. */
async function refuseAll(
  kind: string,
  times: number,
  { headers = {}, cases = of(kind) }: Refusing,
  ended: (shown: readonly string[], question: string) => string | undefined,
): Promise<Ending[]> {
  const { world } = stage;
  const [daemon] = stage.daemons.slice(-1);
  if (daemon === undefined) throw new Error('nothing runs');
  const before = await metric(daemon, 'grok_bridge_api_failures_total', `class="${kind}"`);
  expect(cases.length).toBeGreaterThan(0);
  // Refused together, so that what follows from one does not keep the others from being sent.
  const hang = { kind: 'hang', ms: 300 } as const;
  world.xai.faults.inject({ match: 'POST /v1/responses', fault: hang, times: cases.length });
  const endings = await Promise.all(
    cases.map(async ({ status, body }, at) => {
      const question = newQuestion(kind);
      world.xai.respondWith({ status, body, headers }, { input: question, times, afterEvents: 0 });
      const name = `${kind} ${at}`;
      const chatter = at % 2 === 0 ? telegramPrivate(world, name) : discordDm(world, name);
      chatter.say(question);
      await chatter.until((shown) => ended(shown, question));
      return { chatter, question };
    }),
  );
  const failures = await metric(daemon, 'grok_bridge_api_failures_total', `class="${kind}"`);
  expect(failures - before).toBe(cases.length * times);
  return endings;
}

function newQuestion(kind: string): string {
  asked += 1;
  return `Question ${asked} about ${kind}?`;
}

function isFailed(text: string): boolean {
  return /^Something went wrong on my side\. Please try again\. \(Reference: [0-9a-f]{8}\)$/.test(
    text,
  );
}

/** The placeholder, or the stand-in's words as far as they had come. */
function isOfAnAnswer(text: string): boolean {
  return text === '…' || text.startsWith('You said: “');
}
