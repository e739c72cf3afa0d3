import { describe, expect, it } from 'vitest';

import type { ChatMessage, ChatName, Playground } from '../../src/console/playground.ts';
import { ask, openSite } from '../console-site.ts';
import { Listener } from '../event-stream.ts';

describe('the playground', () => {
  it('is not there unless there is a world to play with', async () => {
    await using site = await openSite();
    const host = `127.0.0.1:${site.port}`;
    const headers = { host, origin: `http://${host}`, 'content-type': 'application/json' };
    expect((await ask(site, '/playground')).status).toBe(404);
    expect((await ask(site, '/playground/events')).status).toBe(404);
    for (const path of ['/playground/say', '/playground/do']) {
      expect((await ask(site, path, { method: 'POST', headers, body: '{}' })).status).toBe(404);
    }
  });

  it('shows what is said as it is written, and what is taken away', async () => {
    const world = new MadeUpWorld();
    await using site = await openSite({ playground: world });
    await using page = await Listener.open(`${site.url}/playground/events`);
    const { data } = await page.event('chats');
    expect(data).toMatchObject({
      chats: [
        { name: 'discord', messages: [] },
        { name: 'telegram', messages: [] },
      ],
      deeds: [{ name: 'expire', label: 'Expire the token' }],
    });
    expect(await post(site, '/playground/say', { chat: 'telegram', text: ' <b>Hi</b> ' })).toBe(
      204,
    );
    await page.event('message', has('<b>Hi</b>'));
    world.put('telegram', message('2', 'bot', 'You …'));
    await page.event('message', has('You …'));
    world.put('telegram', message('2', 'bot', 'You said'));
    await page.event('message', has('You said'));
    expect(page.events.filter(({ event }) => event === 'message')).toHaveLength(3);
    world.take('telegram', '2');
    expect((await page.event('gone')).data).toEqual({ chat: 'telegram', id: '2' });
  });

  it('does what its buttons say, and nothing else', async () => {
    const world = new MadeUpWorld();
    await using site = await openSite({ playground: world });
    expect(await post(site, '/playground/do', { deed: 'expire' })).toBe(200);
    expect(world.done).toEqual(['expire']);
    expect(await post(site, '/playground/do', { deed: 'constructor' })).toBe(400);
    expect(await post(site, '/playground/do', {})).toBe(400);
    expect(await post(site, '/playground/say', { chat: 'irc', text: 'Hi' })).toBe(400);
    expect(await post(site, '/playground/say', { chat: 'discord', text: ' ' })).toBe(400);
    const long = 'x'.repeat(4001);
    expect(await post(site, '/playground/say', { chat: 'discord', text: long })).toBe(400);
    expect(world.done).toEqual(['expire']);
  });

  it('takes nothing from the pages of others', async () => {
    const world = new MadeUpWorld();
    await using site = await openSite({ playground: world });
    const host = `127.0.0.1:${site.port}`;
    const body = JSON.stringify({ deed: 'expire' });
    const by = async (headers: Record<string, string>) =>
      (await ask(site, '/playground/do', { method: 'POST', headers, body })).status;
    const json = { 'content-type': 'application/json' };
    expect(await by({ host, ...json })).toBe(403);
    expect(await by({ host, ...json, origin: 'null' })).toBe(403);
    expect(await by({ host, ...json, origin: 'https://evil.example' })).toBe(403);
    expect(await by({ host, ...json, origin: `http://127.0.0.1:${site.port + 1}` })).toBe(403);
    // What a form of another page can send without being asked.
    expect(await by({ host, origin: `http://${host}`, 'content-type': 'text/plain' })).toBe(400);
    const rebound = `evil.example:${site.port}`;
    expect(await by({ host: rebound, ...json, origin: `http://${rebound}` })).toBe(403);
    expect(world.done).toEqual([]);
  });

  it('takes the token where there is one', async () => {
    await using site = await openSite({ playground: new MadeUpWorld(), token: 'open-sesame' });
    expect((await ask(site, '/playground')).status).toBe(401);
    expect((await ask(site, '/playground/events')).status).toBe(401);
    expect(await post(site, '/playground/do', { deed: 'expire' })).toBe(401);
  });
});

function has(text: string) {
  return (data: unknown) => JSON.stringify(data).includes(JSON.stringify(text).slice(1, -1));
}

async function post(site: { port: number }, path: string, body: object): Promise<number> {
  const host = `127.0.0.1:${site.port}`;
  const headers = { host, origin: `http://${host}`, 'content-type': 'application/json' };
  return (await ask(site, path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

function message(id: string, from: 'you' | 'bot', text: string): ChatMessage {
  const isUnfinished = text.endsWith('…');
  return { id, from, text, atMs: 0, edits: 0, isThinking: false, isUnfinished, files: [] };
}

/** A world of which a test says what stands in it. */
class MadeUpWorld implements Playground {
  readonly chats = ['discord', 'telegram'] as const;
  readonly deeds = [
    { name: 'expire', label: 'Expire the token', help: 'takes it', group: 'credential' },
  ];
  readonly done: string[] = [];
  readonly #messages = new Map<ChatName, ChatMessage[]>();
  readonly #looks = new Set<() => void>();

  messages(chat: ChatName): readonly ChatMessage[] {
    return this.#messages.get(chat) ?? [];
  }

  say(chat: ChatName, text: string): void {
    this.put(chat, message('1', 'you', text));
  }

  async run(deed: string): Promise<string> {
    this.done.push(deed);
    return Promise.resolve(`did ${deed}`);
  }

  watch(look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }

  put(chat: ChatName, put: ChatMessage): void {
    this.#messages.set(chat, [...this.messages(chat).filter(({ id }) => id !== put.id), put]);
    for (const look of this.#looks) look();
  }

  take(chat: ChatName, id: string): void {
    this.#messages.set(
      chat,
      this.messages(chat).filter((known) => known.id !== id),
    );
    for (const look of this.#looks) look();
  }
}
