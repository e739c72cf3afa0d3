import type { Command, CommandDefinition } from './entities.ts';
import type { Happenings } from './happenings.ts';
import { refusals } from './refusal.ts';
import type { Snowflakes } from './snowflakes.ts';

/** The slash commands that the application has registered. */
export class Commands {
  readonly #ids: Snowflakes;
  readonly #happenings: Happenings;
  #all: Command[] = [];

  constructor(ids: Snowflakes, happenings: Happenings) {
    this.#ids = ids;
    this.#happenings = happenings;
  }

  /** Those of one guild, or the global ones. */
  list(guildId: string | undefined): Command[] {
    return this.#all.filter((command) => command.guildId === guildId);
  }

  /** Puts these in the place of all that were there; one of the same name keeps its id. */
  replace(guildId: string | undefined, definitions: readonly CommandDefinition[]): Command[] {
    const before = this.list(guildId);
    this.#all = this.#all.filter((command) => command.guildId !== guildId);
    const now = definitions.map((definition) => this.#make(guildId, definition, before));
    this.#all.push(...now);
    this.#happenings.note();
    return now;
  }

  /** Adds one, or replaces the one of its name. */
  put(guildId: string | undefined, definition: CommandDefinition): Command {
    const command = this.#make(guildId, definition, this.list(guildId));
    this.#all = [...this.#all.filter(({ id }) => id !== command.id), command];
    this.#happenings.note();
    return command;
  }

  /** @throws {Refusal} 10063 */
  delete(guildId: string | undefined, id: string): void {
    if (!this.list(guildId).some((command) => command.id === id)) throw refusals.unknownCommand();
    this.#all = this.#all.filter((command) => command.id !== id);
    this.#happenings.note();
  }

  /** What a user in this guild, or in a DM, would run by this name. */
  offered(name: string, guildId: string | undefined): Command | undefined {
    const named = this.#all.filter((command) => command.name === name);
    const context = guildId === undefined ? 1 : 0;
    return (
      named.find((command) => guildId !== undefined && command.guildId === guildId) ??
      named.find(
        ({ guildId: of, definition }) =>
          of === undefined && (definition.contexts?.includes(context) ?? true),
      )
    );
  }

  #make(
    guildId: string | undefined,
    definition: CommandDefinition,
    before: readonly Command[],
  ): Command {
    const { name } = definition;
    const id = before.find((command) => command.name === name)?.id ?? this.#ids.next();
    return { id, name, guildId, version: this.#ids.next(), definition };
  }
}
