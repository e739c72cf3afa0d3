import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { CredentialService } from '../../src/credentials/service.ts';
import type { OpenFile } from '../../src/credentials/spill.ts';
import { around, scriptCalls } from './credential-around.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { type Fleet, imported, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

/** What happened, in order: scripts and the request as they leave, a sync when the disk has it. */
const steps: string[] = [];

/** The real files, on a disk that takes its time; the sealed copies go untold. */
const slowDisk: OpenFile = async (path, flags, mode) => {
  const file = await open(path, flags, mode);
  const what = path.endsWith('.spill') ? 'spill' : path.endsWith('/spill') ? 'folder' : null;
  return around(file, ['write', 'sync'], async (run, name) => {
    if (name === 'write' && what !== null) steps.push(`write ${what}`);
    const done = await run();
    if (name === 'write' || what === null) return done;
    await systemClock.sleep(30);
    steps.push(`sync ${what}`);
    return done;
  });
};

const folder = new URL('../../src/credentials/scripts/', import.meta.url);
const [prelude, ...scripts] = await Promise.all(
  ['prelude', 'begin', 'sent', 'commit'].map(async (name) => {
    return { name, text: await readFile(new URL(`${name}.lua`, folder), 'utf8') };
  }),
);
const named = new Map(
  scripts.flatMap(({ name, text }) => {
    const whole = `${prelude?.text}\n${text}`;
    return [whole, createHash('sha1').update(whole).digest('hex')].map((key) => [key, name]);
  }),
);

/** A process with a sign-in whose steps are told from here on. */
async function told(): Promise<CredentialService> {
  const redis = around(await fleet.connect(), scriptCalls, async (run, _, [script]) => {
    const name = named.get(String(script));
    if (name !== undefined && steps.at(-1) !== name) steps.push(name);
    return run();
  });
  steps.length = 0;
  const service = await fleet.process({ redis, subscriber: null, openFile: slowDisk });
  await service.signIn('default', imported(server.tokens));
  return service;
}

/** The steps of a scheduled refresh, up to where Redis is told of its outcome. */
async function refreshed(service: CredentialService): Promise<string[]> {
  // Sealed copies lie in the same folder: the sign-in keeps one, and so does the process that sees it.
  await until(() => steps.filter((step) => step === 'sync folder').length === 2);
  steps.length = 0;
  const arrived = server.arrival().then(() => steps.push('request'));
  await fleet.processRefresh(service);
  await arrived;
  const committed = steps.indexOf('commit');
  return committed < 0 ? [...steps] : steps.slice(0, committed + 1);
}

const room = ['write spill', 'write spill', 'sync spill', 'sync folder'];
const leave = ['begin', 'sent', 'write spill', 'sync spill'];
const answer = ['request', 'write spill', 'sync spill'];

test('room on disk is had before leave is asked for, the send is noted before it, and the answer is on disk before Redis is told', async () => {
  expect(await refreshed(await told())).toEqual([...room, ...leave, ...answer, 'commit']);
});

test('an answer that nobody can read is on disk all the same', async () => {
  const service = await told();
  server.plan.push({ kind: 'status', status: 200, body: '<html>not a token' });
  expect(await refreshed(service)).toEqual([...room, ...leave, ...answer]);
  expect((await service.status())[0]?.state).toBe('ambiguous');
});
