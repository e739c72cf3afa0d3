import { z } from 'zod';

const snowflake = z.string().min(1);

const userSchema = z.object({
  id: snowflake,
  username: z.string(),
  global_name: z.string().nullish(),
  bot: z.boolean().optional(),
});

/** What is read of a server's member. */
export const memberSchema = z.object({
  nick: z.string().nullish(),
  roles: z.array(snowflake).default([]),
});

const attachmentSchema = z.object({
  filename: z.string(),
  content_type: z.string().nullish(),
  size: z.number().optional(),
  url: z.string(),
});

const saidSchema = z.object({
  author: userSchema,
  content: z.string().default(''),
  mentions: z.array(userSchema.extend({ member: memberSchema.optional() })).default([]),
  mention_roles: z.array(snowflake).default([]),
  attachments: z.array(attachmentSchema).default([]),
});

/** https://docs.discord.com/developers/resources/message#message-reference-types */
const referenceSchema = z.object({
  type: z.number().default(0),
  message_id: snowflake.optional(),
  channel_id: snowflake.optional(),
});

/** What is passed on: a copy of the message as it was, without its author. */
const snapshotSchema = z.object({ message: saidSchema.omit({ author: true }) });

const referringShape = {
  message_reference: referenceSchema.optional(),
  message_snapshots: z.array(snapshotSchema).default([]),
};

/**
 * MESSAGE_CREATE, as far as it is read
 * (https://docs.discord.com/developers/events/gateway-events#message-create).
 */
export const messageSchema = saidSchema.extend({
  id: snowflake,
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  type: z.number().default(0),
  webhook_id: snowflake.optional(),
  member: memberSchema.optional(),
  ...referringShape,
  referenced_message: saidSchema.extend(referringShape).nullish(),
});

/** MESSAGE_UPDATE: the whole message. Discord sends it, too, when it adds a preview of a link. */
export const editSchema = messageSchema.extend({ edited_timestamp: z.string() });

/** MESSAGE_DELETE, and MESSAGE_DELETE_BULK. */
export const deletionSchema = z.object({
  id: snowflake.optional(),
  ids: z.array(snowflake).default([]),
  channel_id: snowflake,
  guild_id: snowflake.optional(),
});

const interactionShape = {
  id: snowflake,
  application_id: snowflake,
  token: z.string().min(1),
  channel_id: snowflake,
  channel: z.object({ type: z.number(), parent_id: snowflake.nullish() }).optional(),
  guild_id: snowflake.optional(),
  locale: z.string().optional(),
  user: userSchema.optional(),
  member: memberSchema.extend({ user: userSchema }).optional(),
};

/** INTERACTION_CREATE of a button, as far as it is read. */
export const pressSchema = z.object({
  ...interactionShape,
  type: z.literal(3),
  message: z.object({ id: snowflake }),
  data: z.object({ custom_id: z.string() }),
});

const optionSchema = z.object({
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
});

/**
 * INTERACTION_CREATE of a slash command, as far as it is read
 * (https://docs.discord.com/developers/interactions/receiving-and-responding).
 */
export const commandSchema = z.object({
  ...interactionShape,
  type: z.literal(2),
  data: z.object({
    type: z.literal(1),
    name: z.string(),
    options: z.array(optionSchema).default([]),
  }),
});

/** The same while somebody still types: the option that they are at is `focused`. */
export const autocompleteSchema = z.object({
  ...interactionShape,
  type: z.literal(4),
  data: z.object({
    name: z.string(),
    options: z.array(optionSchema.extend({ focused: z.boolean().optional() })).default([]),
  }),
});

/** What is read of a message that Discord gives back after a create or an edit. */
export const postedSchema = z.object({ id: snowflake, content: z.string().default('') });

export type MessagePayload = z.infer<typeof messageSchema>;
export type AutocompletePayload = z.infer<typeof autocompleteSchema>;
export type PressPayload = z.infer<typeof pressSchema>;
export type CommandPayload = z.infer<typeof commandSchema>;
export type SaidPayload = z.infer<typeof saidSchema>;
export type UserPayload = z.infer<typeof userSchema>;
export type MemberPayload = z.infer<typeof memberSchema>;
export type AttachmentPayload = z.infer<typeof attachmentSchema>;
