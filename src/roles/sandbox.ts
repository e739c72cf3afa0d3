import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makePlayers } from '../../sandbox/players.ts';
import { pleasantPace, promptCommands } from '../../sandbox/prompt-commands.ts';
import { playScript, type Scene } from '../../sandbox/script.ts';
import { Visitor } from '../../sandbox/visitor.ts';
import { SandboxWorld } from '../../sandbox/world.ts';
import type { Config } from '../config.ts';
import { isLoopback } from '../console/door.ts';
import { BridgeError } from '../errors.ts';
import { shutdownSignal } from '../process.ts';
import { configure, type Foundation } from './foundation.ts';
import { importSignIn } from './import-sign-in.ts';
import { playgroundOf } from './playground.ts';
import type { Role, RoleStart } from './role.ts';
import { sandboxLog } from './sandbox-log.ts';
import { SandboxPrompt, type SandboxTerminal } from './sandbox-prompt.ts';
import { TerminalPipe } from './sandbox-terminal.ts';
import { serve } from './serve.ts';

/** As a person or a script starts it; with a terminal there is a prompt after the script. */
export const sandbox: Role = async (start) => {
  const { stdin: input, stdout: output } = process;
  const terminal = input.isTTY && output.isTTY ? { input, output } : undefined;
  return runSandbox({ ...start, terminal }, shutdownSignal());
};

/**
 * Everything outside on loopback, the daemon served by it, and the script played once. With
 * `--script` it ends then, with 0 or 1; else it stays up until the signal, or until the person at
 * the terminal leaves. Nothing of it outlives the call.
 */
export async function runSandbox(
  { environment, words, terminal }: SandboxStart,
  stopped: AbortSignal,
): Promise<number> {
  const onlyScript = words.includes('--script');
  const say = (text: string) => (terminal?.output ?? process.stdout).write(`${text}\n`);
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'grok-bridge-sandbox-'));
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }));
  const world = stack.use(await SandboxWorld.start(onlyScript ? {} : { xai: pleasantPace }));
  say('This is the sandbox: Discord, Telegram and Grok are stand-ins on this machine.');
  say(`Discord ${world.discord.url}  Telegram ${world.telegram.url}  xAI ${world.xai.apiUrl}\n`);

  const pipe = new TerminalPipe();
  const read = await configure({
    HTTP_PORT: environment['HTTP_PORT'],
    HTTP_HOST: environment['HTTP_HOST'],
    HTTP_TOKEN: environment['HTTP_TOKEN'],
    // The script's refusals are part of the play; `LOG_LEVEL=info` shows what the log says of them.
    LOG_LEVEL: environment['LOG_LEVEL'] ?? 'fatal',
    REFRESH_GUARD_SECONDS: '0',
    DATA_DIR: dataDir,
    ADAPTERS: 'discord,telegram,terminal',
    ...world.environment(),
  });
  let print: (line: string) => unknown = say;
  const log = terminal === undefined ? read.log : sandboxLog((line) => print(line));
  const stop = new AbortController();
  const until = AbortSignal.any([stopped, stop.signal]);
  const ready = Promise.withResolvers<{ foundation: Foundation; url: string }>();
  const signIn = async (foundation: Foundation) =>
    importSignIn(foundation, JSON.stringify(world.xai.signIn()));
  const visitor = new Visitor(world, pipe);
  const commands = promptCommands(world, async () => signIn((await ready.promise).foundation));
  const served = serve(
    {
      configured: { ...read, log },
      sides: 'both',
      definitions: read.definitions.map((definition) => pipe.replace(definition)),
      playground: playgroundOf(visitor, commands),
      onFoundation: signIn,
      onReady: (foundation, url) => ready.resolve({ foundation, url }),
    },
    until,
  );
  served.catch((error: unknown) => ready.reject(error));
  const up = await Promise.race([ready.promise, served]);
  // Left before it was up.
  if (up === undefined) return onlyScript ? 1 : 0;
  const { foundation, url } = up;
  if (isSeen(read.config)) say(`Console ${url}/  Playground ${url}/playground\n`);
  if (!foundation.isDurable) {
    say('No redis-server on the PATH: the stand-in for it keeps nothing.\n');
  }
  const end = () => stop.abort(new BridgeError('STOPPED', 'the sandbox is left'));
  const tell = (scene: Scene) => say(sceneText(scene));
  const went = await playScript(world, makePlayers(world, pipe), tell, until);
  if (went !== 'left') {
    say(went === 'well' ? '\nEverything went as it should.' : '\nSomething went wrong.');
  }
  if (onlyScript || went === 'left') {
    end();
    await served;
    return onlyScript && went !== 'well' ? 1 : 0;
  }
  if (terminal === undefined) {
    say('The sandbox stays up; end it with Ctrl-C.');
    await served;
    return 0;
  }
  const { screen } = pipe;
  const stopShowing = visitor.show(({ id, text, isWhole }) =>
    screen.show(id, text, isWhole ? 'answer' : 'preview'),
  );
  stack.defer(stopShowing);
  const leave = () => {
    world.xai.behave();
    end();
  };
  using prompt = new SandboxPrompt({ terminal, visitor, commands, screen, leave });
  pipe.showOn(prompt.output);
  print = (line) => screen.print(line);
  prompt.begin();
  await served;
  return 0;
}

/** In a container it listens on all addresses, and is closed without a token. */
function isSeen({ HTTP_HOST, HTTP_TOKEN }: Pick<Config, 'HTTP_HOST' | 'HTTP_TOKEN'>): boolean {
  return isLoopback(HTTP_HOST) || HTTP_TOKEN !== undefined;
}

export interface SandboxStart extends RoleStart {
  readonly terminal?: SandboxTerminal | undefined;
}

function sceneText({ title, problem, tookMs }: Scene): string {
  const line = `${problem === undefined ? '✓' : '✗'} ${title} (${tookMs} ms)`;
  return problem === undefined ? line : `${line}\n  ${problem}`;
}
