import type { Incident } from './snapshot.ts';

/** Incidents of a list, newest first, those that several processes saw at about the same time as one. */
export function collapse(
  all: readonly Omit<Incident, 'times'>[],
  withinMs = 60_000,
): readonly Incident[] {
  const found: Incident[] = [];
  for (const incident of all) {
    const at = found.findLastIndex(
      (known) => isSame(known, incident) && known.atMs - incident.atMs <= withinMs,
    );
    const known = found[at];
    if (known === undefined) found.push({ ...incident, times: 1 });
    else found[at] = { ...known, times: known.times + 1 };
  }
  return found;
}

function isSame(one: Omit<Incident, 'times'>, other: Omit<Incident, 'times'>): boolean {
  return one.source === other.source && one.subject === other.subject && one.what === other.what;
}
