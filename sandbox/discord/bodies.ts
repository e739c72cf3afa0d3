import { z } from 'zod';

import { type FieldError, refusals } from './refusal.ts';

const snowflake = z.string().regex(/^\d{17,20}$/);

const allowedMentions = z
  .object({
    parse: z.array(z.enum(['users', 'roles', 'everyone'])).optional(),
    users: z.array(snowflake).max(100).optional(),
    roles: z.array(snowflake).max(100).optional(),
    replied_user: z.boolean().optional(),
  })
  .refine(({ parse = [], users = [] }) => !(parse.includes('users') && users.length > 0), {
    path: ['users'],
    message: 'parse:["users"] and users: [ids...] are mutually exclusive.',
    params: { code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE' },
  })
  .refine(({ parse = [], roles = [] }) => !(parse.includes('roles') && roles.length > 0), {
    path: ['roles'],
    message: 'parse:["roles"] and roles: [ids...] are mutually exclusive.',
    params: { code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE' },
  });

const embed = z.looseObject({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string().max(256), value: z.string().max(1024) }))
    .max(25)
    .nullish(),
  footer: z.looseObject({ text: z.string().max(2048) }).nullish(),
  author: z.looseObject({ name: z.string().max(256) }).nullish(),
});

/** https://docs.discord.com/developers/components/reference#button */
const button = z.looseObject({
  type: z.literal(2),
  style: z.union([1, 2, 3, 4].map((style) => z.literal(style))),
  label: z.string().min(1).max(80),
  custom_id: z.string().min(1).max(100),
});

const actionRow = z.looseObject({
  type: z.literal(1),
  components: z.array(button).min(1).max(5),
});

const shown = {
  /** Counted in UTF-16 units, the strictest way that Discord may count. */
  content: z.string().max(2000).nullish(),
  embeds: z
    .array(embed)
    .max(10)
    .refine((embeds) => embedChars(embeds) <= 6000, {
      message: 'Embed size exceeds maximum size of 6000',
      params: { code: 'MAX_EMBED_SIZE_EXCEEDED' },
    })
    .nullish(),
  allowed_mentions: allowedMentions.nullish(),
  components: z.array(actionRow).max(5).nullish(),
  attachments: z
    .array(z.looseObject({ id: z.union([z.string(), z.int()]), filename: z.string().optional() }))
    .max(10)
    .nullish(),
  flags: z.int().nullish(),
};

const nonce = z
  .union([z.string(), z.int()])
  .refine((value) => String(value).length <= 25, {
    message: 'Nonce string must be at most 25 characters.',
    params: { code: 'NONCE_TYPE_TOO_LONG' },
  })
  .nullish();

/** Create Message. */
export const createMessageBody = z.object({
  ...shown,
  nonce,
  enforce_nonce: z.boolean().optional(),
  tts: z.boolean().optional(),
  message_reference: z
    .object({
      type: z.literal(0).optional(),
      message_id: snowflake,
      channel_id: snowflake.optional(),
      guild_id: snowflake.optional(),
      fail_if_not_exists: z.boolean().default(true),
    })
    .nullish(),
});

/** Edit Message, and every message of an interaction. */
export const messageBody = z.object({ ...shown, tts: z.boolean().optional() });

export type MessageBody = z.infer<typeof messageBody>;

export const callbackBody = z.object({
  /** 4: a message; 5: a message will follow; 6: the press of a button has arrived. */
  type: z.union([z.literal(4), z.literal(5), z.literal(6)]),
  data: messageBody.nullish(),
});

/** 8: what may be chosen for the option that is being typed. */
export const choicesBody = z.object({
  type: z.literal(8),
  data: z.object({
    choices: z
      .array(z.object({ name: z.string().min(1).max(100), value: z.string().min(1).max(100) }))
      .max(25),
  }),
});

export const threadBody = z.object({
  name: z.string().min(1).max(100),
  type: z.int().optional(),
  auto_archive_duration: z
    .union([60, 1440, 4320, 10_080].map((minutes) => z.literal(minutes)))
    .optional(),
});

export const dmBody = z.object({ recipient_id: snowflake });

export const historyQuery = z
  .object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    after: snowflake.optional(),
    before: snowflake.optional(),
    around: snowflake.optional(),
  })
  .refine(
    ({ after, before, around }) =>
      [after, before, around].filter((id) => id !== undefined).length <= 1,
    { message: 'after, before and around are mutually exclusive.' },
  );

/**
 * Reads what a request brought.
 * @throws {Refusal} 50035, with what is wrong by field
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw refusals.invalidBody(...result.error.issues.map(fieldError));
}

function fieldError(issue: z.core.$ZodIssue): FieldError {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const { message } = issue;
  if (issue.code === 'custom') {
    return { path, code: String(issue.params?.['code'] ?? 'BASE_TYPE_INVALID'), message };
  }
  if (issue.code === 'too_big' && issue.origin === 'string') {
    const words = `Must be ${issue.maximum} or fewer in length.`;
    return { path, code: 'BASE_TYPE_MAX_LENGTH', message: words };
  }
  return { path, code: 'BASE_TYPE_INVALID', message };
}

function embedChars(embeds: readonly z.infer<typeof embed>[]): number {
  const lengths = embeds.flatMap(({ title, description, fields, footer, author }) => [
    title?.length ?? 0,
    description?.length ?? 0,
    footer?.text.length ?? 0,
    author?.name.length ?? 0,
    ...(fields ?? []).map(({ name, value }) => name.length + value.length),
  ]);
  return lengths.reduce((sum, length) => sum + length, 0);
}
