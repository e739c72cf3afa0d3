import { incorrectApiKey, refusalOf, type CannedAnswer, type RefusalKind } from './bodies.ts';
import type { Grants } from './grants.ts';
import type { UsedCredential } from './journal.ts';
import { mintApiKey, teamIdOf } from './tokens.ts';

export type Caller =
  | { kind: 'accepted'; credential: UsedCredential; name: string; teamId: string }
  | { kind: 'refused'; credential: UsedCredential; refusal: RefusalKind; answer: CannedAnswer };

export interface ApiKey {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly teamId: string;
}

/** The keys that the console would list. */
export class ApiKeys {
  #byKey = new Map<string, ApiKey>();

  add(name: string, key = mintApiKey(), team = `team of ${name}`): string {
    this.#byKey.set(key, { id: teamIdOf(`id of ${key}`), key, name, teamId: teamIdOf(team) });
    return key;
  }

  find(key: string): ApiKey | undefined {
    return this.#byKey.get(key);
  }
}

/** Who asks, and whether the API serves them: xAI's answers to no, stale and wrong credentials. */
export function authenticate(
  authorization: string | undefined,
  { grants, apiKeys }: { grants: Grants; apiKeys: ApiKeys },
): Caller {
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined) return refused({ kind: 'none' }, 'no-credentials');
  const apiKey = apiKeys.find(bearer);
  if (apiKey !== undefined) {
    const { name, teamId } = apiKey;
    return { kind: 'accepted', credential: { kind: 'api-key', name }, name, teamId };
  }
  const known = grants.known(bearer);
  if (known === undefined) {
    return isJwt(bearer)
      ? refused({ kind: 'unknown' }, 'bad-credentials')
      : {
          kind: 'refused',
          credential: { kind: 'unknown' },
          refusal: 'invalid-api-key',
          answer: incorrectApiKey(bearer),
        };
  }
  const { family, generation } = known;
  const { id, name, teamId } = family;
  const credential: UsedCredential = { kind: 'grant', name, family: id, generation };
  return grants.accepts(known)
    ? { kind: 'accepted', credential, name, teamId }
    : refused(credential, 'bad-credentials');
}

function refused(credential: UsedCredential, refusal: RefusalKind): Caller {
  return { kind: 'refused', credential, refusal, answer: refusalOf(refusal) };
}

function isJwt(bearer: string): boolean {
  return bearer.split('.').length === 3;
}
