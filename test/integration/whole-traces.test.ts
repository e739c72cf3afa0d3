import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TOKEN_MARKER } from '../../sandbox/xai/tokens.ts';
import type { Daemon } from '../daemon.ts';
import { type CollectedSpan, OtlpCollector } from '../otlp-collector.ts';
import { type Chatter, telegramPrivate } from '../people.ts';
import { Stage } from '../stage.ts';

const canary = 'canary7f3a';

let stage: Stage;
let collector: OtlpCollector;
let bridge: Daemon;
let worker: Daemon;
let cara: Chatter;

beforeAll(async () => {
  [stage, collector] = await Promise.all([Stage.signedIn(), OtlpCollector.start()]);
  const settings = {
    ADAPTERS: 'telegram',
    REFRESH_GUARD_SECONDS: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20b',
  };
  [worker, bridge] = await Promise.all([
    stage.up('worker', settings),
    stage.up('bridge', settings),
  ]);
  cara = telegramPrivate(stage.world, `Cara ${canary}`);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

describe('a question that meets a stale token', () => {
  it('is one trace from the platform to the reply, through both processes', async () => {
    stage.world.xai.expireAccessTokens();
    await cara.ask(`What is ${canary}?`);
    const taken = await bridge.logged('message taken');
    const root = await collector.until((spans) =>
      spans.find(
        ({ name, attributes }) => name === 'receive' && attributes['prompt'] === taken['prompt'],
      ),
    );
    // Each is sent when it ends, the last one by the bridge.
    const deliver = await collector.until((spans) =>
      spans.find(({ name, traceId }) => name === 'deliver' && traceId === root.traceId),
    );
    const answer = await collector.until((spans) =>
      spans.find(({ name, traceId }) => name === 'answer' && traceId === root.traceId),
    );
    const spans = collector.spans.filter(({ traceId }) => traceId === root.traceId);
    const byName = Map.groupBy(spans, ({ name }) => name);
    const [enqueue, settle] = [byName.get('enqueue')?.[0], byName.get('settle')?.[0]];

    expect(root.parentSpanId ?? '').toBe('');
    expect(enqueue?.parentSpanId).toBe(root.spanId);
    expect(answer.parentSpanId).toBe(enqueue?.spanId);
    expect(settle?.parentSpanId).toBe(answer.spanId);
    expect(deliver.parentSpanId).toBe(settle?.spanId);
    expect(root.attributes).toMatchObject({ platform: 'telegram', received: 'queued' });
    expect(answer.attributes).toMatchObject({ attempt: 1, outcome: 'answered' });
    const sent = (byName.get('grok') ?? []).toSorted(byStart);
    expect(sent.map(({ attributes }) => attributes['class'])).toEqual(['bad-credentials', 'ok']);
    expect(sent.map(({ attributes }) => attributes['generation'])).toEqual([1, 2]);
    const [refused] = byName.get('refused') ?? [];
    expect(refused?.attributes).toMatchObject({ class: 'bad-credentials' });
    expect(refused?.events.map(({ name }) => name)).toContain('credential refreshed');
    const written = spans.filter(({ name }) => name === 'post' || name === 'edit');
    expect(written.some(({ parentSpanId }) => parentSpanId === deliver.spanId)).toBe(true);
    expect(written.every(({ attributes }) => attributes['outcome'] === 'done')).toBe(true);
    // BullMQ's own: the turns that were added and worked on.
    expect([...byName.keys()].filter((name) => /^(add|process) /.test(name)).toSorted()).toEqual(
      expect.arrayContaining(['add prompts.turn', 'process prompts']),
    );
    const sides = (name: string) =>
      byName.get(name)?.map(({ resource }) => resource['grok_bridge.sides']);
    expect(sides('enqueue')).toEqual(['bridge']);
    expect(sides('settle')).toEqual(['worker']);
    expect(sides('deliver')).toEqual(['bridge']);
    expect(collector.headers[0]?.['x-team']).toBe('a b');
  });

  it('shows no text, no name and no token, and nothing that belongs to no question', async () => {
    const roots = collector.spans.filter(({ parentSpanId = '' }) => parentSpanId === '');
    expect(roots.map(({ name }) => name).filter((name) => name !== 'receive')).toEqual([]);
    const secrets = [canary, 'You said', TOKEN_MARKER, stage.world.telegram.token];
    expect(secrets.filter((secret) => collector.text.includes(secret))).toEqual([]);
    expect(collector.text).toContain('bad-credentials');
  });

  it('is sent before the processes end', async () => {
    await cara.ask('And then?');
    expect(await Promise.all([worker.stop(), bridge.stop()])).toEqual([0, 0]);
    const questions = new Set(
      collector.spans.filter(({ name }) => name === 'receive').map(({ traceId }) => traceId),
    );
    const delivered = collector.spans.filter(({ name }) => name === 'deliver');
    expect(questions.size).toBe(2);
    expect(new Set(delivered.map(({ traceId }) => traceId))).toEqual(questions);
  });
});

function byStart(left: CollectedSpan, right: CollectedSpan): number {
  return left.startTimeUnixNano < right.startTimeUnixNano ? -1 : 1;
}
