import { z } from 'zod';

import { readLevels } from './log-levels.ts';
import { readRedisUrl } from './redis-url.ts';

/** `discord:123`, `telegram:456`, `discord:guild:7`; in `ALLOW` a leading `-` denies. */
const subject = /^-?[a-z][a-z0-9-]*:([a-z]+:)?[^\s,:]+(:[^\s,:]+)?$/;

/**
 * Every setting of the program itself: names are a contract. The description is what
 * `.env.example` and the README say of it.
 */
export const settings = z.object({
  NODE_ENV: z.string().optional().describe('`production`: never start the sandbox by itself'),
  ADAPTERS: list(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected names of folders in adapters/'))
    .optional()
    .describe('Chat platforms to start, comma-separated; unset: those whose token is set'),

  REDIS_URL: z
    .string()
    .superRefine((text, context) => {
      const place = readRedisUrl(text);
      if (typeof place === 'string') context.addIssue({ code: 'custom', message: place });
    })
    .optional()
    .describe(
      'Redis to use: `redis://host:port`, `rediss://…` with TLS, or `redis+sentinel://host:port,host:port/name`; unset: one of its own, under `DATA_DIR`',
    ),
  REDIS_CA: z
    .string()
    .regex(/-----BEGIN CERTIFICATE-----/, 'expected certificates in PEM form')
    .optional()
    .describe(
      'Certificates (PEM) of the authority that signs for a Redis with TLS, if it is one of your own; as a rule by `REDIS_CA_FILE`',
    ),
  REDIS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/, 'expected letters, digits, `-`, `_` and `.`')
    .default('grok-bridge')
    .describe('Begins every key; several bridges may share a Redis under several prefixes'),
  DATA_DIR: z
    .string()
    .default('./data')
    .describe('Where it keeps what must outlive it: spilled sign-ins, its own Redis, its key'),
  ALLOW_VOLATILE_REDIS: flag().describe('Start although Redis would lose data in a crash'),

  GROK_MODEL: z.string().default('grok-4.3').describe('The model that answers'),
  GROK_API: z
    .enum(['responses', 'chat'], 'expected responses or chat')
    .default('responses')
    .describe('`chat`: the chat completions API, for other OpenAI-compatible servers'),
  GROK_INSTRUCTIONS: z.string().optional().describe('What Grok is told before every conversation'),
  GROK_SEARCH: z
    .enum(['auto', 'off'], 'expected auto or off')
    .default('auto')
    .describe(
      '`auto`: Grok looks things up on the web and on X when it wants to; `off`: only for `/search`. Not with `GROK_API=chat`',
    ),
  GROK_IMAGE_MODEL: z
    .string()
    .default('grok-imagine-image')
    .describe('The model that draws for `/imagine`'),
  GROK_IDLE_SECONDS: seconds(300).describe('A stream that is silent for longer is given up'),
  ANSWER_FOOTER: flag().describe('Show model, tokens and cost below each answer'),
  ANSWER_RETRY: flag().describe(
    'A button below each answer that asks again; it always stands below one that failed or was stopped',
  ),
  ANSWER_SECONDS: seconds(900).describe('The longest that one answer may take'),
  XAI_API_URL: url('https://api.x.ai/v1').describe("Where Grok's API is"),
  XAI_API_KEY: z
    .string()
    .optional()
    .describe('A static API key; never refreshed; used when no sign-in can serve'),
  XAI_AUTH_URL: url('https://auth.x.ai').describe('The OAuth issuer that signs in to Grok'),
  XAI_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      "The OAuth client that signs in. It has no default: the public id that other programs use, `b1a00492-073a-47ea-816f-4c329264a828`, belongs to the vendor's own command line client; whether you may use it is between you and xAI. An API key needs none of this",
    ),
  XAI_SCOPE: z
    .string()
    .default('openid profile email offline_access grok-cli:access api:access')
    .describe('What the sign-in asks for'),
  CREDENTIAL_KEYS: z
    .string()
    .optional()
    .describe(
      'Keys that seal the sign-in in Redis: `id:base64(32 bytes)`, comma-separated, newest first. Made and kept under `DATA_DIR` with a Redis of its own, else required for a sign-in',
    ),
  REFRESH_GUARD_SECONDS: z.coerce
    .number('expected a number of seconds')
    .min(0)
    .max(299)
    .default(120)
    .describe('A token younger than this is not refreshed at its first refusal'),

  ACCESS: z
    .enum(['pairing', 'allowlist', 'open'], 'expected pairing, allowlist or open')
    .default('pairing')
    .describe('Who may talk: those the owner lets in, those in `ALLOW`, or everybody'),
  OWNERS: subjects()
    .default([])
    .describe('Who owns the bot: `discord:<user id>`, `telegram:<user id>`, comma-separated'),
  ALLOW: subjects()
    .default([])
    .describe(
      'Who may talk, and where: `discord:<user id>`, `discord:guild:<id>`, `discord:channel:<id>`, `discord:role:<id>`, `telegram:<user id>`, `telegram:chat:<id>`, `telegram:topic:<chat>:<topic>`; a leading `-` denies',
    ),

  GROUP_CONVERSATIONS: z
    .enum(['shared', 'per-user'], 'expected shared or per-user')
    .default('shared')
    .describe(
      'In servers and groups: everybody in a channel or topic talks in one conversation, or each in their own',
    ),
  HISTORY_DAYS: z.coerce
    .number('expected a number of days')
    .positive()
    .default(30)
    .describe('How long a conversation is remembered after its last message'),
  HISTORY_TOKENS: count(32_000).describe(
    'The most tokens of a conversation that Grok is shown; its beginning is condensed before they are full',
  ),
  QUEUE_PER_CONVERSATION: count(50).describe(
    'Prompts waiting in one conversation; beyond: the busy word',
  ),
  QUEUE_TOTAL: count(100_000).describe('Prompts waiting in all; beyond: the busy word'),
  REQUESTS_PER_MINUTE: count().optional().describe('Of each person; off unless set'),
  REQUESTS_PER_MINUTE_CHAT: count()
    .optional()
    .describe('In each private chat, channel, thread or topic; off unless set'),
  BUDGET_USD_PER_DAY: dollars().describe(
    'For each person, midnight to midnight UTC; off unless set',
  ),
  BUDGET_USD_PER_DAY_CHAT: dollars().describe(
    'The same for each private chat, channel, thread or topic',
  ),
  BUDGET_USD_PER_DAY_TOTAL: dollars().describe('The same for everybody together'),
  WORKER_CONCURRENCY: count(50).describe('Answers that one worker process makes at once'),

  HTTP_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Where health, metrics and the console listen'),
  HTTP_PORT: z.coerce
    .number('expected a port')
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('0: any; busy: a warning and any'),
  HTTP_TOKEN: z
    .string()
    .optional()
    .describe('Opens the console; without one it is for this machine alone, on loopback'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected http:// or https://' })
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Where traces of prompts go, by OTLP over HTTP: `http://127.0.0.1:4318`; unset: none',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .default('')
    .transform(readHeaders)
    .describe('Headers that go along, percent-encoded: `name=value`, comma-separated'),

  LOG_LEVEL: z
    .string()
    .default('info')
    .superRefine((text, context) => {
      const read = readLevels(text);
      if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
    })
    .describe(
      '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`; for single parts besides: `info,credentials=debug,queue=trace`',
    ),
});

/** As OpenTelemetry has it (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). */
function readHeaders(text: string, context: z.RefinementCtx): Readonly<Record<string, string>> {
  const pairs = text
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => /^\s*([\w-]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? []);
  try {
    if (pairs.every((pair) => pair.length === 3)) {
      return Object.fromEntries(
        pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]),
      );
    }
  } catch {
    // A stray `%`: as any other mistake.
  }
  context.addIssue({ code: 'custom', message: 'expected name=value, comma-separated' });
  return z.NEVER;
}

function list<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    )
    .pipe(z.array(item));
}

function subjects() {
  return list(
    z.string().regex(subject, 'expected entries such as discord:123 or telegram:chat:-100456'),
  );
}

function flag() {
  return z
    .string()
    .optional()
    .transform((word, context) => {
      if (word === undefined || /^(0|off|no|false)$/i.test(word)) return false;
      if (/^(1|on|yes|true)$/i.test(word)) return true;
      context.addIssue({ code: 'custom', message: 'expected on or off' });
      return z.NEVER;
    });
}

function url(standard: string) {
  return z
    .url({ protocol: /^https?$/, error: 'expected http:// or https://' })
    .default(standard)
    .transform((text) => text.replace(/\/+$/, ''));
}

function seconds(standard: number) {
  return z.coerce.number('expected a number of seconds').positive().default(standard);
}

function dollars() {
  return z.coerce.number('expected dollars').positive().optional();
}

function count(): z.ZodCoercedNumber;
function count(standard: number): z.ZodDefault<z.ZodCoercedNumber>;
function count(standard?: number) {
  const schema = z.coerce.number('expected a whole number').int().positive();
  return standard === undefined ? schema : schema.default(standard);
}
