import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';

import type { Clock } from '../clock.ts';
import type { Finding } from './doctor-checks.ts';

const leastFreeMb = 100;
const mostOffMs = 5000;
const deadlineMs = 10_000;

/** Whether what has to last can be written to the folder, and fits. */
export async function diskFinding(folder: string): Promise<Finding> {
  const part = 'disk';
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    const freeMb = Math.round((bavail * bsize) / 1_048_576);
    return freeMb < leastFreeMb
      ? { part, state: 'warning', says: `only ${freeMb} MB left at ${folder}: make room` }
      : { part, state: 'ok', says: `${folder} can be written to, ${freeMb} MB left` };
  } catch {
    const says = `${folder} cannot be written to by this user: DATA_DIR has to be a folder of its own`;
    return { part, state: 'failure', says };
  }
}

/** Whether secrets on disk are this user's alone; what is not there is nobody's. */
export async function permissionFinding(files: readonly string[]): Promise<Finding> {
  const part = 'permissions';
  const open: string[] = [];
  const seen: string[] = [];
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) continue;
    seen.push(file);
    const own = found.isDirectory() ? 'chmod 700' : 'chmod 600';
    if ((found.mode & 0o077) !== 0) open.push(`${own} ${file}`);
  }
  return open.length === 0
    ? { part, state: 'ok', says: `open to this user alone: ${seen.join(', ') || 'nothing yet'}` }
    : { part, state: 'warning', says: `other users can get at secrets: ${open.join('; ')}` };
}

/** Whether our clock agrees with another one. Of tokens and of waits, the time is what matters. */
export function clockFinding(whose: string, theirsMs: number, clock: Clock): Finding {
  const offMs = Math.abs(clock.now() - theirsMs);
  const part = 'clock';
  if (offMs < mostOffMs) return { part, state: 'ok', says: `agrees with that of ${whose}` };
  const apart = `${Math.round(offMs / 1000)} s apart from that of ${whose}`;
  return { part, state: 'warning', says: `${apart}: let both keep time by NTP` };
}

/** Whether xAI's API answers, to a request without a token; and whether it has our time. */
export async function* grokFindings(apiUrl: string, clock: Clock): AsyncGenerator<Finding> {
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const answer = await fetch(`${apiUrl}/models`, { signal, redirect: 'manual' });
    await answer.body?.cancel();
    yield { part: 'grok', state: 'ok', says: `${apiUrl} answers` };
    const theirsMs = Date.parse(answer.headers.get('date') ?? '');
    // Its header counts seconds, and the answer has been on its way.
    if (!Number.isNaN(theirsMs)) yield clockFinding('xAI', theirsMs, clock);
  } catch {
    const says = `${apiUrl} does not answer: see the network, a proxy, XAI_API_URL`;
    yield { part: 'grok', state: 'failure', says };
  }
}
