import { Script } from '../redis/script.ts';

/** The script made of these files of `scripts/`, one after the other. */
export function loadScript(...names: string[]): Script {
  return Script.load(...names.map((name) => new URL(`scripts/${name}.lua`, import.meta.url)));
}
