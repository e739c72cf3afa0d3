import { adapterNames } from './adapters.ts';

/** How much a log says: a level for all, and levels for single parts. */
export interface LogLevels {
  readonly all: string;
  readonly parts: ReadonlyMap<string, string>;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Parts of the program that log; the platforms besides, each by its adapter's name. */
const ownParts = ['program', 'chat', 'queue', 'grok', 'credentials', 'redis', 'console'] as const;

/** A part of the program, or a platform. */
export type LogPart = (typeof ownParts)[number] | { readonly platform: string };

/**
 * Reads `LOG_LEVEL`: a level, and any number of `PART=LEVEL`, comma-separated, in any order. What
 * comes twice, a part or a level that there is not: a sentence that says what was expected.
 */
export function readLevels(text: string): LogLevels | string {
  const known = [...ownParts, ...adapterNames()];
  const expected = `expected a level (${levels.join(', ')}) and PART=LEVEL, comma-separated; parts: ${known.join(', ')}`;
  let all: string | undefined;
  const parts = new Map<string, string>();
  for (const entry of text.split(',').map((word) => word.trim())) {
    const [left = '', right, ...more] = entry.split('=').map((word) => word.trim());
    const level = right ?? left;
    if (more.length > 0 || !levels.includes(level)) return expected;
    if (right === undefined) {
      if (all !== undefined) return expected;
      all = level;
      continue;
    }
    if (!known.includes(left) || parts.has(left)) return expected;
    parts.set(left, level);
  }
  return { all: all ?? 'info', parts };
}
