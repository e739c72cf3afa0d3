import { beforeEach, describe, expect, it } from 'vitest';

import type { Admission } from '../../src/chat/admit.ts';
import { wordsFor } from '../../src/words.ts';
import { ChatDesk, incoming } from './chat-desk.ts';

const en = wordsFor('en');
const { signal } = new AbortController();
const owner = { author: { id: 'memory:boss', name: 'Boss' }, conversation: 'boss', address: 'b' };

let given: ChatDesk;
let desk: Admission;

beforeEach(async () => {
  given = new ChatDesk();
  desk = given.admission({ mode: 'pairing', claimCode: 'CLAIM123' });
  await desk.receive(incoming('claim123', owner), signal);
});

const saidWords = () => given.prompts.replies.map(({ text }) => text);

describe('letting somebody in', () => {
  it('tells who has asked, where they asked and in their language, that they are let in, once', async () => {
    const li = { id: 'memory:li', name: 'Li', locale: 'zh-CN' };
    const asking = { author: li, conversation: 'li', address: 'at li' };
    await desk.receive(incoming('/ask 你好', asking), signal);
    const allow = incoming('/allow CODE1', owner);
    await desk.receive(allow, signal);
    const told = { text: wordsFor('zh').letIn, conversation: 'memory-1.li', address: 'at li' };
    expect(await given.store.askedFrom('memory:li', given.clock.now())).toEqual({
      person: 'memory:li',
      account: 'memory-1',
      conversation: 'memory-1.li',
      address: 'at li',
      locale: 'zh-CN',
    });
    const toLi = () => given.prompts.replies.filter(({ address }) => address === 'at li').slice(1);
    expect(toLi()).toMatchObject([told]);
    // The platform gives it again; then the owner says it again, by code and by name.
    await desk.receive(allow, signal);
    await desk.receive(incoming('/allow CODE1', owner), signal);
    await desk.receive(incoming('/allow memory:li', owner), signal);
    expect(toLi()).toHaveLength(1);
    expect(saidWords().filter((text) => text === en.pairingApproved)).toHaveLength(3);
  });

  it('tells nobody of it who has not asked', async () => {
    await desk.receive(incoming('/allow memory:li', owner), signal);
    expect(saidWords()).toEqual([en.claimed, en.pairingApproved]);
  });
});
