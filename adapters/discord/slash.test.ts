import { describe, expect, it } from 'vitest';

import type { Outgoing, Received } from '#port';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { commands } from './commands.ts';
import { closeAfterEach, idOf, listening, never, opened, outgoing } from './test-bed.ts';

closeAfterEach();

async function sandboxOf(
  options: Parameters<typeof DiscordSandbox.start>[0] = {},
): Promise<DiscordSandbox> {
  return opened(DiscordSandbox.start(options));
}

/** The first chunk of the answer to a command. */
function answer(text: string, interaction: string): Outgoing {
  return outgoing(text, { nonce: `dc-i-${interaction}.0` });
}

/** Run once the adapter has registered its commands. */
async function slash(
  sandbox: DiscordSandbox,
  run: Parameters<DiscordSandbox['slash']>[0],
): Promise<string> {
  await sandbox.waitFor(() => sandbox.commandNames().length > 0);
  return sandbox.slash(run);
}

describe('slash commands', () => {
  it('are registered once', async () => {
    const sandbox = await sandboxOf();
    const { stop, ended } = await listening(sandbox);
    await sandbox.waitFor(() => sandbox.commandNames().length > 0);
    expect([...sandbox.commandNames()].sort()).toEqual(commands.map(({ name }) => name).sort());
    stop.abort();
    await ended;
    await listening(sandbox);
    const asked = () => sandbox.requests.filter(({ path }) => path.endsWith('/commands'));
    await sandbox.waitFor(() => asked().length >= 3);
    expect(asked().map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET']);
  });

  it('are deferred, handed over as text, and answered in place', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const channel = sandbox.createChannel(sandbox.createGuild('guild'), 'talk');
    const ann = sandbox.createUser('ann');
    const id = await slash(sandbox, {
      user: ann,
      channel,
      name: 'ask',
      options: { prompt: 'why?' },
      locale: 'zh-CN',
    });
    const message = await hear('/ask why?');
    expect(message).toMatchObject({
      id: `dc-i-${id}`,
      author: { id: `discord:${ann.id}`, locale: 'zh-CN' },
      isAddressed: true,
      isPrivate: false,
    });
    const first = idOf(await adapter.post(message.address, answer('be', id), never));
    idOf(await adapter.edit(message.address, first, answer('because', id), never));
    idOf(await adapter.post(message.address, outgoing('more', { chunk: 1, nonce: 'n1' }), never));
    idOf(await adapter.post(message.address, outgoing('more', { chunk: 1, nonce: 'n1' }), never));
    expect(sandbox.interactionReply(id)).toMatchObject({ deferred: true, content: 'because' });
    expect(sandbox.messages(channel).map(({ content }) => content)).toEqual(['because', 'more']);
  });

  it('hold their three seconds although the intake is slow', async () => {
    const sandbox = await sandboxOf();
    const gate = Promise.withResolvers<Received>();
    await listening(sandbox, async () => gate.promise);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const id = await slash(sandbox, { user: dm.userId, channel: dm, name: 'help' });
    await sandbox.waitFor(() => sandbox.interactionReply(id).deferred);
    gate.resolve('replied');
  });

  it('wait with their answer until they are deferred', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.faults.inject({ match: 'POST /interactions', fault: { kind: 'hang', ms: 300 } });
    const id = await slash(sandbox, { user: dm.userId, channel: dm, name: 'help' });
    const { address } = await hear('/help');
    idOf(await adapter.post(address, answer('help yourself', id), never));
    expect(sandbox.interactionReply(id).content).toBe('help yourself');
    expect(sandbox.messages(dm)).toHaveLength(1);
  });

  it('are deferred once more when nobody knows whether they were', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.faults.inject({ match: 'POST /interactions', fault: { kind: 'drop-after' } });
    const id = await slash(sandbox, { user: dm.userId, channel: dm, name: 'help' });
    const { address } = await hear('/help');
    idOf(await adapter.post(address, answer('here', id), never));
    expect(sandbox.interactionReply(id).content).toBe('here');
  });

  it('keep their later chunks where the bot may not write of itself', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const channel = sandbox.createChannel(sandbox.createGuild('guild'), 'talk');
    sandbox.setAccess(channel, 'no-sending');
    const id = await slash(sandbox, { user: sandbox.createUser('ann'), channel, name: 'help' });
    const { address } = await hear('/help');
    idOf(await adapter.post(address, answer('one', id), never));
    const chunk = { chunk: 1, nonce: 'second' };
    const second = idOf(await adapter.post(address, outgoing('two', chunk), never));
    idOf(await adapter.edit(address, second, outgoing('two!', chunk), never));
    const reply = sandbox.interactionReply(id);
    expect(reply.content).toBe('one');
    expect(reply.followUps).toMatchObject([{ content: 'two!' }]);
  });

  it('are not written over by what else is said at their address', async () => {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const id = await slash(sandbox, { user: dm.userId, channel: dm, name: 'help' });
    const { address } = await hear('/help');
    const other = { nonce: 'notice.sign-in.discord-1.0' };
    idOf(await adapter.post(address, answer('help', id), never));
    const asked = idOf(await adapter.post(address, outgoing('somebody asks', other), never));
    idOf(await adapter.edit(address, asked, outgoing('somebody asked', other), never));
    expect(sandbox.messages(dm).map(({ content }) => content)).toEqual(['help', 'somebody asked']);
  });

  it('that are ignored leave no endless “thinking”', async () => {
    const sandbox = await sandboxOf();
    await listening(sandbox, () => 'ignored');
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    await slash(sandbox, { user: dm.userId, channel: dm, name: 'help' });
    await sandbox.waitFor(() => sandbox.messages(dm, { withDeleted: true }).length === 1);
    await sandbox.waitFor(() => sandbox.messages(dm).length === 0);
  });

  it('of who may not talk are refused politely, for their eyes only', async () => {
    const sandbox = await sandboxOf();
    const { hear } = await listening(sandbox, () => ({ refused: 'Not for you.' }));
    const channel = sandbox.createChannel(sandbox.createGuild('guild'), 'talk');
    const user = sandbox.createUser('eve');
    const id = await slash(sandbox, { user, channel, name: 'help' });
    expect(await hear('/help')).toMatchObject({ refusal: 'alone' });
    await sandbox.waitFor(() => sandbox.interactionReply(id).followUps.length === 1);
    const words = { content: 'Not for you.', ephemeral: true };
    expect(sandbox.messages(channel)).toMatchObject([words]);
  });

  it('that are under way when the bridge stops say so', async () => {
    const sandbox = await sandboxOf();
    const { stop, ended } = await listening(sandbox, () => {
      throw new Error('the store is away');
    });
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const id = await slash(sandbox, {
      user: dm.userId,
      channel: dm,
      name: 'help',
      locale: 'zh-CN',
    });
    await sandbox.waitFor(() => sandbox.interactionReply(id).deferred);
    stop.abort();
    await ended;
    expect(sandbox.interactionReply(id).content).toMatch('抱歉');
  });

  it('are answered in the channel, naming the asker, when the token has ended', async () => {
    const sandbox = await sandboxOf({ interactionTokenMs: 0 });
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const options = { prompt: 'late' };
    const id = await slash(sandbox, { user: dm.userId, channel: dm, name: 'ask', options });
    const { address } = await hear('/ask late');
    const posted = idOf(await adapter.post(address, answer('here', id), never));
    idOf(await adapter.edit(address, posted, answer('here it is', id), never));
    expect(sandbox.messages(dm).find((found) => found.id === posted)).toMatchObject({
      content: `<@${dm.userId}> here it is`,
      pinged: { users: [] },
    });
  });
});
