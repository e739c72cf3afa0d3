import { randomUUID } from 'node:crypto';
import {
  type FileHandle,
  chmod,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { KeyRing } from './key-ring.ts';
import { type CredentialRecord, compareStamps, parseRecord } from './record.ts';
import { seal, unseal } from './seal.ts';

const headerBytes = 512;
const reservedBytes = 32_768;

const header = z.object({
  v: z.literal(1),
  name: z.string(),
  attempt: z.string(),
  epoch: z.number(),
  generation: z.number(),
  spentPrint: z.string(),
  sent: z.boolean(),
  /** It is the one re-send of a lost answer. */
  resend: z.boolean(),
});
const body = z.object({ mintedAtMs: z.number(), reason: z.string(), answer: z.string() });

/** What is known of an attempt to refresh; fingerprints only. */
export type SpillHeader = z.infer<typeof header>;
/** The token endpoint's raw answer and when it was asked, by Redis' clock. */
export type SpillBody = z.infer<typeof body>;

/** How a file is opened: `open` of node:fs/promises, or what stands before it. */
export type OpenFile = (path: string, flags: string, mode?: number) => Promise<SpillFile>;
export type SpillFile = Pick<FileHandle, 'write' | 'writeFile' | 'sync' | 'stat' | 'close'>;

export interface FoundSpill {
  readonly path: string;
  readonly header: SpillHeader;
  /** null: the attempt ended, or was ended, before an answer was written. */
  readonly body: SpillBody | null;
  /** Since it was last written, by the wall clock. */
  readonly ageMs: number;
}

/**
 * The folder where an answer of the token endpoint is safe before Redis has it: one file for each
 * attempt, 0600 in a folder of 0700, sealed and synced; and for each credential a sealed copy of
 * its newest record (`NAME.last.bin`).
 */
export class SpillFolder {
  readonly #folder: string;
  readonly #ring: KeyRing;
  readonly #open: OpenFile;

  constructor(dataDir: string, ring: KeyRing, openFile: OpenFile = open) {
    this.#folder = join(dataDir, 'spill');
    this.#ring = ring;
    this.#open = openFile;
  }

  /** Makes room for an attempt's answer before anything is spent; throws when the disk will not take it. */
  async open(about: Omit<SpillHeader, 'v' | 'sent'>): Promise<Spill> {
    await this.#prepare();
    const path = join(this.#folder, `${about.name}.${about.attempt}.spill`);
    const file = await this.#open(path, 'wx', 0o600);
    const spill = new Spill(path, file, this.#ring, { v: 1, sent: false, ...about });
    try {
      await spill.reserve();
      await this.#syncFolder();
      return spill;
    } catch (error) {
      await spill.discard();
      throw error;
    }
  }

  /** Every spill of the folder that is not one of `mine`; a file that cannot be read is told, not touched. */
  async find(mine: ReadonlySet<string>, unusable: (why: string) => void): Promise<FoundSpill[]> {
    const found: FoundSpill[] = [];
    for (const file of await this.#list('.spill')) {
      if (mine.has(file.split('.').at(-2) ?? '')) continue;
      const path = join(this.#folder, file);
      try {
        found.push(await this.#read(path));
      } catch (error) {
        if (!isMissing(error)) unusable(`${file}: ${error instanceof Error ? error.message : '?'}`);
      }
    }
    return found;
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  /** Keeps a sealed copy of `record`, unless the folder has a newer one. */
  async keep(name: string, record: CredentialRecord): Promise<void> {
    await this.#prepare();
    const path = this.#copyPath(name);
    if (await this.#hasNewer(name, record)) return;
    const temporary = `${path}.${randomUUID()}.tmp`;
    const file = await this.#open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(seal(this.#ring, { kind: 'copy', name }, JSON.stringify(record.fields)));
      await file.sync();
    } finally {
      await file.close();
    }
    // While this was written another process may have kept the next generation.
    if (await this.#hasNewer(name, record)) return rm(temporary, { force: true });
    await rename(temporary, path);
    await this.#syncFolder();
  }

  /** The sealed copies by name; throws CREDENTIAL_KEY_WRONG for one that does not open. */
  async copy(name: string): Promise<CredentialRecord | null> {
    try {
      const sealed = await readFile(this.#copyPath(name), 'utf8');
      const text = unseal(this.#ring, { kind: 'copy', name }, sealed);
      return parseRecord(name, z.record(z.string(), z.string()).parse(JSON.parse(text)));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async copies(): Promise<string[]> {
    return (await this.#list('.last.bin')).map((file) => file.slice(0, -'.last.bin'.length));
  }

  async forget(name: string): Promise<void> {
    await rm(this.#copyPath(name), { force: true });
  }

  async #hasNewer(name: string, record: CredentialRecord): Promise<boolean> {
    // One that does not open is of no use to anybody.
    const kept = await this.copy(name).catch(() => null);
    return kept !== null && compareStamps(kept, record) > 0;
  }

  #copyPath(name: string): string {
    return join(this.#folder, `${name}.last.bin`);
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
  }

  async #syncFolder(): Promise<void> {
    const folder = await this.#open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #list(ending: string): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((file) => file.endsWith(ending));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async #read(path: string): Promise<FoundSpill> {
    const bytes = await readFile(path);
    const ageMs = Date.now() - (await stat(path)).mtimeMs;
    const about = header.parse(JSON.parse(bytes.subarray(0, headerBytes).toString('utf8')));
    const sealed = bytes
      .subarray(headerBytes)
      .toString('utf8')
      .replace(/[\0\s]+$/, '');
    if (sealed === '') return { path, ageMs, header: about, body: null };
    const text = unseal(this.#ring, slotOf(about), sealed);
    return { path, ageMs, header: about, body: body.parse(JSON.parse(text)) };
  }
}

/** The spill file of one attempt that runs in this process. */
export class Spill {
  readonly #path: string;
  readonly #file: SpillFile;
  readonly #ring: KeyRing;
  #header: SpillHeader;

  constructor(path: string, file: SpillFile, ring: KeyRing, about: SpillHeader) {
    this.#path = path;
    this.#file = file;
    this.#ring = ring;
    this.#header = about;
  }

  async reserve(): Promise<void> {
    await this.#file.write(Buffer.alloc(reservedBytes), 0, reservedBytes, 0);
    await this.#writeHeader();
    await this.#file.sync();
  }

  /** Notes on disk that the refresh token leaves now. */
  async markSent(spentPrint: string): Promise<void> {
    if ((await this.#file.stat()).nlink === 0) throw new Error('the spill file was removed');
    this.#header = { ...this.#header, spentPrint, sent: true };
    await this.#writeHeader();
    await this.#file.sync();
  }

  /** Writes the answer, sealed, and returns when the disk has it. */
  async answer(content: SpillBody): Promise<void> {
    const sealed = seal(this.#ring, slotOf(this.#header), JSON.stringify(content));
    await this.#file.write(sealed, headerBytes, 'utf8');
    await this.#file.sync();
  }

  /** Closes the file and removes it: Redis has the answer, or there is none. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  /** Closes the file and leaves it for the replay. */
  async leave(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }

  async #writeHeader(): Promise<void> {
    const text = JSON.stringify(this.#header).padEnd(headerBytes, ' ');
    await this.#file.write(text, 0, 'utf8');
  }
}

function slotOf(about: SpillHeader) {
  return { kind: 'spill', name: about.name, attempt: about.attempt } as const;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
