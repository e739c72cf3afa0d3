import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { z } from 'zod';

/** Where a Chromium is: as `CHROMIUM_PATH` says, else on the PATH. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'] ?? '';
  if (named !== '') return isRunnable(named) ? named : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isRunnable);
}

/** For who has none, or has named one that is not there. */
export function howToGetChromium(): string {
  const named = process.env['CHROMIUM_PATH'] ?? '';
  const missing =
    named === '' ? 'There is no Chromium' : `CHROMIUM_PATH is ${named}: nothing to run`;
  return `${missing}. Install one (\`apt-get install chromium\`, \`brew install --cask chromium\` or Google Chrome), or say in CHROMIUM_PATH where it is.`;
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colours: 'light' | 'dark';
}

export const desktop = { width: 1280, height: 1120 } as const;
export const phone = { width: 360, height: 740 } as const;

/** A Chromium with a profile of its own, and what its pages complained of. */
export class TestBrowser implements AsyncDisposable {
  /** Errors of scripts, breaches of the policy, requests that failed. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error(howToGetChromium());
    const browser = await chromium.launch({ executablePath, args: flags });
    return new TestBrowser(browser);
  }

  /** Opens a page and waits until it shows what the bridge said. */
  async open(url: string, look: Look): Promise<Page> {
    const page = await this.blank(look);
    await page.goto(url);
    await page.waitForSelector('body[data-ready=yes]');
    return page;
  }

  async blank({ colours, ...viewport }: Look): Promise<Page> {
    const context = await this.#browser.newContext({ viewport, colorScheme: colours });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** By how many pixels a page is wider than the window. */
export async function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}

/** What axe finds wrong for people who do not see, hear or point as most do. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = foundSchema.parse(await page.evaluate('axe.run()'));
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
  );
}

const foundSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** Keeps a picture for the README, where that was asked for. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined || folder === '') return;
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement?.blur()');
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
