import { expect, it } from 'vitest';

import { discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';
import { barriers, desktop, keepPicture, overhang, phone, TestBrowser } from './chromium.ts';
import { makeUpADay, makeUpAnHour } from './made-up-past.ts';

it('the console shows what happens as it happens, in every size and colour', async () => {
  await using stage = await Stage.start({ world: unlimited });
  const { discord, xai } = stage.world;
  const url = stage.redis?.url ?? '';
  await makeUpAnHour(url, 'grok-bridge');
  await makeUpADay(url, 'grok-bridge', 'main');
  await stage.signIn();
  const settings = { REFRESH_GUARD_SECONDS: '0', XAI_API_KEY: xai.apiKey };
  const daemon = await stage.up('all', settings);
  await stage.up('worker', settings);
  await using browser = await TestBrowser.start();

  const wide = await browser.open(`${await daemon.url()}/`, { ...desktop, colours: 'light' });
  await wide.waitForSelector('#verdict.is-good');
  expect(await wide.textContent('#verdict-title')).toBe('All is well');
  expect(await wide.locator('[data-platform]').count()).toBe(2);
  expect(await wide.locator('#processes li').count()).toBe(2);

  const dora = discordDm(stage.world, 'Dora');
  const theo = telegramPrivate(stage.world, 'Theo');
  await Promise.all([dora.ask('What is a bridge?'), theo.ask('What is a queue?')]);
  const main = '[data-credential=main]';
  xai.expireAccessTokens();
  await theo.ask('Still there?');
  await wide.click(`${main} summary`);
  await wide.waitForSelector(`${main} li >> text=because xAI refused the token`);
  await wide.click(`${main} summary`);

  const fault = { kind: 'status', status: 503 } as const;
  discord.faults.inject({ match: 'GET /gateway/socket', fault, times: 1000 });
  discord.dropGateway();
  await wide.waitForSelector('[data-platform=discord] [data-state=down]');
  await wide.waitForSelector('#verdict.is-bad');
  await wide.waitForSelector('#verdict >> text="discord: not connected"');
  await wide.waitForSelector('[data-incident=disconnected]');
  discord.faults.clear();
  await wide.waitForSelector('[data-platform=discord] [data-state=up]', { timeout: 60_000 });
  await wide.waitForSelector('[data-incident=connected]');
  await wide.waitForSelector('#verdict.is-good');
  expect(await barriers(wide)).toEqual([]);
  await keepPicture(wide, 'console-light');

  const plot = wide.locator('[data-key="chart answers"]');
  await plot.focus();
  await plot.press('ArrowLeft');
  expect(await wide.textContent('#charts .readout')).toMatch(
    /^\d\d:\d\d: \d+ answered, \d+ otherwise$/,
  );

  await wide.click('#theme');
  expect(await wide.getAttribute('html', 'data-theme')).toBe('dark');
  await wide.reload();
  expect(await wide.getAttribute('html', 'data-theme')).toBe('dark');
  await wide.close();

  const dark = await browser.open(`${await daemon.url()}/`, { ...desktop, colours: 'dark' });
  await dark.waitForSelector('#verdict.is-good');
  expect(await barriers(dark)).toEqual([]);
  expect(await overhang(dark)).toBe(0);
  await keepPicture(dark, 'console-dark');
  await dark.close();

  for (const colours of ['dark', 'light'] as const) {
    const small = await browser.open(`${await daemon.url()}/`, { ...phone, colours });
    await small.waitForSelector('#verdict.is-good');
    expect(await overhang(small)).toBe(0);
    expect(await barriers(small)).toEqual([]);
    if (colours === 'light') await keepPicture(small, 'console-phone');
    await small.close();
  }
  expect(browser.complaints).toEqual([]);
});

it('a browser gets in with the token, and is told when it is wrong', async () => {
  await using stage = await Stage.signedIn();
  const daemon = await stage.up('worker', { HTTP_HOST: '0.0.0.0', HTTP_TOKEN: 'open-sesame' });
  await using browser = await TestBrowser.start();
  const page = await browser.blank({ ...phone, colours: 'light' });
  await page.goto(`${await daemon.url()}/`);
  expect(await barriers(page)).toEqual([]);
  await page.fill('#token', 'wrong');
  await page.press('#token', 'Enter');
  await page.waitForSelector('#wrong:visible');
  await page.fill('#token', 'open-sesame');
  await page.press('#token', 'Enter');
  await page.waitForSelector('body[data-ready=yes]');
  await page.waitForSelector('#verdict.is-good');
  await page.close();
  // Chromium reports each page that came with 401.
  expect(browser.complaints.filter((text) => !text.includes('401'))).toEqual([]);
});
