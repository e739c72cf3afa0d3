import fc from 'fast-check';
import type { Scheduler } from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { Outbox } from '../../src/chat/outbox.ts';
import type { Receipts } from '../../src/chat/receipts.ts';
import { splitText } from '../../src/chat/split.ts';
import type { Preview, Reply } from '../../src/reply.ts';
import { MemoryPlatform } from '../contracts/memory-platform.ts';
import type { Fault } from '../contracts/memory-platform.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { FakeClock, settle } from '../fake-clock.ts';

/**
 * One conversation, a worker that answers its prompts, and bridges that are killed, or lose their
 * lease, at any step; every platform call, receipt and message between processes takes its effect
 * in an order that fast-check chooses, and time passes in between. It passes for less than a deadline
 * while anything is under way, so a call that a dead bridge has sent arrives within it.
 */
describe('whatever the order of events', () => {
  it.each([true, false])(
    'replies are shown once, whole and in order (nonces: %s)',
    async (takesNonces) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), story, async (scheduler, told) => {
          const world = new World(scheduler, told, takesNonces);
          await world.play();
          world.check();
        }),
        { numRuns: Number(process.env['RACES'] ?? 60) },
      );
    },
    60_000,
  );
});

const story = fc.record({
  prompts: fc.array(
    fc.record({
      words: fc.integer({ min: 1, max: 30 }),
      previews: fc.array(fc.constantFrom(0, 0, 10, 50, 200, 1_500), { maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  ends: fc.array(
    fc.record({ afterSteps: fc.nat(40), how: fc.constantFrom('killed', 'lost lease') }),
    { maxLength: 3 },
  ),
  ticks: fc.array(fc.boolean(), { minLength: 20, maxLength: 100 }),
  postFaults: fc.array(faults(), { maxLength: 3 }),
  editFaults: fc.array(faults(), { maxLength: 3 }),
});

function faults(): fc.Arbitrary<Fault> {
  return fc.constantFrom<Fault>(
    { kind: 'lost after' },
    { kind: 'lost before' },
    { kind: 'wait', afterMs: 7_000 },
  );
}

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

interface Bridge {
  readonly outbox: Outbox;
  isDead: boolean;
  holdsLease: boolean;
}

class World {
  readonly #scheduler: Scheduler;
  readonly #story: Story;
  readonly #clock = new FakeClock();
  readonly #platform: MemoryPlatform;
  readonly #receipts = new MemoryReceipts();
  readonly #replies: Reply[] = [];
  #bridge: Bridge;
  #resends = 0;
  #shown = 0;
  #ticks = 0;

  constructor(scheduler: Scheduler, told: Story, takesNonces: boolean) {
    this.#scheduler = scheduler;
    this.#story = told;
    this.#platform = new MemoryPlatform({ maxChars: 80, takesNonces });
    this.#platform.latency = (what) => this.#step(what);
    this.#platform.faults.post.push(...told.postFaults);
    this.#platform.faults.edit.push(...told.editFaults);
    this.#bridge = this.#start(false);
  }

  async play(): Promise<void> {
    void this.#work();
    const ends = [...this.#story.ends].sort((a, b) => a.afterSteps - b.afterSteps);
    for (let steps = 0; this.#shown < this.#story.prompts.length || this.#isBusy(); steps += 1) {
      if (steps > 3_000) throw new Error('this never ends');
      while (ends[0] !== undefined && ends[0].afterSteps <= steps) {
        if (ends.shift()?.how === 'killed') this.#bridge.isDead = true;
        this.#bridge.holdsLease = false;
        this.#bridge = this.#start(true);
      }
      await settle();
      await this.#next(steps);
    }
    // What is stale may still try to show itself.
    for (let i = 0; i < 20; i += 1) {
      await this.#clock.advance(500);
      while (this.#scheduler.count() > 0) await this.#scheduler.waitOne();
    }
  }

  check(): void {
    const expected = this.#story.prompts.flatMap((_, i) => splitText(this.#answer(i), 80));
    const texts = this.#platform.texts().filter((text) => text !== '…');
    const repeats = texts.length - expected.length;
    expect(repeats).toBeGreaterThanOrEqual(0);
    if (this.#platform.takesNonces) expect(this.#platform.texts()).toEqual(expected);
    else expect(repeats).toBeLessThanOrEqual(this.#resends);
    const firsts = texts.filter((text, i) => texts.indexOf(text) === i);
    expect(firsts).toEqual(expected);
    this.#checkTurns();
  }

  /** Nothing of a prompt, its placeholder included, before all of the one before it. */
  #checkTurns(): void {
    const { history, takesNonces } = this.#platform;
    // Without nonces, what a dead bridge has sent can arrive late.
    if (!takesNonces) return;
    for (const [i] of this.#story.prompts.entries()) {
      const last = splitText(this.#answer(i), 80).at(-1);
      const whole = history.findIndex(({ text }) => text === last);
      const next = history.findIndex(({ nonce }) => nonce.startsWith(`p${i + 1}.`));
      if (next >= 0) expect(next).toBeGreaterThan(whole);
    }
  }

  async #next(step: number): Promise<void> {
    const { ticks } = this.#story;
    if (this.#scheduler.count() === 0) {
      this.#ticks = 0;
      await this.#clock.advance(50);
    } else if (this.#ticks < 60 && ticks[step % ticks.length] === true) {
      this.#ticks += 1;
      await this.#clock.advance(50);
    } else {
      await this.#scheduler.waitOne();
    }
  }

  #isBusy(): boolean {
    return this.#scheduler.count() > 0;
  }

  #answer(i: number): string {
    const words = Array.from(
      { length: this.#story.prompts[i]?.words ?? 1 },
      (_, n) => `w${i}-${n}`,
    );
    return `Answer ${i}: ${words.join(' ')}.`;
  }

  /** The worker: begins, publishes previews, settles; one prompt after the other. */
  async #work(): Promise<void> {
    const place = { conversation: 'c', account: 'memory-1', address: 'here' };
    for (const [i, { previews }] of this.#story.prompts.entries()) {
      const receivedAtMs = this.#clock.now();
      const text = this.#answer(i);
      for (const [seq, pauseMs] of [0, ...previews].entries()) {
        if (pauseMs > 0) await this.#clock.sleep(pauseMs);
        const part = text.slice(0, Math.floor((text.length * seq) / (previews.length + 1)));
        void this.#publish({ prompt: `p${i}`, ...place, turnEpoch: 1, seq, text: part });
      }
      await this.#step('settle');
      const what = { v: 1, kind: 'answer', final: true, text, receivedAtMs } as const;
      this.#replies.push({ ...what, ...place, id: `p${i}`, anchor: `p${i}`, prompt: `p${i}` });
    }
  }

  async #publish(preview: Preview): Promise<void> {
    await this.#step('publish');
    if (!this.#bridge.isDead) this.#bridge.outbox.preview(preview);
  }

  #start(takesOver: boolean): Bridge {
    const bridge: Bridge = { outbox: this.#outbox(() => bridge), isDead: false, holdsLease: true };
    void this.#deliver(bridge, takesOver);
    return bridge;
  }

  /** The reply turn of one bridge. */
  async #deliver(bridge: Bridge, takesOver: boolean): Promise<void> {
    let takenOver = takesOver;
    while (!bridge.isDead && bridge.holdsLease) {
      const [reply] = this.#replies;
      if (reply === undefined) {
        await this.#clock.sleep(50);
        continue;
      }
      const turn = { mayAct: () => bridge.holdsLease, takenOver };
      try {
        const delivered = await bridge.outbox.deliver(reply, turn, new AbortController().signal);
        await this.#step('pop');
        if (bridge.isDead || !bridge.holdsLease) return;
        if (delivered.kind === 'later') {
          await this.#clock.sleep(delivered.afterMs);
          continue;
        }
      } catch (error) {
        if (bridge.holdsLease) throw error;
        return;
      }
      takenOver = false;
      this.#replies.shift();
      if (reply.final) this.#receipts.end(reply.anchor);
      this.#shown += 1;
    }
  }

  #outbox(bridge: () => Bridge): Outbox {
    const platform = this.#platform;
    // A dead process never hears what came of its calls.
    const through = async <T>(call: () => Promise<T>): Promise<T> => {
      if (bridge().isDead) await forever;
      const result = await call();
      if (bridge().isDead) await forever;
      return result;
    };
    const noted = <T>(what: string, call: () => Promise<T>): Promise<T> =>
      through(async () => {
        await this.#step(what);
        const result = await call();
        await this.#step(`${what} answered`);
        return result;
      });
    const kept = this.#receipts;
    const receipts: Receipts = {
      load: (anchor) => noted('load', () => kept.load(anchor)),
      sending: (anchor, chunk) => noted('sending', () => kept.sending(anchor, chunk)),
      sent: (anchor, chunk, id) => noted('sent', () => kept.sent(anchor, chunk, id)),
      forget: (anchor, chunk) => noted('forget', () => kept.forget(anchor, chunk)),
      isClosed: (anchor) => noted('is closed', () => kept.isClosed(anchor)),
    };
    return new Outbox({
      adapter: {
        maxChars: platform.maxChars,
        measure: (text) => platform.measure(text),
        // Faster than any platform likes: so that previews and finals meet.
        previewIntervalMs: () => 10,
        post: (...args) => through(() => platform.post(...args)),
        edit: (...args) => through(() => platform.edit(...args)),
        typing: (address) => through(() => platform.typing(address)),
      },
      receipts,
      pendingReplies: () => noted('pending', async () => this.#replies.length),
      mayAct: () => bridge().holdsLease,
      clock: this.#clock,
      log: pino({ level: 'silent' }),
      onResend: () => {
        this.#resends += 1;
      },
    });
  }

  async #step(what: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), what);
  }
}

const forever = new Promise<never>(() => {});
