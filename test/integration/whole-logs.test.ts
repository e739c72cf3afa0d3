import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TOKEN_MARKER } from '../../sandbox/xai/tokens.ts';
import type { Daemon, LogLine } from '../daemon.ts';
import { telegramPrivate } from '../people.ts';
import { metric, Stage } from '../stage.ts';

/** Lines of the process or of a conversation, which no prompt leads to. */
const ofNoPrompt = new Set([
  // Another process has refreshed; heard of by a subscription.
  'credential adopted',
  'prompt turns added by the sweeper',
  'reply turns added by the sweeper',
  'models listed',
]);
const parts = new Set(['chat', 'queue', 'grok', 'credentials', 'telegram']);
const canary = 'canary7f3a';

let stage: Stage;
let bridge: Daemon;
let worker: Daemon;

beforeAll(async () => {
  stage = await Stage.signedIn();
  const settings = { LOG_LEVEL: 'trace', ADAPTERS: 'telegram', REFRESH_GUARD_SECONDS: '0' };
  [worker, bridge] = await Promise.all([
    stage.up('worker', settings),
    stage.up('bridge', settings),
  ]);
});

afterAll(async () => stage[Symbol.asyncDispose]());

describe('of a question that meets a stale token, a refresh and a retry', () => {
  it('every line carries the id, in both processes, and none a word of it or a token', async () => {
    const { xai } = stage.world;
    const cara = telegramPrivate(stage.world, `Cara ${canary}`);
    await cara.ask('Warm?');
    await bridge.logged('reply delivered');
    xai.expireAccessTokens();
    xai.refuse('unavailable', { input: canary });
    xai.configure({ firstChunkDelayMs: 300, chunkDelayMs: 100 });
    await cara.ask(`What is ${canary}?`);

    const isSecond = ({ prompt }: LogLine) => prompt !== bridge.lines.find(isTaken)?.['prompt'];
    const delivered = await bridge.logged('reply delivered', { holds: isSecond });
    const taken = await bridge.logged('message taken', { holds: isSecond });
    const prompt = taken['prompt'];
    expect(delivered['prompt']).toBe(prompt);
    // The reply's turn is added with the settling: either process may be the last to speak.
    const settled = await worker.logged('prompt settled', {
      holds: (line) => line['prompt'] === prompt,
    });
    const from = String(taken['time']);
    const to = [String(delivered['time']), String(settled['time'])].toSorted()[1] ?? '';
    const lines = [...bridge.lines, ...worker.lines].filter(
      ({ time, part, msg }) =>
        String(time) >= from &&
        String(time) <= to &&
        parts.has(String(part)) &&
        !ofNoPrompt.has(msg),
    );
    expect(lines.filter((line) => line['prompt'] !== prompt)).toEqual([]);
    const messages = lines.map(({ msg }) => msg);
    for (const expected of [
      'message taken',
      'asking grok',
      'grok refused',
      'credential send',
      'credential refreshed',
      'attempt failed, tried again',
      'grok answered',
      'prompt settled',
      'reply delivered',
    ]) {
      expect(messages).toContain(expected);
    }

    for (const daemon of stage.daemons) {
      for (const text of [canary, 'You said', 'Warm?', TOKEN_MARKER, stage.world.telegram.token]) {
        expect(daemon.output.includes(text), text).toBe(false);
      }
    }
  });

  it('each event is counted in one process, and state that is shared is the same in both', async () => {
    const sum = async (name: string, labels = '') =>
      (await metric(bridge, name, labels)) + (await metric(worker, name, labels));
    expect(await sum('grok_bridge_prompts_total', 'outcome="answered"')).toBe(2);
    expect(await sum('grok_bridge_reply_seconds_count')).toBe(2);
    expect(await sum('grok_bridge_first_token_seconds_count')).toBe(2);
    expect(await sum('grok_bridge_refresh_sends_total')).toBe(1);
    expect(await sum('grok_bridge_refresh_total', 'outcome="refreshed"')).toBe(1);
    expect(await sum('grok_bridge_retries_total')).toBe(1);
    expect(await sum('grok_bridge_api_failures_total', 'class="transient"')).toBe(1);
    expect(await sum('grok_bridge_credential_state', 'state="active"')).toBe(1);
    expect(await metric(worker, 'grok_bridge_token_mandatory_seconds')).toBeGreaterThan(0);
    for (const daemon of [bridge, worker]) {
      expect(await metric(daemon, 'grok_bridge_gate_closed')).toBe(0);
      const ready = await fetch(`${await daemon.url()}/readyz`);
      const read: unknown = await ready.json();
      expect(read).toMatchObject({
        checks: { redis: {}, queue: { kind: 'ready' }, credential: { kind: 'ready' } },
      });
    }
  });
});

function isTaken({ msg }: LogLine): boolean {
  return msg === 'message taken';
}
