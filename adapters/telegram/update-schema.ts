import { z } from 'zod';

const userSchema = z.object({
  id: z.int(),
  is_bot: z.boolean().default(false),
  first_name: z.string().default(''),
  last_name: z.string().optional(),
  language_code: z.string().optional(),
});

const entitySchema = z.object({
  type: z.string(),
  offset: z.int(),
  length: z.int(),
  user: z.object({ id: z.int() }).optional(),
});

const fileSchema = z.object({
  file_id: z.string(),
  file_size: z.number().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
});

const chatSchema = z.object({ title: z.string().optional() });

/** Where a forwarded message comes from: https://core.telegram.org/bots/api#messageorigin. */
const originSchema = z.object({
  sender_user: userSchema.optional(),
  sender_user_name: z.string().optional(),
  sender_chat: chatSchema.optional(),
  chat: chatSchema.optional(),
  author_signature: z.string().optional(),
});

const contentShape = {
  message_id: z.int(),
  date: z.int().default(0),
  forward_origin: originSchema.optional(),
  from: userSchema.optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z.array(fileSchema.extend({ width: z.number().default(0) })).optional(),
  document: fileSchema.optional(),
  video: fileSchema.optional(),
  audio: fileSchema.optional(),
  voice: fileSchema.optional(),
  video_note: fileSchema.optional(),
};

/** What people send that is neither words nor a file. */
const unreadableShape = {
  sticker: z.unknown().optional(),
  location: z.unknown().optional(),
  venue: z.unknown().optional(),
  contact: z.unknown().optional(),
  poll: z.unknown().optional(),
  dice: z.unknown().optional(),
  game: z.unknown().optional(),
  story: z.unknown().optional(),
  checklist: z.unknown().optional(),
};

/** What we read of https://core.telegram.org/bots/api#message. */
export const messageSchema = z.object({
  ...contentShape,
  ...unreadableShape,
  chat: z.object({ id: z.int(), type: z.string() }),
  message_thread_id: z.int().optional(),
  media_group_id: z.string().optional(),
  is_topic_message: z.boolean().optional(),
  entities: z.array(entitySchema).optional(),
  caption_entities: z.array(entitySchema).optional(),
  reply_to_message: z
    .object({ ...contentShape, forum_topic_created: z.unknown().optional() })
    .optional(),
  quote: z.object({ text: z.string(), is_manual: z.boolean().optional() }).optional(),
});

/** What we read of https://core.telegram.org/bots/api#callbackquery. */
export const pressSchema = z.object({
  id: z.string(),
  from: userSchema,
  /** Very old ones come without anything but their chat and number. */
  message: messageSchema.pick({
    message_id: true,
    chat: true,
    message_thread_id: true,
    is_topic_message: true,
  }),
  data: z.string(),
});

/** What we read of https://core.telegram.org/bots/api#messagegenerationstopped. */
export const generationStoppedSchema = z.object({
  chat: z.object({ id: z.int(), first_name: z.string().optional() }),
  message_thread_id: z.int().optional(),
});

export type TelegramMessage = z.infer<typeof messageSchema>;
/** Whether a message has no words of its own because it is a sticker, a poll and the like. */
export function isUnreadable(message: TelegramMessage): boolean {
  const kinds = unreadableKinds.options;
  return message.text === undefined && kinds.some((kind) => message[kind] !== undefined);
}

const unreadableKinds = z.object(unreadableShape).keyof();

export type TelegramOrigin = z.infer<typeof originSchema>;
export type TelegramContent = NonNullable<TelegramMessage['reply_to_message']>;
export type TelegramEntity = z.infer<typeof entitySchema>;

/** One update; its message is checked when it is read, so that one oddity holds up nothing else. */
export const updateSchema = z.object({
  update_id: z.int(),
  message: z.unknown().optional(),
  edited_message: z.unknown().optional(),
  callback_query: z.unknown().optional(),
  stopped_message_generation: z.unknown().optional(),
});

export type Update = z.infer<typeof updateSchema>;

/** The kinds of updates we ask for. Telegram keeps the last list, so it is always sent. */
export const allowedUpdates = [
  'message',
  'edited_message',
  'callback_query',
  'stopped_message_generation',
] as const;
