import { type DestinationStream, type Logger, pino } from 'pino';

import { BridgeError } from './errors.ts';
import { type LogLevels, type LogPart, readLevels } from './log-levels.ts';
import { promptAtHand } from './prompt-at-hand.ts';

export type { Logger };

/** Fields that may never be printed, wherever they turn up. */
const secretFields = [
  'token',
  'secret',
  'password',
  'apiKey',
  'access_token',
  'refresh_token',
  'id_token',
  'authorization',
  'Authorization',
  'XAI_API_KEY',
  'DISCORD_TOKEN',
  'TELEGRAM_TOKEN',
  'CREDENTIAL_KEYS',
  'REDIS_URL',
  'HTTP_TOKEN',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

export interface LogOptions {
  /** As `LOG_LEVEL` has it: a level, and others for parts. */
  readonly level: string;
  /** Lines for a person instead of JSON; default: whether standard output is a terminal. */
  readonly pretty?: boolean;
  /** Where the lines go; default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * One event a line: `log.info({ prompt, tookMs }, 'answered')`, with the id of the prompt at hand.
 * Secret fields are redacted down to the third level, errors are reduced to name, code, message and
 * stack, and anything in a string that looks like a token or a key is masked.
 */
export function createLog({ level, pretty, destination }: LogOptions): Logger {
  const read = readLevels(level);
  const levels =
    typeof read === 'string' ? { all: 'info', parts: new Map<string, string>() } : read;
  const root = open(levels.all, pretty, destination);
  return partLog(register(root, { root, levels }), 'program');
}

/** The log of a part of the program, at the level that is set for it; its lines say the part. */
export function partLog(log: Logger, part: LogPart): Logger {
  const name = typeof part === 'string' ? part : part.platform;
  const fields = typeof part === 'string' ? { part } : { part: name, platform: name };
  const origin = origins.get(log);
  if (origin === undefined) return log.child(fields);
  const { root, levels } = origin;
  const level = levels.parts.get(name) ?? levels.all;
  return register(root.child(fields, { level }), origin);
}

/** What a log was made of: a child's level and part replace those of the log it is made from. */
interface Origin {
  readonly root: Logger;
  readonly levels: LogLevels;
}

const origins = new WeakMap<Logger, Origin>();

function register(log: Logger, origin: Origin): Logger {
  origins.set(log, origin);
  return log;
}

function open(level: string, pretty?: boolean, destination?: DestinationStream): Logger {
  const options = {
    level,
    mixin: () => {
      const prompt = promptAtHand();
      return prompt === undefined ? {} : { prompt };
    },
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[secret]',
    },
    serializers: { err: describeError, error: describeError },
    hooks: { streamWrite: maskSecrets },
  };
  if (destination !== undefined) return pino(options, destination);
  if (pretty ?? process.stdout.isTTY) {
    return pino(
      options,
      pino.transport({
        target: 'pino-pretty',
        options: { translateTime: 'HH:MM:ss', ignore: 'pid', singleLine: true },
      }),
    );
  }
  return pino(options);
}

/** What may be said of an error: own words and codes, not the fields that libraries hang on theirs. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error;
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message,
    // Ours say what happened and what to do; where in the code matters for what nobody expected.
    ...(error instanceof BridgeError ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/**
 * Tokens of Telegram and Discord bots, JWTs, xAI keys, Bearer words and passwords in URLs, should one slip into a text
 * that a library made.
 */
function maskSecrets(line: string): string {
  return line
    .replace(/(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}/g, '[secret]')
    .replace(/\b[A-Za-z0-9_-]{20,32}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{25,}/g, '[secret]')
    .replace(/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?/g, '[secret]')
    .replace(/\bxai-[A-Za-z0-9]{16,}/g, '[secret]')
    .replace(/\b(Bearer|Bot) [A-Za-z0-9._~+/=-]{12,}/g, '$1 [secret]')
    .replace(/\b(rediss?(?:\+sentinel)?:\/\/[^\s:@/]*:)[^\s@/]+@/g, '$1[secret]@')
    .replace(/\b(sentinel_password=)[^\s&]+/g, '$1[secret]');
}
