import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { CredentialKeys } from '../src/credentials/keys.ts';
import { QueueKeys } from '../src/queue/queue-keys.ts';
import * as sharedKeys from '../src/redis/keys.ts';
import { fileRows, keyRows, undescribed, undescribedFiles } from './data-table.ts';

const kept = (ttlMs: number) => ({ type: 'string', ttlMs, text: '' });
const breaches = (key: string, ttlMs: number) =>
  undescribed(new Map([[`{p}:${key}`, kept(ttlMs)]]), 'p');

describe('the tables of docs/data.md', () => {
  it('have a row for every key that the program names', () => {
    const queue = namedBy(new QueueKeys('p'));
    const shared = Object.entries(sharedKeys)
      .filter(([name]) => name !== 'rootKey' && !noKeys.test(name))
      .flatMap(([, name]) => namesOf(Reflect.apply(name, undefined, ['p', 'x-1.5', 3])));
    const keys = [...queue, ...shared, ...new CredentialKeys('p').of('main')];
    const rows = keyRows();
    const strangers = keys.filter(
      (key) => !rows.some(({ pattern }) => pattern.test(key.slice('{p}:'.length))),
    );
    expect(queue.length).toBeGreaterThan(12);
    expect(strangers).toEqual([]);
    expect(rows.length).toBeGreaterThan(40);
    expect(fileRows().length).toBeGreaterThan(5);
  });

  it('would notice a key or a file that nobody has described', () => {
    expect(breaches('something', -1)).toEqual(['{p}:something: in no row']);
    expect(undescribed(new Map([['p:gate', kept(-1)]]), 'p')).toEqual(['p:gate: in no row']);
    const files = ['/d/spill/main.last.bin', '/d/notes.txt', '/d/redis/appendonlydir/a.manifest'];
    expect(undescribedFiles('/d', files)).toEqual(['notes.txt']);
  });

  it('would notice a key that lives longer than it may, or ends unforeseen', () => {
    const hourMs = 3_600_000;
    expect(breaches('seen:x', 26 * hourMs)).toEqual([]);
    expect(breaches('seen:x', 26 * hourMs + 1)).toHaveLength(1);
    expect(breaches('seen:x', -1)).toHaveLength(1);
    expect(breaches('conversation:x', 31 * 24 * hourMs)).toEqual([]);
    expect(breaches('conversation:x', 32 * 24 * hourMs)).toHaveLength(1);
    expect(breaches('access:owners', -1)).toEqual([]);
    expect(breaches('access:owners', 1)).toHaveLength(1);
  });
});

/** Channels keep nothing, and roots are no keys by themselves. */
const noKeys = /^(?:constructor|bullmq|control|previews|\w+Root)$/;

const severalSchema = z.union([z.array(z.string()), z.record(z.string(), z.string())]);

/** One name, or several at once. */
function namesOf(given: unknown): string[] {
  return typeof given === 'string' ? [given] : Object.values(severalSchema.parse(given));
}

/** Whatever name a `QueueKeys` has to give. */
function namedBy(keys: QueueKeys): string[] {
  return Object.getOwnPropertyNames(QueueKeys.prototype)
    .filter((name) => !noKeys.test(name))
    .map((name) => {
      const member: unknown = Reflect.get(keys, name);
      return String(
        typeof member === 'function' ? Reflect.apply(member, keys, ['x-1.5', 7]) : member,
      );
    });
}
