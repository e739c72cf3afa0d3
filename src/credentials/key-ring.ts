import { createHmac, hkdfSync, randomBytes } from 'node:crypto';

import { BridgeError } from '../errors.ts';

export interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The keys that seal tokens: the first seals, all of them open. */
export class KeyRing {
  readonly active: SealingKey;
  readonly #byId: ReadonlyMap<string, SealingKey>;
  readonly #fingerprintKey: Buffer;

  constructor(keys: readonly [SealingKey, ...SealingKey[]]) {
    this.active = keys[0];
    this.#byId = new Map(keys.map((key) => [key.id, key]));
    this.#fingerprintKey = Buffer.from(
      hkdfSync('sha256', this.active.bytes, '', 'grok-bridge fingerprint', 32),
    );
  }

  find(id: string): SealingKey | undefined {
    return this.#byId.get(id);
  }

  /** Names a token in logs and comparisons without giving anything of it away. */
  fingerprint(token: string): string {
    return createHmac('sha256', this.#fingerprintKey).update(token).digest('hex').slice(0, 12);
  }
}

/** Reads `id:base64(32 bytes)`, comma-separated, newest first; throws CONFIG_INVALID. */
export function parseKeyRing(text: string): KeyRing {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseKey);
  const [first, ...rest] = keys;
  if (first === undefined) throw invalid('is empty');
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw invalid('names an id twice');
  return new KeyRing([first, ...rest]);
}

/** A new key in the form that `parseKeyRing` reads. */
export function makeKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

function parseKey(part: string): SealingKey {
  const at = part.indexOf(':');
  const id = part.slice(0, at);
  if (at < 1 || !/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
    throw invalid('must be id:base64, the id of letters, digits, - and _');
  }
  const bytes = Buffer.from(part.slice(at + 1), 'base64');
  if (bytes.length !== 32) throw invalid(`holds ${bytes.length} bytes under id ${id}, not 32`);
  return { id, bytes };
}

function invalid(what: string): BridgeError {
  return new BridgeError(
    'CONFIG_INVALID',
    `CREDENTIAL_KEYS ${what}; make one with: echo "k1:$(openssl rand -base64 32)"`,
  );
}
