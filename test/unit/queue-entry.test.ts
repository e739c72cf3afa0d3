import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Prompt, promptSchema } from '../../src/prompt.ts';
import { parsePromptEntry, parseReplyEntry, replyEntry, word } from '../../src/queue/entry.ts';
import type { Reply } from '../../src/reply.ts';

const prompt: Prompt = {
  v: 1,
  id: 'tg-1-2',
  conversation: 'tg-1.5',
  account: 'tg-1',
  address: '5',
  author: { id: 'telegram:7', name: 'a' },
  text: 'line\nline',
  receivedAtMs: 1,
};
const reply: Reply = {
  v: 1,
  id: 'tg-1-2',
  anchor: 'tg-1-2',
  conversation: 'tg-1.5',
  account: 'tg-1',
  address: '5',
  kind: 'words',
  final: true,
  text: 'x',
  receivedAtMs: 1,
};

describe('an entry of a list', () => {
  it('gives back the prompt and the epoch it was admitted under', () => {
    const raw = `tg-1-2 4 1 ${JSON.stringify(prompt)}`;
    expect(parsePromptEntry(raw)).toEqual({ kind: 'whole', prompt, historyEpoch: 4 });
  });

  it('gives back any reply, whatever its ids and its text hold', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (id, text) => {
        const any = { ...reply, id, anchor: id, text };
        expect(parseReplyEntry(replyEntry(any, 5))).toEqual({ kind: 'whole', reply: any });
      }),
    );
  });

  it('carries its trace, and is whole without one or with one that is none', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const raw = (value: unknown) => `tg-1-2 4 1 ${JSON.stringify({ ...prompt, trace: value })}`;
    expect(parsePromptEntry(raw(trace))).toMatchObject({ kind: 'whole', prompt: { trace } });
    for (const other of ['', 'x'.repeat(55), 7, null, {}]) {
      const entry = parsePromptEntry(raw(other));
      expect(entry.kind === 'whole' && entry.prompt.trace).toBe(undefined);
    }
    // As a worker of an earlier version reads it, which knows of no trace.
    const earlier = promptSchema.omit({ trace: true }).parse({ ...prompt, trace });
    expect(earlier).toEqual(prompt);
  });

  it('of a newer version is told from a broken one', () => {
    const newer = `tg-1-2 4 1 ${JSON.stringify({ v: 2, other: 'shape' })}`;
    expect(parsePromptEntry(newer)).toEqual({ kind: 'newer', word: 'tg-1-2', v: 2 });
    const broken = `tg-1-2 4 1 ${JSON.stringify({ ...prompt, text: 7 })}`;
    expect(parsePromptEntry(broken)).toEqual({
      kind: 'broken',
      word: 'tg-1-2',
      why: 'text: invalid_type',
    });
  });

  it('never makes the reader throw, and never quotes what it holds', () => {
    fc.assert(
      fc.property(fc.string(), (raw) => {
        expect(parsePromptEntry(raw).kind).toBe('broken');
        expect(parseReplyEntry(raw).kind).toBe('broken');
      }),
    );
  });

  it('has an id without white space, and the platforms’ ids as they are', () => {
    fc.assert(fc.property(fc.string(), (id) => !/\s/u.test(word(id))));
    expect(word('dc-i-123')).toBe('dc-i-123');
  });
});
