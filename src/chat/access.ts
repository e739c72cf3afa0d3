import { randomInt } from 'node:crypto';

import type { Clock } from '../clock.ts';
import type { Standing } from '../standing.ts';
import type { AccessStore, PersonPlace } from './access-store.ts';
import { Claim } from './claim.ts';
import type { Incoming } from './port.ts';

export interface AccessRules {
  /**
   * `pairing`: owners, and people they approve, anywhere; anybody in allowed places. `allowlist`:
   * owners, and the people and places of `allow`. `open`: everybody.
   */
  readonly mode: 'pairing' | 'allowlist' | 'open';
  /** `<platform>:<user id>`. */
  readonly owners: readonly string[];
  /** People as in `owners`, and places as in `Incoming.places`; with a leading `-`: never. */
  readonly allow: readonly string[];
  /** Sent in a private chat while there is no owner, it makes its sender the owner. */
  readonly claimCode?: string | undefined;
}

export type Verdict =
  | { readonly kind: 'allowed'; readonly isOwner: boolean }
  /** The sender has become the owner with this very message. */
  | { readonly kind: 'claimed' }
  /** A stranger who is told a code that the owner can approve. */
  | { readonly kind: 'pairing'; readonly code: string }
  | { readonly kind: 'ignored' };

/** Decides who may talk: `ACCESS`, `OWNERS`, `ALLOW` and what owners have approved. */
export class Access {
  readonly #rules: AccessRules;
  readonly #store: AccessStore;
  readonly #clock: Clock;
  readonly #newCode: () => string;
  readonly #claim: Claim | undefined;
  readonly #owners: ReadonlySet<string>;
  readonly #allowed: ReadonlySet<string>;
  readonly #denied: ReadonlySet<string>;

  constructor(options: {
    readonly rules: AccessRules;
    readonly store: AccessStore;
    readonly clock: Clock;
    readonly newCode?: () => string;
  }) {
    this.#rules = options.rules;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#newCode = options.newCode ?? newCode;
    const { claimCode } = options.rules;
    this.#claim = claimCode === undefined ? undefined : new Claim(claimCode, options.clock);
    this.#owners = new Set(options.rules.owners);
    this.#allowed = new Set(options.rules.allow.filter((entry) => !entry.startsWith('-')));
    this.#denied = new Set(
      options.rules.allow.filter((entry) => entry.startsWith('-')).map((entry) => entry.slice(1)),
    );
  }

  /** The same for the same message, however often it is asked. `place`: where it was said. */
  async decide(message: Incoming, place: Place): Promise<Verdict> {
    const person = message.author.id;
    if (message.isOperator === true || this.#owners.has(person)) {
      return { kind: 'allowed', isOwner: true };
    }
    const marks = [person, ...message.places];
    if (marks.some((mark) => this.#denied.has(mark))) return { kind: 'ignored' };
    if (this.#isClaim(message) && (await this.#store.claim(person))) return { kind: 'claimed' };

    const standing = await this.#store.standing(person);
    if (standing === 'owner') return { kind: 'allowed', isOwner: true };
    if (standing === 'denied') return { kind: 'ignored' };
    if (marks.some((mark) => this.#allowed.has(mark))) return { kind: 'allowed', isOwner: false };
    switch (this.#rules.mode) {
      case 'open':
        return { kind: 'allowed', isOwner: false };
      case 'allowlist':
        return { kind: 'ignored' };
      case 'pairing':
        if (standing === 'allowed') return { kind: 'allowed', isOwner: false };
        return message.isPrivate ? this.#pair(message, place) : { kind: 'ignored' };
    }
  }

  /**
   * What `decide` would ask the store about who says this, put as a condition for whoever takes the
   * message in and can look in the same step: the standings with which they may. Undefined where
   * that is not all there is to it: where the store need not be asked, or the message may do more.
   * `isNoted`: should this be an owner in private, the place is known.
   */
  welcome(message: Incoming, isNoted: boolean): readonly Standing[] | undefined {
    const person = message.author.id;
    if (message.isOperator === true || this.#owners.has(person)) return undefined;
    const marks = [person, ...message.places];
    if (marks.some((mark) => this.#denied.has(mark)) || this.#isClaim(message)) return undefined;
    // In private an owner is more than somebody who may talk: the place is to be noted.
    const standings: Standing[] = message.isPrivate && !isNoted ? [] : ['owner'];
    if (this.#rules.mode === 'open' || marks.some((mark) => this.#allowed.has(mark))) {
      standings.push('allowed', 'stranger');
    } else if (this.#rules.mode === 'pairing') {
      standings.push('allowed');
    }
    return standings.length === 0 ? undefined : standings;
  }

  /** Whether this person may talk there. Unlike `decide` it lets nobody in and asks nobody. */
  async isLetIn({ author, places }: Pick<Incoming, 'author' | 'places'>): Promise<boolean> {
    if (this.#owners.has(author.id)) return true;
    const marks = [author.id, ...places];
    if (marks.some((mark) => this.#denied.has(mark))) return false;
    const standing = await this.#store.standing(author.id);
    if (standing === 'owner') return true;
    if (standing === 'denied') return false;
    if (this.#rules.mode === 'open' || marks.some((mark) => this.#allowed.has(mark))) return true;
    return this.#rules.mode === 'pairing' && standing === 'allowed';
  }

  /** Lets in whom an owner was asked about, or whom they name; undefined: no such code, or no longer. */
  async approve(who: string): Promise<LetIn | undefined> {
    const nowMs = this.#clock.now();
    if (isPerson(who)) await this.#store.allow(who);
    const person = isPerson(who) ? who : await this.#store.approve(normal(who), nowMs);
    if (person === undefined) return undefined;
    return { from: await this.#store.askedFrom(person, nowMs) };
  }

  /** Shuts out who holds a code, or who is named; who that is, or undefined if it is nobody. */
  async deny(who: string): Promise<string | undefined> {
    const person = isPerson(who) ? who : await this.#store.holder(normal(who), this.#clock.now());
    if (person !== undefined) await this.#store.deny(person);
    return person;
  }

  /** Whether nobody owns the bot yet, so that the claim code should be shown to the operator. */
  async needsOwner(): Promise<boolean> {
    return this.#owners.size === 0 && !(await this.#store.hasOwner());
  }

  #isClaim(message: Incoming): boolean {
    if (this.#claim === undefined || this.#owners.size > 0 || !message.isPrivate) return false;
    return this.#claim.isMadeBy(message);
  }

  async #pair(message: Incoming, place: Place): Promise<Verdict> {
    const { id: person, locale } = message.author;
    const { account, conversation } = place;
    const asked = await this.#store.ask(
      {
        from: { person, account, conversation, address: message.address, locale },
        code: this.#newCode(),
        message: message.id,
        nowMs: this.#clock.now(),
      },
      limits,
    );
    // Only the message that took the code is answered: a stranger who goes on hears nothing more.
    if (asked === 'full' || asked.message !== message.id) return { kind: 'ignored' };
    return { kind: 'pairing', code: asked.code };
  }
}

/** Where a message was said, as the queue names it. */
type Place = Pick<PersonPlace, 'account' | 'conversation'>;

/** Somebody who was let in, and where they asked to be, if they did so lately. */
export interface LetIn {
  readonly from: PersonPlace | undefined;
}

/** A code that a person can read out: 8 characters, none of them easily mistaken (40 bits). */
export function newCode(): string {
  const letters = Array.from({ length: 8 }, () => alphabet.charAt(randomInt(alphabet.length)));
  return letters.join('');
}

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** How long somebody who asked to be let in is waited for. */
export const askLifetimeMs = 3_600_000;
const limits = { lifetimeMs: askLifetimeMs, quietMs: 600_000, most: 100 };

/** `<platform>:<user id>`; no code holds a colon. */
function isPerson(who: string): boolean {
  return /^[a-z][a-z0-9-]*:[^\s:,]{1,100}$/.test(who);
}

function normal(code: string): string {
  return code.trim().toUpperCase();
}
