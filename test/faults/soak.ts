import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'vitest';

import { everythingIn, type Kept } from '../everything-kept.ts';
import { Stage, unlimited } from '../stage.ts';
import { Crowd } from './crowd.ts';
import { SoakFleet } from './fleet.ts';
import { mishaps, spoilOneCall } from './mishaps.ts';
import { Seeded } from './seeded.ts';

/** How much of it, and which chance: the same seed lets the same things go wrong. */
export interface SoakSize {
  readonly seed: number;
  /** For how long people ask and things go wrong. */
  readonly seconds: number;
  readonly people: number;
}

const world = {
  discord: { ...unlimited.discord, invalidRequestLimit: 1_000_000 },
  telegram: unlimited.telegram,
  // Slow enough that many answers are under way at any moment; a lost refresh may be sent again.
  xai: { firstChunkDelayMs: 200, chunkDelayMs: 20, graceMs: 600_000 },
} as const;

/**
 * Everything goes wrong at once: processes, Redis and connections are killed, stopped and frozen,
 * and calls to the platforms and to Grok fail in every way. At the end each question is answered
 * once and in order, and no key is left in Redis that nothing ends.
 */
export async function soak({ seed, seconds, people }: SoakSize): Promise<void> {
  const chance = new Seeded(seed);
  await using stage = await Stage.signedIn({ world });
  const settings = {
    GROK_IDLE_SECONDS: '10',
    REFRESH_GUARD_SECONDS: '0',
    XAI_API_KEY: stage.world.xai.apiKey,
    QUEUE_PER_CONVERSATION: '1000',
  };
  const fleet = new SoakFleet(stage, settings);
  const crowd = new Crowd(stage.world, people);
  const happened: string[] = [];
  const keepEvidence = () => {
    const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-soak-'));
    for (const { pid, output } of stage.daemons) writeFileSync(join(folder, `${pid}.log`), output);
    writeFileSync(join(folder, 'happened'), happened.join('\n'));
    writeFileSync(join(folder, 'chats'), crowd.picture());
    if (stage.redis !== undefined)
      cpSync(stage.redis.folder, join(folder, 'redis'), { recursive: true });
    console.error(
      `SOAK_SEED=${seed} SOAK_SECONDS=${seconds} SOAK_PEOPLE=${people}; logs: ${folder}`,
    );
  };
  // Before the stage goes, and its Redis with it.
  using evidence = new DisposableStack();
  evidence.defer(keepEvidence);
  await fleet.start();
  for (let at = 0; at < crowd.size; at += 1) crowd.ask(at);
  await answered(crowd, 30_000 + people * 200);
  const before = await everythingIn(stage.redis?.url ?? '');

  const scene = { stage, fleet, chance };
  const endsAtMs = performance.now() + seconds * 1000;
  const isOver = () => performance.now() >= endsAtMs;
  const asking = (async () => {
    while (!isOver()) {
      crowd.ask(Math.floor(chance.next() * crowd.size), chance.next() < 0.05);
      await delay(chance.between(50, 250));
    }
  })();
  const spoiling = (async () => {
    while (!isOver()) {
      spoilOneCall(scene);
      await delay(chance.between(100, 500));
    }
  })();
  const names = Object.keys(mishaps);
  const running: Promise<void>[] = [];
  const note = (what: string) => happened.push(`${new Date().toISOString()} ${what}`);
  // Frozen processes and those that end take their time while the rest goes on.
  const happening = (async () => {
    for (let turn = 0; !isOver(); turn += 1) {
      const name = chance.pick(names);
      note(name);
      const mishap = (async () => mishaps[name]?.(scene))();
      if (name === 'redis killed') await mishap;
      else running.push(mishap);
      if (seconds >= 60 && turn % 60 === 30 && turn < 120) stage.world.xai.expireAccessTokens();
      await delay(chance.between(500, 2_500));
    }
  })();
  await Promise.all([asking, spoiling, happening]);
  await Promise.all(running);
  for (const one of [stage.world.discord, stage.world.telegram, stage.world.xai])
    one.faults.clear();
  note('the end');

  await answered(crowd, 300_000);
  expect(await fleet.end()).toEqual(Array.from({ length: fleet.size }, () => 0));
  const found = crowd.verify();
  console.log(
    `SOAK_SEED=${seed}: ${JSON.stringify({ ...found, kills: fleet.kills, exits: fleet.exits })}`,
  );
  // What is not answered by Grok was told so; with so many failures that is a small part.
  expect(found.refused).toBeLessThanOrEqual(crowd.asked / 20);
  expect(found.strays + found.repeats).toBeLessThanOrEqual(10 + crowd.asked / 50);

  const after = await everythingIn(stage.redis?.url ?? '');
  expect(endless(after).filter((key) => !endless(before).includes(key))).toEqual([]);
  for (const list of ['prompt-list', 'reply-list', 'parts', 'waiting']) {
    expect([...after.keys()].filter((key) => key.includes(`}:${list}`))).toEqual([]);
  }
  evidence.move();
}

async function answered(crowd: Crowd, ms: number): Promise<void> {
  await expect.poll(() => crowd.unanswered(), { timeout: ms, interval: 250 }).toEqual([]);
}

/** Keys that stay for ever, without BullMQ's own few of each queue and of the scheduled refresh. */
function endless(all: ReadonlyMap<string, Kept>): string[] {
  const ofQueue =
    /^\{[^}]+\}:(?:prompts|refresh|replies-[\w-]+):(?:marker|wait|active|delayed|prioritized|stalled|id|meta|events)$|:refresh:repeat:refresh:\d{13}$/;
  return [...all]
    .filter(([key, { ttlMs }]) => ttlMs === -1 && !ofQueue.test(key))
    .map(([key]) => key);
}
