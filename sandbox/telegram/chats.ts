import type { Entity, FormattedText } from './formatted-text.ts';
import type { InlineButton } from './inline-buttons.ts';
import { pingsOf } from './pings.ts';
import { badRequest, forbidden, Refusal } from './refusal.ts';

/** A person, or a bot. */
export interface Account {
  readonly id: number;
  readonly isBot: boolean;
  readonly name: string;
  readonly username: string;
  readonly languageCode: string | undefined;
}

export interface Chat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  /** A group's title or a person's name. */
  readonly title: string;
  readonly isForum: boolean;
  /** Whether privacy mode hides from the bot what is not meant for it. */
  readonly privacy: boolean;
  readonly topics: Map<number, string>;
  readonly messages: Map<number, StoredMessage>;
  lastMessageId: number;
  /** A person has to begin a private chat; a bot cannot. */
  begun: boolean;
  /** The bot was blocked by the person, or kicked out of the group. */
  closed: boolean;
  migratedTo: number | undefined;
}

/** A picture or a document as it was sent. */
export interface TelegramFile {
  readonly name: string;
  readonly mime: string;
  /** Its size; `content` may be less where a test only pretends that it is large. */
  readonly bytes: number;
  readonly content: Uint8Array;
}

export interface StoredMessage {
  readonly messageId: number;
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly from: Account;
  readonly sentAtMs: number;
  readonly replyTo: number | undefined;
  readonly kind: 'text' | 'photo' | 'document' | 'service';
  readonly file: TelegramFile | undefined;
  /** What it said before any edit. */
  readonly firstText: string;
  /** After parsing; of a photo or a document: the caption. */
  text: string;
  entities: readonly Entity[];
  /** The markup as it was sent, where it was sent as HTML. */
  html: string | undefined;
  buttons: readonly InlineButton[];
  /** Whether the first address in it shows what it leads to, if there is any. */
  showsLink: boolean;
  /** Whom it has notified so far, if it is a bot's: `@name`, or a link to an account. */
  pinged: readonly string[];
  readonly edits: { readonly atMs: number; readonly text: string }[];
}

export interface Draft {
  from: Account;
  content: FormattedText;
  html?: string | undefined;
  buttons?: readonly InlineButton[];
  showsLink?: boolean;
  threadId?: number | undefined;
  replyTo?: number | undefined;
  kind?: StoredMessage['kind'];
  file?: StoredMessage['file'];
}

/** Who is there, where they talk, and what has been said. */
export class Chats {
  readonly accounts = new Map<number, Account>();
  /** What was sent, by `file_id`. */
  readonly files = new Map<string, TelegramFile>();
  readonly #chats = new Map<number, Chat>();
  readonly #nowMs: () => number;
  readonly #changed: () => void;

  constructor(nowMs: () => number, changed: () => void) {
    this.#nowMs = nowMs;
    this.#changed = changed;
  }

  add(chat: Pick<Chat, 'id' | 'type' | 'title'> & Partial<Chat>): Chat {
    const whole: Chat = {
      isForum: false,
      privacy: true,
      topics: new Map(),
      messages: new Map(),
      lastMessageId: 0,
      begun: true,
      closed: false,
      migratedTo: undefined,
      ...chat,
    };
    this.#chats.set(chat.id, whole);
    return whole;
  }

  all(): Iterable<Chat> {
    return this.#chats.values();
  }

  find(id: number): Chat | undefined {
    return this.#chats.get(id);
  }

  /** For the bot's use. @throws {Refusal} as Telegram refuses a chat that the bot cannot talk in. */
  open(id: number): Chat {
    const chat = this.#chats.get(id);
    if (chat === undefined) throw badRequest('chat not found');
    if (chat.migratedTo !== undefined) {
      throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: chat.migratedTo,
      });
    }
    if (chat.closed && chat.type === 'private') throw forbidden('bot was blocked by the user');
    if (chat.closed) throw forbidden(`bot was kicked from the ${chat.type} chat`);
    if (!chat.begun) throw forbidden("bot can't initiate conversation with a user");
    return chat;
  }

  post(chat: Chat, draft: Draft): StoredMessage {
    chat.lastMessageId += 1;
    const message: StoredMessage = {
      messageId: chat.lastMessageId,
      chatId: chat.id,
      threadId: draft.threadId,
      from: draft.from,
      sentAtMs: this.#nowMs(),
      replyTo: draft.replyTo,
      kind: draft.kind ?? 'text',
      file: draft.file,
      firstText: draft.content.text,
      text: draft.content.text,
      entities: draft.content.entities,
      html: draft.html,
      buttons: draft.buttons ?? [],
      showsLink: draft.showsLink ?? true,
      pinged: draft.from.isBot ? pingsOf(draft.content) : [],
      edits: [],
    };
    chat.messages.set(message.messageId, message);
    if (message.file !== undefined) this.files.set(fileId(message), message.file);
    this.#changed();
    return message;
  }

  /** Buttons that are not given again are gone. */
  edit(
    message: StoredMessage,
    content: FormattedText,
    { html, buttons = [], showsLink = true }: Pick<Draft, 'html' | 'buttons' | 'showsLink'> = {},
  ): void {
    message.buttons = buttons;
    message.showsLink = showsLink;
    message.text = content.text;
    message.entities = content.entities;
    message.html = html;
    if (message.from.isBot) message.pinged = message.pinged.concat(pingsOf(content));
    message.edits.push({ atMs: this.#nowMs(), text: content.text });
    this.#changed();
  }

  remove(chat: Chat, messageId: number): void {
    chat.messages.delete(messageId);
    this.#changed();
  }
}

/** The `file_id` of what a message brought. */
export function fileId({ chatId, messageId }: Pick<StoredMessage, 'chatId' | 'messageId'>): string {
  return `file_${chatId}_${messageId}`;
}
