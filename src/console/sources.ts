import type { Section, SectionName, Sections, Snapshot } from './snapshot.ts';

/** Where the console has each of its sections from. */
export type ConsoleSources = { readonly [Name in SectionName]: () => Promise<Snapshot[Name]> };

/** Asks all sources side by side. */
export class SourceReader {
  readonly #sources: ConsoleSources;
  readonly #deadlineMs: number;
  readonly #asked = new Map<SectionName, Promise<unknown>>();

  constructor(sources: ConsoleSources, deadlineMs: number) {
    this.#sources = sources;
    this.#deadlineMs = deadlineMs;
  }

  /** A source that fails or is silent for the deadline says so in its section, and keeps none waiting. */
  async read(): Promise<Sections> {
    const [about, checks, platforms, credentials, queues, hour, today, incidents, processes] =
      await Promise.all([
        this.#section('about'),
        this.#section('checks'),
        this.#section('platforms'),
        this.#section('credentials'),
        this.#section('queues'),
        this.#section('hour'),
        this.#section('today'),
        this.#section('incidents'),
        this.#section('processes'),
      ]);
    return {
      about,
      checks,
      platforms,
      credentials,
      queues,
      hour,
      today,
      incidents,
      processes,
    };
  }

  async #section<Name extends SectionName>(name: Name): Promise<Section<Snapshot[Name]>> {
    const ms = this.#deadlineMs;
    const late: Section<Snapshot[Name]> = { kind: 'unknown', why: `no answer within ${ms} ms` };
    // Asked again only once it has answered: questions would pile up before a Redis that is away.
    if (this.#asked.has(name)) return late;
    const { promise: timedOut, resolve } = Promise.withResolvers<Section<Snapshot[Name]>>();
    const timer = setTimeout(() => resolve(late), ms);
    const asked = Promise.resolve()
      .then(this.#sources[name])
      .then((value): Section<Snapshot[Name]> => ({ kind: 'known', value }))
      .catch((error: unknown): Section<Snapshot[Name]> => ({
        kind: 'unknown',
        why: error instanceof Error ? error.message : String(error),
      }))
      .finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return Promise.race([asked, timedOut]).finally(() => clearTimeout(timer));
  }
}

/** Those sections that are not what they were. */
export function changedSections(before: Sections, now: Sections): Partial<Sections> {
  const known = new Map<string, string>(
    Object.entries(before).map(([name, section]) => [name, JSON.stringify(section)]),
  );
  const changed = Object.entries(now).filter(
    ([name, section]) => JSON.stringify(section) !== known.get(name),
  );
  return Object.fromEntries(changed);
}
