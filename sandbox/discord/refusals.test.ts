import { expect, test } from 'vitest';

import { FakeClock } from '../../test/fake-clock.ts';
import { DiscordSandbox } from './discord-sandbox.ts';
import type { DiscordSandboxOptions } from './options.ts';

/** A sandbox with a DM and a guild channel, and a plain way to ask it. */
async function start(options: DiscordSandboxOptions = {}) {
  const sandbox = await DiscordSandbox.start({ rateLimits: 'off', ...options });
  const user = sandbox.createUser('ann');
  const dm = sandbox.openDm(user);
  const channel = sandbox.createChannel(sandbox.createGuild('home'), 'general');
  const ask = async (
    method: string,
    path: string,
    body?: object,
    authorization = `Bot ${sandbox.token}`,
  ) => {
    const response = await fetch(`${sandbox.url}/v10${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const json: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, json };
  };
  const post = async (body: object, to = dm.id) => ask('POST', `/channels/${to}/messages`, body);
  return {
    sandbox,
    user,
    dm,
    channel,
    ask,
    post,
    [Symbol.asyncDispose]: async () => sandbox[Symbol.asyncDispose](),
  };
}

test('bodies that Discord refuses are refused with its codes, and nothing is posted', async () => {
  await using discord = await start();
  const { post, sandbox, dm } = discord;
  const refused = async (body: object, code: number) =>
    expect(await post(body)).toMatchObject({ status: 400, json: { code } });

  await refused({ content: 'x'.repeat(2001) }, 50_035);
  await refused({ content: '' }, 50_006);
  await refused({ content: ' \n ' }, 50_006);
  await refused({ content: 'x', nonce: 'n'.repeat(26) }, 50_035);
  await refused({ content: 'x', embeds: [{ description: 'x'.repeat(4097) }] }, 50_035);
  await refused(
    { content: 'x', allowed_mentions: { parse: ['users'], users: [sandbox.botId] } },
    50_035,
  );
  await refused({ content: 'x', message_reference: { message_id: sandbox.botId } }, 50_035);
  expect(sandbox.messages(dm)).toEqual([]);
});

test('a refused field is named as Discord names it', async () => {
  await using discord = await start();
  expect((await discord.post({ content: 'x'.repeat(2001) })).json).toEqual({
    message: 'Invalid Form Body',
    code: 50_035,
    errors: {
      content: {
        _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }],
      },
    },
  });
});

test('a reply to a message that is gone can be posted if its body says so', async () => {
  await using discord = await start();
  const { sandbox, dm, user, post } = discord;
  const said = sandbox.say({ user, channel: dm, text: 'soon gone' });
  sandbox.delete(said);
  const reply = (more: object) =>
    post({ content: 'x', message_reference: { message_id: said, ...more } });
  expect(await reply({})).toMatchObject({ status: 400, json: { code: 50_035 } });
  expect(await reply({ fail_if_not_exists: false })).toMatchObject({ status: 200 });
  expect(sandbox.messages(dm)[0]?.replyToId).toBeUndefined();
});

test('what is not there, not its own or not allowed has its own code', async () => {
  await using discord = await start();
  const { sandbox, dm, channel, user, ask, post } = discord;
  const said = sandbox.say({ user, channel: dm, text: 'not yours' });
  const path = `/channels/${dm.id}/messages`;
  const nowhere = '100000000000000000';

  expect(await post({ content: 'x' }, nowhere)).toMatchObject({ json: { code: 10_003 } });
  expect(await ask('PATCH', `${path}/${nowhere}`, { content: 'x' })).toMatchObject({
    status: 404,
    json: { code: 10_008 },
  });
  expect(await ask('PATCH', `${path}/${said}`, { content: 'x' })).toMatchObject({
    status: 403,
    json: { code: 50_005 },
  });
  expect(await ask('DELETE', `${path}/${said}`)).toMatchObject({ json: { code: 50_003 } });
  expect(await ask('GET', '/no/such/route')).toMatchObject({ status: 404, json: { code: 0 } });

  sandbox.setDmsBlocked(user, true);
  expect(await post({ content: 'x' })).toMatchObject({ status: 403, json: { code: 50_007 } });
  sandbox.setAccess(channel, 'no-sending');
  expect(await post({ content: 'x' }, channel.id)).toMatchObject({ json: { code: 50_013 } });
  sandbox.setAccess(channel, 'none');
  expect(await post({ content: 'x' }, channel.id)).toMatchObject({ json: { code: 50_001 } });
});

test('a token that is not the bot’s is refused', async () => {
  await using discord = await start();
  const answer = await discord.ask('GET', '/users/@me', undefined, 'Bot of.another.kind');
  expect(answer).toMatchObject({ status: 401, json: { code: 0 } });
});

test('whom a message and its edits ping is on record', async () => {
  await using discord = await start();
  const { sandbox, channel, user, ask, post } = discord;
  const text = `@everyone <@${user.id}>`;
  await post({ content: text }, channel.id);
  await post({ content: text, allowed_mentions: { parse: [] } }, channel.id);
  const [loud, quiet] = sandbox.messages(channel);
  expect(loud?.pinged).toEqual({ everyone: true, users: [user.id], roles: [] });
  expect(quiet?.pinged).toEqual({ everyone: false, users: [], roles: [] });

  await ask('PATCH', `/channels/${channel.id}/messages/${quiet?.id}`, { content: text });
  expect(sandbox.messages(channel)[1]?.pinged.users).toEqual([user.id]);
});

test('a reply pings the author of the message unless it is told not to', async () => {
  await using discord = await start();
  const { sandbox, channel, user, post } = discord;
  const message_reference = { message_id: sandbox.say({ user, channel, text: 'hello' }) };
  await post({ content: 'loud', message_reference }, channel.id);
  await post({ content: 'quiet', message_reference, allowed_mentions: { parse: [] } }, channel.id);
  const pinged = sandbox.messages(channel).map((message) => message.pinged.users);
  expect(pinged).toEqual([[], [user.id], []]);
});

test('the sixth post within five seconds is told to wait, in that channel alone', async () => {
  const clock = new FakeClock();
  await using discord = await start({ clock, rateLimits: {} });
  const { dm, channel, ask, post } = discord;
  for (let left = 4; left >= 0; left -= 1) {
    const { status, headers } = await post({ content: 'x' });
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([200, String(left)]);
  }
  await clock.advance(1_000);
  const sixth = await post({ content: 'x' });
  expect(sixth).toMatchObject({ status: 429, json: { retry_after: 4, global: false } });
  expect(sixth.headers.get('retry-after')).toBe('4');
  expect(await post({ content: 'x' }, channel.id)).toMatchObject({ status: 200 });
  const { id } = discord.sandbox.messages(dm)[0] ?? {};
  const edit = () => ask('PATCH', `/channels/${dm.id}/messages/${id}`, { content: 'y' });
  expect(await edit()).toMatchObject({ status: 200 });
  await clock.advance(4_000);
  expect(await post({ content: 'x' })).toMatchObject({ status: 200 });
});

test('more than fifty requests a second are refused to the bot as a whole', async () => {
  await using discord = await start({ clock: new FakeClock(), rateLimits: {} });
  for (let asked = 0; asked < 50; asked += 1) await discord.ask('GET', '/users/@me');
  const answer = await discord.ask('GET', '/users/@me');
  expect(answer).toMatchObject({ status: 429, json: { global: true } });
  expect(answer.headers.get('x-ratelimit-scope')).toBe('global');
});

test('too many invalid requests shut the bot out', async () => {
  await using discord = await start({ invalidRequestLimit: 2 });
  await discord.ask('GET', '/users/@me', undefined, 'Bot wrong');
  await discord.ask('GET', '/users/@me', undefined, 'Bot wrong');
  const answer = await discord.ask('GET', '/users/@me');
  expect(answer.status).toBe(429);
  expect(answer.headers.get('content-type')).toContain('text/html');
});

test('messages are read newest first, after or before a given one', async () => {
  await using discord = await start();
  const { sandbox, dm, user, ask } = discord;
  const ids = ['a', 'b', 'c', 'd'].map((text) => sandbox.say({ user, channel: dm, text }));
  const read = async (query: string) => {
    const { json } = await ask('GET', `/channels/${dm.id}/messages?${query}`);
    return (json as { content: string }[]).map(({ content }) => content).join('');
  };
  expect(await read('')).toBe('dcba');
  expect(await read('limit=2')).toBe('dc');
  expect(await read(`after=${ids[0]}&limit=2`)).toBe('cb');
  expect(await read(`before=${ids[3]}&limit=2`)).toBe('cb');
  expect(await read(`around=${ids[1]}&limit=3`)).toBe('cba');
  expect(await ask('GET', `/channels/${dm.id}/messages?limit=101`)).toMatchObject({ status: 400 });
});

test('bodies that cannot be read and files that are too large are refused', async () => {
  await using discord = await start();
  const upload = async (body: string | FormData, type?: string) => {
    const headers = new Headers({ authorization: `Bot ${discord.sandbox.token}` });
    if (type !== undefined) headers.set('content-type', type);
    const url = `${discord.sandbox.url}/v10/channels/${discord.dm.id}/messages`;
    const response = await fetch(url, { method: 'POST', headers, body });
    return { status: response.status, json: await response.json() };
  };
  const unreadable = { status: 400, json: { code: 50_109 } };
  expect(await upload('{"content":', 'application/json')).toMatchObject(unreadable);
  expect(await upload('x', 'multipart/form-data; boundary=y')).toMatchObject(unreadable);

  const form = new FormData();
  form.set('files[0]', new Blob([new Uint8Array(10 * 1024 * 1024 + 1)]), 'large.bin');
  expect(await upload(form)).toMatchObject({ status: 413, json: { code: 40_005 } });
  expect(discord.sandbox.messages(discord.dm)).toEqual([]);
});
