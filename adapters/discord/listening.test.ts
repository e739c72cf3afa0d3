import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import {
  adapterOf,
  closeAfterEach,
  eventually,
  idOf,
  listening,
  never,
  opened,
  outgoing,
} from './test-bed.ts';

closeAfterEach();

async function sandboxOf(
  options: Parameters<typeof DiscordSandbox.start>[0] = {},
): Promise<DiscordSandbox> {
  return opened(DiscordSandbox.start(options));
}

describe('listen', () => {
  it('hands a DM over and answers it by reply, once', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const ann = sandbox.createUser('ann');
    const dm = sandbox.openDm(ann);
    const said = sandbox.say({ user: ann, channel: dm, text: 'hello' });
    const message = await hear('hello');
    expect(message).toMatchObject({
      id: `dc-${said}`,
      conversation: dm.id,
      author: { id: `discord:${ann.id}` },
      isPrivate: true,
      isAddressed: true,
      fromBot: false,
    });
    const first = idOf(await adapter.post(message.address, outgoing('hi'), never));
    const again = idOf(await adapter.post(message.address, outgoing('hi'), never));
    expect(again).toBe(first);
    expect(sandbox.messages(dm).filter(({ authorId }) => authorId === sandbox.botId)).toMatchObject(
      [{ id: first, content: 'hi', replyToId: said, pinged: { users: [] }, flags: 4 }],
    );
  });

  it('knows the language of who has used a command, else that of the server', async () => {
    const sandbox = await sandboxOf();
    const { hear } = await listening(sandbox);
    const ann = sandbox.createUser('ann');
    const channel = sandbox.createChannel(sandbox.createGuild('guild', { locale: 'de' }), 'talk');
    const dm = sandbox.openDm(ann);
    sandbox.say({ user: ann, channel: dm, text: 'in private' });
    expect((await hear('in private')).author).not.toHaveProperty('locale');
    const say = (text: string) =>
      sandbox.say({ user: ann, channel, text: `<@${sandbox.botId}> ${text}` });
    say('before');
    expect((await hear('before')).author.locale).toBe('de');
    await sandbox.waitFor(() => sandbox.commandNames().includes('help'));
    sandbox.slash({ user: ann, channel, name: 'help', locale: 'zh-CN' });
    await hear('/help');
    say('after');
    expect((await hear('after')).author.locale).toBe('zh-CN');
    sandbox.say({ user: ann, channel: dm, text: 'here, too' });
    expect((await hear('here, too')).author.locale).toBe('zh-CN');
  });

  it('knows a mention, a mention of its role, a reply and a thread', async () => {
    const sandbox = await sandboxOf({ messageContent: false });
    const { adapter, heard, hear } = await listening(sandbox);
    const ann = sandbox.createUser('ann');
    const guild = sandbox.createGuild('guild');
    const channel = sandbox.createChannel(guild, 'talk');
    const thread = sandbox.createThread(channel, 'aside', { owner: ann });
    const say = (text: string, replyTo?: string) =>
      sandbox.say({ user: ann, channel, text, replyTo });

    say('just chatting');
    say(`<@${sandbox.botId}> by mention`);
    const mention = await hear('by mention');
    expect(mention).toMatchObject({ isPrivate: false, isAddressed: true });
    expect(mention.places).toEqual(
      expect.arrayContaining([`discord:guild:${guild.id}`, `discord:channel:${channel.id}`]),
    );
    expect(heard[0]).toMatchObject({ text: '', isAddressed: false });

    const posted = idOf(await adapter.post(mention.address, outgoing('yes?'), never));
    say('by reply', posted);
    expect(await hear('by reply')).toMatchObject({ isAddressed: true });

    const role = say(`<@&${guild.botRoleId}> by role`);
    expect(await eventually(() => heard.find(({ id }) => id === `dc-${role}`))).toMatchObject({
      isAddressed: true,
    });

    sandbox.say({ user: ann, channel: thread, text: `<@${sandbox.botId}> in a thread` });
    const inThread = await hear('in a thread');
    expect(inThread.conversation).toBe(thread.id);
    expect(inThread.places).toEqual(
      expect.arrayContaining([`discord:channel:${thread.id}`, `discord:channel:${channel.id}`]),
    );
  });

  it('keeps the order of a conversation and tries again until a message is taken', async () => {
    const sandbox = await sandboxOf();
    let failures = 2;
    const { heard } = await listening(sandbox, () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('the store is away');
      }
      return 'queued';
    });
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    for (const text of ['one', 'two', 'three']) {
      sandbox.say({ user: dm.userId, channel: dm, text });
    }
    await eventually(() => heard.length === 3);
    expect(heard.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('resumes after a lost connection and is up again', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    expect(adapter.health()).toMatchObject({ up: true, lastEventAtMs: expect.any(Number) });
    sandbox.dropGateway();
    await sandbox.waitFor(() => sandbox.stats.connected === 0);
    sandbox.say({ user: dm.userId, channel: dm, text: 'while away' });
    await hear('while away');
    expect(sandbox.stats.resumes).toBe(1);
    await eventually(() => adapter.health().up);
  });

  it('leaves a connection that has fallen silent', async () => {
    const sandbox = await sandboxOf({ heartbeatIntervalMs: 100 });
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.silenceGateway();
    sandbox.say({ user: dm.userId, channel: dm, text: 'into the silence' });
    await hear('into the silence');
    expect(adapter.health().up).toBe(true);
  });

  it('goes on with a new session when the old one cannot be resumed', async () => {
    const sandbox = await sandboxOf();
    const { hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.dropGateway({ resumable: false });
    await sandbox.waitFor(() => sandbox.stats.identifies === 2, { timeoutMs: 15_000 });
    sandbox.say({ user: dm.userId, channel: dm, text: 'anew' });
    await hear('anew');
  });

  it('writes neither tokens nor what was said into the log', async () => {
    const sandbox = await sandboxOf();
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    let failures = 2;
    const decide = () => {
      failures -= 1;
      if (failures >= 0) throw new Error('the store is away');
      return 'ignored' as const;
    };
    const { adapter, hear } = await listening(sandbox, decide, log);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.say({ user: dm.userId, channel: dm, text: 'private words' });
    const { address } = await hear('private words');
    await sandbox.waitFor(() => sandbox.commandNames().length > 0);
    sandbox.faults.inject({ match: '/callback', fault: { kind: 'status', status: 500 }, times: 2 });
    sandbox.slash({ user: dm.userId, channel: dm, name: 'ask', options: { prompt: 'more words' } });
    await hear('/ask more words');
    sandbox.dropGateway();
    await eventually(() => !adapter.health().up);
    await adapter.post(address, outgoing('secret answer'), never);
    await eventually(() => lines.some((line) => line.includes('command not deferred')));
    const written = lines.join('');
    expect(written).toContain('message not taken in');
    expect(written).not.toMatch(/words|secret answer|ann|interaction:/);
    expect(written).not.toContain(sandbox.token);
  });

  it.each([
    [4004, 'PLATFORM_TOKEN_REJECTED'],
    [4014, 'PLATFORM_INTENT_MISSING'],
    [4011, 'PLATFORM_UNREACHABLE'],
  ])('ends for good when the gateway closes with %i', async (code, expected) => {
    const sandbox = await sandboxOf();
    const { adapter, ended } = await listening(sandbox);
    sandbox.dropGateway({ code });
    await expect(ended).rejects.toMatchObject({ code: expected });
    expect(adapter.health().up).toBe(false);
  });

  it('ends for good when the token is rejected on the way to the gateway', async () => {
    const sandbox = await sandboxOf();
    const adapter = adapterOf(sandbox);
    await adapter.connect(never);
    const body = JSON.stringify({ code: 0, message: '401: Unauthorized' });
    sandbox.faults.inject({
      match: 'GET /gateway/bot',
      fault: { kind: 'status', status: 401, body, headers: { 'content-type': 'application/json' } },
    });
    const ended = adapter.listen({ receive: async () => 'ignored' }, never);
    await expect(ended).rejects.toMatchObject({ code: 'PLATFORM_TOKEN_REJECTED' });
  });

  it('gets there although the gateway fails at first', async () => {
    const sandbox = await sandboxOf();
    sandbox.faults.inject({
      match: 'GET /gateway/bot',
      fault: { kind: 'status', status: 503 },
    });
    sandbox.faults.inject({
      match: 'GET /gateway/socket',
      fault: { kind: 'status', status: 503 },
    });
    const { hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.say({ user: dm.userId, channel: dm, text: 'at last' });
    await hear('at last');
    expect(sandbox.stats).toMatchObject({ connected: 1, identifies: 1 });
  });

  it('does not come back when it is stopped between two connections', async () => {
    const sandbox = await sandboxOf();
    const first = await listening(sandbox);
    sandbox.dropGateway();
    await eventually(() => !first.adapter.health().up);
    first.stop.abort();
    await first.ended;
    // A second one is cut off and resumes, for which it takes as long as the first one would.
    await listening(sandbox);
    sandbox.dropGateway();
    await sandbox.waitFor(() => sandbox.stats.resumes > 0);
    expect(sandbox.stats).toMatchObject({ identifies: 2, resumes: 1, connected: 1 });
  });

  it('stops while the gateway does not answer', async () => {
    const sandbox = await sandboxOf();
    const adapter = adapterOf(sandbox);
    await adapter.connect(never);
    sandbox.faults.inject({ match: 'GET /gateway/bot', fault: { kind: 'hang' }, times: 9 });
    const stop = new AbortController();
    const ended = adapter.listen({ receive: async () => 'ignored' }, stop.signal);
    await sandbox.waitFor(() => sandbox.requests.some(({ path }) => path === '/gateway/bot'));
    stop.abort();
    await ended;
    expect(sandbox.stats.identifies).toBe(0);
  });

  it('leaves no connection open when it is stopped at any point of the way', async () => {
    const sandbox = await sandboxOf();
    for (const steps of [0, 1, 2, 3]) {
      const adapter = adapterOf(sandbox);
      await adapter.connect(never);
      const stop = new AbortController();
      const before = sandbox.requests.length;
      const ended = adapter.listen({ receive: async () => 'ignored' }, stop.signal);
      if (steps > 0) {
        await sandbox.waitFor(() => sandbox.requests.length >= before + steps);
      }
      stop.abort();
      await ended;
      await sandbox.waitFor(() => sandbox.stats.connected === 0);
      await adapter[Symbol.asyncDispose]();
    }
  });
});
