import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, type } from 'node:os';

import type { Redis } from 'ioredis';

/** Markdown that a run of a bench leaves behind: said as it grows, and put into a document at its end. */
export class Report {
  readonly #parts: string[] = [];
  readonly #aims: string[][] = [];

  add(...parts: readonly string[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      process.stdout.write(`${part}\n\n`);
    }
  }

  aim(what: string, target: string, measured: string, isMet: boolean): void {
    this.#aims.push([what, target, measured, isMet ? 'met' : '**missed**']);
  }

  addAims(): void {
    this.add('### Aims', table(['aim', 'target', 'this run', ''], this.#aims));
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
    `redis-server ${version}, AOF at each write`,
    new Date().toISOString().slice(0, 10),
  ];
  const [load = NaN] = loadavg();
  return `Taken on ${facts.join(', ')}. Load of the machine before the run: ${load.toFixed(1)}; above 0, other work took its part of every figure.`;
}
