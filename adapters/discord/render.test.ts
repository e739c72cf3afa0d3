import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { renderDiscord } from './render.ts';

describe('Markdown for Discord', () => {
  it.each([
    ['plain text', 'Hello, world.\nSecond line', 'Hello, world.\nSecond line'],
    ['emphasis', '**a** __b__ _c_ ~~d~~ ***e***', '**a** **b** *c* ~~d~~ ***e***'],
    ['headings', '# a\n\n### b\n\n##### c **d**', '# a\n\n### b\n\n**c d**'],
    ['headings with underlines', 'Title\n=====\ntext', '# Title\ntext'],
    ['code', '```ts\nconst a = `b`;\n```', '```ts\nconst a = `b`;\n```'],
    ['an open code block', 'x\n\n```py\nprint(1', 'x\n\n```py\nprint(1\n```'],
    ['indented code', '    a\n    b', '```\na\nb\n```'],
    ['fences inside a longer fence', '````\n```\n````', '```\n`\u200b`\u200b`\n```'],
    [
      'links',
      '[a](https://x.y "t") <https://x.y> https://x.y',
      '[a](https://x.y) <https://x.y> https://x.y',
    ],
    ['citations', 'So it is[[1]](https://x.y).', 'So it is[[1]](https://x.y).'],
    ['links by reference', '[a][r]\n\n[r]: https://x.y', '[a](https://x.y)'],
    ['links elsewhere', '[a](docs/b.md) [c](#d)', 'a (docs/b.md) c'],
    ['links that pretend', '[https://a.b](https://x.y)', 'https://x.y'],
    ['addresses with brackets', '[a](<https://x.y/z (1)>)', '[a](<https://x.y/z (1)>)'],
    ['images', '![cat](https://x.y/c.png)', '[cat](https://x.y/c.png)'],
    ['lists', '+ a\n+ b\n\n1) c\n2) d', '- a\n- b\n\n1. c\n2. d'],
    ['nested lists', '1. a\n   - b\n     - c\n2. d', '1. a\n   - b\n     - c\n2. d'],
    ['code in lists', '1. a\n\n   ```sh\n   ls\n   ```\n2. b', '1. a\n\n```sh\nls\n```\n2. b'],
    ['tasks', '- [x] a\n- [ ] b', '- ☑ a\n- ☐ b'],
    ['quotes', '> a\nb\n>> c', '> a\n> b\n> c'],
    ['rules', 'a\n\n---\n\nb', 'a\n\n⎯⎯⎯⎯⎯⎯\n\nb'],
    ['line breaks', 'a<br>b  \nc', 'a\nb\nc'],
    ['tags', '<b>a</b> <kbd>b</kbd>', '**a** <kbd>b</kbd>'],
    ['escapes', '\\*a\\*', '\\*a\\*'],
    ['mentions', '@everyone <@1>', '@everyone <@1>'],
    ['spoilers', '||a||', '||a||'],
  ])('knows %s', (_, markdown, expected) => {
    expect(renderDiscord(markdown)).toBe(expected);
  });

  it('turns tables into columns', () => {
    const table = '| a | **count** |\n|---|--:|\n| x | 1 |\n| 中文 | 22 |';
    expect(renderDiscord(table)).toBe(
      ['```', 'a    │ count', '─────┼──────', 'x    │     1', '中文 │    22', '```'].join('\n'),
    );
  });

  it('is never empty', () => {
    expect(renderDiscord('…')).toBe('…');
    expect(renderDiscord('<!-- x -->')).not.toBe('');
    expect(renderDiscord('')).toBe('…');
  });

  it('shows something of any text', () => {
    const piece = fc.constantFrom('a', '\n', '\n\n', '```', '`', '**', '- ', '> ', '|', '# ', '  ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(renderDiscord(pieces.join('')).trim()).not.toBe('');
      }),
    );
  });

  it('closes whatever code is still open', () => {
    const line = fc.stringMatching(/^[ -_a-~]*$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (code) => {
        const rendered = renderDiscord(`\`\`\`js\n${code.join('\n')}`);
        expect(rendered.startsWith('```js\n')).toBe(true);
        expect(rendered.endsWith('\n```')).toBe(true);
      }),
    );
  });
});
