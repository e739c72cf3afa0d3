import type { AdapterTools, Cited, Incoming, Intake } from '#port';

import { writeAddress } from './address.ts';
import type { CatchUp } from './catch-up.ts';
import { handOver, untilTaken } from './hand-over.ts';
import { Lanes } from './lanes.ts';
import { Languages } from './languages.ts';
import { incomingMessage, isAddressed } from './message.ts';
import {
  autocompleteSchema,
  commandSchema,
  deletionSchema,
  editSchema,
  messageSchema,
  pressSchema,
} from './payloads.ts';
import type {
  AutocompletePayload,
  CommandPayload,
  MessagePayload,
  PressPayload,
} from './payloads.ts';
import type { Places } from './places.ts';
import type { Presses } from './presses.ts';
import type { Surroundings } from './readable.ts';
import type { SlashCommands } from './slash.ts';

/** While the intake is away: so many messages to the bot are kept, so many others. */
const mostAddressed = 10_000;
const mostOthers = 1_000;
const mostRemembered = 2_000;

export interface InboxParts {
  readonly slash: SlashCommands;
  readonly presses: Presses;
  readonly catchUp: CatchUp;
  /** What a message goes back to; never rejects. */
  readonly chain: (
    message: MessagePayload,
    around: Surroundings,
    signal: AbortSignal,
  ) => Promise<readonly Cited[]>;
  /** Answers who types; there is no hurry for anything else, and no order. */
  readonly suggest: (typing: AutocompletePayload) => void;
}

/** What is heard on the gateway, on its way to the intake: in order per conversation. */
export class Inbox {
  readonly #intake: Intake;
  readonly #slash: SlashCommands;
  readonly #presses: Presses;
  readonly #catchUp: CatchUp;
  readonly #chain: InboxParts['chain'];
  readonly #suggest: InboxParts['suggest'];
  readonly #tools: AdapterTools;
  readonly #signal: AbortSignal;
  readonly #lanes = new Lanes();
  readonly #languages = new Languages();
  /** By message: a deletion does not tell. Of the last ones that were said to the bot. */
  readonly #authors = new Map<string, string>();
  #recovering: Promise<void> = Promise.resolve();

  constructor(
    intake: Intake,
    { slash, presses, catchUp, chain, suggest }: InboxParts,
    tools: AdapterTools,
    signal: AbortSignal,
  ) {
    this.#catchUp = catchUp;
    this.#chain = chain;
    this.#suggest = suggest;
    this.#intake = intake;
    this.#slash = slash;
    this.#presses = presses;
    this.#tools = tools;
    this.#signal = signal;
  }

  /** An event by its name; those that are no concern of ours are passed over. */
  take(name: string, data: unknown, places: Places): void {
    if (this.#signal.aborted) return;
    if (name === 'READY') this.#recovering = this.#recover(places);
    if (name === 'MESSAGE_CREATE') this.#takeMessage(data, places);
    if (name === 'INTERACTION_CREATE') this.#takeInteraction(data);
    if (name === 'MESSAGE_UPDATE') this.#takeEdit(data, places);
    if (name === 'MESSAGE_DELETE' || name === 'MESSAGE_DELETE_BULK') this.#takeDeletion(data);
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await this.#recovering;
    await this.#lanes.idle();
  }

  #takeMessage(data: unknown, places: Places): void {
    const parsed = messageSchema.safeParse(data);
    if (!parsed.success) {
      this.#tools.log.warn({ fields: pathsOf(parsed.error) }, 'message in an unknown form');
      return;
    }
    const message = parsed.data;
    const { id, channel_id: channel, guild_id: guild } = message;
    const addressed = isAddressed(message, places.around(guild));
    if (this.#lanes.waiting >= (addressed ? mostAddressed : mostOthers)) {
      if (addressed) this.#tools.log.error({ prompt: `dc-${id}` }, 'message lost: too many wait');
      return;
    }
    this.#lanes.add(channel, async () => {
      await this.#handMissed(channel, places);
      await this.#hand(message, addressed, places);
    });
  }

  /** After a new session: what was said, and which commands were given, while nobody was there. */
  async #recover(places: Places): Promise<void> {
    for (const channel of await this.#catchUp.begin()) {
      this.#lanes.add(channel, async () => this.#handMissed(channel, places));
    }
    for (const command of await this.#slash.leftBehind()) {
      this.#lanes.add(command.conversation, async () =>
        this.#slash.offerAgain(command, this.#intake, this.#signal),
      );
    }
  }

  /** Before whatever comes later in the channel. */
  async #handMissed(channel: string, places: Places): Promise<void> {
    for (const message of await this.#catchUp.missed(channel, this.#signal)) {
      const { guild_id: guild, author } = message;
      if (author.bot === true || !isAddressed(message, places.around(guild))) continue;
      const member =
        guild === undefined
          ? undefined
          : await this.#catchUp.member(guild, author.id, this.#signal);
      await this.#hand(member === undefined ? message : { ...message, member }, true, places);
    }
  }

  async #hand(message: MessagePayload, addressed: boolean, places: Places): Promise<void> {
    const { id, channel_id: channel, guild_id: guild } = message;
    if (addressed) this.#remember(message);
    let chain: ReturnType<InboxParts['chain']> | undefined;
    const received = await handOver(
      async () => {
        const parent =
          addressed && guild !== undefined
            ? await places.parentOf(channel, this.#signal)
            : undefined;
        const around = { ...this.#around(message, places), parent };
        const incoming = incomingMessage(message, around);
        if (!addressed || incoming === undefined) return incoming;
        chain ??= this.#chain(message, around, this.#signal);
        return withChain(incoming, await chain);
      },
      {
        intake: this.#intake,
        clock: this.#tools.clock,
        // What is not said to the bot is offered once.
        ...(addressed ? {} : { untilMs: 0 }),
        onFailure: (err, attempt) => {
          if (addressed) {
            this.#tools.log.warn({ err, attempt, prompt: `dc-${id}` }, 'message not taken in');
          }
        },
      },
      this.#signal,
    );
    if (received !== undefined)
      this.#catchUp.note(message, typeof received === 'string' && received !== 'ignored');
  }

  #around({ guild_id: guild, author }: MessagePayload, places: Places): Surroundings {
    const around = places.around(guild);
    return { ...around, locale: this.#languages.of(author.id, around.locale) };
  }

  #remember({ id, author }: MessagePayload): void {
    this.#authors.set(id, author.id);
    const [oldest] = this.#authors.keys();
    if (this.#authors.size > mostRemembered && oldest !== undefined) this.#authors.delete(oldest);
  }

  #takeEdit(data: unknown, places: Places): void {
    const edit = editSchema.safeParse(data).data;
    if (edit === undefined) return;
    const { channel_id: channel } = edit;
    const around = this.#around(edit, places);
    const message = incomingMessage(edit, around);
    if (message === undefined) return;
    this.#amend(channel, async () => {
      const chain = message.isAddressed ? await this.#chain(edit, around, this.#signal) : [];
      await this.#intake.edited?.(withChain(message, chain), this.#signal);
    });
  }

  #takeDeletion(data: unknown): void {
    const deletion = deletionSchema.safeParse(data).data;
    if (deletion === undefined) return;
    const { id, ids, channel_id: channel, guild_id: guild } = deletion;
    for (const message of id === undefined ? ids : [id]) {
      const address = writeAddress({ kind: 'message', channel, message });
      const author = this.#authors.get(message);
      const gone = {
        conversation: channel,
        address,
        isPrivate: guild === undefined,
        ...(author === undefined ? {} : { author: { id: `discord:${author}` } }),
      };
      this.#amend(channel, async () => this.#intake.deleted?.(gone, this.#signal));
    }
  }

  /** After what was said before it in the channel. */
  #amend(channel: string, offer: () => Promise<void>): void {
    if (this.#lanes.waiting >= mostOthers) return;
    const { clock, log } = this.#tools;
    const onFailure = (err: unknown, attempt: number) =>
      log.warn({ err, attempt }, 'edit or deletion not taken in');
    this.#lanes.add(channel, async () => untilTaken(offer, { clock, onFailure }, this.#signal));
  }

  /** A command or a press; what belongs to menus, forms and the like is not ours. */
  #takeInteraction(data: unknown): void {
    const typing = autocompleteSchema.safeParse(data).data;
    if (typing !== undefined) this.#suggest(typing);
    const command = commandSchema.safeParse(data).data;
    if (command !== undefined) {
      this.#noteLanguage(command);
      this.#lanes.add(command.channel_id, this.#slash.accept(command, this.#intake, this.#signal));
    }
    const press = pressSchema.safeParse(data).data;
    if (press !== undefined) {
      this.#noteLanguage(press);
      this.#lanes.add(press.channel_id, this.#presses.accept(press, this.#intake, this.#signal));
    }
  }

  #noteLanguage({ user, member, locale }: CommandPayload | PressPayload): void {
    this.#languages.note((member?.user ?? user)?.id, locale);
  }
}

function withChain(message: Incoming, chain: readonly Cited[]): Incoming {
  return chain.length === 0 ? message : { ...message, chain };
}

function pathsOf(error: { issues: readonly { path: readonly PropertyKey[] }[] }): string[] {
  return error.issues.map(({ path }) => path.join('.'));
}
