import { setTimeout as delay } from 'node:timers/promises';

import type { Fault } from '../../sandbox/faults.ts';
import type { Stage } from '../stage.ts';
import type { SoakFleet } from './fleet.ts';
import type { Seeded } from './seeded.ts';

/** Where mishaps happen. */
export interface Scene {
  readonly stage: Stage;
  readonly fleet: SoakFleet;
  readonly chance: Seeded;
}

type Mishap = (scene: Scene) => Promise<void> | void;

/** What befalls processes and connections. */
export const mishaps: Readonly<Record<string, Mishap>> = {
  'bridge killed': async ({ fleet, chance }) => fleet.kill(chance.pick([0, 1])),
  'worker killed': async ({ fleet, chance }) => fleet.kill(chance.pick([2, 3, 4])),
  'redis killed': async ({ stage, chance }) => {
    await stage.redis?.kill();
    await delay(chance.between(0, 1_500));
    await stage.redis?.restart();
  },
  'all killed': async ({ fleet }) => fleet.killAll(),
  'bridge stopped': async ({ fleet, chance }) => fleet.stop(chance.pick([0, 1])),
  'worker stopped': async ({ fleet, chance }) => fleet.stop(chance.pick([2, 3, 4])),
  'bridge frozen': async ({ fleet, chance }) => fleet.freeze(chance.pick([0, 1]), 6_500),
  'worker frozen': async ({ fleet, chance }) => fleet.freeze(chance.pick([2, 3, 4]), 6_500),
  'gateway cut': ({ stage, chance }) => {
    stage.world.discord.dropGateway({ resumable: chance.next() < 0.5 });
  },
  'gateway asks to reconnect': ({ stage }) => stage.world.discord.askToReconnect(),
};

const html = { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };

/** What befalls a call to a platform. Refusals for good are not among them. */
const callFaults: readonly Fault[] = [
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'hang', ms: 1_500 },
  { kind: 'hang' },
  { kind: 'status', ...html },
  { kind: 'status', status: 500, body: '{"message":"500: Internal Server Error","code":0}' },
  {
    kind: 'status',
    status: 429,
    body: JSON.stringify({
      message: 'slow',
      retry_after: 1,
      global: false,
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    }),
    headers: { 'retry-after': '1' },
  },
];

const grokFaults: readonly Fault[] = [
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'hang', ms: 2_000 },
  { kind: 'cut-stream', afterEvents: 6 },
  { kind: 'stall-stream', afterEvents: 6 },
  { kind: 'status', status: 524, body: html.body, headers: { 'content-type': 'text/html' } },
  {
    kind: 'status',
    status: 503,
    body: '{"code":"The service is currently unavailable","error":"Service temporarily unavailable."}',
  },
  {
    kind: 'status',
    status: 429,
    body: '{"code":"resource-exhausted","error":"Too many requests for team t and model m."}',
    headers: { 'retry-after': '1' },
  },
];

const telegramCalls = [
  'sendMessage',
  'sendMessage',
  'editMessageText',
  'editMessageText',
  'sendChatAction',
  'getUpdates',
  'setMyCommands',
];
const discordCalls = [
  /^POST \/channels\/\d+\/messages$/,
  /^POST \/channels\/\d+\/messages$/,
  /^PATCH \/channels\/\d+\/messages\/\d+$/,
  /^PATCH \/channels\/\d+\/messages\/\d+$/,
  /^POST \/channels\/\d+\/typing$/,
  /^GET \/channels\//,
  /^GET \/gateway\/bot$/,
  /^PUT \/applications\//,
] as const;

/** Lets the next call of some kind, to a platform or to Grok, go wrong in some way. */
export function spoilOneCall({ stage: { world }, chance }: Scene): void {
  switch (chance.pick(['telegram', 'discord', 'grok', 'event'])) {
    case 'telegram':
      return world.telegram.faults.inject({
        match: chance.pick(telegramCalls),
        fault: chance.pick(callFaults),
      });
    case 'discord':
      return world.discord.faults.inject({
        match: chance.pick(discordCalls),
        fault: chance.pick(callFaults),
      });
    case 'event': {
      const kind = chance.pick(['drop-before', 'drop-after'] as const);
      return world.discord.faults.inject({ match: 'DISPATCH MESSAGE_CREATE', fault: { kind } });
    }
    default:
      return world.xai.faults.inject({ match: '/responses', fault: chance.pick(grokFaults) });
  }
}
