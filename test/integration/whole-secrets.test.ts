import { describe, expect, it } from 'vitest';

import { TOKEN_MARKER } from '../../sandbox/xai/tokens.ts';
import { undescribed, undescribedFiles } from '../data-table.ts';
import { Listener } from '../event-stream.ts';
import { everyFileIn, everythingIn, type Kept } from '../everything-kept.ts';
import { answers, discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

describe('after everything that can happen to a token and a question', () => {
  it('no secret stands in Redis, in a file, in the output or on a page, no message in the output; every key is ours and ends', async () => {
    await using stage = await Stage.signedIn({ world: unlimited });
    const { world, redis } = stage;
    const { xai, discord } = world;
    const settings = {
      LOG_LEVEL: 'trace',
      REQUESTS_PER_MINUTE: '1000',
      BUDGET_USD_PER_DAY: '1000',
      OWNERS: 'telegram:1001',
      REFRESH_GUARD_SECONDS: '0',
      XAI_API_KEY: xai.apiKey,
    };
    let daemon = await stage.up('all', settings);
    const theo = telegramPrivate(world, 'Theo');
    const dora = discordDm(world, 'Dora');
    const channel = discord.createChannel(discord.createGuild('Slash'), 'general');
    const slash = async (question: string) => {
      const options = { prompt: question };
      const id = discord.slash({ user: discord.createUser('Sia'), channel, name: 'ask', options });
      const find = () => answers(discord.interactionReply(id).content ?? '', question);
      await discord.waitFor(find, { timeoutMs: 30_000 });
    };

    await Promise.all([theo.ask('One?'), dora.ask('One?'), slash('One?')]);
    xai.expireAccessTokens();
    await Promise.all([theo.ask('Two?'), dora.ask('Two?'), slash('Two?')]);
    theo.say('/persona a pirate');
    telegramPrivate(world, 'Stranger').say('Let me in');
    const before = await everythingIn(redis?.url ?? '');
    xai.refuse('bad-credentials', { input: 'Four?' });
    await dora.ask('Four?');
    xai.refuse('unavailable', { input: 'Five?' });
    await theo.ask('Five?');
    xai.configure({ firstChunkDelayMs: 200, chunkDelayMs: 100 });
    theo.say('Six?');
    dora.say('Six?');
    const id = discord.slash({
      user: discord.createUser('Sid'),
      channel,
      name: 'ask',
      options: { prompt: 'Six?' },
    });
    await dora.until((shown) => shown.at(-1)?.startsWith('You said'));
    await discord.waitFor(() => discord.interactionReply(id).deferred, { timeoutMs: 30_000 });
    const underWay = await everythingIn(redis?.url ?? '');
    await daemon.kill();
    xai.configure({ firstChunkDelayMs: 0, chunkDelayMs: 0 });
    daemon = await stage.up('all', settings);
    await theo.until((shown) => shown.some((text) => answers(text, 'Six?')));
    await dora.until((shown) => shown.some((text) => answers(text, 'Six?')));
    await discord.waitFor(() => answers(discord.interactionReply(id).content ?? '', 'Six?'), {
      timeoutMs: 30_000,
    });
    // Its answer is none, and the tokens are lost on their way: the key serves until the next sign-in.
    xai.garbleTokenAnswer({ status: 500, body: `{"error":"${TOKEN_MARKER}"}` });
    xai.expireAccessTokens();
    await theo.ask('Seven?');
    await stage.signIn();
    await theo.ask('Eight?');
    for (let at = 0; at < 20; at += 1) await dora.ask(`More ${at}?`);

    const url = await daemon.url();
    await using console = await Listener.open(`${url}/events`);
    await console.event('snapshot');
    const pages = await Promise.all(
      ['/', '/metrics', '/readyz', '/healthz'].map(async (path) =>
        (await fetch(url + path)).text(),
      ),
    );
    await daemon.stop();
    const after = await everythingIn(redis?.url ?? '');
    expect(console.raw).toContain('"kind":"refreshed"');
    expect(['Two?', 'Dora', 'Theo'].filter((said) => console.raw.includes(said))).toEqual([]);
    const places = new Map([
      ['console', console.raw] as const,
      ...pages.map((text, at) => [`page ${at}`, text] as const),
      ...stage.daemons.map((one, at) => [`output ${at}`, one.output] as const),
      ...everyFileIn(stage.dataDir),
      ...everyFileIn(redis?.folder ?? ''),
      ...[before, underWay, after].flatMap((all) =>
        [...all].map(([key, { text }]) => [`redis ${key}`, key + text] as const),
      ),
    ]);
    const secrets = [TOKEN_MARKER, jwtHead, discord.token, world.telegram.token, interactionHead];
    const leaks = [...places].flatMap(([place, text]) =>
      secrets.flatMap((secret, at) => (text.includes(secret) ? [`${place}: secret ${at}`] : [])),
    );
    expect(leaks).toEqual([]);
    const said = stage.daemons.flatMap(({ output }) =>
      ['You said', 'Seven?', 'More 7?', 'Dora', 'Theo'].filter((text) => output.includes(text)),
    );
    expect(said).toEqual([]);
    expect(xai.refreshCalls).toBeGreaterThan(1);

    // docs/data.md says all that is kept, and for how long.
    const kept = [before, underWay, after].flatMap((all) => undescribed(all, 'grok-bridge'));
    expect(kept).toEqual([]);
    const files = everyFileIn(stage.dataDir).keys();
    expect(undescribedFiles(stage.dataDir, files)).toEqual([]);

    const foreign = [...after.keys()].filter((key) => !key.startsWith('{grok-bridge}'));
    expect(foreign).toEqual([]);
    const known = new Set(withoutEnd(before).map(untimed));
    const news = withoutEnd(after).filter((key) => !known.has(untimed(key)) && !isOfQueue(key));
    expect(news).toEqual([]);
    expect(grown(before, after)).toEqual([]);
  });
});

/** How every access token begins, and every interaction token of the stand-ins. */
const jwtHead = Buffer.from('{"alg":"ES256",').toString('base64url');
const interactionHead = Buffer.from('interaction:').toString('base64url');

function withoutEnd(all: ReadonlyMap<string, Kept>): string[] {
  return [...all].filter(([, { ttlMs }]) => ttlMs === -1).map(([key]) => key);
}

/** Of scheduled jobs there is one at a time, named by its moment. */
function untimed(key: string): string {
  return key.replace(/\d{13}$/, 'TIME');
}

/** BullMQ's own few keys of each queue; some are there only while something waits or is delayed. */
function isOfQueue(key: string): boolean {
  return /^\{[^}]+\}:(?:prompts|refresh|replies-[\w-]+):(?:marker|wait|active|delayed|prioritized|stalled)$/.test(
    key,
  );
}

/** Keys for ever that hold much more after 25 further questions: they would grow with every one. */
function grown(before: ReadonlyMap<string, Kept>, after: ReadonlyMap<string, Kept>): string[] {
  return withoutEnd(after).filter((key) => {
    const [was, is] = [before.get(key)?.text.length ?? 0, after.get(key)?.text.length ?? 0];
    // Streams of events are trimmed, at about a thousand.
    return is > was + 500 && after.get(key)?.type !== 'stream';
  });
}
