import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;

/**
 * Seals what must not lie in Redis in plain text: interaction tokens, with which anybody may write
 * in the bot's name for 15 minutes. The key is derived from the bot's token, so a second bridge of
 * the same bot can open what the first one sealed, and nobody who has Redis alone can.
 */
export class Seal {
  readonly #key: Buffer;

  constructor(botToken: string) {
    const label = 'interaction token';
    this.#key = Buffer.from(hkdfSync('sha256', botToken, 'grok-bridge discord', label, 32));
  }

  /** Opens again only with the same `about`. */
  close(secret: string, about: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(about));
    const sealed = [cipher.update(secret, 'utf8'), cipher.final()];
    return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url');
  }

  /** Undefined when it was not sealed by us for `about`, for instance under an older bot token. */
  open(sealed: string, about: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < ivBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes))
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    try {
      const secret = decipher.update(bytes.subarray(ivBytes + tagBytes));
      return Buffer.concat([secret, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}
