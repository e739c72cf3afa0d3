import type { ApiKey } from './api-key.ts';
import type { Credential } from './credential.ts';
import { apiKeyName } from './keys.ts';
import { compareStamps } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import { stableShare } from './schedule.ts';
import type { StampedToken } from './token.ts';

export type Member = Credential | ApiKey;

export interface PoolParts {
  readonly store: RedisCredentials;
  readonly time: RedisTime;
  readonly apiKey: ApiKey | null;
  /** null: without keys to open it, a sign-in is no member here. */
  readonly open: (name: string) => Credential | null;
}

/** What a member may be benched for. Only `quota` says that it cannot serve at all. */
export type BenchReason = 'quota' | 'rate' | 'entitlement';

/** The members of the pool as this process knows them, and who is benched until when. */
export class Pool {
  readonly #parts: PoolParts;
  readonly #credentials = new Map<string, Credential>();
  /** The sign-in, where there is only one: an API key does not come before it. */
  #sole: Credential | null = null;
  #cooling = new Map<string, number>();

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  get credentials(): readonly Credential[] {
    return [...this.#credentials.values()];
  }

  get members(): readonly Member[] {
    const { apiKey } = this.#parts;
    return apiKey === null ? this.credentials : [...this.credentials, apiKey];
  }

  find(name: string): Member | undefined {
    return this.members.find((member) => member.name === name);
  }

  credential(name: string): Credential | undefined {
    return this.#credentials.get(name);
  }

  /** Reads who is a member, who is benched, and every record. Throws REDIS_UNREACHABLE. */
  async reload(): Promise<void> {
    const { apiKey } = this.#parts;
    const { names, cooling } = await this.#parts.store.pool();
    this.#cooling = cooling;
    const wanted = new Set([...names, ...this.#credentials.keys()]);
    await Promise.all([...wanted].map(async (name) => this.reloadOne(name)));
    await apiKey?.reload();
  }

  /** Whether Redis has told this process of that generation, or of a newer one. */
  knows(name: string, stamp: { readonly epoch: number; readonly generation: number }): boolean {
    const confirmed = this.#credentials.get(name)?.confirmed ?? null;
    return confirmed !== null && compareStamps(confirmed, stamp) >= 0;
  }

  /** Reads one record, of a name that may be new. */
  async reloadOne(name: string): Promise<void> {
    const { apiKey, open } = this.#parts;
    if (name === apiKey?.name) return apiKey.reload();
    if (name === apiKeyName) return undefined;
    const credential = this.#credentials.get(name) ?? open(name);
    if (credential === null) return undefined;
    await credential.reload();
    const state = credential.record?.state;
    if (state === undefined || state === 'removed') this.#credentials.delete(name);
    else this.#credentials.set(name, credential);
    const [first = null] = this.#credentials.values();
    this.#sole = this.#credentials.size === 1 ? first : null;
    return undefined;
  }

  async reloadCooling(): Promise<void> {
    this.#cooling = (await this.#parts.store.pool()).cooling;
  }

  /**
   * Who may serve a conversation, best first: its own sign-in by rendezvous hash, sign-ins that
   * cannot be refreshed, those without a right to the model, the API key last.
   */
  candidates(conversation: string, model: string, without: ReadonlySet<string>): Member[] {
    const able = this.members
      .filter((member) => !without.has(member.name) && this.#mayServe(member))
      .filter((member) => this.benchedUntilMs(member) <= this.#parts.time.now());
    // Every request comes by here, and as a rule there is nothing to choose from.
    if (able.length < 2) return able;
    return able
      .map((member) => ({ member, rank: this.#rank(member, conversation, model) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ member }) => member);
  }

  /** The token of the only sign-in, if that is at its best: then there is nothing to choose. */
  ready(): StampedToken | null {
    if (this.#sole === null || this.#cooling.size > 0) return null;
    return this.#sole.ready();
  }

  /** When the first of those who are only benched comes back; null when there is none. */
  soonestMs(without: ReadonlySet<string>): number | null {
    const waits = this.members
      .filter((member) => !without.has(member.name) && this.#mayServe(member))
      .map((member) => this.benchedUntilMs(member))
      .filter((until) => until > this.#parts.time.now());
    return waits.length === 0 ? null : Math.min(...waits);
  }

  benchedUntilMs(member: Member): number {
    const quota = this.#cooling.get(`${member.name}||quota`) ?? 0;
    return Math.max(quota, this.#cooling.get(`${teamOf(member)}||rate`) ?? 0);
  }

  /** Benches the owner of a token, for one model or with its whole team; until when. */
  async bench(
    token: StampedToken,
    reason: BenchReason,
    model: string,
    ms: number,
    onlyMemberMs: number,
  ): Promise<number> {
    const who = reason === 'rate' ? teamName(token.credential, token.team) : token.credential;
    const entry = `${who}|${reason === 'entitlement' ? model : ''}|${reason}`;
    const until = await this.#parts.store.cool(token.credential, entry, ms, onlyMemberMs);
    this.#cooling.set(entry, until);
    return until;
  }

  #mayServe(member: Member): boolean {
    const state = member.record?.state;
    return state === 'active' || (state === 'at_only' && member.current() !== null);
  }

  #rank(member: Member, conversation: string, model: string): number {
    const denied =
      (this.#cooling.get(`${member.name}|${model}|entitlement`) ?? 0) > this.#parts.time.now();
    const share = stableShare(`${member.name}|${conversation}`);
    const key = member.kind === 'key' ? 4 : 0;
    const ending = member.record?.state === 'at_only' ? 1 : 0;
    return (denied ? 8 : 0) + key + ending + share;
  }
}

function teamOf(member: Member): string {
  return teamName(member.name, member.record?.team);
}

function teamName(name: string, team: string | undefined): string {
  return team === undefined || team === '' ? name : `@${team}`;
}
