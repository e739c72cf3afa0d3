import { z } from 'zod';

import { BridgeError } from '../errors.ts';
import type { RefreshReason } from './events.ts';
import { compareStamps, type CredentialRecord, parseRecord } from './record.ts';
import type {
  BeginReply,
  CommitReply,
  FailOutcome,
  FailReply,
  Fence,
  Fields,
  Reading,
  RejectMode,
  ResolveReply,
} from './replies.ts';
import type { CredentialScripts } from './scripts.ts';
import type { CredentialTimings } from './timings.ts';

const text = z.coerce.string();
const number = z.coerce.number();
const list = z.array(z.coerce.string());

/**
 * The records in Redis. Every change is one script, fenced by (epoch, generation) and harmless when
 * applied twice. Throws REDIS_UNREACHABLE after `storeMs`; the script may still have run then.
 */
export class RedisCredentials {
  readonly #scripts: CredentialScripts;
  readonly #limits: CredentialTimings;

  constructor(scripts: CredentialScripts, limits: CredentialTimings) {
    this.#scripts = scripts;
    this.#limits = limits;
  }

  async read(name: string): Promise<Reading> {
    const [, , record, intent, leaseMs] = await this.#scripts.run('read', name);
    const parsed = parseRecord(name, pairs(record));
    const i = pairs(intent);
    if (i['attempt'] === undefined) return { record: parsed, intent: null, leased: false };
    return {
      record: parsed,
      intent: {
        attempt: i['attempt'],
        phase: i['phase'] ?? '',
        sentAtMs: Number(i['sent_at'] ?? 0),
        resends: Number(i['resends'] ?? 0),
        current: Number(i['epoch']) === parsed?.epoch && Number(i['gen']) === parsed.generation,
      },
      leased: number.parse(leaseMs) > 0,
    };
  }

  /** Writes the intent to spend a refresh token, or says why not. */
  async begin(fence: Fence, reason: RefreshReason, owner: string): Promise<BeginReply> {
    const l = this.#limits;
    const [kind, , a, b, c] = await this.#scripts.run('begin', fence.name, [
      fence.epoch, fence.generation, reason, fence.attempt, owner, l.leaseMs, l.guardMs,
      l.budgetShort, l.budgetShortMs, l.budgetLong, l.budgetLongMs,
    ]); // prettier-ignore
    switch (kind) {
      case 'WON':
        return { kind: 'won', record: recordOf(fence.name, a) };
      case 'NEWER':
        return { kind: 'newer' };
      case 'MISSING':
        return { kind: 'missing' };
      case 'ROLLBACK':
        return { kind: 'rollback' };
      case 'LOOP':
        return { kind: 'loop' };
      case 'TERMINAL':
        return { kind: 'terminal', state: text.parse(a), reason: text.parse(b) };
      case 'BUSY':
        return { kind: 'busy', leaseMs: number.parse(b) };
      case 'AMBIGUOUS':
        return {
          kind: 'ambiguous',
          attempt: text.parse(a),
          sentAtMs: number.parse(b),
          resends: number.parse(c),
        };
      case 'BACKOFF':
        return { kind: 'backoff', untilMs: number.parse(a), code: text.parse(b) };
      case 'NOT_DUE':
        return { kind: 'not-due', dueAtMs: number.parse(a) };
      case 'GUARD':
        return { kind: 'guard', mintAgeMs: number.parse(a) };
      default:
        throw unexpected('begin', kind);
    }
  }

  /** Records that the refresh token leaves now. The time of it by Redis' clock; null: do not post. */
  async sent(fence: Fence): Promise<number | null> {
    const args = [fence.epoch, fence.generation, fence.attempt, this.#limits.leaseMs];
    const [kind, now] = await this.#scripts.run('sent', fence.name, args);
    return kind === 'SENT' ? now : null;
  }

  /** A sign of life of the attempt's owner; false when the attempt is over or no longer its own. */
  async renew(
    fence: Fence,
    owner: string,
    phase: 'prepared' | 'sent',
    sentAtMs: number,
    reason: RefreshReason,
  ): Promise<boolean> {
    const args = [fence.epoch, fence.generation, fence.attempt, this.#limits.leaseMs];
    const resends = reason === 'last-resort' ? 1 : 0;
    const rest = [owner, phase, Math.round(sentAtMs), reason, resends];
    const [kind] = await this.#scripts.run('renew', fence.name, [...args, ...rest]);
    return kind !== 'LOST';
  }

  /** Writes the intent of a send again that Redis forgot; whether it had. */
  async park(fence: Fence, spentPrint: string, owner: string, resend: boolean): Promise<boolean> {
    const args = [fence.epoch, fence.generation, spentPrint, fence.attempt, owner];
    const [kind] = await this.#scripts.run('park', fence.name, [...args, resend ? 1 : 0]);
    return kind === 'PARKED';
  }

  async commit(fence: Fence, spentPrint: string, fields: Fields): Promise<CommitReply> {
    const args = [fence.epoch, fence.generation, spentPrint, fence.attempt];
    const [kind, , record, generation] = await this.#scripts.run('commit', fence.name, [
      ...args,
      ...words(fields),
    ]);
    if (kind === 'OK') return { kind: 'ok', record: recordOf(fence.name, record) };
    const stored = { epoch: number.parse(record), generation: number.parse(generation) };
    return { kind: compareStamps(stored, fence) < 0 ? 'behind' : 'stale' };
  }

  async fail(
    fence: Fence,
    spentPrint: string,
    outcome: FailOutcome,
    error: { class: string; code: string; waitMs: number },
  ): Promise<FailReply> {
    const args = [fence.epoch, fence.generation, spentPrint, fence.attempt, outcome];
    const rest = [error.class, error.code, Math.round(error.waitMs)];
    const [kind, , state] = await this.#scripts.run('fail', fence.name, [...args, ...rest]);
    return kind === 'OK' ? { kind: 'ok', state: text.parse(state) } : { kind: 'stale' };
  }

  /** Claims the one re-send of a refresh token whose answer was lost. */
  async resolve(
    fence: Fence,
    lost: string,
    owner: string,
    mode: 'owner' | 'stranger',
    lastResortMs: number,
  ): Promise<ResolveReply> {
    const l = this.#limits;
    const [kind, , a, b] = await this.#scripts.run('resolve', fence.name, [
      fence.epoch, fence.generation, lost, fence.attempt, owner, l.leaseMs, mode,
      l.strangerResendMs, Math.round(lastResortMs), l.forgivingFromMs, l.forgivingToMs,
    ]); // prettier-ignore
    switch (kind) {
      case 'WON':
        return { kind: 'won', record: recordOf(fence.name, a) };
      case 'STALE':
        return { kind: 'stale' };
      case 'SPENT':
        return { kind: 'spent' };
      case 'BUSY':
        return { kind: 'busy', leaseMs: number.parse(b) };
      case 'PARKED':
        return { kind: 'parked', untilMs: number.parse(a) };
      default:
        throw unexpected('resolve', kind);
    }
  }

  /** Stores a sign-in under `epoch`; null when the stored epoch is no longer the one found. */
  async login(
    name: string,
    storedEpoch: number,
    epoch: number,
    attempt: string,
    fields: Fields,
  ): Promise<CredentialRecord | null> {
    const [kind, , record] = await this.#scripts.run('login', name, [
      storedEpoch,
      epoch,
      attempt,
      ...words(fields),
    ]);
    return kind === 'OK' ? recordOf(name, record) : null;
  }

  /** Puts back a record that Redis lost; false when what it has is as new. */
  async restore(record: CredentialRecord, name: string, holdMs: number): Promise<boolean> {
    const args = [record.epoch, record.generation, holdMs, ...words(record.fields)];
    const [kind] = await this.#scripts.run('restore', name, args);
    return kind === 'OK';
  }

  /** Notes that the API refused a generation; `out` when that took the member out. */
  async reject(
    stamp: Omit<Fence, 'attempt'>,
    request: string,
    mode: RejectMode,
  ): Promise<{ kind: 'stale' } | { kind: 'noted' } | { kind: 'out'; reason: string }> {
    const args = [stamp.epoch, stamp.generation, request, mode, this.#limits.loopRequests];
    const [kind, , reason] = await this.#scripts.run('reject', stamp.name, args);
    if (kind === 'OUT') return { kind: 'out', reason: text.parse(reason) };
    return kind === 'STALE' ? { kind: 'stale' } : { kind: 'noted' };
  }

  async accepted(stamp: Omit<Fence, 'attempt'>): Promise<void> {
    await this.#scripts.run('accepted', stamp.name, [stamp.epoch, stamp.generation]);
  }

  /** What an operator does; false when there is no such member. */
  async member(name: string, change: 'disable' | 'enable' | 'remove'): Promise<boolean> {
    const [kind] = await this.#scripts.run('member', name, [change]);
    return kind === 'OK';
  }

  /** Says that this process holds an API key with that fingerprint. */
  async holdKey(name: string, fingerprint: string): Promise<CredentialRecord> {
    const [, , record] = await this.#scripts.run('key', name, [fingerprint]);
    return recordOf(name, record);
  }

  /** Benches `entry`; until when. */
  async cool(name: string, entry: string, ms: number, onlyMemberMs: number): Promise<number> {
    const args = [entry, Math.round(ms), Math.round(onlyMemberMs)];
    const [, , until] = await this.#scripts.run('cool', name, args);
    return number.parse(until);
  }

  async gate(
    change: 'close' | 'recheck',
    member: string,
    incident: string,
    reason: string,
  ): Promise<'shut' | 'closed' | 'opened' | 'open'> {
    const [kind] = await this.#scripts.run('gate', member, [change, incident, reason]);
    return z.enum(['shut', 'closed', 'opened', 'open']).parse(kind.toLowerCase());
  }

  /** For how many ms the fleet has known that run of Redis; null when none of its data is of another. */
  async arrive(run: string): Promise<number | null> {
    const [, , ms] = await this.#scripts.run('arrive', '', [run]);
    const knownMs = number.parse(ms);
    return knownMs < 0 ? null : knownMs;
  }

  async pool(): Promise<{ names: string[]; cooling: Map<string, number> }> {
    const [, , members, cooling] = await this.#scripts.run('pool', '');
    const found = Object.entries(pairs(cooling)).map(
      ([key, until]) => [key, Number(until)] as const,
    );
    return { names: list.parse(members), cooling: new Map(found) };
  }
}

function recordOf(name: string, flat: unknown): CredentialRecord {
  const record = parseRecord(name, pairs(flat));
  if (record === null) throw unexpected(name, 'no record');
  return record;
}

function pairs(flat: unknown): Record<string, string> {
  const items = list.parse(flat);
  const out: Record<string, string> = {};
  for (let i = 0; i + 1 < items.length; i += 2) out[items[i] ?? ''] = items[i + 1] ?? '';
  return out;
}

function words(fields: Fields): (string | number)[] {
  return Object.entries(fields).flat();
}

function unexpected(what: string, got: string): BridgeError {
  return new BridgeError('RECORD_NEWER', `credential script ${what} answered ${got}`);
}
