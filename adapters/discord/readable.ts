import type { MemberPayload, MessagePayload, SaidPayload, UserPayload } from './payloads.ts';

/** What a mapping has to know besides the payload itself. */
export interface Surroundings {
  readonly botId: string;
  /** The role that Discord made for the bot in this server. */
  readonly botRole: string | undefined;
  /** Of a thread: the channel it belongs to. */
  readonly parent: string | undefined;
  /** What who writes here most likely reads; undefined: nothing tells. */
  readonly locale?: string | undefined;
  roleName(id: string): string | undefined;
  channelName(id: string): string | undefined;
}

/** What a person is called here: the server's nickname, else the display name, else the user name. */
export function nameOf(user: UserPayload, member?: MemberPayload): string {
  return member?.nick ?? user.global_name ?? user.username;
}

/** All that a message says: its own text, and what it passes on. */
export function saidText(
  said: SaidPayload & Pick<MessagePayload, 'message_snapshots'>,
  around: Surroundings,
): string {
  const copies = said.message_snapshots.map(({ message: copy }) => copy);
  const texts = [said, ...copies].map((each) => readableText(each, around));
  return texts.filter((text) => text !== '').join('\n');
}

/**
 * What was said, readable without Discord: the bot's own mention is cut out, other mentions become
 * @names, channels #names, custom emojis :names:.
 */
export function readableText(
  said: Pick<SaidPayload, 'content' | 'mentions'>,
  around: Surroundings,
): string {
  const names = new Map(said.mentions.map((user) => [user.id, nameOf(user, user.member)]));
  return said.content
    .replace(/[ \t]*<@!?(\d+)>/g, (found, id: string) =>
      id === around.botId ? '' : found.replace(/<.*>/, `@${names.get(id) ?? 'someone'}`),
    )
    .replace(/[ \t]*<@&(\d+)>/g, (found, id: string) =>
      id === around.botRole ? '' : found.replace(/<.*>/, `@${around.roleName(id) ?? 'a role'}`),
    )
    .replace(/<#(\d+)>/g, (_, id: string) => `#${around.channelName(id) ?? 'a channel'}`)
    .replace(/<a?(:\w+:)\d+>/g, '$1')
    .trim();
}
