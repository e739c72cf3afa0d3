import { parseArgs } from 'node:util';

import { BridgeError } from '../errors.ts';
import { type Finding, findings } from './doctor-checks.ts';
import type { Role } from './role.ts';

const usage = `npm run doctor [-- --json]

Checks configuration, Redis, disk, permissions, platforms, Grok, credentials and clock, and says what to do.
Exit code: 0 all is well, 1 something to look at, 2 it cannot work like this.`;

/** Looks at everything that can be wrong, changing nothing and spending no refresh token. */
export const doctor: Role = async ({ environment, words }) => {
  const { json, help } = readWords(words);
  if (help === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const found: Finding[] = [];
  for await (const finding of findings(environment)) {
    found.push(finding);
    if (json !== true) process.stdout.write(`${lineOf(finding)}\n`);
  }
  const exitCode = exitCodeOf(found);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ exitCode, findings: found }, undefined, 2)}\n`);
  }
  return exitCode;
};

function readWords(words: readonly string[]) {
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
    return parseArgs({ args: [...words], options }).values;
  } catch (cause) {
    throw new BridgeError('CONFIG_INVALID', usage, { cause });
  }
}

function lineOf({ part, state, says }: Finding): string {
  const mark = { ok: '✓', warning: '!', failure: '✗' }[state];
  return `${mark} ${part}: ${says}`;
}

/** 0: all is well; 1: something to look at; 2: it cannot work like this. */
export function exitCodeOf(found: readonly Finding[]): 0 | 1 | 2 {
  if (found.some(({ state }) => state === 'failure')) return 2;
  return found.some(({ state }) => state === 'warning') ? 1 : 0;
}
