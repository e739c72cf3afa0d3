import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { BridgeError } from './errors.ts';
import { settings } from './settings.ts';

/** The program's own settings, parsed; the adapters' are in `adapters`, each by its folder's name. */
export interface Config extends Omit<z.infer<typeof settings>, 'ADAPTERS'> {
  /** Those to start: as named, else those whose token is set. */
  readonly ADAPTERS: readonly string[];
  readonly adapters: ReadonlyMap<string, unknown>;
  /** Whether anything at all was configured: if not, and not in production, the sandbox starts. */
  readonly isUnconfigured: boolean;
}

/** What the configuration needs to know of an adapter. */
export interface ConfigurablePart {
  readonly name: string;
  readonly env: z.ZodType;
  configured(env: unknown): boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the whole configuration from `env` (and the files that `KEY_FILE` keys name). The only
 * reader of the environment.
 * @throws {BridgeError} `CONFIG_INVALID` with every problem in one message; values are not echoed.
 */
export function readConfig(env: Environment, parts: readonly ConfigurablePart[]): Config {
  const problems: string[] = [];
  const known = new Set([settings, ...parts.map((part) => part.env)].flatMap(keysOf));
  const values = withFiles(env, known, problems);

  const parsed = settings.safeParse(values);
  if (!parsed.success) problems.push(...describe(parsed.error));

  const adapters = new Map<string, unknown>();
  const configured: string[] = [];
  for (const part of parts) {
    const own = part.env.safeParse(values);
    if (!own.success) {
      problems.push(...describe(own.error));
      continue;
    }
    adapters.set(part.name, own.data);
    if (part.configured(own.data)) configured.push(part.name);
  }
  if (!parsed.success || problems.length > 0) throw invalid(problems);

  const named = parsed.data.ADAPTERS;
  const config = parsed.data;
  const isUnconfigured =
    named === undefined &&
    configured.length === 0 &&
    config.REDIS_URL === undefined &&
    config.XAI_API_KEY === undefined &&
    config.NODE_ENV !== 'production';
  return { ...config, ADAPTERS: named ?? configured, adapters, isUnconfigured };
}

/** The keys of a zod object schema. */
export function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Empty means unset; `KEY_FILE` gives `KEY` from a file (Docker secrets), its last line end cut. */
function withFiles(
  env: Environment,
  known: ReadonlySet<string>,
  problems: string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const key of known) {
    const value = env[key];
    const file = env[`${key}_FILE`];
    if (value !== undefined && value !== '') values[key] = value;
    if (file === undefined || file === '') continue;
    if (values[key] !== undefined) {
      problems.push(`${key}: set ${key} or ${key}_FILE, not both`);
      continue;
    }
    try {
      values[key] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      problems.push(`${key}_FILE: cannot read the file it names`);
    }
  }
  return values;
}

function describe(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
}

function invalid(problems: readonly string[]): BridgeError {
  const lines = [...new Set(problems)].map((problem) => `  - ${problem}`);
  return new BridgeError(
    'CONFIG_INVALID',
    ['The configuration has problems; set these in .env or the environment:', ...lines].join('\n'),
  );
}
