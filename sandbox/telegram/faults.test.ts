import { Api } from 'grammy';
import { expect, test } from 'vitest';

import type { Fault } from '../faults.ts';
import { TelegramSandbox } from './telegram-sandbox.ts';

async function rig(fault: Fault) {
  const sandbox = await TelegramSandbox.start();
  const ada = sandbox.createUser('Ada');
  sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  sandbox.faults.inject({ match: 'sendMessage', fault });
  const api = new Api(sandbox.token, { apiRoot: sandbox.url });
  return {
    sandbox,
    send: (signal?: AbortSignal) =>
      api.sendMessage(ada, 'Hi', {}, signal as Parameters<typeof api.getMe>[0]),
    /** Whether the message was sent, whatever the bot was told. */
    isSent: () => sandbox.messages(ada).length === 2,
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

test('drop-after does what was asked and then cuts the connection', async () => {
  await using tg = await rig({ kind: 'drop-after' });
  await expect(tg.send()).rejects.toMatchObject({ error: { code: 'ECONNRESET' } });
  expect(tg.isSent()).toBe(true);
  expect(tg.sandbox.requests.at(-1)).toMatchObject({ method: 'sendMessage', status: null });
});

test('drop-before cuts the connection and does nothing; the next request is served', async () => {
  await using tg = await rig({ kind: 'drop-before' });
  await expect(tg.send()).rejects.toMatchObject({ name: 'HttpError' });
  expect(tg.isSent()).toBe(false);
  await tg.send();
  expect(tg.isSent()).toBe(true);
});

test.each([
  [{ kind: 'status', status: 502 }, { name: 'HttpError' }],
  [
    { kind: 'status', status: 429 },
    { error_code: 429, parameters: { retry_after: 1 } },
  ],
  [
    { kind: 'status', status: 429, headers: { 'retry-after': '137' } },
    { error_code: 429, parameters: { retry_after: 137 } },
  ],
  [
    { kind: 'status', status: 403 },
    { error_code: 403, description: 'Forbidden' },
  ],
] as const)('%j is answered and nothing done', async (fault, error) => {
  await using tg = await rig(fault);
  await expect(tg.send()).rejects.toMatchObject(error);
  expect(tg.isSent()).toBe(false);
});

test('hang holds the request; when the client gives up, nothing was done', async () => {
  await using tg = await rig({ kind: 'hang' });
  const giveUp = new AbortController();
  const sent = tg.send(giveUp.signal).catch((error: unknown) => error);
  await tg.sandbox.waitFor(() => tg.sandbox.requests.length === 1);
  giveUp.abort();
  expect(await sent).toMatchObject({ name: 'HttpError' });
  await tg.sandbox.waitFor(() => tg.sandbox.requests.at(-1)?.status === null);
  expect(tg.isSent()).toBe(false);
});

test('hang for a time goes on afterwards', async () => {
  await using tg = await rig({ kind: 'hang', ms: 20 });
  await tg.send();
  expect(tg.isSent()).toBe(true);
});

test('a wrong token is refused, one that none could be is not found', async () => {
  await using sandbox = await TelegramSandbox.start();
  const me = (token: string) => new Api(token, { apiRoot: sandbox.url }).getMe();
  await expect(me(`1:${'x'.repeat(35)}`)).rejects.toMatchObject({ error_code: 401 });
  await expect(me('1:x')).rejects.toMatchObject({ error_code: 404 });
});

test('one who waits in vain is told the state', async () => {
  await using tg = await rig({ kind: 'drop-before' });
  await expect(tg.sandbox.waitFor(() => false, { timeoutMs: 30 })).rejects.toThrow(
    /private chat 1001:\n {2}1 Ada: "Hello"\nupdates not confirmed: 500000001\nlast requests: none/,
  );
});
