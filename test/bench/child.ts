import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { z } from 'zod';

/** What a process has used since it began, and what it holds now. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentMb: number;
}

const usageSchema = z.object({ cpuMs: z.number(), residentMb: z.number() });
const answerSchema = z.object({
  id: z.number(),
  value: z.unknown().optional(),
  error: z.string().optional(),
});
const questionSchema = z.object({ id: z.number(), question: z.string(), value: z.unknown() });

/** A part of a bench in a process of its own, which answers questions. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #questions = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', (message) => {
      const { id, value, error } = answerSchema.parse(message);
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (error === undefined) asked?.resolve(value);
      else asked?.reject(new Error(error));
    });
    process.once('exit', (code) => {
      const error = new Error(`a process of the bench ended with ${code}`);
      for (const asked of this.#asked.values()) asked.reject(error);
    });
  }

  /** Runs a file of this folder; resolves once it answers. */
  static async start(file: string, environment: Record<string, string> = {}): Promise<Child> {
    const child = fork(new URL(file, import.meta.url), {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      execArgv: [],
      serialization: 'json',
    });
    const started = new Child(child);
    await started.ask('ready', null, z.unknown());
    return started;
  }

  async ask<T>(question: string, value: unknown, answer: z.ZodType<T>): Promise<T> {
    this.#questions += 1;
    const id = this.#questions;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(id, asked);
    this.#process.send({ id, question, value });
    return answer.parse(await asked.promise);
  }

  async usage(): Promise<Usage> {
    return this.ask('usage', null, usageSchema);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** The other side: answers the questions of the process that forked this one, and ends with it. */
export function answerParent(
  answers: Readonly<Record<string, (value: unknown) => Promise<unknown>>>,
): void {
  const known: typeof answers = { ready: async () => true, usage: async () => usage(), ...answers };
  process.once('disconnect', () => process.exit());
  process.on('message', (message) => {
    const { id, question, value } = questionSchema.parse(message);
    const answer = known[question] ?? (async () => Promise.reject(new Error(`no ${question}`)));
    answer(value).then(
      (said) => process.send?.({ id, value: said }),
      (error: unknown) => process.send?.({ id, value: null, error: String(error) }),
    );
  });
}

function usage(): Usage {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    residentMb: process.memoryUsage.rss() / 2 ** 20,
  };
}
