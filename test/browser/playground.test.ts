import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';

import { Daemon } from '../daemon.ts';
import { barriers, keepPicture, overhang, phone, TestBrowser } from './chromium.ts';

it('a person types in both chats, takes the token away, and watches it being refreshed', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-browser-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const daemon = Daemon.start(['all'], { TMPDIR: folder });
  // Killed, it would leave its Redis behind.
  stack.defer(async () => {
    daemon.signal('SIGINT');
    await daemon.ended({ timeoutMs: 60_000 });
  });
  await daemon.said('The sandbox stays up', { timeoutMs: 60_000 });
  const [, url = ''] = /Playground (http:\S+)/.exec(daemon.output) ?? [];
  await using browser = await TestBrowser.start();
  const look = { width: 1400, height: 820, colours: 'dark' } as const;
  const page = await browser.open(url, look);

  await say(page, 'telegram', 'What can you do?');
  await answered(page, 'telegram', 'You said: “What can you do?”');
  await page.click('.discord .suggestions >> text=An answer with sources');
  await answered(page, 'discord', 'An answer with sources');
  await page.waitForSelector('.discord .text a[href="https://docs.x.ai/docs/models"]');

  const before = await generation(page);
  await page.click('[data-deed=expire]');
  await page.waitForSelector('#said >> text=The access token is no longer taken');
  await say(page, 'telegram', 'Still there?');
  await answered(page, 'telegram', 'You said: “Still there?”');
  await page.waitForSelector(`[data-credential=main] >> text=generation ${before + 1}`);
  await page.click('[data-credential=main] summary');
  await page.waitForSelector('[data-moment=refreshed] >> text=because xAI refused the token');
  await say(page, 'discord', 'And here, with **bold** and `code`?');
  await answered(page, 'discord', 'And here, with bold and code?');
  expect(await generation(page)).toBe(before + 1);
  await page.waitForSelector('.discord .text strong >> text=bold');
  expect(await barriers(page)).toEqual([]);
  await keepPicture(page, 'playground');

  // What is typed is text, whatever it looks like.
  const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  for (const chat of ['discord', 'telegram'] as const) {
    await say(page, chat, markup);
    await answered(page, chat, 'onerror=');
  }
  expect(await page.locator('.messages img, .messages script').count()).toBe(0);

  // An answer is seen to grow, in one message.
  await page.click('[data-deed=slow]');
  await say(page, 'discord', 'Slowly, please');
  await page.waitForSelector('.discord .is-bot .is-unfinished');
  await page.click('[data-deed=no-discord]');
  await page.waitForSelector('[data-platform=discord].is-bad');
  await page.click('[data-deed=calm]');
  await page.waitForSelector('[data-platform=discord].is-good', { timeout: 60_000 });
  await answered(page, 'discord', 'You said: “Slowly, please”');

  await page.click('[data-deed=revoke]');
  await say(page, 'telegram', 'And now?');
  await page.waitForSelector('[data-credential=main] [data-state=quarantined]');
  await page.click('[data-deed=sign-in]');
  await answered(page, 'telegram', 'You said: “And now?”');
  await page.close();

  const small = await browser.open(url, { ...phone, colours: 'light' });
  expect(await overhang(small)).toBe(0);
  expect(await barriers(small)).toEqual([]);
  await small.close();
  expect(browser.complaints).toEqual([]);

  daemon.signal('SIGINT');
  expect(await daemon.ended({ timeoutMs: 60_000 })).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

async function say(page: Page, chat: 'discord' | 'telegram', text: string): Promise<void> {
  await page.fill(`#say-${chat}`, text);
  await page.press(`#say-${chat}`, 'Enter');
}

/** Waits for a whole message of the bot's with this text. */
async function answered(page: Page, chat: 'discord' | 'telegram', text: string): Promise<void> {
  await page
    .locator(`.${chat} .message.is-bot:not(:has(.is-unfinished))`, { hasText: text })
    .first()
    .waitFor({ timeout: 60_000 });
}

async function generation(page: Page): Promise<number> {
  const text = await page.textContent('[data-credential=main] .facts');
  return Number(/generation (\d+)/.exec(text ?? '')?.[1]);
}
