/** A thing of the sandbox's world, or its id. */
export type Ref = string | { readonly id: string };

export function idOf(ref: Ref): string {
  return typeof ref === 'string' ? ref : ref.id;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  /** Not a member of anything: a webhook that posts under this name. */
  readonly webhook: boolean;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  /** The role that Discord makes for the bot when it joins; people mention it by mistake. */
  readonly botRoleId: string;
  /** `preferred_locale`. */
  readonly locale: string;
}

export interface TextChannel {
  readonly kind: 'text';
  readonly id: string;
  readonly guildId: string;
  readonly name: string;
}

export interface Thread {
  readonly kind: 'thread';
  readonly id: string;
  readonly guildId: string;
  readonly parentId: string;
  readonly ownerId: string;
  readonly name: string;
}

export interface Dm {
  readonly kind: 'dm';
  readonly id: string;
  /** Whom the bot talks with there. */
  readonly userId: string;
}

export type Channel = TextChannel | Thread | Dm;

/** Who was pinged. */
export interface Pings {
  readonly everyone: boolean;
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

export interface Attachment {
  readonly id: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** What Discord says that it has; default: what it has. */
  readonly claimedBytes?: number | undefined;
}

/** One message as it stands; an edit makes a new one of the same id. */
export interface SandboxMessage {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  readonly content: string;
  /** What it said before each edit, oldest first. */
  readonly earlierContents: readonly string[];
  /** The message that it replies to. */
  readonly replyToId: string | undefined;
  /** The message that it passes on. */
  readonly forwardOfId: string | undefined;
  readonly createdAtMs: number;
  readonly editedAtMs: number | undefined;
  readonly deletedAtMs: number | undefined;
  readonly nonce: string | number | undefined;
  /** Seen by one user alone; on no channel's list for the bot. */
  readonly ephemeral: boolean;
  /** A deferred answer that still shows "thinking". */
  readonly loading: boolean;
  /** Whom it mentions as it stands. */
  readonly mentions: Pings;
  /** Whom it has ever pinged, edits included. */
  readonly pinged: Pings;
  /** The interaction that it answers. */
  readonly interactionId: string | undefined;
  readonly flags: number;
  readonly embeds: readonly unknown[];
  readonly components: readonly unknown[];
  readonly attachments: readonly Attachment[];
  /** The bot's own reactions. */
  readonly reactions: readonly string[];
}

export interface Command {
  readonly id: string;
  readonly name: string;
  /** Undefined: registered for all guilds and DMs. */
  readonly guildId: string | undefined;
  readonly version: string;
  /** As registered, checked. */
  readonly definition: CommandDefinition;
}

export interface CommandDefinition {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly options: readonly CommandOption[];
  /** Where it is offered: 0 guild, 1 DM with the bot, 2 other DMs; null: 0 and 1. */
  readonly contexts: readonly number[] | null;
  readonly [field: string]: unknown;
}

export interface CommandOption {
  readonly type: number;
  readonly name: string;
  readonly required: boolean;
  readonly [field: string]: unknown;
}

export type OptionValue = string | number | boolean;

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly channelId: string;
  readonly of: CommandRun | ButtonPress;
  readonly locale: string;
  /** The option that the user is still typing: nothing is run yet. */
  readonly focused?: string | undefined;
  readonly createdAtMs: number;
}

export interface CommandRun {
  readonly kind: 'command';
  readonly command: Command;
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** Of a button below a message of the bot's. */
export interface ButtonPress {
  readonly kind: 'press';
  readonly messageId: string;
  readonly customId: string;
}
