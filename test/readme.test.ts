import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { credentialStates } from '../src/credentials/status.ts';
import { errorCodes } from '../src/errors.ts';
import { classify } from '../src/grok/classify.ts';
import { commands, readme, readmeWithSettings, rowNames } from './readme.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'adapters')).map((name) => `adapters/${name}/README.md`),
];

describe('the README', () => {
  it('has the settings that the schemas have', async () => {
    await expect(await readmeWithSettings()).toMatchFileSnapshot('../README.md');
  });

  it('explains every error code, and no other', () => {
    expect(rowNames(readme(), 'codes')).toEqual([...errorCodes]);
  });

  it('explains every class that a known refusal has, and no other', () => {
    const bodies = z
      .array(
        z.looseObject({ endpoint: z.string(), status: z.number().nullable(), body: z.string() }),
      )
      .parse(JSON.parse(readFileSync(join(root, 'test/fixtures/xai-bodies.json'), 'utf8')));
    const found = bodies
      .filter(({ endpoint }) => endpoint === 'inference')
      .map(({ status, body }) => classify({ endpoint: 'inference', status, body }).class);
    expect(new Set(rowNames(readme(), 'classes'))).toEqual(new Set(found));
  });

  it('explains every state that an account can be seen in', () => {
    expect(rowNames(readme(), 'states')).toEqual([...credentialStates]);
  });
});

describe('the commands of the README', () => {
  it('are each run by a test, as printed', () => {
    const tests = ['test/compose/steps.ts', 'test/long/readme.test.ts'].map(textOf).join('\n');
    const printed = commands(readme());
    expect(printed.length).toBeGreaterThan(5);
    expect(printed.filter((command) => !tests.includes(`'${command}'`))).toEqual([]);
  });
});

describe('the documents', () => {
  it('name only commands that there are', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const named = documents.flatMap((name) =>
      [...textOf(name).matchAll(/npm (?:run )?(start|test|(?<=run )[a-z:]+)/g)].map(
        ([, script = '']) => script,
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it('link only to files that there are', () => {
    const broken = documents.flatMap((name) =>
      [...textOf(name).matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)]
        .map(([, target = '']) => join(dirname(name), target))
        .filter((target) => !existsSync(join(root, target))),
    );
    expect(broken).toEqual([]);
  });

  it('name only source files that there are', () => {
    const broken = documents.flatMap((name) =>
      [...textOf(name).matchAll(/`((?:src|adapters|sandbox|test)\/[\w./-]+\.[a-z]+)`/g)]
        .map(([, file = '']) => file)
        .filter((file) => !file.includes('NAME') && !existsSync(join(root, file))),
    );
    expect(broken).toEqual([]);
  });
});

function textOf(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}
