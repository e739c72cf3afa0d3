import { describe, expect, it } from 'vitest';

import type { AdapterMemory, Incoming, Received } from '#port';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { MemoryMemory } from '../../test/contracts/memory-memory.ts';
import { DiscordAdapter } from './adapter.ts';
import { clock, closeAfterEach, eventually, listeningOf, log, opened } from './test-bed.ts';

closeAfterEach();

async function sandboxOf(): Promise<DiscordSandbox> {
  return opened(DiscordSandbox.start({ rateLimits: 'off' }));
}

/** A bridge of this Discord's, as one process after another runs it, with the memory they share. */
async function bridge(
  sandbox: DiscordSandbox,
  memory: AdapterMemory,
  decide?: (message: Incoming) => Received | Promise<Received>,
) {
  const account = { apiUrl: sandbox.url, token: sandbox.token };
  const adapter = new DiscordAdapter(account, { clock, log, memory });
  const listener = await listeningOf(await opened(Promise.resolve(adapter)), decide);
  const end = async () => {
    listener.stop.abort();
    await listener.ended;
  };
  return { ...listener, end };
}

const noted = async (memory: AdapterMemory, prefix: string, count: number) =>
  expect
    .poll(async () => (await memory.entries()).filter(([key]) => key.startsWith(prefix)).length)
    .toBe(count);

describe('what was said while no bridge was connected', () => {
  it('is fetched in conversations that are live, in order, before what comes later', async () => {
    const sandbox = await sandboxOf();
    const memory = new MemoryMemory();
    const ann = sandbox.createUser('ann');
    const dm = sandbox.openDm(ann);
    const guild = sandbox.createGuild('guild');
    const channel = sandbox.createChannel(guild, 'talk');
    const quiet = sandbox.createChannel(guild, 'quiet');
    const mention = `<@${sandbox.botId}>`;

    const first = await bridge(sandbox, memory);
    sandbox.say({ user: ann, channel: dm, text: 'before' });
    sandbox.say({ user: ann, channel, text: `${mention} before, too` });
    await first.hear('before');
    await first.hear('before, too');
    await noted(memory, 'seen.', 2);
    await first.end();

    for (const text of ['one', 'two']) sandbox.say({ user: ann, channel: dm, text });
    sandbox.say({ user: ann, channel, text: 'to nobody' });
    sandbox.say({ user: ann, channel, text: `${mention} three` });
    sandbox.say({ user: ann, channel: quiet, text: `${mention} where it never was spoken to` });

    const second = await bridge(sandbox, memory);
    sandbox.say({ user: ann, channel: dm, text: 'after' });
    await second.hear('after');
    const three = await second.hear('three');
    expect(three).toMatchObject({ isPrivate: false, isAddressed: true });
    expect(three.places).toContain(`discord:guild:${guild.id}`);
    // What is found twice, fetched and heard, the intake knows by its id.
    const texts = new Set(second.heard.map(({ text }) => text));
    expect([...texts].filter((text) => text !== 'three')).toEqual(['one', 'two', 'after']);
  });

  it('is fetched after a gap in one process, page by page, when nothing can be resumed', async () => {
    const sandbox = await sandboxOf();
    const { heard, hear } = await bridge(sandbox, new MemoryMemory());
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.say({ user: dm.userId, channel: dm, text: 'before' });
    await hear('before');
    sandbox.dropGateway({ resumable: false });
    await sandbox.waitFor(() => sandbox.stats.connected === 0);
    const many = Array.from({ length: 130 }, (_, at) => `number ${at}`);
    for (const text of many) sandbox.say({ user: dm.userId, channel: dm, text });
    await hear('number 129');
    expect([...new Set(heard.map(({ text }) => text))]).toEqual(['before', ...many]);
  });

  it('is fetched although Discord fails at first, and let go where it is forbidden', async () => {
    const sandbox = await sandboxOf();
    const memory = new MemoryMemory();
    const ann = sandbox.createUser('ann');
    const dm = sandbox.openDm(ann);
    const channel = sandbox.createChannel(sandbox.createGuild('guild'), 'talk');
    const first = await bridge(sandbox, memory);
    sandbox.say({ user: ann, channel: dm, text: 'before' });
    sandbox.say({ user: ann, channel, text: `<@${sandbox.botId}> before, too` });
    await first.hear('before');
    await first.hear('before, too');
    await noted(memory, 'seen.', 2);
    await first.end();
    sandbox.say({ user: ann, channel: dm, text: 'missed' });
    sandbox.setAccess(channel, 'none');
    const fault = { kind: 'status', status: 503 } as const;
    sandbox.faults.inject({ match: `GET /channels/${dm.id}/messages`, fault, times: 2 });
    const second = await bridge(sandbox, memory);
    await second.hear('missed');
  });
});

describe('a command that a dying bridge took with it', () => {
  it('is taken up by the next one, once', async () => {
    const sandbox = await sandboxOf();
    const memory = new MemoryMemory();
    const user = sandbox.createUser('ann');
    const channel = sandbox.openDm(user);
    const asked = Promise.withResolvers<void>();
    const dying = Promise.withResolvers<Received>();
    await bridge(sandbox, memory, async () => {
      asked.resolve();
      return dying.promise;
    });
    await sandbox.waitFor(() => sandbox.commandNames().includes('ask'));
    const id = sandbox.slash({ user, channel, name: 'ask', options: { prompt: 'Anybody?' } });
    await asked.promise;
    await sandbox.waitFor(() => sandbox.interactionReply(id).deferred);
    await noted(memory, 'command.', 1);

    const second = await bridge(sandbox, memory);
    expect(await second.hear('/ask Anybody?')).toMatchObject({ id: `dc-i-${id}` });
    await noted(memory, 'command.', 0);
    dying.resolve('known');
  });

  it('leaves no trace when it is not for us', async () => {
    const sandbox = await sandboxOf();
    const memory = new MemoryMemory();
    const user = sandbox.createUser('ann');
    const channel = sandbox.openDm(user);
    const dying = Promise.withResolvers<Received>();
    await bridge(sandbox, memory, async () => dying.promise);
    await sandbox.waitFor(() => sandbox.commandNames().includes('ask'));
    const id = sandbox.slash({ user, channel, name: 'ask', options: { prompt: 'Anybody?' } });
    await sandbox.waitFor(() => sandbox.interactionReply(id).deferred);
    await bridge(sandbox, memory, () => 'ignored');
    await sandbox.waitFor(() => sandbox.interactionReply(id).message === undefined);
    await noted(memory, 'command.', 0);
    dying.resolve('known');
  });

  it('is not noted any more once it is stored', async () => {
    const sandbox = await sandboxOf();
    const memory = new MemoryMemory();
    const user = sandbox.createUser('ann');
    const channel = sandbox.openDm(user);
    const { hear } = await bridge(sandbox, memory);
    await sandbox.waitFor(() => sandbox.commandNames().includes('ask'));
    sandbox.slash({ user, channel, name: 'ask', options: { prompt: 'Hello?' } });
    await hear('/ask Hello?');
    await eventually(() => sandbox.requests.some(({ path }) => path.includes('/callback')));
    await noted(memory, 'command.', 0);
  });
});
