import { gateKey, rootKey } from '../redis/keys.ts';

/** The name of the pool member that `XAI_API_KEY` is. */
export const apiKeyName = 'api-key';

const namePattern = /^[a-z0-9][a-z0-9._-]{0,39}$/;

/** Whether a sign-in may have this name: it becomes part of keys and file names. */
export function isCredentialName(name: string): boolean {
  return namePattern.test(name) && name !== apiKeyName && name !== 'pool';
}

/** The names of all keys of the credential service under one prefix. */
export class CredentialKeys {
  /** `{prefix}:cred`, what every key but the gate begins with. */
  readonly root: string;
  /** The pub/sub channel; messages are `name epoch generation kind`. */
  readonly channel: string;
  readonly gate: string;

  constructor(prefix: string) {
    this.root = `${rootKey(prefix)}:cred`;
    this.channel = `${this.root}:ev`;
    this.gate = gateKey(prefix);
  }

  /** KEYS[1..6] of every script. */
  of(name: string): readonly string[] {
    const own = ['rec', 'intent', 'lease', 'budget', 'hist'];
    return [...own.map((part) => `${this.root}:${name}:${part}`), this.gate];
  }
}
