import type { BotReport, PlatformSetup } from '../chat/port.ts';
import { isBridgeError } from '../errors.ts';
import type { Dialogue } from './dialogue.ts';
import type { SettingsDraft } from './settings-draft.ts';

export interface PlatformQuestion {
  readonly setup: PlatformSetup;
  /** The adapter's settings with this token in place of the present one, if one is given. */
  readonly envWith: (token: string | undefined) => unknown;
  readonly draft: SettingsDraft;
  readonly dialogue: Dialogue;
}

/** Asks for a bot's token until the platform takes it or the person goes on without. */
export async function askPlatform(question: PlatformQuestion, signal: AbortSignal): Promise<void> {
  const { setup, envWith, draft, dialogue } = question;
  const { title, tokenKey, steps } = setup;
  const fixed = draft.fixedBy(tokenKey);
  if (fixed !== undefined) {
    dialogue.tell(`${title}: ${tokenKey} comes from ${fixed}, which setup does not change.`);
    await check(question, envWith(undefined), signal);
    return;
  }
  const isSet = draft.isSet(tokenKey);
  dialogue.tell(
    `${title}: the bot's token (${tokenKey})`,
    steps.map((step, index) => `${index + 1}. ${step}`),
  );
  for (;;) {
    const typed = await dialogue.secret(
      `${title} token (${isSet ? 'empty: keep the present one' : 'empty: go on without'})`,
    );
    if (typed === '') {
      if (isSet) await check(question, envWith(undefined), signal);
      return;
    }
    if (typed.includes("'")) {
      dialogue.fail('No token has a quote in it.');
      continue;
    }
    if (await check(question, envWith(typed), signal)) {
      draft.set(tokenKey, typed);
      return;
    }
  }
}

/** Whether the token may be taken. */
async function check(
  { setup, dialogue }: PlatformQuestion,
  env: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    tellReport(await setup.inspect(env, signal), dialogue);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!isBridgeError(error)) throw error;
    dialogue.fail(error.message);
    return (
      error.code === 'PLATFORM_UNREACHABLE' && (await dialogue.confirm('Take the token unchecked?'))
    );
  }
}

function tellReport({ name, facts, warnings, links }: BotReport, dialogue: Dialogue): void {
  dialogue.done(`This is ${name}.`);
  for (const fact of facts) dialogue.tell(fact);
  for (const warning of warnings) dialogue.warn(warning);
  for (const { label, url } of links) dialogue.tell(`${label}:`, [url]);
}
