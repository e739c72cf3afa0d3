import fc from 'fast-check';
import { expect } from 'vitest';

import type { ModelProcess } from './credential-model-process.ts';
import { never, stale } from './credential-model.ts';
import type { Behaviour } from './credential-server.ts';
import type { World } from './credential-world.ts';

/** What can befall the world of the model. */
export type Step =
  | { kind: 'refuse'; process: number; prompt: number }
  | { kind: 'refuse-everywhere' }
  | { kind: 'due'; process: number }
  | { kind: 'due-everywhere' }
  | { kind: 'pass'; share: number }
  | { kind: 'plan'; answer: Behaviour; times: number }
  | { kind: 'hold' }
  | { kind: 'release' }
  | { kind: 'doom'; process: number; at: number; when: 'before' | 'after' }
  | { kind: 'start'; process: number; sealsWith: 0 | 1 }
  | { kind: 'redis-away'; when: 'before' | 'after' }
  | { kind: 'redis-back' }
  | { kind: 'deafen'; process: number }
  | { kind: 'repeat'; process: number; scripts: number }
  | { kind: 'jump'; process: number; ms: number }
  | { kind: 'sign-in'; process: number }
  | { kind: 'roll-back'; steps: number }
  | { kind: 'other-refusal'; process: number }
  | { kind: 'operate'; process: number; change: 'disable' | 'enable' };

const day = 86_400_000;
const process_ = fc.nat(2);
const answers: Behaviour[] = [
  { kind: 'lost-before' },
  { kind: 'lost-after' },
  { kind: 'status', status: 503, body: '{"error":"temporarily_unavailable"}' },
  { kind: 'status', status: 429, body: '' },
  { kind: 'status', status: 400, body: '{"error":"invalid_grant"}' },
  { kind: 'status', status: 500, body: 'oops' },
  { kind: 'status', status: 200, body: '<html>' },
];
/** Any one step, the likelier ones more often. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refuse' as const),
      process: process_,
      prompt: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'refuse-everywhere' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('due' as const), process: process_ }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'due-everywhere' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      share: fc.constantFrom(0.0001, 0.001, 0.1, 0.4, 0.8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('plan' as const),
      answer: fc.constantFrom(...answers),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'hold' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'release' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('doom' as const),
      process: process_,
      at: fc.integer({ min: 1, max: 6 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      process: process_,
      sealsWith: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('redis-away' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'redis-back' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deafen' as const), process: process_ }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('repeat' as const),
      process: process_,
      scripts: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('jump' as const),
      process: process_,
      ms: fc.constantFrom(-day, -3_600_000, 3_600_000, day),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sign-in' as const), process: process_ }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('roll-back' as const),
      steps: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('other-refusal' as const), process: process_ }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('operate' as const),
      process: process_,
      change: fc.constantFrom('disable' as const, 'enable' as const),
    }),
  },
);

async function refuse(world: World, index: number, prompt: string, name = stale.class as string) {
  await world.act(index, async (service) => {
    const session = service.begin({ conversation: 'c', model: 'm', prompt });
    const token = await session.acquire(never).catch(() => null);
    if (token === null) return;
    const refusal = name === stale.class ? stale : ({ ...stale, class: 'safety' } as const);
    const advice = await session.refused(token, refusal, never);
    const next = advice === 'again' ? await session.acquire(never).catch(() => null) : null;
    if (next === null) return;
    if (world.server.accepts(next.secret)) session.accepted(next);
    // Two sends are all that one request makes of a refused credential.
    else expect(await session.refused(next, refusal, never)).not.toBe('again');
  });
}

/** Has one step befall `world`; throws where a process does what it never may. */
export async function play(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'refuse':
      return refuse(world, step.process, `p${step.prompt}`);
    case 'refuse-everywhere':
      await Promise.all([0, 1, 2].map(async (index) => refuse(world, index, `all${index}`)));
      return undefined;
    case 'other-refusal': {
      const before = firstSends(world);
      world.release();
      await refuse(world, step.process, 'p', 'safety');
      // The token that is asked for first may be at its end.
      expect(firstSends(world) - before).toBeLessThanOrEqual(1);
      return undefined;
    }
    case 'due':
      return world.act(step.process, async (service) =>
        service.refreshDue(AbortSignal.timeout(150)).catch(() => 0),
      );
    case 'due-everywhere':
      return world.each(async (service) =>
        service.refreshDue(AbortSignal.timeout(150)).catch(() => 0),
      );
    case 'pass':
      return world.pass(step.share);
    case 'plan':
      world.server.plan.push(...Array.from({ length: step.times }, () => step.answer));
      if (step.answer.kind !== 'status' || step.answer.status === 500) world.lossy = true;
      if (step.answer.kind === 'status' && step.answer.status === 200) world.lossy = true;
      return undefined;
    case 'hold':
      world.holdAnswers();
      return undefined;
    case 'release':
      world.release();
      return undefined;
    case 'doom':
      world.doom(step.process, step.at, step.when);
      return undefined;
    case 'start':
      if (world.service(step.process) === null) await world.start(step.process, step.sealsWith);
      return undefined;
    case 'redis-away':
      return world.redisAway(step.when);
    case 'redis-back':
      return world.redisBack();
    case 'deafen':
    case 'repeat':
    case 'jump':
      return disturb(world.processes[step.process], step);
    case 'operate':
      return world.operate(step.process, step.change);
    case 'sign-in':
      return world.signIn(step.process);
    case 'roll-back':
      return world.rollBack(step.steps);
  }
}

/** What the server counted, less the re-sends that were recorded. */
function firstSends(world: World): number {
  const resent = world.events.filter((e) => e.kind === 'send' && e.reason === 'last-resort');
  return world.server.totalSends - resent.length;
}

/** What a process has to bear until it is started anew. */
function disturb(
  process: ModelProcess | undefined,
  step: Extract<Step, { kind: 'deafen' | 'repeat' | 'jump' }>,
): void {
  if (process === undefined) return;
  switch (step.kind) {
    case 'deafen':
      process.deaf = true;
      break;
    case 'repeat':
      process.repeats = step.scripts;
      break;
    case 'jump':
      process.clockOffMs = step.ms;
  }
}
