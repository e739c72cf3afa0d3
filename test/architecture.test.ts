import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom. A folder's first row that matches the file decides. `ours`: folders (or
 * files) of the program besides its own; `packages`: only these of the guarded ones.
 */
const rules: readonly Rule[] = [
  { of: 'src/roles/', ours: 'any', packages: 'any' },
  { of: 'src/main.ts', ours: ['src/roles/', 'src/'], packages: [] },
  {
    of: 'src/chat/port.ts',
    ours: [
      'src/chat/passed-files.ts',
      'src/chat/read-bounded.ts',
      'src/chat/too-much.ts',
      'src/errors.ts',
      'src/button.ts',
      'src/clock.ts',
      'src/prompt.ts',
      'src/words.ts',
    ],
    packages: [],
  },
  { of: 'src/redis/', ours: ['src/'], packages: ['ioredis'] },
  { of: 'src/chat/', ours: ['src/'], packages: [] },
  { of: 'src/queue/', ours: ['src/', 'src/redis/'], packages: ['ioredis', 'bullmq'] },
  { of: 'src/grok/', ours: ['src/'], packages: ['openai'] },
  { of: 'src/conversation/', ours: ['src/', 'src/redis/'], packages: ['ioredis'] },
  { of: 'src/credentials/', ours: ['src/', 'src/redis/'], packages: ['ioredis'] },
  { of: 'src/console/', ours: ['src/'], packages: ['bullmq'] },
  { of: 'src/setup/', ours: ['src/', 'src/chat/port.ts'], packages: ['@clack/prompts'] },
  {
    of: 'src/telemetry/',
    ours: ['src/'],
    packages: ['bullmq', 'bullmq-otel', '@opentelemetry'],
  },
  { of: 'src/words/', ours: [], packages: [] },
  { of: 'src/', ours: ['src/words/', 'src/chat/port.ts', 'src/'], packages: [] },
  { of: 'adapters/discord/', ours: ['src/chat/port.ts'], packages: ['discord.js'] },
  { of: 'adapters/telegram/', ours: ['src/chat/port.ts'], packages: ['grammy'] },
  { of: 'adapters/', ours: ['src/chat/port.ts'], packages: [] },
  { of: 'sandbox/', ours: ['sandbox/', 'src/clock.ts', 'src/errors.ts'], packages: [] },
];

interface Rule {
  readonly of: string;
  /** `src/` here means the files directly in it. */
  readonly ours: 'any' | readonly string[];
  readonly packages: 'any' | readonly string[];
}

/** Heavy packages: each may be imported only where a rule names it. */
const guarded = [
  'bullmq',
  'bullmq-otel',
  '@opentelemetry',
  'ioredis',
  'openai',
  'discord.js',
  'grammy',
  '@clack/prompts',
];

const root = fileURLToPath(new URL('..', import.meta.url));

describe('who may import whom', () => {
  const files = ['src', 'adapters', 'sandbox'].flatMap((folder) => sources(folder));

  it('is decided for every file, of which there are many', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.filter((file) => ruleOf(file) === undefined)).toEqual([]);
  });

  it('holds for imports of our own files', () => {
    expect(files.flatMap((file) => breachesOfOurs(file))).toEqual([]);
  });

  it('holds for heavy packages', () => {
    expect(files.flatMap((file) => breachesOfPackages(file))).toEqual([]);
  });

  it('loads what traces only where it is asked for', () => {
    const others = files.filter((file) => !file.startsWith('src/telemetry/'));
    const eager = others.filter((file) =>
      importsOf(file).some((one) => targetOf(file, one)?.startsWith('src/telemetry/') === true),
    );
    expect(files.length - others.length).toBeGreaterThan(1);
    expect(eager).toEqual([]);
  });

  it('leaves the classifier without any import at all', () => {
    expect(importsOf('src/grok/classify.ts')).toEqual([]);
  });

  it('would notice a breach', () => {
    expect(mayImport('src/chat/admit.ts', 'src/queue/prompt-queue.ts')).toBe(false);
    expect(mayImport('adapters/discord/index.ts', 'src/errors.ts')).toBe(false);
    expect(mayImport('adapters/discord/index.ts', 'src/chat/port.ts')).toBe(true);
    expect(mayUse('src/chat/admit.ts', 'ioredis')).toBe(false);
    expect(mayUse('src/queue/prompt-queue.ts', 'ioredis')).toBe(true);
  });
});

function breachesOfOurs(file: string): string[] {
  return importsOf(file)
    .map((specifier) => targetOf(file, specifier))
    .filter((target) => target !== undefined)
    .filter((target) => !mayImport(file, target))
    .map((target) => `${file} → ${target}`);
}

function breachesOfPackages(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => !mayUse(file, specifier))
    .map((specifier) => `${file} → ${specifier}`);
}

function mayImport(file: string, target: string): boolean {
  const rule = ruleOf(file);
  if (rule === undefined) return false;
  if (rule.ours === 'any') return true;
  const own =
    rule.of.endsWith('/') && rule.of !== 'src/' && target.startsWith(folderOf(file, rule));
  return own || rule.ours.some((allowed) => covers(allowed, target));
}

/** An adapter's own folder is one below the rule's that speaks of all adapters. */
function folderOf(file: string, rule: Rule): string {
  if (rule.of !== 'adapters/') return rule.of;
  return `${file.split('/').slice(0, 2).join('/')}/`;
}

function covers(allowed: string, target: string): boolean {
  if (allowed === 'src/') return /^src\/[^/]+$/.test(target);
  return allowed.endsWith('/') ? target.startsWith(allowed) : target === allowed;
}

function mayUse(file: string, specifier: string): boolean {
  const name = guarded.find((heavy) => specifier === heavy || specifier.startsWith(`${heavy}/`));
  const rule = ruleOf(file);
  return (
    name === undefined ||
    (rule !== undefined && (rule.packages === 'any' || rule.packages.includes(name)))
  );
}

function ruleOf(file: string): Rule | undefined {
  return rules.find(({ of }) => (of.endsWith('/') ? file.startsWith(of) : file === of));
}

function targetOf(file: string, specifier: string): string | undefined {
  if (specifier === '#port') return 'src/chat/port.ts';
  if (!specifier.startsWith('.')) return undefined;
  return relative(root, resolve(root, dirname(file), specifier));
}

function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  const statics = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  return [...new Set([...statics, ...exports])];
}

/** The program's own files; tests beside an adapter or a sandbox may import what they test with. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}
