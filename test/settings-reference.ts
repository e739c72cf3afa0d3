import { z } from 'zod';

import { loadAdapters } from '../src/adapters.ts';
import { keysOf } from '../src/config.ts';
import { settings } from '../src/settings.ts';

/** One setting as documents speak of it. */
export interface SettingReference {
  readonly key: string;
  readonly standard: string;
  readonly description: string;
}

export interface SettingsSection {
  readonly title: string;
  readonly settings: readonly SettingReference[];
}

/** Every setting there is, the adapters' own included, as the schemas say it. */
export async function settingsSections(): Promise<readonly SettingsSection[]> {
  const adapters = await loadAdapters();
  return [
    ...adapters.map(({ name, env }) => ({ title: name, settings: references(env) })),
    { title: 'the program', settings: references(settings) },
  ].filter((section) => section.settings.length > 0);
}

/** The text of `.env.example`. */
export async function envExample(): Promise<string> {
  const sections = await settingsSections();
  const head = [
    '# Settings of grok-bridge. Copy this file to .env and set what you need: nothing is required.',
    '# Any KEY may be given as KEY_FILE instead, a path to read it from.',
  ];
  const body = sections.map(
    ({ title, settings }) => `\n## ${title}\n${settings.map(settingExample).join('\n')}`,
  );
  return `${[...head, ...body].join('\n')}\n`;
}

function settingExample({ key, standard, description }: SettingReference): string {
  const comment = wrap(description.replaceAll('`', ''), 96).map((line) => `# ${line}`);
  return `\n${comment.join('\n')}\n# ${key}=${standard}`;
}

/** The README's table of settings. */
export async function settingsTable(): Promise<string> {
  const rows = (await settingsSections()).flatMap((section) =>
    section.settings.map(
      ({ key, standard, description }) =>
        `| \`${key}\` | ${standard === '' ? '–' : `\`${standard}\``} | ${description.replaceAll('|', '\\|')} |`,
    ),
  );
  return ['| key | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function references(schema: z.ZodType): SettingReference[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.ZodType>> = schema.shape;
  return keysOf(schema).map((key) => ({
    key,
    standard: standardOf(shape[key]),
    description: shape[key]?.description ?? '',
  }));
}

/** What the schema makes of nothing; lists as they are written, off and unset as nothing. */
function standardOf(schema: z.ZodType | undefined): string {
  const parsed = schema?.safeParse(undefined);
  if (parsed?.success !== true) return '';
  const value: unknown = parsed.data;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
