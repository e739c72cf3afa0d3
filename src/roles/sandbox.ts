import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makePlayers } from '../../sandbox/players.ts';
import { playScript, type Scene } from '../../sandbox/script.ts';
import { SandboxWorld } from '../../sandbox/world.ts';
import { BridgeError } from '../errors.ts';
import { shutdownSignal } from '../process.ts';
import { configure } from './foundation.ts';
import { importSignIn } from './import-sign-in.ts';
import type { Role } from './role.ts';
import { TerminalPipe } from './sandbox-terminal.ts';
import { serve } from './serve.ts';

/** Streams that a person can watch. */
const pleasantPace = { firstChunkDelayMs: 200, chunkDelayMs: 12 };

/**
 * Everything outside on loopback, the daemon served by it, and the script played once. With
 * `--script` it ends then, with 0 or 1; else it stays up.
 */
export const sandbox: Role = async ({ environment, words }) => {
  const onlyScript = words.includes('--script');
  const dataDir = await mkdtemp(join(tmpdir(), 'grok-bridge-sandbox-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }));
  const world = stack.use(await SandboxWorld.start(onlyScript ? {} : { xai: pleasantPace }));
  say('This is the sandbox: Discord, Telegram and Grok are stand-ins on this machine.');
  say(`Discord ${world.discord.url}  Telegram ${world.telegram.url}  xAI ${world.xai.apiUrl}\n`);

  const terminal = new TerminalPipe();
  const configured = await configure({
    HTTP_PORT: environment['HTTP_PORT'],
    HTTP_HOST: environment['HTTP_HOST'],
    LOG_LEVEL: environment['LOG_LEVEL'] ?? 'warn',
    REFRESH_GUARD_SECONDS: '0',
    DATA_DIR: dataDir,
    ADAPTERS: 'discord,telegram,terminal',
    ...world.environment(),
  });
  const stop = new AbortController();
  const signal = AbortSignal.any([shutdownSignal(), stop.signal]);
  const ready = Promise.withResolvers<void>();
  const served = serve(
    {
      configured,
      sides: 'both',
      definitions: configured.definitions.map((definition) => terminal.replace(definition)),

      onFoundation: async (foundation) =>
        importSignIn(foundation, JSON.stringify(world.xai.signIn())),
      onReady: ({ isDurable }) => {
        if (!isDurable) say('No redis-server on the PATH: the stand-in for it keeps nothing.\n');
        ready.resolve();
      },
    },
    signal,
  );
  await Promise.race([ready.promise, served]);
  const went = await playScript(world, makePlayers(world, terminal), tellScene);
  say(went ? '\nEverything went as it should.' : '\nSomething went wrong.');
  if (onlyScript) {
    stop.abort(new BridgeError('STOPPED', 'the script has ended'));
    await served;
    return went ? 0 : 1;
  }
  say('The sandbox stays up; end it with Ctrl-C.');
  await served;
  return 0;
};

function tellScene({ title, problem, tookMs }: Scene): void {
  say(`${problem === undefined ? '✓' : '✗'} ${title} (${tookMs} ms)`);
  if (problem !== undefined) say(`  ${problem}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
