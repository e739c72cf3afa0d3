import { readFileSync } from 'node:fs';

import { Script } from '../redis/script.ts';

/** The script made of these files of `scripts/`, one after the other: Lua of Redis has no `require`. */
export function loadScript(...names: string[]): Script {
  const parts = names.map((name) =>
    readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8'),
  );
  return new Script(parts.join('\n'));
}
