import { randomUUID } from 'node:crypto';

import { systemClock } from '../../src/clock.ts';
import type { CredentialEvent } from '../../src/credentials/events.ts';
import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { openToken } from '../../src/credentials/minted.ts';
import { parseRecord } from '../../src/credentials/record.ts';
import type { CredentialService } from '../../src/credentials/service.ts';
import { isBridgeError } from '../../src/errors.ts';
import { HostDisk } from './credential-disk.ts';
import { withHistory } from './credential-history.ts';
import { ModelProcess } from './credential-model-process.ts';
import { age, imported, never, quick, until } from './credential-model.ts';
import type { TokenServer } from './credential-server.ts';
import type { Wires } from './credential-wires.ts';

const lifeMs = 3_600_000;
const [old, young] = [makeKey('k1'), makeKey('k2')];
/** Every process opens what any of them sealed, whichever key it seals with. */
const rings = [parseKeyRing(`${old},${young}`), parseKeyRing(`${young},${old}`)] as const;
const [ring] = rings;

/**
 * Several processes on two hosts, one Redis, one authorization server, and everything that can go wrong among
 * them. After each step `check` compares what the server counted with what was allowed.
 */
export class World implements AsyncDisposable {
  readonly events: CredentialEvent[] = [];
  readonly server: TokenServer;
  readonly processes: readonly ModelProcess[];
  readonly #wires: Wires;
  readonly #prefix = `m-${randomUUID().slice(0, 8)}`;
  readonly #disks: readonly HostDisk[];
  readonly #past: Map<string, Record<string, string>>[] = [];
  #newest = [0, 0];
  /** Whether an answer may have been lost since the last sign-in, by a fault or with a process. */
  lossy = false;
  /** Whether Redis forgot what only the dead knew. Nobody can be blamed then, but all must end well. */
  #forgotten = false;
  #free: (() => void) | null = null;
  #heldAtMs = 0;

  private constructor(wires: Wires, server: TokenServer, disks: readonly HostDisk[]) {
    this.#wires = wires;
    this.server = server;
    this.#disks = disks;
    this.processes = wires.pairs.map((pair) => new ModelProcess(pair));
  }

  static async make(wires: Wires, server: TokenServer): Promise<World> {
    // Two hosts: the last process is alone on one of them.
    const [one, two] = [await HostDisk.make(), await HostDisk.make()];
    const disks = wires.pairs.map((_, at) => (at === wires.pairs.length - 1 ? two : one));
    const world = new World(wires, server, disks);
    server.reset();
    // In the midst of a change of keys: one seals with the new one already.
    for (const index of world.processes.keys()) await world.start(index, index === 1 ? 1 : 0);
    await world.signIn(0);
    return world;
  }

  get living(): CredentialService[] {
    return this.processes.flatMap(({ service, life }) =>
      service === null || life.dead ? [] : [service],
    );
  }

  service(index: number): CredentialService | null {
    const { service, life } = this.processes[index] ?? { service: null, life: { dead: true } };
    return life.dead ? null : service;
  }

  /** Starts a process, in place of one that died; it seals with the old key or the new one. */
  async start(index: number, sealsWith: 0 | 1 = 0): Promise<void> {
    this.redisBack();
    const disk = this.#disks[index];
    await this.processes[index]?.start({
      prefix: this.#prefix,
      dataDir: disk?.folder ?? '',
      ...(disk === undefined ? {} : { openFile: disk.open }),
      ring: rings[sealsWith],
      issuer: this.server.issuer,
      owner: `p${index}`,
      onEvent: (event) => this.events.push(event),
    });
  }

  /** From now on the process is dead at its `at`-th command. */
  doom(index: number, at: number, when: 'before' | 'after'): void {
    const life = this.processes[index]?.life;
    if (life === undefined || life.dead) return;
    Object.assign(life, { armed: true, commands: 0, at, when });
    this.lossy = true;
  }

  async signIn(index: number): Promise<void> {
    const service = this.service(index);
    if (service === null) return;
    const life = this.processes[index]?.life;
    // An operator's tool does not die half-way in this model.
    if (life !== undefined) life.armed = false;
    this.release();
    this.redisBack();
    const tokens = this.server.signIn();
    await service.signIn('default', imported(tokens, lifeMs));
    this.#forgotten = false;
    const doomed = this.processes.some((process) => process.life.armed);
    this.lossy = doomed || this.server.plan.length > 0;
  }

  /** What an operator does; one that finds no living process, or no sign-in, does nothing. */
  async operate(index: number, change: 'disable' | 'enable'): Promise<void> {
    this.redisBack();
    await this.act(index, async (service) => {
      const [member] = await service.status();
      if (member === undefined) return;
      // A verdict is tried again by hand: that is a further send by right, and not of this model.
      if (change === 'enable' && member.state !== 'disabled') return;
      if (change === 'disable' && (member.state === 'quarantined' || member.state === 'at-only')) {
        return;
      }
      await service[change]('default');
    });
  }

  /** Token requests from now on get no answer until `release`. */
  holdAnswers(): void {
    if (this.#free !== null) return;
    this.#heldAtMs = systemClock.monotonic();
    const held = Promise.withResolvers<void>();
    this.#free = held.resolve;
    this.server.hold = held.promise;
  }

  release(): void {
    // Held for so long that whoever waits may have given up.
    const patienceMs = (quick.exchangeMs ?? 0) / 2;
    this.lossy ||= this.#free !== null && systemClock.monotonic() - this.#heldAtMs > patienceMs;
    this.#free?.();
    this.#free = null;
    this.server.hold = Promise.resolve();
  }

  async pass(share: number): Promise<void> {
    // An answer that is held meanwhile is that much later.
    this.#heldAtMs -= share * lifeMs;
    await age(this.#wires.admin, this.#prefix, 'default', share * lifeMs);
    await this.each(async (service) => service.reload().catch(unlessAway));
  }

  /** Redis answers no process any more, until `redisBack`. */
  redisAway(when: 'before' | 'after'): void {
    for (const process of this.processes) process.loseRedis(when);
  }

  redisBack(): void {
    for (const process of this.processes) process.comeBack();
  }

  /** Has a living process do something; one that dies at it answers nobody. */
  async act(index: number, work: (service: CredentialService) => Promise<unknown>): Promise<void> {
    const process = this.processes[index];
    if (process === undefined || process.service === null || process.life.dead) return;
    await Promise.race([work(process.service), process.life.died]);
  }

  async each(work: (service: CredentialService) => Promise<unknown>): Promise<void> {
    await Promise.all(this.processes.map(async (_, index) => this.act(index, work)));
  }

  /**
   * Redis comes back as it was some steps ago. All lose their connections over it; those that live
   * tell it what they know, and hold until everybody has had the time to.
   */
  async rollBack(steps: number): Promise<void> {
    this.redisBack();
    const knowing = this.living.length;
    const then = this.#past.at(-steps);
    if (then === undefined || this.living.length === 0) return;
    const stored = (await this.#wires.admin.hget(this.#key('rec'), 'epoch')) ?? '0';
    if (then.get('rec')?.['epoch'] !== stored) return;
    const intent = await this.#wires.admin.hgetall(this.#key('intent'));
    const owner = this.processes[Number(intent['owner']?.slice(1))];
    const sentByDead = intent['phase'] === 'sent' && owner?.life.dead === true;
    if (sentByDead && then.get('intent')?.['phase'] !== 'sent') this.#forgotten = true;
    const pipeline = this.#wires.admin.multi().del(this.#key('lease'));
    for (const [part, fields] of then) {
      pipeline.del(this.#key(part));
      if (Object.keys(fields).length > 0) pipeline.hset(this.#key(part), fields);
    }
    for (const { redis } of this.#wires.pairs) redis.emit('close');
    await pipeline.exec();
    for (const { redis } of this.#wires.pairs) redis.emit('ready');
    await this.each(async (service) => {
      await service.replay();
      await service.reload();
      await service.replay();
    });
    await systemClock.sleep(quick.reconnectHoldMs ?? 0);
    // Who died over it may have been the only one to know.
    if (this.living.length < knowing) this.#forgotten = true;
  }

  /** What must hold at every moment. Throws with what happened to the credential. */
  async check(): Promise<void> {
    await this.#told(async () => this.#check());
  }

  async #told(work: () => Promise<void>): Promise<void> {
    await withHistory(this.#wires.admin, this.#key('hist'), work);
  }

  async #check(): Promise<void> {
    const now = new Map<string, Record<string, string>>();
    for (const part of ['rec', 'intent', 'budget']) {
      now.set(part, await this.#wires.admin.hgetall(this.#key(part)));
    }
    this.#past.push(now);
    if (this.#forgotten) return;
    const resent = this.events.filter((e) => e.kind === 'send' && e.reason === 'last-resort');
    for (const [token, sends] of this.server.unanswered) {
      if (sends > 2) throw new Error(`a refresh token was sent ${sends} times`);
      if (sends > 1 && resent.length === 0) throw new Error(`${token.slice(0, 12)} sent twice`);
    }
    if (!this.lossy && this.server.reuses > 0) throw new Error('a spent token was sent');
    if (this.server.reuses > resent.length) throw new Error('reuse without a recorded re-send');
    const fields = now.get('rec') ?? {};
    const record = parseRecord('default', fields);
    if (record === null || record.accessSealed === '') return;
    const access = openToken(ring, 'default', record, 'at');
    const refresh = openToken(ring, 'default', record, 'rt');
    if (this.server.pairs.get(access) !== refresh) throw new Error('tokens of two answers mixed');
    if (JSON.stringify(fields).includes('canary')) throw new Error('a token in plain');
    const [epoch = 0, generation = 0] = this.#newest;
    const back = record.epoch < epoch || (record.epoch === epoch && record.generation < generation);
    if (back) throw new Error(`went back from ${epoch}.${generation}`);
    this.#newest = [record.epoch, record.generation];
  }

  /** Once the faults stop, the sign-in serves again or its owner knows that it will not. */
  async settle(): Promise<void> {
    await this.#told(async () => this.#settle());
  }

  async #settle(): Promise<void> {
    this.release();
    this.redisBack();
    this.server.plan.length = 0;
    for (const [index, { life }] of this.processes.entries()) {
      life.armed = false;
      if (life.dead) await this.start(index);
    }
    for (const index of this.processes.keys()) await this.operate(index, 'enable');
    await until(async () => {
      await this.pass(0.3);
      await Promise.all(this.living.map(async (service) => service.refreshDue(never)));
      await this.check();
      const [member] = (await this.living[0]?.status()) ?? [];
      if (member?.state === 'quarantined') {
        return this.events.some(({ kind }) => kind === 'quarantined' || kind === 'at-only');
      }
      const session = this.living[0]?.begin({ conversation: 'c', model: 'm', prompt: 'last' });
      const token = await session?.acquire(never).catch(() => null);
      return token !== null && token !== undefined && this.server.accepts(token.secret);
    }, 90_000);
    for (const service of this.living) {
      if (service.waiting > 0) await until(() => service.waiting === 0);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    for (const process of this.processes) await process[Symbol.asyncDispose]();
    for (const disk of new Set(this.#disks)) await disk[Symbol.asyncDispose]();
  }

  #key(part: string): string {
    return `{${this.#prefix}}:cred:default:${part}`;
  }
}

function unlessAway(error: unknown): void {
  if (!isBridgeError(error, 'REDIS_UNREACHABLE')) throw error;
}
