import type { Channel, CommandOption, Interaction, OptionValue, User } from './entities.ts';
import type { Service } from './service.ts';

/**
 * Runs a command as Discord's client lets a user run it.
 * @throws {Error} when the command is not offered there, or an option is missing, unknown or wrong
 */
export function startSlash(
  { commands, interactions }: Service,
  run: {
    readonly user: User;
    readonly channel: Channel;
    readonly name: string;
    readonly options: Readonly<Record<string, OptionValue>>;
    readonly locale: string;
  },
): Interaction {
  const { user, channel, name, options, locale } = run;
  const command = commands.offered(name, channel.kind === 'dm' ? undefined : channel.guildId);
  if (command === undefined) throw new Error(`No command /${name} is registered there.`);
  const known = command.definition.options;
  for (const given of Object.keys(options)) {
    if (!known.some((option) => option.name === given)) {
      throw new Error(`/${name} has no option ${given}.`);
    }
  }
  for (const option of known) check(name, option, options[option.name]);
  const of = { kind: 'command', command, options } as const;
  return interactions.start({ userId: user.id, channelId: channel.id, of, locale });
}

/**
 * Asks what may be chosen, as the client does while a user types.
 * @throws {Error} when the command is not offered there, or the option is not completed by the bot
 */
export function startTyping(
  { commands, interactions }: Service,
  typed: {
    readonly user: User;
    readonly channel: Channel;
    readonly name: string;
    readonly option: string;
    readonly text: string;
    readonly locale: string;
  },
): Interaction {
  const { user, channel, name, option, text, locale } = typed;
  const command = commands.offered(name, channel.kind === 'dm' ? undefined : channel.guildId);
  const known = command?.definition.options.find((one) => one.name === option);
  if (command === undefined || known?.['autocomplete'] !== true) {
    throw new Error(`/${name} does not complete the option ${option} there.`);
  }
  const of = { kind: 'command', command, options: { [option]: text } } as const;
  const by = { userId: user.id, channelId: channel.id, locale };
  return interactions.start({ ...by, of, focused: option });
}

const typeOf = new Map([
  [3, 'string'],
  [4, 'number'],
  [5, 'boolean'],
  [6, 'string'],
  [10, 'number'],
]);

function check(command: string, option: CommandOption, value: OptionValue | undefined): void {
  if (value === undefined) {
    if (option.required) throw new Error(`/${command} needs the option ${option.name}.`);
    return;
  }
  if (typeof value !== typeOf.get(option.type)) {
    throw new Error(`/${command}: the option ${option.name} is of another type.`);
  }
  const { max_length: maxLength } = option;
  if (typeof value === 'string' && typeof maxLength === 'number' && value.length > maxLength) {
    throw new Error(
      `/${command}: the option ${option.name} takes at most ${maxLength} characters.`,
    );
  }
}
