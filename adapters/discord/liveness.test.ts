import { describe, expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { DiscordAdapter } from './adapter.ts';
import { clock, closeAfterEach, eventually, listeningOf, log, opened } from './test-bed.ts';

closeAfterEach();

async function impatient(sandbox: DiscordSandbox, times: { silentMs: number; giveUpMs: number }) {
  const account = { apiUrl: sandbox.url, token: sandbox.token };
  return opened(Promise.resolve(new DiscordAdapter(account, { clock, log }, times)));
}

describe('a gateway that falls silent', () => {
  it('is connected to anew, although no heartbeat is due yet', async () => {
    const sandbox = await opened(DiscordSandbox.start());
    const adapter = await impatient(sandbox, { silentMs: 1_500, giveUpMs: 60_000 });
    const { hear } = await listeningOf(adapter);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    sandbox.silenceGateway();
    await sandbox.waitFor(() => sandbox.stats.identifies >= 2, { timeoutMs: 15_000 });
    await eventually(() => adapter.health().up);
    sandbox.say({ user: dm.userId, channel: dm, text: 'anybody?' });
    await hear('anybody?');
  });

  it('ends the listening when new connections are silent, too', async () => {
    const sandbox = await opened(DiscordSandbox.start());
    const adapter = await impatient(sandbox, { silentMs: 300, giveUpMs: 900 });
    const { ended } = await listeningOf(adapter);
    sandbox.faults.inject({ match: 'GET /gateway/bot', fault: { kind: 'hang' }, times: 99 });
    sandbox.silenceGateway();
    await expect(ended).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    expect(adapter.health().up).toBe(false);
  });

  it('is not taken for one that is merely quiet: answered heartbeats count', async () => {
    const sandbox = await opened(DiscordSandbox.start({ heartbeatIntervalMs: 100 }));
    const adapter = await impatient(sandbox, { silentMs: 1_000, giveUpMs: 60_000 });
    await listeningOf(adapter);
    const began = adapter.health().lastEventAtMs ?? 0;
    await eventually(() => (adapter.health().lastEventAtMs ?? 0) > began + 1_500);
    expect(sandbox.stats.identifies).toBe(1);
  });
});

describe('a message that changes before it is answered', () => {
  it('is told as changed or deleted, after what it was', async () => {
    const sandbox = await opened(DiscordSandbox.start());
    const adapter = await impatient(sandbox, { silentMs: 60_000, giveUpMs: 60_000 });
    const amended: string[] = [];
    const { hear } = await listeningOf(adapter, () => 'queued', {
      edited: async ({ text, address }) => void amended.push(`${text} ${address}`),
      deleted: async ({ conversation, address, author }) =>
        void amended.push(`${conversation} ${address} ${author?.id}`),
    });
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const id = sandbox.say({ user: dm.userId, channel: dm, text: 'waht?' });
    const { address } = await hear('waht?');
    sandbox.edit(id, 'what?');
    sandbox.delete(id);
    await eventually(() => amended.length === 2);
    expect(amended).toEqual([`what? ${address}`, `${dm.id} ${address} discord:${dm.userId}`]);
  });

  it('is offered again until it is taken', async () => {
    const sandbox = await opened(DiscordSandbox.start());
    const adapter = await impatient(sandbox, { silentMs: 60_000, giveUpMs: 60_000 });
    let attempts = 0;
    const { hear } = await listeningOf(adapter, () => 'queued', {
      deleted: async () => {
        attempts += 1;
        if (attempts < 2) throw new Error('the store is away');
      },
    });
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const id = sandbox.say({ user: dm.userId, channel: dm, text: 'never mind' });
    await hear('never mind');
    sandbox.delete(id);
    await eventually(() => attempts === 2);
  });
});
