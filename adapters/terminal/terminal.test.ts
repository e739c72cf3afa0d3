import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import type { Adapter } from '#port';

import { adapterContract } from '../../test/contracts/adapter-contract.ts';
import type { Stage } from '../../test/contracts/adapter-stage.ts';
import { Listening } from '../../test/contracts/listening.ts';
import definition from './index.ts';
import { Screen } from './screen.ts';
import { TerminalAdapter } from './terminal-adapter.ts';

/** A terminal that is no terminal but two streams. */
class TerminalStage implements Stage {
  readonly input = new PassThrough();
  readonly written: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'grok-bridge-terminal-'));

  adapter(folder = this.folder): Adapter {
    return new TerminalAdapter({
      user: 'ann',
      locale: 'zh-CN',
      input: this.input,
      output: { write: (text) => this.written.push(text) },
      folder,
      log: pino({ level: 'silent' }),
      clock: {
        now: () => Date.now(),
        monotonic: () => performance.now(),
        // No wait of this adapter is worth waiting for.
        sleep: async () => {},
      },
    });
  }

  async say(_place: string, text: string): Promise<void> {
    this.input.write(`${text}\n`);
  }

  shown(): readonly string[] {
    return this.written.map((text) => text.trimEnd());
  }

  files(): readonly { readonly name: string; readonly text: string }[] {
    return this.written.flatMap((text) => {
      const path = /📎 (\/.+)/.exec(text)?.[1];
      if (path === undefined) return [];
      const name = /[^-]+$/.exec(basename(path))?.[0] ?? '';
      return [{ name, text: readFileSync(path, 'utf8') }];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true });
    this.input.destroy();
  }
}

adapterContract('the terminal', async () => new TerminalStage(), [
  'token',
  'forwards',
  'redelivery',
  'independence',
  'group',
  'faults',
  'buttons',
  'references',
  'pings',
  'link previews',
  'typing',
  'refusable markup',
  'attachments',
  'quotes',
  'menu',
  'topics',
  'edits',
]);

const never = new AbortController().signal;

describe('the terminal adapter', () => {
  it('goes on after the end of its input, until it is stopped', async () => {
    const stage = new TerminalStage();
    const adapter = stage.adapter();
    await adapter.connect(never);
    await using listening = await Listening.begin(adapter);
    stage.input.end('what is said last\n');
    await listening.hear('what is said last');
    expect(adapter.health().up).toBe(true);
    listening.stop();
    await listening.ended;
    expect(adapter.health().up).toBe(false);
  });

  it('tells which language its person has set', async () => {
    await using stage = new TerminalStage();
    const adapter = stage.adapter();
    await adapter.connect(never);
    await using listening = await Listening.begin(adapter);
    await stage.say('private', 'hello');
    expect((await listening.hear('hello')).author.locale).toBe('zh-CN');
  });

  it('takes its person for the operator, and passes over empty lines', async () => {
    const stage = new TerminalStage();
    const adapter = stage.adapter();
    await adapter.connect(never);
    await using listening = await Listening.begin(adapter);
    await stage.say('private', '  ');
    await stage.say('private', '/help');
    const heard = await listening.hear('/help');
    expect(heard).toMatchObject({ author: { id: 'terminal:ann' }, isOperator: true });
    expect(listening.heard).toHaveLength(1);
  });

  it('cannot edit what an earlier run has printed', async () => {
    const message = { text: 'Hi.', role: 'answer', chunk: 0, nonce: 'n' } as const;
    const posted = await new TerminalStage().adapter().post('local', message, never);
    const id = posted.kind === 'done' ? posted.messageId : '';
    const edited = await new TerminalStage().adapter().edit('local', id, message, never);
    expect(edited).toEqual({ kind: 'missing' });
  });

  it('says the name of a file that it could not save', async () => {
    await using stage = new TerminalStage();
    writeFileSync(join(stage.folder, 'in-the-way'), '');
    const file = { name: 'cat.png', mime: 'image/png', bytes: Buffer.from('x') };
    const adapter = stage.adapter(join(stage.folder, 'in-the-way'));
    await adapter.post(
      'local',
      { text: 'A cat', role: 'answer', chunk: 0, nonce: 'n', file },
      never,
    );
    expect(stage.shown()).toEqual(['A cat\n📎 cat.png']);
  });

  it('starts only when it is asked for, and refuses a name that is none', () => {
    expect(definition.configured(definition.env.parse({}))).toBe(false);
    expect(definition.env.safeParse({ TERMINAL_USER: 'a b' }).success).toBe(false);
  });
});

describe('the screen', () => {
  function screen(isTTY: boolean) {
    let written = '';
    const output = { isTTY, columns: 21, rows: 6, write: (text: string) => (written += text) };
    return { screen: new Screen(output), written: () => written };
  }

  it('prints answers only, each once, where nobody can watch', () => {
    const { screen: shown, written } = screen(false);
    shown.show('1', '…', 'placeholder');
    shown.show('1', 'Hel …', 'preview');
    shown.show('1', 'Hello.', 'answer');
    shown.show('1', 'Hello.', 'answer');
    expect(written()).toBe('Hello.\n\n');
  });

  it('draws what is not finished anew, in as many rows as it takes', () => {
    const { screen: shown, written } = screen(true);
    shown.show('1', 'x'.repeat(45), 'preview');
    shown.show('1', 'Hello.', 'answer');
    expect(written().split('\n').slice(0, 3)).toEqual(
      [20, 20, 5].map((width) => `\u001B[2m${'x'.repeat(width)}\u001B[22m`),
    );
    expect(written().endsWith('\u001B[3F\u001B[JHello.\n\n')).toBe(true);
  });

  it('draws no more rows than the terminal has', () => {
    const { screen: shown, written } = screen(true);
    shown.show('1', 'line\n'.repeat(50), 'preview');
    shown.show('1', 'Done.', 'answer');
    expect(written()).toContain('\u001B[4F\u001B[JDone.');
  });

  it('hands a line of 1 MB over whole, for the program to say that it is too long', async () => {
    const stage = new TerminalStage();
    const adapter = stage.adapter();
    await adapter.connect(never);
    await using listening = await Listening.begin(adapter);
    const line = 'x'.repeat(1024 * 1024);
    await stage.say('private', line);
    await stage.say('private', 'And now?');
    await listening.hear('And now?');
    expect(listening.heard.map(({ text }) => text.length)).toEqual([line.length, 8]);
  });

  it('lets no answer take control of the terminal', () => {
    const { screen: shown, written } = screen(false);
    shown.show('1', 'a\u001B[2Jb\u009Bc\u202Ed\te\n', 'answer');
    expect(written()).toBe('a[2Jbcd\te\n\n\n');
  });
});
