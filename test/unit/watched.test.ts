import { describe, expect, it } from 'vitest';

import type { Outgoing } from '../../src/chat/port.ts';
import { Metrics } from '../../src/console/metrics.ts';
import type { MemberStatus } from '../../src/credentials/status.ts';
import type { Prompt } from '../../src/prompt.ts';
import { showMembers } from '../../src/roles/credential-watch.ts';
import { observedAdapter } from '../../src/roles/observed-adapter.ts';
import { promptMetrics } from '../../src/roles/prompt-metrics.ts';
import { queueCheck, type QueueState, showQueues } from '../../src/roles/queue-watch.ts';
import { beginAtZero } from '../../src/roles/zeros.ts';

const minuteMs = 60_000;

describe('the queue in /readyz', () => {
  it('is ready while prompts are few and somebody works on them', () => {
    expect(queueCheck(queue({}), 100).kind).toBe('ready');
    expect(queueCheck(queue({ waiting: 5, oldestMs: 5 * minuteMs, active: 1 }), 100).kind).toBe(
      'ready',
    );
  });

  it('is not ready when it is full', () => {
    expect(queueCheck(queue({ waiting: 100 }), 100)).toMatchObject({
      kind: 'not-ready',
      reason: expect.stringContaining('QUEUE_TOTAL'),
    });
  });

  it('is not ready when turns wait and nobody takes them, unless no credential can serve', () => {
    const unattended = { waiting: 3, turns: 2, oldestMs: 2 * minuteMs };
    expect(queueCheck(queue(unattended), 100)).toMatchObject({
      kind: 'not-ready',
      reason: expect.stringContaining('start a worker'),
    });
    expect(queueCheck(queue({ ...unattended, isGateClosed: true }), 100).kind).toBe('ready');
    expect(queueCheck(queue({ ...unattended, oldestMs: 1000 }), 100).kind).toBe('ready');
  });
});

describe('the gauges', () => {
  it('say how long the oldest prompt and the oldest reply have waited', async () => {
    const metrics = new Metrics();
    showQueues(queue({ waiting: 3, oldestMs: 90_000, oldestReplyMs: 4000 }), metrics);
    const text = await metrics.text();
    expect(text).toContain('grok_bridge_queue_oldest_seconds{queue="prompts"} 90\n');
    expect(text).toContain('grok_bridge_queue_oldest_seconds{queue="replies"} 4\n');
    expect(text).toContain('grok_bridge_gate_closed 0\n');
    showQueues(queue({ isGateClosed: true }), metrics);
    expect(await metrics.text()).toContain('grok_bridge_queue_oldest_seconds{queue="prompts"} 0\n');
    expect(await metrics.text()).toContain('grok_bridge_gate_closed 1\n');
  });

  it('show each credential in one state, with its window, and forget one that is gone', async () => {
    const metrics = new Metrics();
    showMembers([member('main', 'ambiguous'), member('second', 'active')], metrics);
    const text = await metrics.text();
    const ones = [...text.matchAll(/^grok_bridge_credential_state\{(.*)\} 1$/gm)].map(
      ([, is]) => is,
    );
    expect(ones).toEqual([
      'credential="main",state="ambiguous"',
      'credential="second",state="active"',
    ]);
    expect(text).toContain('grok_bridge_token_mandatory_seconds{credential="main"} 300\n');
    showMembers([member('second', 'quarantined')], metrics);
    expect(await metrics.text()).not.toContain('credential="main"');
  });
});

describe('the counters', () => {
  it('count each prompt once, whether it was answered, given up or could not be read', async () => {
    const metrics = new Metrics();
    const count = promptMetrics(metrics);
    count.settled(prompt, 'answered', 10);
    // Given up: a dead letter, and settled with words.
    count.deadLettered(prompt);
    count.settled(prompt, 'dead-letter', 10);
    count.deadLettered(null);
    const text = await metrics.text();
    const all = [...text.matchAll(/^grok_bridge_prompts_total\{(.*)\} (\d+)$/gm)];
    expect(all.map(([, labels, value]) => [labels, value])).toEqual([
      ['platform="discord",outcome="answered"', '1'],
      ['platform="discord",outcome="dead-letter"', '1'],
      ['platform="unknown",outcome="dead-letter"', '1'],
    ]);
  });

  it('begin at 0, so that the first event is an increase', async () => {
    const metrics = new Metrics();
    beginAtZero(metrics, ['discord']);
    const text = await metrics.text();
    for (const series of [
      'refused_total{platform="discord",reason="full"}',
      'refused_total{platform="discord",reason="too-fast",of="chat"}',
      'refused_total{platform="discord",reason="spent",of="all"}',
      'retries_total{platform="discord"}',
      'resends_total{platform="discord"}',
      'prompts_total{platform="discord",outcome="interrupted"}',
      'api_failures_total{class="quota"}',
      'refresh_total{reason="proactive",outcome="transient"}',
      'platform_writes_total{platform="discord",call="post",outcome="unknown"}',
    ]) {
      expect(text).toContain(`grok_bridge_${series} 0\n`);
    }
  });

  it('count what a platform says of each write, a rejection as unknown', async () => {
    const metrics = new Metrics();
    const answers = [
      async () => ({ kind: 'done', messageId: '1' }) as const,
      async () => ({ kind: 'wait', afterMs: 5 }) as const,
      async () => Promise.reject(new Error('reset')),
    ];
    const adapter = observedAdapter(
      {
        maxChars: 100,
        measure: (text) => text.length,
        previewIntervalMs: () => 1000,
        typing: async () => undefined,
        post: async () => (answers.shift() ?? (async () => ({ kind: 'missing' }) as const))(),
        edit: async () => ({ kind: 'missing' }),
      },
      { platform: 'discord', metrics },
    );
    const signal = new AbortController().signal;
    expect(await adapter.post('a', message, signal)).toEqual({ kind: 'done', messageId: '1' });
    await adapter.post('a', message, signal);
    await expect(adapter.post('a', message, signal)).rejects.toThrow('reset');
    await adapter.edit('a', '1', message, signal);
    const text = await metrics.text();
    const all = [...text.matchAll(/^grok_bridge_platform_writes_total\{(.*)\} (\d+)$/gm)];
    expect(all.map(([, labels, value]) => [labels, value])).toEqual([
      ['platform="discord",call="post",outcome="done"', '1'],
      ['platform="discord",call="post",outcome="wait"', '1'],
      ['platform="discord",call="post",outcome="unknown"', '1'],
      ['platform="discord",call="edit",outcome="missing"', '1'],
    ]);
  });
});

const message: Outgoing = { text: 'x', role: 'answer', chunk: 0, nonce: 'n' };

const prompt: Prompt = {
  v: 1,
  id: 'dc-1',
  conversation: 'discord-1.2',
  account: 'discord-1',
  address: '2',
  author: { id: 'discord:3', name: 'Dora' },
  text: 'Hello?',
  receivedAtMs: 0,
};

function queue({
  waiting = 0,
  oldestMs = 0,
  oldestReplyMs = 0,
  turns = 0,
  active = 0,
  isGateClosed = false,
}): QueueState {
  const nowMs = 1_000_000;
  const since = (ageMs: number) => (ageMs === 0 ? null : nowMs - ageMs);
  return {
    depth: {
      waiting,
      conversations: waiting,
      oldestAtMs: since(oldestMs),
      replies: { conversations: 0, oldestAtMs: since(oldestReplyMs) },
    },
    counts: [
      { queue: 'prompts', state: 'waiting', jobs: turns },
      { queue: 'prompts', state: 'active', jobs: active },
    ],
    isGateClosed,
    nowMs,
  };
}

function member(name: string, state: MemberStatus['state']): MemberStatus {
  return {
    name,
    kind: 'oauth',
    state,
    epoch: 1,
    generation: 2,
    remainingMs: 3_600_000,
    mandatoryMs: 300_000,
    expiresAtMs: null,
    refreshedAtMs: null,
    nextAttemptAtMs: null,
    error: '',
    reason: '',
    benchedUntilMs: null,
    team: '',
    scope: '',
    sealedWith: ['k1'],
  };
}
