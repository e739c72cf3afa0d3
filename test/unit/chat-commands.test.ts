import { setImmediate as turn } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Admission } from '../../src/chat/admit.ts';
import type { AdmissionOptions } from '../../src/chat/admit.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { maxExportChars } from '../../src/chat/report-commands.ts';
import { maxPersonaChars } from '../../src/chat/setting-commands.ts';
import { wordsFor } from '../../src/words.ts';
import { ChatDesk, incoming } from './chat-desk.ts';

const en = wordsFor('en');
const { signal } = new AbortController();
const owner = { author: { id: 'memory:boss', name: 'Boss' } };

let given: ChatDesk;

beforeEach(() => {
  given = new ChatDesk();
});

function admission(more: Partial<AdmissionOptions> = {}): Admission {
  return given.admission({ owners: ['memory:boss'] }, more);
}

/** Says it and returns what is said to it. */
async function say(text: string, more: Partial<Incoming> = {}): Promise<string | undefined> {
  const before = given.prompts.replies.length;
  await admission().receive(incoming(text, more), signal);
  return given.prompts.replies[before]?.text;
}

const exported = () =>
  Buffer.from(given.prompts.replies.at(-1)?.file?.base64 ?? '', 'base64').toString();

describe('/retry and /undo', () => {
  it('ask the last prompt again, or say that there is none', async () => {
    expect(await say('/retry')).toBe(en.nothingToRetry);
    const place = { conversation: 'memory-1.chat-1', account: 'memory-1', address: 'there' };
    const author = { id: 'memory:ann', name: 'Ann' };
    given.conversations.last = { v: 1, id: 'x', ...place, author, text: 'Why?', receivedAtMs: 1 };
    const message = incoming('/retry');
    expect(await admission().receive(message, signal)).toBe('queued');
    expect(given.prompts.prompts[0]).toMatchObject({
      id: message.id,
      text: 'Why?',
      address: 'here',
    });
    given.prompts.unfair = { kind: 'too-fast', of: 'person', afterMs: 1 };
    expect(await say('/retry')).toBe(en.tooFast('person', 1));
  });

  it('take back the newest exchange, of which the beginning is named without its markup', async () => {
    expect(await say('/undo')).toBe(en.nothingToUndo);
    const prompt = `*Why* @everyone ${'x'.repeat(200)}`;
    given.conversations.spoken = [{ prompt, answer: 'a', author: '', atMs: 1 }];
    expect(await say('/undo')).toMatch(/“Why everyone x{60,}…”/);
    expect(given.conversations.spoken).toEqual([]);
  });
});

describe('/search and /imagine', () => {
  it('ask with the demand to look it up, or to draw it, and want to know what', async () => {
    expect(await say('/search')).toBe(en.emptyPrompt);
    await say('/search Who won?');
    expect(given.prompts.prompts[0]).toMatchObject({ text: 'Who won?', search: true });
    await say('/imagine A cat');
    expect(given.prompts.prompts[1]).toMatchObject({ text: 'A cat', imagine: true });
    await say('Who?');
  });
});

describe('/model', () => {
  const list = '`grok-4.3`, `grok-4.7`, `grok-4.20`';

  it('shows, chooses by any of its names, and goes back to the standard', async () => {
    expect(await say('/model')).toBe(en.modelNow('grok-4.3', list));
    expect(await say('/model Grok-Latest')).toBe(en.modelSet('grok-4.7'));
    expect(await say('/model')).toBe(en.modelNow('grok-4.7', list));
    expect(await say('/model default')).toBe(en.modelSet('grok-4.3'));
    expect(given.conversations.chosen).toEqual({});
  });

  it('knows those that there are, and no others; while it knows none, it takes what could be one', async () => {
    expect(await say('/model grok-2 `x`')).toBe(en.modelUnknown('grok-2 x', list));
    expect(given.conversations.chosen).toEqual({});
    given.insight.known = [];
    expect(await say('/model grok-2')).toBe(en.modelSet('grok-2'));
    expect(await say('/model no model')).toBe(en.modelUnknown('no model', ''));
  });

  it('tells of an effort that the new model cannot be told', async () => {
    given.conversations.chosen = { effort: 'high' };
    const words = `${en.modelSet('grok-4.20')}\n${en.effortLacking('grok-4.20')}`;
    expect(await say('/model grok-4.20')).toBe(words);
  });
});

describe('/effort', () => {
  it('shows, chooses what the model takes, and goes back to the standard', async () => {
    const list = '`low`, `high`';
    expect(await say('/effort')).toBe(en.effortNow('grok-4.3', undefined, list));
    expect(await say('/effort HIGH')).toBe(en.effortSet('high'));
    expect(await say('/effort')).toBe(en.effortNow('grok-4.3', 'high', list));
    expect(await say('/effort none')).toBe(en.effortUnknown('grok-4.3', list));
    expect(await say('/effort default')).toBe(en.effortStandard);
    expect(given.conversations.chosen).toEqual({});
  });

  it('is refused politely where the model lacks it', async () => {
    given.conversations.chosen = { model: 'grok-4.20' };
    expect(await say('/effort')).toBe(en.effortLacking('grok-4.20'));
    expect(await say('/effort high')).toBe(en.effortLacking('grok-4.20'));
  });
});

describe('/persona', () => {
  it('shows, takes and ends one, of a bounded length', async () => {
    expect(await say('/persona')).toBe(en.personaNone);
    expect(await say('/persona A pirate.\nArr!')).toBe(en.personaSet);
    expect(await say('/persona')).toBe(en.personaNow('A pirate.\nArr!'));
    const long = `/persona ${'x'.repeat(maxPersonaChars + 1)}`;
    expect(await say(long)).toBe(en.personaTooLong(maxPersonaChars));
    expect(await say('/persona off')).toBe(en.personaOff);
    expect(given.conversations.chosen).toEqual({});
  });
});

describe('what is used, kept and going on', () => {
  it('/usage is one’s own, and the chat’s where that has a budget; owners see everybody’s too', async () => {
    const own = en.usage(1, '1,234', '$0.0125');
    expect(await say('/usage')).toBe(own);
    expect(await say('/usage', owner)).toBe(`${own}\n${en.usageOfAll(5, '1,234', '$2.00')}`);
    const chat = en.usageOfChat(1, '1,234', en.ofBudget('$0.0125', '$5.00'));
    expect(await say('/usage', { isPrivate: false })).toBe(`${own}\n${chat}`);
  });

  it('/status is a short word; owners see the queue, the version and the accounts', async () => {
    expect(await say('/status')).toBe(en.statusFine);
    given.insight.serves = false;
    expect(await say('/status')).toBe(en.statusWaiting);
    const account = { name: 'main', kind: 'oauth', state: 'expired', why: null } as const;
    given.insight.members = [{ ...account, remainingMs: 120_000 }];
    const told = await say('/status', owner);
    expect(told).toContain(en.statusFacts('1.2.3', 2));
    expect(told).toContain(`- ${en.account('main', 'oauth', en.accountStates.expired, 2, '')}`);
  });

  it('/accounts lists them, says that there is none, or that it cannot look', async () => {
    expect(await say('/accounts', owner)).toBe(en.accountsNone);
    given.insight.members = [
      { name: 'api-key', kind: 'key', state: 'active', why: null, remainingMs: null },
    ];
    expect(await say('/accounts', owner)).toBe('- **api-key** (API key): active');
    given.insight.members = undefined;
    expect(await say('/accounts', owner)).toBe(en.accountsAway);
  });

  it('/limits names each, and where there is none', async () => {
    const told = await say('/limits', owner);
    expect(told).toContain(`${en.limits.requestsPerMinute}: 10`);
    expect(told).toContain(`${en.limits.budgetPerDay}: ${en.limits.none}`);
    expect(told).toContain(`${en.limits.budgetPerDayChat}: 5`);
  });

  it('/privacy says what is kept; /privacy delete deletes it', async () => {
    expect(await say('/privacy')).toBe(en.privacy(0, false, 30));
    expect(given.conversations.forgotten).toEqual([]);
    expect(await say('/privacy delete')).toBe(en.privacyForgotten);
    expect(given.conversations.forgotten).toEqual(['memory-1.chat-1 memory:ann']);
  });

  it('/export gives all of it as a file; of what is too long the oldest is left out, and it says so', async () => {
    expect(await say('/export')).toBe(en.exportNothing);
    const atMs = Date.UTC(2026, 10, 23, 15, 4);
    given.conversations.spoken = [
      { prompt: 'One?', answer: '**I**', author: '', atMs },
      { prompt: 'Two?', answer: 'II', author: 'Ann', atMs },
    ];
    expect(await say('/export')).toBe(en.exportDone);
    expect(exported()).toBe(
      [
        `# ${en.exportHeading}`,
        `**${en.exportAsked}** (2026-11-23 15:04 UTC)`,
        'One?',
        '**Grok**',
        '**I**',
        '**Ann** (2026-11-23 15:04 UTC)',
        'Two?',
        '**Grok**',
        'II',
      ].join('\n\n'),
    );
    const long = { prompt: 'Three?', answer: 'x'.repeat(maxExportChars), author: '', atMs };
    given.conversations.spoken = [...given.conversations.spoken, long];
    expect(await say('/export')).toBe(`${en.exportDone} ${en.exportOmitted(2)}`);
    expect(exported()).toMatch(/^(?![^]*One\?)[^]*Three\?/);
  });
});

describe('what only owners may do', () => {
  it.each(['/allow X', '/deny X', '/limits', '/accounts', '/login'])(
    '%s is refused politely to others',
    async (text) => {
      expect(await say(text)).toBe(en.ownersOnly);
    },
  );

  it('/help tells owners of it', async () => {
    expect(await say('/help')).toBe(en.help);
    expect(await say('/help', owner)).toContain(en.helpForOwners);
  });

  it('/deny shuts a person out until /allow, by their id; an owner cannot be', async () => {
    expect(await say('/deny somebody', owner)).toBe(en.denyUnknown);
    expect(await say('/deny memory:ann', owner)).toBe(en.denied('memory:ann'));
    expect(await admission().receive(incoming('Hello?'), signal)).toBe('ignored');
    expect(await say('/allow memory:ann', owner)).toBe(en.pairingApproved);
    expect(await admission().receive(incoming('Hello?'), signal)).toBe('queued');
    expect(await say('/deny memory:boss', owner)).toBe(en.denied('memory:boss'));
    expect(await say('/status', owner)).toContain(en.statusFine);
  });

  it('/login hands out the link in private, once, and tells the end', async () => {
    expect(await say('/login', { ...owner, isPrivate: false })).toBe(en.loginPrivately);
    const message = incoming('/login', owner);
    expect(await admission().receive(message, signal)).toBe('replied');
    expect(await admission().receive(message, signal)).toBe('known');
    expect(given.signIn.signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    given.signIn.end.resolve();
    await turn();
    const link = en.loginLink('https://accounts.x.ai/device', 'ABCD-1234');
    expect(given.prompts.replies.slice(1).map(({ text }) => text)).toEqual([link, en.loginDone]);
  });

  it('/login tells what went wrong, at its beginning and later', async () => {
    given.signIn.fails = true;
    expect(await say('/login', owner)).toBe(en.loginFailed('OAUTH_UNREACHABLE'));
    given.signIn.fails = false;
    await say('/login', owner);
    given.signIn.end.reject(new Error('denied'));
    await turn();
    expect(given.prompts.replies.at(-1)?.text).toBe(en.loginFailed('unexpected'));
  });
});

describe('the conversations of a group', () => {
  const group = { isPrivate: false };

  it('are one for all, or, where that is set, one for each; private ones stay', async () => {
    await admission({ groups: 'shared' }).receive(incoming('Hi', group), signal);
    const desk = admission({ groups: 'per-user' });
    await desk.receive(incoming('Hi', group), signal);
    await desk.receive(incoming('Hi', { ...group, ...owner }), signal);
    await desk.receive(incoming('Hi'), signal);
    const found = given.prompts.prompts.map(({ conversation, isShared }) => [
      conversation,
      isShared,
    ]);
    expect(found).toEqual([
      ['memory-1.chat-1', true],
      ['memory-1.chat-1.memory-ann', undefined],
      ['memory-1.chat-1.memory-boss', undefined],
      ['memory-1.chat-1', undefined],
    ]);
  });
});
