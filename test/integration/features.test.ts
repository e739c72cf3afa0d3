import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SandboxWorld } from '../../sandbox/world.ts';
import { type Answerer, type AnswerRequest, echo } from '../../sandbox/xai/answerer.ts';
import { longAnswer } from '../../sandbox/xai/long-answer.ts';
import { Daemon } from '../daemon.ts';
import { listedOnDiscord, onDiscord } from '../features/discord.ts';
import { condensing, everything, features } from '../features/features.ts';
import { everyMark } from '../features/looks.ts';
import {
  type Feature,
  type Listed,
  type Place,
  type Platform,
  platforms,
  type Somewhere,
} from '../features/platform.ts';
import { endless } from '../features/stopping.ts';
import { listedOnTelegram, onTelegram } from '../features/telegram.ts';
import { atTerminal } from '../features/terminal.ts';
import { readmeWith } from '../readme.ts';
import { Stage, unlimited } from '../stage.ts';

// One program serves all three platforms; each conversation is of somebody of its own.
let stage: Stage;
let somewhere: Record<Platform, Somewhere>;
/** Beside it, bots with other settings. The terminal is never nobody's, and has nobody to share with. */
const others = {
  unclaimed: { ACCESS: 'pairing', REQUESTS_PER_MINUTE: '1' },
  thrifty: {
    ACCESS: 'open',
    BUDGET_USD_PER_DAY: '0.000001',
    REQUESTS_PER_MINUTE_CHAT: '3',
    WORKER_CONCURRENCY: '1',
  },
} as const;
type Other = keyof typeof others;
const worlds: SandboxWorld[] = [];
const elsewhere: Partial<Record<Other, Partial<Record<Platform, Somewhere>>>> = {};
const passed = new Set<string>();

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  stage.world.xai.answerWith(answer);
  const environment = {
    ADAPTERS: platforms.join(',').toLowerCase(),
    HISTORY_TOKENS: '2000',
    ANSWER_FOOTER: 'on',
    GROUP_CONVERSATIONS: 'per-user',
  };
  const daemon = Daemon.start(['all'], { ...stage.environment, ...environment }, undefined, 'pipe');
  stage.daemons.push(daemon);
  for (const other of ['unclaimed', 'thrifty'] as const) {
    const world = await SandboxWorld.start({ ...unlimited, xai: { devicePollMs: 300 } });
    world.xai.answerWith(answer);
    worlds.push(world);
    elsewhere[other] = {
      Discord: otherwise(other, onDiscord(world), listedOnDiscord(world)),
      Telegram: otherwise(other, onTelegram(world), listedOnTelegram(world)),
    };
  }
  await daemon.logged('models listed');
  await Promise.all(
    [stage.world, ...worlds].map(async ({ discord }) =>
      discord.waitFor(
        () => discord.stats.connected === 1 && discord.commandNames().includes('ask'),
        { timeoutMs: 40_000 },
      ),
    ),
  );
  somewhere = {
    Discord: { ...onDiscord(stage.world), daemon },
    Telegram: { ...onTelegram(stage.world), daemon },
    terminal: atTerminal({ world: stage.world, daemon }),
  };
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  for (const world of worlds) await world[Symbol.asyncDispose]();
});

describe.concurrent.each(['Discord', 'Telegram'] as const)('on %s', (platform) => {
  it.each(offeredOn(platform))('$name', async (feature) => show(feature, platform));
});

// There is but one conversation, so one thing is shown after the other.
describe('at the terminal', () => {
  it.each(offeredOn('terminal'))('$name', async (feature) => show(feature, 'terminal'));
});

describe('the README', () => {
  it('has the table of what these conversations have shown', async () => {
    await expect(readmeWith('features', table())).toMatchFileSnapshot('../../README.md');
  });
});

/** A program with other settings on one platform; an unclaimed one has no way to ask Grok yet. */
function otherwise(other: Other, place: Place, listed: Listed): Somewhere {
  const { world } = place;
  const owner = place.meet('Ole');
  const adapter = owner.id?.split(':')[0] ?? '';
  const own = { ADAPTERS: adapter, REDIS_PREFIX: `${other}-${adapter}`, ...others[other] };
  const more =
    other === 'thrifty'
      ? { XAI_API_KEY: world.xai.apiKey, OWNERS: owner.id }
      : { ALLOW: listed.allow };
  const daemon = stage.run(['all'], { ...world.environment(), ...own, ...more });
  return other === 'thrifty' ? { ...place, daemon, owner } : { ...place, daemon, listed };
}

function answer(request: AnswerRequest): ReturnType<Answerer> {
  if (request.turns[0]?.text.startsWith(condensing.demand)) return condensing.summary;
  if (request.text.includes(everyMark.demand)) return everyMark.answer;
  if (request.text.includes(everything)) return longAnswer('all').repeat(5);
  return request.text.includes(endless) ? withoutEnd(request.signal) : echo(request);
}

function offeredOn(platform: Platform): Feature[] {
  return features.filter(({ lacking }) => lacking?.[platform] === undefined);
}

async function show(feature: Feature, platform: Platform): Promise<void> {
  const other = feature.at === undefined ? undefined : elsewhere[feature.at]?.[platform];
  await feature.talk(other ?? somewhere[platform], platform);
  passed.add(`${feature.name} ${platform}`);
}

/** A tick only where a conversation has shown it; else why the platform has none. */
function table(): string {
  const cell = ({ name, lacking }: Feature, platform: Platform) =>
    passed.has(`${name} ${platform}`) ? '✓' : (lacking?.[platform] ?? '**not shown**');
  const rows = features.map((feature) => {
    const cells = platforms.map((platform) => cell(feature, platform));
    return `| ${feature.name} | ${cells.join(' | ')} |`;
  });
  return ['', `| | ${platforms.join(' | ')} |`, '|---|---|---|---|', ...rows, ''].join('\n');
}

async function* withoutEnd(signal: AbortSignal): AsyncGenerator<string> {
  yield 'It has begun. ';
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
