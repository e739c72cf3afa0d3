import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, type } from 'node:os';

import type { Redis } from 'ioredis';

/** A target, what was measured, and whether that is good enough. */
export interface Aim {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** Markdown that a run of a bench leaves behind: said as it grows, and put into a document at its end. */
export class Report {
  readonly #parts: string[] = [];

  add(...parts: readonly string[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      process.stdout.write(`${part}\n\n`);
    }
  }

  addAims(aims: readonly Aim[]): void {
    const rows = aims.map(({ what, target, measured, isMet }) => [
      what,
      target,
      measured,
      isMet ? 'met' : '**missed**',
    ]);
    this.add('### Aims', table(['aim', 'target', 'this run', ''], rows));
  }

  /** Replaces what stands in the document between `<!-- NAME:start -->` and `<!-- NAME:end -->`. */
  async write(document: URL, name: string): Promise<void> {
    const text = await readFile(document, 'utf8');
    const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${document.pathname} has no ${start} … ${end}`);
    const body = `${start}\n\n${this.#parts.join('\n\n')}\n\n`;
    await writeFile(document, text.slice(0, from) + body + text.slice(to));
  }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What the figures were taken on. */
export async function machine(redis: Redis): Promise<string> {
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  const [cpu] = cpus();
  const facts = [
    `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'})`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `redis-server ${version}, AOF everysec`,
    new Date().toISOString().slice(0, 10),
  ];
  return `Taken on ${facts.join(', ')}.`;
}
