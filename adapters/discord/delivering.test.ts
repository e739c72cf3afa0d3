import { describe, expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { closeAfterEach, idOf, listening, never, opened, outgoing } from './test-bed.ts';

closeAfterEach();

async function sandboxOf(
  options: Parameters<typeof DiscordSandbox.start>[0] = {},
): Promise<DiscordSandbox> {
  return opened(DiscordSandbox.start(options));
}

describe('post and edit', () => {
  async function inDm() {
    const sandbox = await sandboxOf();
    const { adapter, hear } = await listening(sandbox);
    const dm = sandbox.openDm(sandbox.createUser('ann'));
    const said = sandbox.say({ user: dm.userId, channel: dm, text: 'hello' });
    const { address } = await hear('hello');
    const ours = () => sandbox.messages(dm).filter(({ authorId }) => authorId === sandbox.botId);
    return { sandbox, adapter, dm, said, address, ours };
  }

  it('say unknown when the answer is lost, and a repetition changes nothing', async () => {
    const { sandbox, adapter, address, ours } = await inDm();
    sandbox.faults.inject({ match: 'POST /channels', fault: { kind: 'drop-after' } });
    expect(await adapter.post(address, outgoing('…'), never)).toMatchObject({ kind: 'unknown' });
    const id = idOf(await adapter.post(address, outgoing('the answer'), never));
    expect(ours()).toMatchObject([{ id, content: 'the answer' }]);
  });

  it('say unknown for a failure of Discord’s', async () => {
    const { sandbox, adapter, address } = await inDm();
    for (const body of ['', '<html>bad gateway</html>']) {
      const fault = { kind: 'status', status: 502, body } as const;
      sandbox.faults.inject({ match: 'POST /channels', fault });
      expect(await adapter.post(address, outgoing('x'), never)).toMatchObject({ kind: 'unknown' });
    }
  });

  it('hand a rate limit back instead of waiting it out', async () => {
    const { sandbox, adapter, address, ours } = await inDm();
    const fault = {
      kind: 'status',
      status: 429,
      body: JSON.stringify({ message: 'slow down', retry_after: 137, global: false }),
      headers: { 'retry-after': '137', 'content-type': 'application/json' },
    } as const;
    sandbox.faults.inject({ match: 'POST /channels', fault });
    const limited = await adapter.post(address, outgoing('x'), never);
    expect(limited).toMatchObject({ kind: 'wait' });
    if (limited.kind === 'wait') {
      expect(limited.afterMs).toBeGreaterThanOrEqual(137_000);
      expect(limited.afterMs).toBeLessThan(138_000);
    }
    expect(ours()).toEqual([]);
  });

  it('do not wait for an empty bucket either', async () => {
    const { adapter, address } = await inDm();
    const kinds: string[] = [];
    for (let chunk = 1; chunk <= 7; chunk += 1) {
      const posted = await adapter.post(
        address,
        outgoing('x', { chunk, nonce: `n${chunk}` }),
        never,
      );
      kinds.push(posted.kind);
    }
    expect(kinds).toContain('wait');
  });

  it('are refused for good where the bot may not write', async () => {
    const { sandbox, adapter, dm, address } = await inDm();
    sandbox.setDmsBlocked(dm.userId, true);
    expect(await adapter.post(address, outgoing('x'), never)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('50007'),
    });
    expect(await adapter.post('{"kind":"pigeon"}', outgoing('x'), never)).toMatchObject({
      kind: 'refused',
    });
  });

  it('reply although the message that is answered is gone', async () => {
    const { sandbox, adapter, said, address, ours } = await inDm();
    sandbox.delete(said);
    idOf(await adapter.post(address, outgoing('still'), never));
    expect(ours()).toMatchObject([{ content: 'still' }]);
  });

  it('go without the reference where the bot may not read the history', async () => {
    const { sandbox, adapter, address, ours } = await inDm();
    const body = JSON.stringify({ code: 160_002, message: 'Cannot reply without permission' });
    sandbox.faults.inject({
      match: 'POST /channels',
      fault: { kind: 'status', status: 400, body, headers: { 'content-type': 'application/json' } },
    });
    idOf(await adapter.post(address, outgoing('plain'), never));
    expect(ours()).toMatchObject([{ content: 'plain', replyToId: undefined }]);
  });

  it('wait for a new token when the old one is rejected', async () => {
    const { sandbox, adapter, address, ours } = await inDm();
    const body = JSON.stringify({ code: 0, message: '401: Unauthorized' });
    sandbox.faults.inject({
      match: 'POST /channels',
      fault: { kind: 'status', status: 401, body, headers: { 'content-type': 'application/json' } },
    });
    expect(await adapter.post(address, outgoing('x'), never)).toMatchObject({ kind: 'wait' });
    idOf(await adapter.post(address, outgoing('x'), never));
    expect(ours()).toHaveLength(1);
  });

  it('find that an edited message is missing, and post it anew under the same nonce', async () => {
    const { sandbox, adapter, address, ours } = await inDm();
    const first = idOf(await adapter.post(address, outgoing('…'), never));
    sandbox.delete(first);
    expect(await adapter.edit(address, first, outgoing('x'), never)).toEqual({ kind: 'missing' });
    const second = idOf(await adapter.post(address, outgoing('x'), never));
    expect(ours()).toMatchObject([{ id: second, content: 'x' }]);
  });

  it('come back when the caller has given up', async () => {
    const { sandbox, adapter, address } = await inDm();
    sandbox.faults.inject({ match: 'POST /channels', fault: { kind: 'hang' } });
    const gone = await adapter.post(address, outgoing('x'), AbortSignal.timeout(50));
    expect(gone).toMatchObject({ kind: 'unknown' });
  });

  it('post the longest message that the measure allows', async () => {
    const { adapter, address, ours } = await inDm();
    const text = 'ä😀 '.repeat(500).slice(0, adapter.maxChars);
    expect(adapter.measure(text)).toBeLessThanOrEqual(adapter.maxChars);
    idOf(await adapter.post(address, outgoing(text), never));
    expect(ours()).toHaveLength(1);
  });

  it('show typing', async () => {
    const { sandbox, adapter, dm, address } = await inDm();
    await adapter.typing(address, never);
    expect(sandbox.typings(dm)).toHaveLength(1);
  });
});
