import { readdirSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { languageTags, wordsFor } from '../../src/words.ts';
import { en } from '../../src/words/en.ts';
import { zh } from '../../src/words/zh.ts';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

it.each([
  ['zh', zh],
  ['zh-CN', zh],
  ['zh_Hant', zh],
  ['en-GB', en],
  ['de', en],
  [undefined, en],
])('who has set %s reads their language, or English', (locale, words) => {
  expect(wordsFor(locale)).toBe(words);
});

it('every catalogue says something of everything, and not what the English one says', () => {
  const files = readdirSync(join(source, 'words')).filter((file) => file !== 'catalogue.ts');
  expect(files).toContain('zh.ts');
  for (const file of files) {
    const words = wordsFor(file.replace('.ts', ''));
    expect(Object.keys(words).toSorted()).toEqual(Object.keys(en).toSorted());
    if (file === 'en.ts') continue;
    const english = new Map(sentences(en));
    for (const [path, sentence] of sentences(words)) {
      expect(sentence, path).not.toBe('');
      expect(sentence, path).not.toBe(english.get(path));
    }
  }
});

it('every catalogue describes the commands in no more than Discord takes', () => {
  for (const tag of languageTags) {
    const { menu, menuArguments } = wordsFor(tag);
    for (const text of Object.values({ ...menu, ...menuArguments })) {
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(100);
    }
    expect(Object.keys(menu)).toEqual(Object.keys(en.menu));
    expect(Object.keys(menuArguments)).toEqual(Object.keys(en.menuArguments));
  }
  expect(languageTags).toContain('zh');
});

it('a further language is a further file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-words-'));
  try {
    await cp(join(source, 'words'), join(folder, 'words'), { recursive: true });
    await cp(join(source, 'words.ts'), join(folder, 'words.ts'));
    await writeFile(
      join(folder, 'words', 'pt-br.ts'),
      "import { en } from './en.ts';\nexport const ptBr = { ...en, reset: 'Feito.' };\n",
    );
    const copy: { wordsFor: typeof wordsFor } = await import(join(folder, 'words.ts'));
    expect(copy.wordsFor('pt-BR').reset).toBe('Feito.');
    expect(copy.wordsFor('pt-PT').reset).toBe(en.reset);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** All that a catalogue says, by where it stands; of a sentence about something, some of that. */
function sentences(said: unknown, path = ''): (readonly [path: string, sentence: string])[] {
  if (typeof said === 'string') return [[path, said]];
  if (typeof said === 'function') {
    const abouts = [3, 'x', '', ['x']];
    const found = abouts.flatMap((about) => {
      try {
        const sentence: unknown = said(...Array.from({ length: said.length }, () => about));
        return [[`${path}(${JSON.stringify(about)})`, String(sentence)] as const];
      } catch {
        // It is about something of another kind.
        return [];
      }
    });
    expect(found, path).not.toEqual([]);
    return found;
  }
  return Object.entries(said ?? {}).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}
