import type { AdapterDefinition } from '../chat/port.ts';
import { askGrok, type GrokAnswer, type SignIn } from './ask-grok.ts';
import { askPlatform } from './ask-platform.ts';
import { cancelled, type Dialogue } from './dialogue.ts';
import { writeEnvFile } from './env-file.ts';
import { nextSteps, type Place } from './next-steps.ts';
import type { SettingsDraft } from './settings-draft.ts';

export interface SetupParts {
  readonly dialogue: Dialogue;
  readonly draft: SettingsDraft;
  readonly envFile: string;
  readonly definitions: readonly AdapterDefinition[];
  /** Each adapter's settings as they are, by its name. */
  readonly adapters: ReadonlyMap<string, unknown>;
  readonly grok: { readonly apiUrl: string; readonly model: string };
  readonly signIn: SignIn;
  /** A new key to seal a sign-in with. */
  readonly makeKey: () => string;
  /** Whether the first to send the code from the log becomes the owner. */
  readonly needsOwner: boolean;
}

/**
 * The whole dialogue: asks, checks, and after the last question writes `.env` and stores the
 * sign-in. Until then nothing is changed, however it ends.
 * @throws {BridgeError} `STOPPED` when it was cancelled, `CONFIG_INVALID` when `.env` cannot be
 *   written, and what storing a sign-in throws
 */
export async function runSetup(parts: SetupParts, signal: AbortSignal): Promise<void> {
  const { dialogue, draft, envFile, definitions, grok, signIn, needsOwner } = parts;
  dialogue.begin('grok-bridge: setup');
  dialogue.tell(
    'Nothing is written before the last question; Ctrl-C leaves everything as it was.',
    ['Every answer can also be given by hand in .env: .env.example explains each key.'],
  );
  const place = await dialogue.choose<Place>('Where will the bridge run?', [
    { value: 'here', label: 'On this machine, with npm start' },
    { value: 'compose', label: 'In containers, with docker compose' },
  ]);
  for (const definition of definitions) await askFor(definition, parts, signal);
  const answer = await askGrok(
    { ...grok, canSignInHere: place === 'here', signIn, draft, dialogue },
    signal,
  );
  addSealingKey(answer, place, parts);
  await confirmWriting(answer, parts);

  if (draft.changes.size > 0) {
    await writeEnvFile(envFile, draft.changes);
    dialogue.done(`Written to ${envFile}, readable by you alone.`);
  }
  if (answer.kind === 'signed-in') dialogue.done(await answer.store(draft.environment()));
  const hasPlatform = definitions.some(
    ({ setup }) => setup !== undefined && draft.isSet(setup.tokenKey),
  );
  dialogue.tell('What to do next', nextSteps({ place, answer, hasPlatform, needsOwner }));
  dialogue.end('Run this again whenever something changes.');
}

async function askFor(
  { name, setup, env }: AdapterDefinition,
  { adapters, draft, dialogue }: SetupParts,
  signal: AbortSignal,
): Promise<void> {
  if (setup === undefined) return;
  const present = adapters.get(name);
  const envWith = (token: string | undefined) =>
    token === undefined ? present : env.parse({ ...Object(present), [setup.tokenKey]: token });
  await askPlatform({ setup, envWith, draft, dialogue }, signal);
}

/** A Redis that is not the program's own keeps sign-ins sealed with a key that the settings hold. */
function addSealingKey(answer: GrokAnswer, place: Place, { draft, makeKey }: SetupParts): void {
  const isSignIn = answer.kind === 'signed-in' || answer.kind === 'sign-in-later';
  const isElsewhere = place === 'compose' || draft.isSet('REDIS_URL');
  if (isSignIn && isElsewhere && !draft.isSet('CREDENTIAL_KEYS')) {
    draft.set('CREDENTIAL_KEYS', makeKey());
  }
}

async function confirmWriting(
  answer: GrokAnswer,
  { dialogue, draft, envFile }: SetupParts,
): Promise<void> {
  const keys = [...draft.changes.keys()];
  if (keys.length === 0 && answer.kind !== 'signed-in') return;
  const acts = [
    ...(keys.length === 0 ? [] : [`write ${keys.join(', ')} to ${envFile}`]),
    ...(answer.kind === 'signed-in' ? ['keep the sign-in'] : []),
  ].join(' and ');
  if (!(await dialogue.confirm(`${acts.charAt(0).toUpperCase()}${acts.slice(1)}?`))) {
    throw cancelled();
  }
}
