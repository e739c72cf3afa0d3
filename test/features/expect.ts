import { expect } from 'vitest';

import { unfinished } from '../../sandbox/players.ts';
import type { SandboxWorld } from '../../sandbox/world.ts';
import type { Person } from './platform.ts';

/** Resolves with what Grok was asked, once it was asked something that ends so. */
export async function reached(world: SandboxWorld, question: string): Promise<string> {
  const found = () =>
    world.xai.requests
      .map(({ inputs }) => inputs.at(-1) ?? '')
      .find((text) => text.includes(question));
  await expect.poll(found, { timeout: 30_000, interval: 10 }).toBeDefined();
  return found() ?? '';
}

/** Resolves once these words of the program's stand there, whole. */
export async function says(person: Person, words: string): Promise<void> {
  const plain = (text: string) => text.replaceAll(/[*`_]/g, '');
  await person.until((shown) =>
    shown.some((text) => !unfinished(text) && plain(text).includes(plain(words))),
  );
}
