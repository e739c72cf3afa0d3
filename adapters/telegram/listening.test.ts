import pino from 'pino';
import { expect, test } from 'vitest';

import type { Incoming } from '#port';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { TelegramAdapter } from './telegram-adapter.ts';
import { envOf, hastyClock, intakeOf, rigOn, type RigOptions } from './test-bed.ts';

const rig = async (options: RigOptions = {}) => rigOn(await TelegramSandbox.start(), options);

test('messages arrive in order, and are confirmed only after they were taken', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  const received: string[] = [];
  const gate = Promise.withResolvers<void>();
  const listening = bot.listen(
    intakeOf(async ({ text }) => {
      await gate.promise;
      received.push(text);
    }),
  );
  for (const text of ['one', 'two', 'three']) bot.sandbox.say({ user: ada, chat: ada, text });

  await bot.sandbox.waitFor(() => bot.adapter.health().up);
  expect(bot.sandbox.confirmedOffset).toBe(0);
  gate.resolve();
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(received).toEqual(['one', 'two', 'three']);
  await bot.stop();
  await expect(listening).resolves.toBeUndefined();
});

test('what is written in another conversation does not wait for one that hangs', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  const bob = bot.sandbox.createUser('Bob');
  bot.sandbox.say({ user: ada, chat: ada, text: 'slow' });
  bot.sandbox.say({ user: bob, chat: bob, text: 'quick' });
  const gate = Promise.withResolvers<void>();
  const quick = Promise.withResolvers<void>();
  void bot.listen(
    intakeOf(async ({ text }) => {
      if (text === 'quick') quick.resolve();
      else await gate.promise;
    }),
  );
  await quick.promise;
  expect(bot.sandbox.pendingUpdates()).toBe(2);
  gate.resolve();
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
});

test('a message that could not be stored is offered again, before the ones behind it', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  for (const text of ['one', 'two', 'three']) bot.sandbox.say({ user: ada, chat: ada, text });
  const offered: string[] = [];
  let failures = 3;
  void bot.listen(
    intakeOf(({ text }) => {
      offered.push(text);
      if (text === 'two' && failures-- > 0) {
        expect(bot.sandbox.confirmedOffset).toBe(0);
        throw new Error('Redis is away');
      }
    }),
  );
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(offered).toEqual(['one', 'two', 'two', 'two', 'two', 'three']);
  expect(bot.logged('message not stored')).toBe(1);
});

test('what was not taken when the bridge stopped comes again to the next one', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  bot.sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  const offered = Promise.withResolvers<void>();
  void bot.listen(
    intakeOf(() => {
      offered.resolve();
      throw new Error('Redis is away');
    }),
  );
  await offered.promise;
  await bot.stop();
  expect(bot.sandbox.pendingUpdates()).toBe(1);
});

test.each([
  { kind: 'drop-before' as const },
  { kind: 'drop-after' as const },
  { kind: 'status' as const, status: 502 },
  { kind: 'status' as const, status: 429 },
])('polls answered with %j are repeated, and that is logged once', async (fault) => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  const pause = JSON.stringify({ ok: false, error_code: 429, description: 'x', parameters: {} });
  const body = fault.kind === 'status' && fault.status === 429 ? { body: pause } : {};
  bot.sandbox.faults.inject({ match: 'getUpdates', fault: { ...fault, ...body }, times: 3 });
  bot.sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(bot.logged('no updates')).toBe(1);
  expect(bot.logged('updates are coming again')).toBe(1);
  expect(bot.lines.join()).not.toContain(bot.sandbox.token);
});

test('a poll that never ends is given up', async () => {
  await using bot = await rig({ times: { holdSeconds: 1, deadlineMs: 50, giveUpMs: 60_000 } });
  const ada = bot.sandbox.createUser('Ada');
  bot.sandbox.faults.inject({ match: 'getUpdates', fault: { kind: 'hang' } });
  bot.sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(bot.logged('no answer within 50 ms')).toBe(1);
  expect(bot.adapter.health().up).toBe(true);
});

test('a poller that meets nothing but silence ends, for its supervisor to start a new one', async () => {
  await using bot = await rig({ times: { holdSeconds: 1, deadlineMs: 50, giveUpMs: 300 } });
  bot.sandbox.faults.inject({ match: 'getUpdates', fault: { kind: 'hang' }, times: 100 });
  const beganAtMs = performance.now();
  const listening = bot.listen(intakeOf(() => {}));
  await expect(listening).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
  expect(performance.now() - beganAtMs).toBeGreaterThanOrEqual(300);
  expect(bot.adapter.health().up).toBe(false);
  const polls = bot.sandbox.requests.filter(({ method }) => method === 'getUpdates');
  expect(polls.length).toBeGreaterThan(2);
});

test('a poller that is answered, however badly, does not give up', async () => {
  await using bot = await rig({ times: { holdSeconds: 1, deadlineMs: 2_000, giveUpMs: 1 } });
  const fault = { kind: 'status' as const, status: 502 };
  bot.sandbox.faults.inject({ match: 'getUpdates', fault, times: 10 });
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.adapter.health().up);
});

test('a message that its author has changed is told as changed, after what it was', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  const heard: string[] = [];
  const id = bot.sandbox.say({ user: ada, chat: ada, text: 'Waht?' });
  const note = (how: string) => async (message: Incoming) => {
    heard.push(`${how} ${message.text} ${message.address}`);
    return 'queued' as const;
  };
  void bot.listen({
    receive: note('said'),
    edited: async (message) => void (await note('edited')(message)),
  });
  await bot.sandbox.waitFor(() => heard.length === 1);
  bot.sandbox.editByUser(ada, id, 'What?');
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0 && heard.length === 2);
  const address = JSON.stringify({ chat: ada, replyTo: id });
  expect(heard).toEqual([`said Waht? ${address}`, `edited What? ${address}`]);
});

test('another poller is named in the log, once, and outlived', async () => {
  await using bot = await rig();
  const body = JSON.stringify({
    ok: false,
    error_code: 409,
    description:
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  });
  const fault = { kind: 'status' as const, status: 409, body };
  bot.sandbox.faults.inject({ match: 'getUpdates', fault, times: 3 });
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.adapter.health().up);
  expect(bot.logged('another program polls with this token')).toBe(1);
});

test('a poller that another one pushes out comes back', async () => {
  await using bot = await rig();
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.adapter.health().up);
  const polls = () => bot.sandbox.requests.filter(({ method }) => method === 'getUpdates');
  await bot.sandbox.waitFor(() => polls().length === 2);
  await fetch(`${bot.sandbox.url}/bot${bot.sandbox.token}/getUpdates`);
  await bot.sandbox.waitFor(() => polls()[1]?.status === 409);
  await bot.sandbox.waitFor(() => bot.logged('somebody else has them') === 1);
  await bot.sandbox.waitFor(() => polls().length === 5);
});

test('a webhook that is set is named in the log, with what to do', async () => {
  await using bot = await rig();
  const call = `${bot.sandbox.url}/bot${bot.sandbox.token}`;
  await fetch(`${call}/setWebhook?url=http://127.0.0.1:9/hook`);
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.logged('deleteWebhook') === 1);
  await fetch(`${call}/deleteWebhook`);
  await bot.sandbox.waitFor(() => bot.adapter.health().up);
});

test('a token that is revoked ends the listening', async () => {
  await using bot = await rig();
  bot.sandbox.faults.inject({ match: 'getUpdates', fault: { kind: 'status', status: 401 } });
  const error = await bot.listen(intakeOf(() => {})).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'PLATFORM_TOKEN_REJECTED' });
  expect(bot.adapter.health().up).toBe(false);
});

test('an update that cannot be read holds up nothing', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  const broken = [{ update_id: 1, message: { text: 5 } }, { update_id: 2 }];
  const body = JSON.stringify({ ok: true, result: broken });
  bot.sandbox.faults.inject({ match: 'getUpdates', fault: { kind: 'status', status: 200, body } });
  bot.sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  const texts: string[] = [];
  void bot.listen(intakeOf(({ text }) => void texts.push(text)));
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(texts).toEqual(['Hello']);
  expect(bot.logged('update not understood')).toBe(1);
});

test('the command menu is registered in each language when it differs, and only then', async () => {
  await using bot = await rig();
  const called = (method: string) => bot.sandbox.requests.filter((r) => r.method === method).length;
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.logged('command menu registered') === 1);
  await bot.stop();
  expect(called('setMyCommands')).toBe(2);

  const log = pino({ level: 'silent' });
  await using next = new TelegramAdapter(envOf(bot.sandbox), { log, clock: hastyClock });
  const stop = new AbortController();
  await next.connect(stop.signal);
  const listening = next.listen(
    intakeOf(() => {}),
    stop.signal,
  );
  await bot.sandbox.waitFor(() => called('getMyCommands') === 4);
  stop.abort();
  await listening;
  expect(called('setMyCommands')).toBe(2);
});
