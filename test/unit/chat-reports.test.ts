import { describe, expect, it } from 'vitest';

import type { Account, Limits } from '../../src/chat/insight.ts';
import { credentialStates } from '../../src/credentials/status.ts';
import { accountWhy } from '../../src/roles/account-why.ts';
import { languageTags, wordsFor } from '../../src/words.ts';
import { ChatDesk, incoming } from './chat-desk.ts';

/** Each reason that is stored of an account, or error. */
const stored = [
  ['answer-lost', ''],
  ['auth-loop', ''],
  ['invalid-api-key', ''],
  ['rejected', ''],
  ['invalid_grant', 'dead-grant invalid_grant'],
  ['', 'transient http-503'],
] as const;
const modes = ['pairing', 'allowlist', 'open'] as const;

describe.each(languageTags)('what owners are told in the language %s', (locale) => {
  const words = wordsFor(locale);

  it.each(credentialStates)('names the state %s of an account in its words', async (state) => {
    const told = await say('/accounts', { locale, account: { state } });
    expect(told).toContain(words.accountStates[state]);
    if (locale !== 'en') expect(told).not.toContain(state);
  });

  it.each(stored)('says why an account is out: %s%s', async (reason, error) => {
    const why = accountWhy(reason, error);
    const told = await say('/accounts', { locale, account: { state: 'quarantined', why } });
    if (why === null) throw new Error('no reason');
    expect(told).toContain(words.accountWhy[why.kind](why.code));
    // What the other side calls it is said as such; names of our own are said in words.
    expect(told).toContain(why.code === '' ? '' : `\`${why.code}\``);
    if (locale !== 'en') expect(told).not.toMatch(/lost|loop|invalid-api-key|rejected/);
  });

  it.each(modes)('says who may talk where ACCESS is %s', async (access) => {
    const told = await say('/limits', { locale, limits: { access } });
    expect(told).toContain(`- ${words.limits.access}: ${words.accessModes[access]}`);
  });

  it('is not what the English catalogue says', () => {
    if (locale === 'en') return;
    const en = wordsFor('en');
    for (const state of credentialStates) {
      expect(words.accountStates[state]).not.toBe(en.accountStates[state]);
    }
    for (const mode of modes) expect(words.accessModes[mode]).not.toBe(en.accessModes[mode]);
  });
});

it('an account that is well has no reason', () => {
  expect(accountWhy('', '')).toBeNull();
});

/** What an owner is told who speaks a language. */
async function say(
  text: string,
  {
    locale,
    account = {},
    limits = {},
  }: { locale: string; account?: Partial<Account>; limits?: Partial<Limits> },
): Promise<string | undefined> {
  const given = new ChatDesk();
  const main = { name: 'main', kind: 'oauth', state: 'active', remainingMs: null } as const;
  given.insight.members = [{ ...main, why: null, ...account }];
  given.insight.limits = { ...given.insight.limits, ...limits };
  const author = { id: 'memory:boss', name: 'Boss', locale };
  const admission = given.admission({ owners: [author.id] });
  await admission.receive(incoming(text, { author }), new AbortController().signal);
  return given.prompts.replies.at(-1)?.text;
}
