import { isBridgeError } from '../errors.ts';
import type { Dialogue } from './dialogue.ts';
import { checkGrokKey } from './grok-key.ts';
import type { SettingsDraft } from './settings-draft.ts';

/** Signs in by device code; what it resolves with stores the sign-in. */
export type SignIn = (
  clientId: string,
  show: (lines: readonly string[]) => void,
  signal: AbortSignal,
) => Promise<StoreSignIn>;

/** Resolves with a sentence about what was stored. */
export type StoreSignIn = (environment: Record<string, string | undefined>) => Promise<string>;

export interface GrokQuestion {
  readonly apiUrl: string;
  readonly model: string;
  /** A sign-in made here can be stored where the bridge will look for it. */
  readonly canSignInHere: boolean;
  readonly signIn: SignIn;
  readonly draft: SettingsDraft;
  readonly dialogue: Dialogue;
}

export type GrokAnswer =
  | { readonly kind: 'signed-in'; readonly store: StoreSignIn }
  /** To be signed in to where the bridge runs. */
  | { readonly kind: 'sign-in-later' }
  | { readonly kind: 'key' }
  | { readonly kind: 'none' };

/** Asks how the bridge gets at Grok, until that works or the person goes on without. */
export async function askGrok(question: GrokQuestion, signal: AbortSignal): Promise<GrokAnswer> {
  const { dialogue, draft, canSignInHere } = question;
  for (;;) {
    const how = await dialogue.choose('How shall the bridge reach Grok?', [
      {
        value: 'key',
        label: draft.isSet('XAI_API_KEY') ? 'With the API key, or another one' : 'With an API key',
        hint: 'from https://console.x.ai, billed by use',
      },
      {
        value: 'sign-in',
        label: 'By signing in with a Grok subscription',
        hint: canSignInHere ? 'by device code, in a browser' : 'once the containers are up',
      },
      { value: 'none', label: 'Leave that for later', hint: 'questions wait until then' },
    ]);
    switch (how) {
      case 'none':
        return { kind: 'none' };
      case 'key':
        if (await askKey(question, signal)) return { kind: 'key' };
        break;
      case 'sign-in': {
        const clientId = await askClient(question);
        if (clientId === undefined) break;
        if (!canSignInHere) return { kind: 'sign-in-later' };
        const store = await trySignIn(question, clientId, signal);
        if (store !== undefined) return { kind: 'signed-in', store };
      }
    }
  }
}

async function askKey(
  { apiUrl, model, draft, dialogue }: GrokQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const fixed = draft.fixedBy('XAI_API_KEY');
  if (fixed !== undefined) {
    dialogue.tell(`XAI_API_KEY comes from ${fixed}, which setup does not change.`);
    return true;
  }
  const present = draft.value('XAI_API_KEY');
  const typed = await dialogue.secret(
    `xAI API key (${present === undefined ? 'empty: back' : 'empty: keep the present one'})`,
  );
  const key = typed === '' ? present : typed;
  if (key === undefined) return false;
  const verdict = await checkGrokKey({ apiUrl, key, model }, signal);
  switch (verdict.kind) {
    case 'rejected':
      dialogue.fail(`The key is not taken: ${verdict.why}. Make one at https://console.x.ai.`);
      return false;
    case 'unknown':
      dialogue.warn(`The key could not be checked: ${verdict.why}.`);
      if (!(await dialogue.confirm('Take it unchecked?'))) return false;
      break;
    case 'accepted':
      dialogue.done(`The key works${verdict.name === '' ? '' : ` (“${verdict.name}”)`}.`);
      if (!verdict.hasModel) {
        dialogue.warn(`It may not use ${model}: set GROK_MODEL to a model that it may use.`);
      }
  }
  draft.set('XAI_API_KEY', key);
  return true;
}

/** The OAuth client: it has no default, see `.env.example`. */
async function askClient({ draft, dialogue }: GrokQuestion): Promise<string | undefined> {
  const present = draft.value('XAI_CLIENT_ID');
  if (present !== undefined) return present;
  dialogue.tell(
    'A sign-in needs an OAuth client (XAI_CLIENT_ID), and xAI gives none to this program.',
    [
      "The public id that other programs use belongs to the vendor's own command line client:",
      'b1a00492-073a-47ea-816f-4c329264a828',
      'Whether you may use it is between you and xAI. An API key needs none of this.',
    ],
  );
  const typed = await dialogue.text('XAI_CLIENT_ID (empty: back)');
  if (typed === '') return undefined;
  if (!/^[\w.:-]+$/.test(typed)) {
    dialogue.fail('A client id is made of letters, digits and dashes.');
    return undefined;
  }
  draft.set('XAI_CLIENT_ID', typed);
  return typed;
}

async function trySignIn(
  { signIn, dialogue }: GrokQuestion,
  clientId: string,
  signal: AbortSignal,
): Promise<StoreSignIn | undefined> {
  try {
    const store = await signIn(
      clientId,
      (lines) => dialogue.tell('Sign in to Grok in a browser:', lines),
      signal,
    );
    dialogue.done('Signed in.');
    return store;
  } catch (error) {
    signal.throwIfAborted();
    if (!isBridgeError(error)) throw error;
    dialogue.fail(error.message);
    return undefined;
  }
}
