import { createHash } from 'node:crypto';

/**
 * Discord's idempotency key for a message: the same for the same `nonce` of an `Outgoing`, in every
 * process. Together with `enforce_nonce` Discord answers a repeated create with the message that is
 * there already. At most 25 characters (https://docs.discord.com/developers/resources/message).
 *
 * `attempt` above 0 gives another key: for a message that was made under the first and deleted since.
 */
export function messageNonce(nonce: string, attempt = 0): string {
  const hash = createHash('sha256').update(JSON.stringify([nonce, attempt]));
  return hash.digest('base64url').slice(0, 25);
}
