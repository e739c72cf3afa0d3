import { Commands } from './commands.ts';
import { Happenings } from './happenings.ts';
import { Interactions } from './interactions.ts';
import { MessageStore } from './message-store.ts';
import type { Settings } from './options.ts';
import { Snowflakes } from './snowflakes.ts';
import { World } from './world.ts';

/** Everything that Discord would know, without the ways to ask it. */
export interface Service {
  readonly settings: Settings;
  readonly token: string;
  /** Where it is reached, `http://HOST:PORT`; set as soon as it listens. */
  origin: string;
  readonly happenings: Happenings;
  readonly ids: Snowflakes;
  readonly world: World;
  readonly messages: MessageStore;
  readonly commands: Commands;
  readonly interactions: Interactions;
  /** When the bot showed that it is typing, by channel. */
  readonly typings: Map<string, number[]>;
}

export function createService(settings: Settings): Service {
  const { clock, botId } = settings;
  const happenings = new Happenings();
  const ids = new Snowflakes(clock);
  const world = new World(botId, ids, happenings);
  const messages = new MessageStore(clock, ids, happenings, settings.nonceWindowMs);
  return {
    settings,
    token: tokenOf(botId),
    origin: '',
    happenings,
    ids,
    world,
    messages,
    commands: new Commands(ids, happenings),
    interactions: new Interactions(settings, ids, messages, happenings),
    typings: new Map(),
  };
}

/** In the shape of a real one: the bot's id in base64, a time, a signature. */
function tokenOf(botId: string): string {
  const id = Buffer.from(botId).toString('base64url');
  return [
    id,
    'SANDBX',
    Buffer.from('of the sandbox, good for nothing').toString('base64url').slice(0, 38),
  ].join('.');
}
