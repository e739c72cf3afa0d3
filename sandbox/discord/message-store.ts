import type { Clock } from '../../src/clock.ts';
import type { Attachment, SandboxMessage } from './entities.ts';
import type { Happenings } from './happenings.ts';
import { type AllowedMentions, joinPings, nobody, pingsOf } from './pings.ts';
import { refusals } from './refusal.ts';
import type { Snowflakes } from './snowflakes.ts';

export interface NewMessage {
  readonly channelId: string;
  readonly authorId: string;
  readonly content: string;
  readonly replyToId?: string | undefined;
  readonly forwardOfId?: string | undefined;
  readonly nonce?: string | number | undefined;
  /** A message of this author with this nonce, if there is one, is returned instead. */
  readonly enforceNonce?: boolean;
  readonly allowedMentions?: AllowedMentions | undefined;
  readonly ephemeral?: boolean;
  readonly loading?: boolean;
  readonly interactionId?: string | undefined;
  readonly flags?: number;
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly attachments?: readonly Attachment[];
}

/** Undefined fields stay as they are. */
export interface MessageEdit {
  readonly content?: string | undefined;
  readonly allowedMentions?: AllowedMentions | undefined;
  readonly flags?: number | undefined;
  readonly embeds?: readonly unknown[] | undefined;
  readonly components?: readonly unknown[] | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
}

/** Every message ever posted, in order, deleted ones included. */
export class MessageStore {
  readonly #byId = new Map<string, SandboxMessage>();
  readonly #byChannel = new Map<string, Map<string, SandboxMessage>>();
  readonly #byNonce = new Map<string, { messageId: string; atMs: number }>();
  readonly #clock: Clock;
  readonly #ids: Snowflakes;
  readonly #happenings: Happenings;
  readonly #nonceWindowMs: number;

  constructor(clock: Clock, ids: Snowflakes, happenings: Happenings, nonceWindowMs: number) {
    this.#clock = clock;
    this.#ids = ids;
    this.#happenings = happenings;
    this.#nonceWindowMs = nonceWindowMs;
  }

  /** @throws {Refusal} 50006 when there is nothing to show, 10008 when the nonce's message is gone. */
  create(wanted: NewMessage): SandboxMessage {
    const content = wanted.content.trim();
    const attachments = wanted.attachments ?? [];
    const embeds = wanted.embeds ?? [];
    const components = wanted.components ?? [];
    if (wanted.loading !== true && wanted.forwardOfId === undefined) {
      refuseEmpty({ content, attachments, embeds, components });
    }
    const earlier = wanted.enforceNonce === true ? this.#withNonce(wanted) : undefined;
    if (earlier !== undefined) return earlier;

    const replied = wanted.replyToId === undefined ? undefined : this.#byId.get(wanted.replyToId);
    const pings =
      content === '' && replied === undefined
        ? nobody
        : pingsOf(content, wanted.allowedMentions, replied?.authorId);
    const message: SandboxMessage = {
      id: this.#ids.next(),
      channelId: wanted.channelId,
      authorId: wanted.authorId,
      content,
      earlierContents: [],
      replyToId: wanted.replyToId,
      forwardOfId: wanted.forwardOfId,
      createdAtMs: this.#clock.now(),
      editedAtMs: undefined,
      deletedAtMs: undefined,
      nonce: wanted.nonce,
      ephemeral: wanted.ephemeral ?? false,
      loading: wanted.loading ?? false,
      mentions: pings,
      pinged: pings,
      interactionId: wanted.interactionId,
      flags: wanted.flags ?? 0,
      embeds,
      components,
      attachments,
      reactions: [],
    };
    this.#keep(message);
    this.#remember(message);
    this.#happenings.tell({ kind: 'message-created', message });
    return message;
  }

  /**
   * The first edit of a deferred answer fills it in and does not count as an edit.
   * @throws {Refusal} 10008, 50006
   */
  edit(id: string, change: MessageEdit): SandboxMessage {
    const before = this.standing(id);
    const content = change.content?.trim() ?? before.content;
    const mentions =
      change.content === undefined
        ? before.mentions
        : pingsOf(content, change.allowedMentions, this.#stillPinged(before));
    const message: SandboxMessage = {
      ...before,
      content,
      embeds: change.embeds ?? before.embeds,
      components: change.components ?? before.components,
      attachments: change.attachments ?? before.attachments,
      flags: change.flags ?? before.flags,
      mentions,
      pinged: joinPings(before.pinged, mentions),
      earlierContents: before.loading
        ? before.earlierContents
        : [...before.earlierContents, before.content],
      editedAtMs: before.loading ? undefined : this.#clock.now(),
      loading: false,
    };
    refuseEmpty(message);
    this.#keep(message);
    this.#happenings.tell({ kind: 'message-edited', message });
    return message;
  }

  react(id: string, emoji: string, present: boolean): void {
    const before = this.standing(id);
    const others = before.reactions.filter((other) => other !== emoji);
    this.#keep({ ...before, reactions: present ? [...others, emoji] : others });
    this.#happenings.note();
  }

  /** @throws {Refusal} 10008 */
  delete(id: string): void {
    const message = { ...this.standing(id), deletedAtMs: this.#clock.now() };
    this.#keep(message);
    this.#happenings.tell({ kind: 'message-deleted', message });
  }

  /** The message, unless it was never there or is deleted. */
  find(id: string): SandboxMessage | undefined {
    const message = this.#byId.get(id);
    return message?.deletedAtMs === undefined ? message : undefined;
  }

  /** @throws {Refusal} 10008 */
  standing(id: string): SandboxMessage {
    const message = this.find(id);
    if (message === undefined) throw refusals.unknownMessage();
    return message;
  }

  /** Of one channel, oldest first. */
  inChannel(channelId: string): SandboxMessage[] {
    return [...(this.#byChannel.get(channelId)?.values() ?? [])];
  }

  /** The author of the message replied to, if the reply pinged them: an edit does not undo that. */
  #stillPinged({ replyToId, mentions }: SandboxMessage): string | undefined {
    const replied = replyToId === undefined ? undefined : this.#byId.get(replyToId)?.authorId;
    return replied !== undefined && mentions.users.includes(replied) ? replied : undefined;
  }

  #keep(message: SandboxMessage): void {
    this.#byId.set(message.id, message);
    const channel = this.#byChannel.get(message.channelId) ?? new Map<string, SandboxMessage>();
    this.#byChannel.set(message.channelId, channel.set(message.id, message));
  }

  #remember({ id, authorId, nonce, createdAtMs }: SandboxMessage): void {
    if (nonce === undefined) return;
    this.#byNonce.set(nonceKey(authorId, nonce), { messageId: id, atMs: createdAtMs });
  }

  #withNonce({ authorId, nonce }: NewMessage): SandboxMessage | undefined {
    if (nonce === undefined) return undefined;
    const known = this.#byNonce.get(nonceKey(authorId, nonce));
    if (known === undefined || this.#clock.now() - known.atMs > this.#nonceWindowMs) {
      return undefined;
    }
    return this.standing(known.messageId);
  }
}

function nonceKey(authorId: string, nonce: string | number): string {
  return `${authorId} ${nonce}`;
}

function refuseEmpty(
  message: Pick<SandboxMessage, 'content' | 'embeds' | 'components' | 'attachments'>,
): void {
  const { content, embeds, components, attachments } = message;
  if (content === '' && embeds.length + components.length + attachments.length === 0) {
    throw refusals.emptyMessage();
  }
}
