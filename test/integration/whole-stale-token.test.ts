import { describe, expect, it } from 'vitest';

import { discordDm, telegramPrivate } from '../people.ts';
import { metric, Stage } from '../stage.ts';

describe('a token that xAI no longer accepts', () => {
  it('is refreshed once while the process runs, and nobody sees anything of it', async () => {
    await using stage = await Stage.signedIn();
    const { world } = stage;
    const daemon = await stage.up();
    const dora = discordDm(world, 'Dora');
    const theo = telegramPrivate(world, 'Theo');
    await dora.ask('What is a bridge?');
    await theo.ask('What is a queue?');
    expect(world.xai.refreshCalls).toBe(0);

    world.xai.expireAccessTokens();
    const [onDiscord, onTelegram] = await Promise.all([
      dora.ask('Are you still there?'),
      theo.ask('And you?'),
    ]);

    expect(onDiscord).toContain('Before that you said: “What is a bridge?”');
    expect(onTelegram).toContain('Before that you said: “What is a queue?”');
    await dora.ask('Once more?');
    await theo.ask('And once more?');
    expect(world.xai.tokenLog.map(({ outcome }) => outcome)).toEqual(['rotated']);
    expect(await metric(daemon, 'grok_bridge_refresh_sends_total')).toBe(1);
    expect(await metric(daemon, 'grok_bridge_refresh_total', 'outcome="refreshed"')).toBe(1);
    expect(await metric(daemon, 'grok_bridge_refresh_total')).toBe(1);
    expect(await metric(daemon, 'grok_bridge_prompts_total', 'outcome="answered"')).toBe(6);
    expect((await fetch(`${await daemon.url()}/readyz`)).status).toBe(200);
    for (const chatter of [dora, theo]) {
      expect(chatter.shown()).toHaveLength(3);
      expect(chatter.everShown().filter((text) => !isOfAnAnswer(text))).toEqual([]);
    }
  });
});

/** The placeholder, or the stand-in's words as far as they had come. */
function isOfAnAnswer(text: string): boolean {
  return text === '…' || text.startsWith('You said: “');
}
