import { resolve } from 'node:path';

import { systemClock } from '../clock.ts';
import type { Environment } from '../config.ts';
import { deviceSignIn } from '../credentials/device.ts';
import type { ImportedTokens } from '../credentials/import.ts';
import { makeKey } from '../credentials/key-ring.ts';
import { BridgeError, isBridgeError } from '../errors.ts';
import { shutdownSignal } from '../process.ts';
import type { SignIn } from '../setup/ask-grok.ts';
import { Dialogue, type Terminal } from '../setup/dialogue.ts';
import { readEnvFile } from '../setup/env-file.ts';
import { SettingsDraft } from '../setup/settings-draft.ts';
import { runSetup } from '../setup/setup.ts';
import { openCredentials } from './credential-service.ts';
import { configure, type Foundation, layFoundation } from './foundation.ts';
import type { Role } from './role.ts';

/** Asks for tokens and the sign-in, checks them, and writes `.env`. */
export const setup: Role = async ({ environment }) => {
  const { stdin: input, stdout: output } = process;
  if (!input.isTTY || !output.isTTY) {
    throw new BridgeError(
      'CONFIG_INVALID',
      'setup asks questions and needs a terminal. Every answer can be given by hand, too: copy .env.example to .env and fill it in.',
    );
  }
  const asked = { environment, envFile: resolve('.env'), terminal: { input, output } };
  return setUp(asked, shutdownSignal());
};

/** The dialogue at any terminal, for any file; resolves with the exit code. */
export async function setUp(
  { environment, envFile, terminal }: SetupPlace,
  signal: AbortSignal,
): Promise<number> {
  const configured = await configure(environment);
  const { config, definitions } = configured;
  const dialogue = new Dialogue(terminal, signal);
  try {
    await runSetup(
      {
        dialogue,
        draft: new SettingsDraft(environment, await readEnvFile(envFile)),
        envFile,
        definitions,
        adapters: config.adapters,
        grok: { apiUrl: config.XAI_API_URL, model: config.GROK_MODEL },
        signIn: signInWith(configured),
        makeKey: () => makeKey('k1'),
        needsOwner: config.ACCESS === 'pairing' && config.OWNERS.length === 0,
      },
      signal,
    );
    return 0;
  } catch (error) {
    if (!signal.aborted && !isBridgeError(error, 'STOPPED')) throw error;
    dialogue.end('Setup was cancelled: nothing was changed.');
    return 1;
  }
}

export interface SetupPlace {
  readonly environment: Environment;
  readonly envFile: string;
  readonly terminal: Terminal;
}

function signInWith({ config }: Pick<Foundation, 'config'>): SignIn {
  return async (clientId, show, signal) => {
    const tokens = await deviceSignIn(
      {
        issuer: config.XAI_AUTH_URL,
        clientId,
        scope: config.XAI_SCOPE,
        clock: systemClock,
        onPrompt: ({ verificationUri, userCode, complete }) =>
          show([
            complete ?? verificationUri,
            `The code is ${userCode}. Waiting until it is entered there; Ctrl-C cancels.`,
          ]),
      },
      signal,
    );
    return async (environment) => store(environment, tokens);
  };
}

/** As `npm run login` does it, with the settings that were just written. */
async function store(environment: Environment, tokens: ImportedTokens): Promise<string> {
  try {
    const configured = await configure(environment, { quiet: 'warn' });
    await using stack = new AsyncDisposableStack();
    const foundation = await layFoundation(configured, stack);
    const service = stack.use(await openCredentials(foundation, { tool: true }));
    await service.signIn('main', tokens);
    return 'The sign-in is stored as “main”.';
  } catch (error) {
    if (!isBridgeError(error)) throw error;
    throw new BridgeError(
      error.code,
      `.env is written, but the sign-in could not be stored: ${error.message}\nMend that, then sign in again: npm run login`,
      { cause: error },
    );
  }
}
