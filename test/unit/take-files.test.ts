import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { kindOf } from '../../src/chat/file-kinds.ts';
import type { FetchedFile, IncomingFile } from '../../src/chat/port.ts';
import { fileLimits, takeFiles } from '../../src/chat/take-files.ts';
import { withFiles } from '../../src/grok/prompt-text.ts';
import { attachedTo } from '../../src/roles/attached.ts';
import { wordsFor } from '../../src/words.ts';
import { jpeg, png } from '../pictures.ts';

const words = wordsFor('en');
const { signal } = new AbortController();

/** A platform that has these files, and the store that keeps what is taken. */
function shelf(contents: Readonly<Record<string, Uint8Array>>) {
  const kept = new Map<string, readonly Uint8Array[]>();
  const fetched: string[] = [];
  const parts = {
    fetchFile: async ({ ref }: IncomingFile, mostBytes: number): Promise<FetchedFile> => {
      fetched.push(ref);
      const bytes = contents[ref];
      if (bytes === undefined) return { kind: 'failed', why: 'status 404' };
      return bytes.length > mostBytes ? { kind: 'too large' } : { kind: 'fetched', bytes };
    },
    store: {
      put: async (prompt: string, files: readonly Uint8Array[]) => void kept.set(prompt, files),
    },
  };
  return {
    kept,
    fetched,
    take: (...files: IncomingFile[]) => takeFiles('p', files, parts, signal),
  };
}

const file = (name: string, mime: string, more: Partial<IncomingFile> = {}): IncomingFile => ({
  name,
  mime,
  ref: name,
  ...more,
});

const text = (size: number) => Buffer.alloc(size, 'x');

describe('files of a message', () => {
  it('are kept in order, as what they are', async () => {
    const at = shelf({ 'a.png': png, 'b.jpg': jpeg, 'main.ts': Buffer.from('let a = 1;') });
    const taken = await at.take(
      file('a.png', 'image/png'),
      file('b.jpg', 'image/jpeg'),
      file('main.ts', 'application/typescript'),
    );
    expect(taken).toEqual({
      kind: 'taken',
      files: [
        { name: 'a.png', kind: 'image', mime: 'image/png' },
        { name: 'b.jpg', kind: 'image', mime: 'image/jpeg' },
        { name: 'main.ts', kind: 'text', mime: 'text/plain' },
      ],
      leftOut: [],
    });
    expect(at.kept.get('p')).toEqual([png, jpeg, Buffer.from('let a = 1;')]);
  });

  it.each([
    [
      '100 MB, without being fetched',
      file('big.png', 'image/png', { bytes: 100 * 1024 * 1024 }),
      {},
      /“big\.png” is too large: .*4 MB.*200 KB/,
    ],
    [
      'larger than it said',
      file('big.png', 'image/png', { bytes: 3 }),
      { 'big.png': text(5 * 1024 * 1024) },
      /too large/,
    ],
    [
      'a long text',
      file('log.txt', 'text/plain'),
      { 'log.txt': text(201 * 1024) },
      /“log\.txt” is too large/,
    ],
    [
      'a picture that is none',
      file('a.png', 'image/png'),
      { 'a.png': Buffer.from('hello') },
      /“a\.png” is damaged/,
    ],
    ['half a picture', file('a.png', 'image/png'), { 'a.png': png.subarray(0, 30) }, /damaged/],
    ['half a JPEG', file('a.jpg', 'image/jpeg'), { 'a.jpg': jpeg.subarray(0, 6) }, /damaged/],
    [
      'a picture of a kind that Grok cannot see',
      file('a.gif', 'image/gif'),
      { 'a.gif': Buffer.from('GIF89a') },
      /PNG, JPEG/,
    ],
    ['a film, without being fetched', file('a.mp4', 'video/mp4'), {}, /cannot read “a\.mp4”/],
    [
      'a program',
      file('a.exe', 'application/octet-stream'),
      { 'a.exe': Buffer.from([77, 90, 0, 1]) },
      /cannot read/,
    ],
    ['nothing at all', file('a.txt', 'text/plain'), { 'a.txt': Buffer.alloc(0) }, /cannot read/],
    ['gone', file('a.txt', 'text/plain'), {}, /could not fetch “a\.txt”/],
  ])('are refused with a word, and none is kept, when one is %s', async (_, bad, contents, why) => {
    const at = shelf({ 'good.png': png, ...contents });
    const taken = await at.take(file('good.png', 'image/png'), bad);
    expect(taken.kind === 'refused' && taken.why(words)).toMatch(why);
    expect(at.kept.size).toBe(0);
    if (_.includes('without')) expect(at.fetched).toEqual(['good.png']);
  });

  it('are refused when they are too many, or too large together', async () => {
    const many = Array.from({ length: fileLimits.most + 1 }, (_, n) =>
      file(`${n}.png`, 'image/png'),
    );
    const tooMany = await shelf({}).take(...many);
    expect(tooMany.kind === 'refused' && tooMany.why(words)).toMatch(/at most 10 files/);

    const large = Buffer.concat([jpeg, text(3.9 * 1024 * 1024), jpeg]);
    const names = ['a', 'b', 'c', 'd'];
    const at = shelf(Object.fromEntries(names.map((name) => [name, large])));
    const together = await at.take(...names.map((name) => file(name, 'image/jpeg')));
    expect(together.kind === 'refused' && together.why(words)).toMatch(/12 MB/);
  });

  it('that belong to the quoted message are left out where they are of no use, and told', async () => {
    const at = shelf({ 'a.png': png });
    const film = file('a.mp4', 'video/mp4', { isQuoted: true });
    const taken = await at.take(file('a.png', 'image/png'), film);
    if (taken.kind !== 'taken') throw new Error(taken.why(words));
    expect(taken.files.map(({ name }) => name)).toEqual(['a.png']);
    expect(taken.leftOut.map((why) => why(words))).toEqual([words.fileKind('a.mp4')]);
  });

  const numbered = (count: number, of: string, more: Partial<IncomingFile> = {}) =>
    Array.from({ length: count }, (_, n) => file(`${of}${n}.png`, 'image/png', more));
  const pictures = (...files: readonly IncomingFile[]) =>
    shelf(Object.fromEntries(files.map(({ ref }) => [ref, png])));

  it('leave what there is room for to the quoted message: the rest is left out, and named', async () => {
    const own = numbered(fileLimits.most - 1, 'own');
    const quoted = numbered(3, 'quoted', { isQuoted: true });
    const at = pictures(...own, ...quoted);
    // Several messages that are one question may bring a quoted file before one of their own.
    const taken = await at.take(...quoted, ...own);
    if (taken.kind !== 'taken') throw new Error(taken.why(words));
    const names = [...own.map(({ name }) => name), 'quoted0.png'];
    expect(taken.files.map(({ name }) => name)).toEqual(names);
    expect([at.fetched, at.kept.get('p')?.length]).toEqual([names, fileLimits.most]);
    const note = words.filesLeftOut(['quoted1.png', 'quoted2.png'], fileLimits.most);
    expect(taken.leftOut.map((why) => why(words))).toEqual([note]);
    expect(note).toContain('“quoted1.png”, “quoted2.png”');
  });

  it('are refused as too many when their own are, whatever is quoted', async () => {
    const files = [
      ...numbered(fileLimits.most + 1, 'own'),
      ...numbered(1, 'quoted', { isQuoted: true }),
    ];
    const at = pictures(...files);
    const taken = await at.take(...files);
    expect(taken.kind === 'refused' && taken.why(words)).toBe(words.filesTooMany(fileLimits.most));
    expect([at.kept.size, at.fetched]).toEqual([0, []]);
  });

  it('are all of the quoted message, where there are none of their own, up to ten', async () => {
    const files = numbered(fileLimits.most + 1, 'quoted', { isQuoted: true });
    const taken = await pictures(...files).take(...files);
    if (taken.kind !== 'taken') throw new Error(taken.why(words));
    expect([taken.files.length, taken.leftOut.length]).toEqual([fileLimits.most, 1]);
  });

  it('have names that are no markup', async () => {
    const at = shelf({ x: png });
    const name = '@everyone](https://x.y)\u202Egnp.exe';
    const taken = await at.take({ ...file(name, 'image/png'), ref: 'x' });
    expect(taken.kind === 'taken' && taken.files[0]?.name).not.toMatch(/[@[\]()\u202E]/);
  });

  it('are told apart by what is in them, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom('', 'image/png', 'text/plain'),
        (bytes, mime) => {
          expect(['image', 'text', 'broken', 'other']).toContain(kindOf(bytes, mime).kind);
        },
      ),
    );
  });
});

describe('a prompt with files', () => {
  const files = [
    { name: 'a.png', kind: 'image' as const, mime: 'image/png' },
    { name: 'main.ts', kind: 'text' as const, mime: 'text/plain' },
  ];
  const sourceOf = (...contents: (string | Buffer)[]) => ({
    load: async () => contents.map((content) => Buffer.from(content).toString('base64')),
    release: async () => {},
  });

  it('asks with the pictures and the texts, and keeps the texts and the names', async () => {
    const attached = await attachedTo(
      { id: 'p', text: 'Why?', files },
      sourceOf(png, 'let a = 1;\r\n'),
    );
    expect(attached?.images).toEqual([{ mime: 'image/png', base64: png.toString('base64') }]);
    expect(attached?.text).toBe('Why?\n\n{"file":"main.ts"}\n```\nlet a = 1;\n```');
    expect(attached?.kept).toBe(`${attached?.text}\n\n{"picture":"a.png"}`);
  });

  it('keeps of a long text only its name', async () => {
    const attached = await attachedTo(
      { id: 'p', text: 'Why?', files },
      sourceOf(png, text(20_000)),
    );
    expect(attached?.kept).toBe('Why?\n\n{"picture":"a.png"}\n\n{"file":"main.ts"}');
  });

  it('says so when its files are gone', async () => {
    const source = { load: async () => undefined, release: async () => {} };
    expect(await attachedTo({ id: 'p', text: '', files }, source)).toBeUndefined();
  });

  it('lets no file end the fence that it stands in', () => {
    const line = fc.constantFrom('```', '````', '{"file":"b"}', 'code', '');
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const said = withFiles('', [{ name: 'a', text: lines.join('\n') }]).split('\n');
        const fence = said[1] ?? '';
        expect(said.filter((one) => one.startsWith(fence))).toHaveLength(2);
        expect(said.at(-1)).toBe(fence);
      }),
    );
  });
});
