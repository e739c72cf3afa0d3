import type { Dm } from './discord/entities.ts';
import { unfinished } from './players.ts';
import type { Entity } from './telegram/formatted-text.ts';
import type { SandboxWorld } from './world.ts';

/** A message of a chat as it stands, the same for all platforms. */
export interface ChatMessage {
  readonly id: string;
  readonly from: 'you' | 'bot';
  readonly text: string;
  /** Telegram's; Discord's text is Markdown. */
  readonly entities?: readonly Entity[];
  readonly atMs: number;
  readonly edits: number;
  /** It shows no more than that the bot is thinking. */
  readonly isThinking: boolean;
  /** A placeholder or a preview. */
  readonly isUnfinished: boolean;
  readonly files: readonly string[];
}

/** What stands in a private chat on Discord, oldest first. */
export function discordChat({ discord }: SandboxWorld, dm: Dm): ChatMessage[] {
  return discord.messages(dm).map((message) => {
    const isBot = message.authorId === discord.botId;
    return {
      id: message.id,
      from: isBot ? 'bot' : 'you',
      text: message.loading ? '' : message.content,
      atMs: message.createdAtMs,
      edits: message.earlierContents.length,
      isThinking: message.loading,
      isUnfinished: isBot && unfinished(message.content),
      files: message.attachments.map(({ filename }) => filename),
    };
  });
}

/** What stands in a private chat on Telegram, oldest first. */
export function telegramChat({ telegram }: SandboxWorld, user: number): ChatMessage[] {
  return telegram.messages(user).map((message) => ({
    id: String(message.messageId),
    from: message.from.isBot ? 'bot' : 'you',
    text: message.text,
    entities: message.entities,
    atMs: message.sentAtMs,
    edits: message.edits.length,
    isThinking: false,
    isUnfinished: message.from.isBot && unfinished(message.text),
    files: message.file === undefined ? [] : [message.file.name],
  }));
}
