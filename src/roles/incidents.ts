import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { NotedIncident, RedisIncidents } from '../redis/incident-list.ts';

export interface IncidentsParts {
  readonly list: Pick<RedisIncidents, 'note'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Notes incidents for the console of every process. One that comes again and again is noted every ten seconds. */
export class Incidents {
  readonly #parts: IncidentsParts;
  readonly #notedAtMs = new Map<string, number>();

  constructor(parts: IncidentsParts) {
    this.#parts = parts;
  }

  /** Does not wait: what cannot be noted is logged. */
  note(incident: NotedIncident): void {
    const { list, clock, log } = this.#parts;
    const key = `${incident.source} ${incident.subject} ${incident.what}`;
    const nowMs = clock.monotonic();
    for (const [known, atMs] of this.#notedAtMs) {
      if (nowMs - atMs >= apartMs) this.#notedAtMs.delete(known);
    }
    if (this.#notedAtMs.has(key)) return;
    this.#notedAtMs.set(key, nowMs);
    list.note(incident).catch((error: unknown) => {
      log.warn({ err: error, what: incident.what }, 'incident not noted');
    });
  }
}

const apartMs = 10_000;
