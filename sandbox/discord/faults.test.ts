import { expect, test } from 'vitest';

import type { Fault } from '../faults.ts';
import { DiscordSandbox } from './discord-sandbox.ts';

async function start() {
  const sandbox = await DiscordSandbox.start();
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const post = async (signal?: AbortSignal) =>
    fetch(`${sandbox.url}/v10/channels/${dm.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${sandbox.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'hello' }),
      ...(signal === undefined ? {} : { signal }),
    });
  const inject = (fault: Fault) =>
    sandbox.faults.inject({ match: `POST /channels/${dm.id}/messages`, fault });
  const dispose = async () => sandbox[Symbol.asyncDispose]();
  return { sandbox, dm, post, inject, [Symbol.asyncDispose]: dispose };
}

test('drop-after does what was asked and cuts the connection', async () => {
  await using discord = await start();
  discord.inject({ kind: 'drop-after' });
  await expect(discord.post()).rejects.toThrow();
  expect(discord.sandbox.messages(discord.dm)).toHaveLength(1);
  expect(discord.sandbox.requests.map(({ status }) => status)).toEqual([undefined]);
  expect((await discord.post()).status).toBe(200);
});

test('drop-before cuts the connection and does nothing', async () => {
  await using discord = await start();
  discord.inject({ kind: 'drop-before' });
  await expect(discord.post()).rejects.toThrow();
  expect(discord.sandbox.messages(discord.dm)).toEqual([]);
});

test('status answers as told and does nothing', async () => {
  await using discord = await start();
  discord.inject({ kind: 'status', status: 502, body: '<html>Bad gateway</html>' });
  const answer = await discord.post();
  expect(answer.status).toBe(502);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(await answer.text()).toBe('<html>Bad gateway</html>');
  expect(discord.sandbox.messages(discord.dm)).toEqual([]);
  discord.inject({ kind: 'status', status: 429, body: '{}', headers: { 'retry-after': '7' } });
  expect((await discord.post()).headers.get('retry-after')).toBe('7');
});

test('hang holds the request until its time is over or the client gives up', async () => {
  await using discord = await start();
  discord.inject({ kind: 'hang', ms: 20 });
  expect((await discord.post()).status).toBe(200);

  discord.inject({ kind: 'hang' });
  const givesUp = new AbortController();
  const hanging = discord.post(givesUp.signal);
  await discord.sandbox.waitFor(() => discord.sandbox.requests.length === 2);
  expect(discord.sandbox.messages(discord.dm)).toHaveLength(1);
  givesUp.abort();
  await expect(hanging).rejects.toThrow();
  await discord.sandbox.waitFor(() => discord.sandbox.messages(discord.dm).length === 2);
});

test('a wait in vain says what there was instead', async () => {
  await using discord = await start();
  await discord.post();
  const { sandbox } = discord;
  const vain = sandbox.waitFor(() => false, { timeoutMs: 1, what: 'a miracle' });
  await expect(vain).rejects.toThrow(/1 ms in vain for a miracle[^]*"hello"[^]*POST \/channels/);
  const given = AbortSignal.abort(new Error('given up'));
  await expect(sandbox.waitFor(() => false, { signal: given })).rejects.toThrow('given up');
});
