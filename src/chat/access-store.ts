import type { Standing } from '../standing.ts';

/** Where somebody was last heard in private: there the program tells them what they should know. */
export interface PersonPlace {
  /** As in `Author.id`. */
  readonly person: string;
  readonly account: string;
  readonly conversation: string;
  readonly address: string;
  readonly locale?: string | undefined;
}

export interface AccessRequest {
  /** Who asks, and where they can be told. */
  readonly from: PersonPlace;
  /** Taken unless the person has a live code already. */
  readonly code: string;
  /** The message that asks: `Incoming.id`. */
  readonly message: string;
  readonly nowMs: number;
}

export interface RequestLimits {
  /** How long a code can be approved, counted from its last asking. */
  readonly lifetimeMs: number;
  /** How long after telling a person their code they are not told again. */
  readonly quietMs: number;
  /** The most live codes there may be. */
  readonly most: number;
}

/**
 * Who may talk, as learned while running (`OWNERS` and `ALLOW` are not in here). Each call is one
 * atomic step, and repeating it changes nothing. Rejects when nothing could be stored.
 */
export interface AccessStore {
  standing(person: string): Promise<Standing>;
  hasOwner(): Promise<boolean>;
  /** Makes `person` the owner if there is none. True when they are it afterwards. */
  claim(person: string): Promise<boolean>;
  /** Notes where an owner is reached, in place of what was noted for the same person. */
  noteOwner(place: PersonPlace): Promise<void>;
  ownerPlaces(): Promise<readonly PersonPlace[]>;
  /**
   * Keeps a code for the person: the one they have if it lives, else the request's. `message` is the
   * message that the code is told to: the request's if the person was last told `quietMs` ago or
   * never, else the earlier one. `full`: there are `most` live codes of other people.
   */
  ask(
    request: AccessRequest,
    limits: RequestLimits,
  ): Promise<{ readonly code: string; readonly message: string } | 'full'>;
  /** Who holds a live code. */
  holder(code: string, nowMs: number): Promise<string | undefined>;
  /** Where a person has asked from whose code is alive; undefined when they have not, or none was noted. */
  askedFrom(person: string, nowMs: number): Promise<PersonPlace | undefined>;
  /** Lets a person in, denied or not. */
  allow(person: string): Promise<void>;
  /** Shuts a person out until they are allowed again; an owner stays one. */
  deny(person: string): Promise<void>;
  /** Allows the person who holds a live code and returns who it is; the code lives on until its end. */
  approve(code: string, nowMs: number): Promise<string | undefined>;
}
