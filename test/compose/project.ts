import { delimiter } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import { run } from './engine.ts';
import { controlPort } from './ports.ts';

const containerSchema = z.object({
  ID: z.string(),
  Name: z.string(),
  Service: z.string(),
  State: z.string(),
  Health: z.string().default(''),
});

export type Container = z.infer<typeof containerSchema>;

/** One running copy of docker-compose.yml, with the overlay of the test. */
export class Project implements AsyncDisposable {
  readonly name: string;
  readonly folder: string;

  constructor(name: string, folder: string) {
    this.name = name;
    this.folder = folder;
  }

  /** Runs a command as a person would type it. @throws {Error} with all it said, when it fails */
  async shell(command: string, { timeoutMs = 120_000 } = {}): Promise<string> {
    return this.#run(['sh', '-c', command], timeoutMs);
  }

  /** Runs a command, presses Ctrl-C when it has said `text`, and waits for its end. */
  async shellUntil(command: string, text: string, { timeoutMs = 120_000 } = {}): Promise<string> {
    return this.#run(['sh', '-c', `exec ${command}`], timeoutMs, text);
  }

  async compose(words: readonly string[], { timeoutMs = 120_000 } = {}): Promise<string> {
    return this.#run(['docker', 'compose', ...words], timeoutMs);
  }

  /** Runs JavaScript in a container of the service, as its own user. */
  async evaluate(service: string, code: string, ...words: string[]): Promise<string> {
    const node = ['node', '--input-type=module', '-e', code, '--', ...words];
    // Without what the test preloads: it is about the container as it is.
    return this.compose(['exec', '-T', '-e', 'NODE_OPTIONS=', service, ...node]);
  }

  /** Asks the bot on a platform; resolves with its answer. */
  async ask(voice: 'discord' | 'telegram', question: string): Promise<string> {
    const code = `const r = await fetch('http://127.0.0.1:${controlPort}/ask/${voice}', { method: 'POST', body: process.argv[1] }); process.stdout.write(await r.text()); process.exit(r.ok ? 0 : 1);`;
    return this.evaluate('outside', code, question);
  }

  async containers(service?: string): Promise<readonly Container[]> {
    const said = await this.compose(['ps', '-a', '--format', 'json']);
    // Compose writes an array or, since 2.21, a line for each.
    const lines = said.split('\n').filter((line) => /^[[{]/.test(line));
    const all = lines.flatMap((line) =>
      z.union([z.array(containerSchema), containerSchema]).parse(JSON.parse(line)),
    );
    return all.filter((one) => service === undefined || one.Service === service);
  }

  /** Resolves once so many containers of the service run and are healthy. */
  async healthy(service: string, count: number, { timeoutMs = 120_000 } = {}): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const all = await this.containers(service);
      const well = all.filter(({ State, Health }) => State === 'running' && Health === 'healthy');
      if (well.length === count && all.length === count) return;
      if (performance.now() > endMs) {
        const logs = await this.compose(['logs', '--tail', '60', service]);
        throw new Error(`${service} is ${JSON.stringify(all)}:\n${logs}`);
      }
      await delay(500);
    }
  }

  async inspect(id: string, format: string): Promise<string> {
    return (await this.#run(['docker', 'inspect', '--format', format, id], 30_000)).trim();
  }

  /** Takes everything away, volumes included. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose(['--profile', '*', 'down', '-v', '--remove-orphans', '-t', '5']);
    await this.#run(['docker', 'image', 'rm', '-f', 'grok-bridge-test'], 60_000);
  }

  async #run(words: readonly string[], timeoutMs: number, until?: string): Promise<string> {
    const environment = {
      COMPOSE_PROJECT_NAME: this.name,
      COMPOSE_FILE: ['docker-compose.yml', 'test/compose/overlay.yml'].join(delimiter),
    };
    const { status, output } = await run(words, {
      cwd: this.folder,
      timeoutMs,
      environment,
      ...(until === undefined ? {} : { until }),
    });
    // 130: what compose itself ends with when it is interrupted.
    if (status === 0 || (until !== undefined && status === 130)) return output;
    throw new Error(`${words.join(' ')} ended with ${status}:\n${output.slice(-6000)}`);
  }
}
