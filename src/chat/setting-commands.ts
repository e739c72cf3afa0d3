import type { Command, CommandUse } from './command.ts';
import type { Model } from './insight.ts';
import type { Received } from './port.ts';

/** The longest persona, in UTF-16 units. */
export const maxPersonaChars = 2000;

/** What the people of a conversation choose for it. */
export const settingCommands: readonly Command[] = [
  { names: ['model'], run: chooseModel },
  { names: ['effort'], run: chooseEffort },
  { names: ['persona', 'system'], run: choosePersona },
];

async function chooseModel({ rest, words, desk, insight }: CommandUse): Promise<Received> {
  const models = await insight.models();
  const list = listed(models.map(({ id }) => id));
  if (rest === '') {
    const { model = insight.model } = await desk.settings();
    return desk.say(words.modelNow(model, list));
  }
  const name = rest.toLowerCase();
  if (isStandard(name)) return desk.change({ model: null }, words.modelSet(insight.model));
  const model = findModel(models, name);
  if (model === undefined) return desk.say(words.modelUnknown(plain(rest), list));
  const { effort } = await desk.settings();
  const efforts = insight.efforts(model);
  const takes = effort === undefined || efforts.includes(effort);
  const lacking =
    efforts.length === 0 ? words.effortLacking(model) : words.effortUnknown(model, listed(efforts));
  const done = takes ? [] : [lacking];
  return desk.change({ model }, [words.modelSet(model), ...done].join('\n'));
}

async function chooseEffort({ rest, words, desk, insight }: CommandUse): Promise<Received> {
  const { model = insight.model, effort } = await desk.settings();
  const efforts = insight.efforts(model);
  const name = rest.toLowerCase();
  if (isStandard(name)) return desk.change({ effort: null }, words.effortStandard);
  if (efforts.length === 0) return desk.say(words.effortLacking(model));
  if (rest === '') {
    const inUse = efforts.find((one) => one === effort);
    return desk.say(words.effortNow(model, inUse, listed(efforts)));
  }
  const chosen = efforts.find((one) => one === name);
  if (chosen === undefined) return desk.say(words.effortUnknown(model, listed(efforts)));
  return desk.change({ effort: chosen }, words.effortSet(chosen));
}

async function choosePersona({ rest, words, desk }: CommandUse): Promise<Received> {
  if (rest === '') {
    const { persona } = await desk.settings();
    return desk.say(persona === undefined ? words.personaNone : words.personaNow(persona));
  }
  const isOff = rest.toLowerCase() === 'off' || isStandard(rest.toLowerCase());
  if (isOff) return desk.change({ persona: null }, words.personaOff);
  if (rest.length > maxPersonaChars) return desk.say(words.personaTooLong(maxPersonaChars));
  return desk.change({ persona: rest }, words.personaSet);
}

/** While nobody knows the models, any name that could be one is taken: xAI has the last word. */
function findModel(models: readonly Model[], name: string): string | undefined {
  if (models.length === 0) return /^[a-z0-9][a-z0-9._:/-]{0,99}$/.test(name) ? name : undefined;
  return models.find(({ id, aliases }) => id.toLowerCase() === name || aliases.includes(name))?.id;
}

function isStandard(name: string): boolean {
  return name === 'default';
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** What somebody typed, set into our own Markdown. */
function plain(text: string): string {
  return text
    .replaceAll(/[\\`*_~|[\]<>@#\s]+/g, ' ')
    .slice(0, 100)
    .trim();
}
