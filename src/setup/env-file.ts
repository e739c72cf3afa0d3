import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { parseEnv } from 'node:util';

import { BridgeError } from '../errors.ts';

/** A file of settings as it stands; without one, nothing. */
export async function readEnvFile(file: string): Promise<Readonly<Record<string, string>>> {
  return parsed(await textOf(file));
}

/**
 * Sets these keys in the file, in one step and readable by its owner alone; all else in it stays.
 * Takes values of one line without single quotes.
 * @throws {BridgeError} `CONFIG_INVALID` when the file cannot be written
 */
export async function writeEnvFile(
  file: string,
  changes: ReadonlyMap<string, string>,
): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const draft = `${target}.${randomBytes(4).toString('hex')}`;
  try {
    const text = withSettings(await textOf(target), changes);
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError('CONFIG_INVALID', `${file} could not be written: ${why}`, { cause });
  }
}

/**
 * The text with these keys set: where a key stands, or below the comment that names it as in
 * `.env.example`, or at the end.
 */
export function withSettings(text: string, changes: ReadonlyMap<string, string>): string {
  const before = parsed(text);
  const wanted = { ...before, ...Object.fromEntries(changes) };
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [key, value] of changes) {
    if (before[key] === value) continue;
    const line = `${key}=${quoted(value)}`;
    const at = lines.findLastIndex((old) => new RegExp(`^\\s*(export\\s+)?${key}\\s*=`).test(old));
    const comment = lines.findIndex((old) => old.startsWith(`# ${key}=`));
    if (at >= 0) lines[at] = line;
    else if (comment >= 0) lines.splice(comment + 1, 0, line);
    else lines.push(line);
  }
  const result = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  const now = parsed(result);
  if (Object.entries(wanted).every(([key, value]) => now[key] === value)) return result;
  throw new Error('its form is not understood; set the keys by hand');
}

function quoted(value: string): string {
  // Single quotes keep `$` from docker compose, which would take what follows for a variable.
  return /^[\w.:/+=@,-]*$/.test(value) ? value : `'${value}'`;
}

function parsed(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(text)).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
