import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { BridgeError } from '../errors.ts';
import type { KeyRing } from './key-ring.ts';

/** Where a sealed text belongs; it opens nowhere else. */
export type Slot =
  | { kind: 'token'; name: string; epoch: number; generation: number; token: 'at' | 'rt' }
  | { kind: 'spill'; name: string; attempt: string }
  | { kind: 'copy'; name: string };

/** Seals `text` with the ring's first key: `1|key id|iv|ciphertext|tag` (AES-256-GCM, base64url). */
export function seal(ring: KeyRing, slot: Slot, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', ring.active.bytes, iv);
  cipher.setAAD(Buffer.from(bound(slot)));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const parts = [iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return ['1', ring.active.id, ...parts].join('|');
}

/** Opens what `seal` made for the same slot; throws CREDENTIAL_KEY_WRONG for anything else. */
export function unseal(ring: KeyRing, slot: Slot, blob: string): string {
  const [version, id, iv, sealed, tag, ...rest] = blob.split('|');
  if (version !== '1' || id === undefined || tag === undefined || rest.length > 0) {
    throw wrong(slot, 'it is not in the form this version writes');
  }
  const key = ring.find(id);
  if (key === undefined)
    throw wrong(slot, `it was sealed with key ${id}, which is not in the ring`);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes(iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(bound(slot)));
    decipher.setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(sealed)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw wrong(slot, `key ${id} of the ring does not open it`, cause);
  }
}

/** The id of the key a blob was sealed with. */
export function sealedWith(blob: string): string {
  return blob.split('|')[1] ?? '';
}

function bytes(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64url');
}

function bound(slot: Slot): string {
  switch (slot.kind) {
    case 'token':
      return `gb1|${slot.name}|${slot.epoch}|${slot.generation}|${slot.token}`;
    case 'spill':
      return `gb1|spill|${slot.name}|${slot.attempt}`;
    case 'copy':
      return `gb1|copy|${slot.name}`;
  }
}

function wrong(slot: Slot, why: string, cause?: unknown): BridgeError {
  return new BridgeError(
    'CREDENTIAL_KEY_WRONG',
    `the sealed ${slot.kind} of credential ${slot.name} cannot be opened: ${why}; ` +
      'set CREDENTIAL_KEYS to the ring it was sealed with (nothing was changed)',
    { cause },
  );
}
