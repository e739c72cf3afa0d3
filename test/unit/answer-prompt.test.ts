import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { BridgeError, type ErrorCode } from '../../src/errors.ts';
import { type AnswerPromptParts, answerPrompts } from '../../src/roles/answer-prompt.ts';
import type { Ask } from '../../src/roles/ask-grok.ts';
import { FakeClock } from '../fake-clock.ts';

const usage = { inputTokens: 9, cachedTokens: 0, outputTokens: 5, costUsdTicks: 1234 };
const ends: readonly ErrorCode[] = ['STOPPED', 'DEADLINE_PASSED', 'GROK_DECLINED', 'GROK_QUOTA'];

describe.each(ends)('an answer that ends with %s', (code) => {
  const end = () => new BridgeError(code, 'it ended');

  it('before Grok had begun is free', async () => {
    const settlement = await settled(async () => {
      throw end();
    });
    expect(settlement.usage).toBeUndefined();
  });

  it('while Grok thought counts at what was reserved', async () => {
    const settlement = await settled(async (_, { onWork }) => {
      onWork();
      throw end();
    });
    expect(settlement.usage).toMatchObject({ outputTokens: 0, costUsdTicks: 'reserved' });
  });

  it('while text came counts at what was reserved, the output by the text', async () => {
    const settlement = await settled(async (_, { onText, onWork }) => {
      onWork();
      onText('Half an answer, ');
      throw end();
    });
    const counted = { inputTokens: 0, outputTokens: 4, costUsdTicks: 'reserved' };
    expect(settlement.usage).toMatchObject(counted);
  });

  it('after Grok had said what it took counts that', async () => {
    const settlement = await settled(async (_, { onWork }) => {
      onWork();
      onWork(usage);
      throw end();
    });
    expect(settlement.usage).toEqual(usage);
  });
});

describe('the reference that is shown', () => {
  it.each<[ErrorCode, number]>([
    ['GROK_INVALID_REQUEST', 1],
    ['DEADLINE_PASSED', 1],
    ['GROK_UNAVAILABLE', 5],
  ])('stands in the line of the log that says %s', async (code, attempt) => {
    const lines: unknown[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const refuse = async () => {
      throw new BridgeError(code, 'no');
    };
    const { reply } = await settled(refuse, { attempt, log });
    const reference = /\(Reference: ([0-9a-f]{8})\)$/.exec(reply.text)?.[1];
    expect(reference).toBeDefined();
    expect(lines).toContainEqual(expect.objectContaining({ prompt: 'c-1', reference, code }));
  });
});

describe('what came with the turn', () => {
  const kept = {
    exchanges: ['{"stored":1}'],
    summary: { v: '1' },
    settings: { model: 'grok-9', persona: 'a pirate' },
  };
  const stores = (looked: unknown[], asked: unknown[]) => ({
    ...partsWith(async ({ chosen }) => {
      asked.push(chosen);
      throw new BridgeError('STOPPED', 'enough');
    }),
    log: pino({ level: 'silent' }),
    history: {
      load: async (...given: unknown[]) => {
        looked.push(given);
        return { earlier: undefined, exchanges: [], due: undefined };
      },
    },
    settings: async (conversation: string) => {
      looked.push(conversation);
      return { model: 'grok-1' };
    },
  });
  const turn = { historyEpoch: 3, turnEpoch: 1, attempt: 1, mayAct: () => true };

  it('is not asked for again', async () => {
    const [looked, asked] = [new Array<unknown>(), new Array<unknown>()];
    const handle = answerPrompts(stores(looked, asked));
    await handle({ ...turn, prompt, kept }, new AbortController().signal);
    expect(looked).toEqual([['test-1.c', 3, kept]]);
    expect(asked).toEqual([kept.settings]);
  });

  it('is asked for where it did not', async () => {
    const [looked, asked] = [new Array<unknown>(), new Array<unknown>()];
    const handle = answerPrompts(stores(looked, asked));
    await handle({ ...turn, prompt }, new AbortController().signal);
    expect(looked).toEqual([['test-1.c', 3, undefined], 'test-1.c']);
    expect(asked).toEqual([{ model: 'grok-1' }]);
  });
});

/** What becomes of a prompt when Grok is asked in this way. */
async function settled(ask: Ask, { attempt = 1, log = pino({ level: 'silent' }) } = {}) {
  const handle = answerPrompts({ ...partsWith(ask), log });
  const settlement = await handle(
    { prompt, historyEpoch: 0, turnEpoch: 1, attempt, mayAct: () => true },
    new AbortController().signal,
  );
  if (settlement.kind !== 'settle') throw new Error(settlement.kind);
  return settlement;
}

const prompt = {
  v: 1 as const,
  id: 'c-1',
  conversation: 'test-1.c',
  account: 'test-1',
  address: 'c',
  author: { id: 'test:u1', name: 'u1' },
  text: 'Why?',
  receivedAtMs: 0,
};

function partsWith(ask: Ask): Omit<AnswerPromptParts, 'log'> {
  return {
    history: { load: async () => ({ earlier: undefined, exchanges: [], due: undefined }) },
    condenser: { begin: () => undefined },
    settings: async () => ({}),
    ask,
    blindFor: async () => undefined,
    tellOnce: async () => true,
    files: { load: async () => [], release: async () => undefined },
    closeGate: async () => undefined,
    previews: { publish: () => undefined },
    onAnswer: () => undefined,
    footer: false,
    retry: false,
    clock: new FakeClock(),
  };
}
