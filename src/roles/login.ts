import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { deviceSignIn } from '../credentials/device.ts';
import { importTokens, type ImportedTokens } from '../credentials/import.ts';
import { makeKey } from '../credentials/key-ring.ts';
import { BridgeError } from '../errors.ts';
import { shutdownSignal } from '../process.ts';
import { credentialKeys } from './credential-keys.ts';
import { openCredentials } from './credential-service.ts';
import { configure, type Foundation, layFoundation } from './foundation.ts';
import type { Role } from './role.ts';

const usage = `npm run login [-- --name NAME] [-- --import FILE]

Signs in to Grok by device code: prints an address and a code, and waits until it was entered there.
  --name NAME    what to call the sign-in (default: main); the same name again replaces it
  --import FILE  takes tokens from a file instead, without any request: JSON with access_token,
                 refresh_token, and expires_in or expires_at; or the store of Hermes or the Grok CLI`;

/** Signs in, or imports a sign-in; exits once it is durable. */
export const login: Role = async ({ environment, words }) => {
  const options = readWords(words);
  if (options.help === true) {
    say(usage);
    return 0;
  }
  const configured = await configure(environment, { quiet: 'warn' });
  await using stack = new AsyncDisposableStack();
  const foundation = await layFoundation(configured, stack);
  if (credentialKeys(foundation) === null) throw keysMissing();

  const service = stack.use(await openCredentials(foundation, { tool: true }));
  const tokens =
    options.import === undefined
      ? await signIn(foundation)
      : readTokens(options.import, foundation.clock.now());
  const epoch = await service.signIn(options.name, tokens);
  say(`Signed in as “${options.name}” (sign-in ${epoch}). Running workers use it at once.`);
  if (!foundation.isDurable) {
    say('This Redis keeps nothing: the sealed copy under DATA_DIR carries the sign-in over.');
  }
  return 0;
};

function readWords(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        name: { type: 'string', default: 'main' },
        import: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError('CONFIG_INVALID', `${reason}\n\n${usage}`, { cause });
  }
}

function readTokens(file: string, nowMs: number): ImportedTokens {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BridgeError('CREDENTIAL_FILE_INVALID', `--import: cannot read ${file}`, { cause });
  }
  const { tokens, from } = importTokens(text, nowMs);
  if (from !== 'tokens') {
    say(
      'Note: the program these tokens come from refreshes them, too. Two owners of one sign-in revoke each other: stop using it there, or sign in here with `npm run login`.',
    );
  }
  return tokens;
}

async function signIn({ config, clock }: Foundation): Promise<ImportedTokens> {
  if (config.XAI_CLIENT_ID === undefined) {
    throw new BridgeError(
      'CONFIG_INVALID',
      'XAI_CLIENT_ID: needed to sign in by device code, see .env.example. An API key in XAI_API_KEY, or `--import FILE`, needs none.',
    );
  }
  return deviceSignIn(
    {
      issuer: config.XAI_AUTH_URL,
      clientId: config.XAI_CLIENT_ID,
      scope: config.XAI_SCOPE,
      clock,
      onPrompt: ({ verificationUri, userCode }) => {
        say(`Open ${verificationUri}\nand enter the code ${userCode}. Waiting …`);
      },
    },
    shutdownSignal(),
  );
}

function keysMissing(): BridgeError {
  return new BridgeError(
    'CREDENTIAL_KEY_MISSING',
    `CREDENTIAL_KEYS: needed to seal a sign-in in Redis. Put this new key into .env of every process, and keep it:\nCREDENTIAL_KEYS=${makeKey('k1')}`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
