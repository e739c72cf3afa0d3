import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { runSandbox } from '../../src/roles/sandbox.ts';
import { controlC, enter, FakeTerminal } from '../fake-terminal.ts';

const environment = { HTTP_PORT: '0' };
const never = new AbortController().signal;
const patience = { timeoutMs: 60_000 };
const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-try-'));

beforeAll(() => {
  // Where the sandbox puts what it needs for a while: nothing else comes or goes there.
  process.env['TMPDIR'] = folder;
});

afterAll(() => rmSync(folder, { recursive: true }));

it('lets a person type as anybody, break things, and leave without a trace', async () => {
  const terminal = new FakeTerminal();
  const line = (text: string) => terminal.type(`${text}${enter}`);
  const ended = runSandbox({ environment, words: [], terminal }, never);
  await terminal.sees('Everything went as it should.', patience);
  await terminal.sees('discord> ');

  line('Hello from Discord');
  await terminal.sees('[Discord] You said: “Hello from Discord”', patience);
  line('/ask A slash command');
  await terminal.sees('[Discord] You said: “A slash command”', patience);

  line('/as telegram');
  await terminal.sees('telegram> ');
  line('Give me a long answer');
  // It is seen to grow: an unfinished message comes before the whole.
  await terminal.sees('\n…', patience);
  await terminal.sees('nothing was cut off', patience);

  line('/as terminal');
  await terminal.sees('terminal> ');
  line('Hello from here');
  await terminal.sees('You said: “Hello from here”', patience);

  line('/sandbox expire');
  await terminal.sees('no longer taken');
  line('Still there?');
  await terminal.sees('· credential main: send (reason reactive', patience);
  await terminal.sees('· credential main: refreshed (reason reactive');
  await terminal.sees('You said: “Still there?”', patience);

  line('/sandbox entitlement');
  await terminal.sees('refused as not covered');
  line('May I?');
  await terminal.sees('may not use this model', patience);

  line('/sandbox revoke');
  await terminal.sees('The sign-in is gone');
  line('And now?');
  await terminal.sees('· credential main: quarantined', patience);
  line('/sandbox sign-in');
  await terminal.sees('Signed in anew.');
  await terminal.sees('You said: “And now?”', patience);

  line('/as nobody');
  await terminal.sees('There is no “nobody”; there are discord, telegram, terminal.');
  line('/sandbox help');
  await terminal.sees('/sandbox slow');
  line('/sandbox state');
  await terminal.sees('refreshes: ');

  line('/sandbox slow');
  await terminal.sees('Answers come slowly now');
  line('Will you finish?');
  await terminal.sees('You', patience);
  terminal.type(controlC);
  expect(await ended).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
}, 180_000);
