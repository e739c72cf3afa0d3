import { expect } from 'vitest';

import type { Adapter, Incoming } from '../../src/chat/port.ts';

/** What is done with a message before it counts as taken; may throw, or take its time. */
export type Take = (message: Incoming) => void | Promise<void>;

/** An adapter that listens, and what it has heard. */
export class Listening implements AsyncDisposable {
  readonly adapter: Adapter;
  readonly heard: Incoming[] = [];
  readonly pressed: Incoming[] = [];
  readonly edited: Incoming[] = [];
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();

  static async begin(adapter: Adapter, take: Take = () => {}): Promise<Listening> {
    const listening = new Listening(adapter, take);
    listening.ended.catch(() => {});
    await expect.poll(() => adapter.health().up, { timeout: 8_000, interval: 5 }).toBe(true);
    return listening;
  }

  private constructor(adapter: Adapter, take: Take) {
    this.adapter = adapter;
    const receive = async (message: Incoming) => {
      await take(message);
      this.heard.push(message);
      return 'queued' as const;
    };
    const pressed = async (press: Incoming) => {
      await take(press);
      this.pressed.push(press);
      return { notice: `You pressed ${press.text}` };
    };
    const edited = async (message: Incoming) => void this.edited.push(message);
    this.ended = adapter.listen({ receive, pressed, edited }, this.#stop.signal);
  }

  readonly hear = async (text: string): Promise<Incoming> => {
    const find = () => this.heard.find((message) => message.text === text);
    await expect.poll(find, { timeout: 8_000, interval: 5 }).toBeDefined();
    const found = find();
    if (found === undefined) throw new Error(`never heard: ${text}`);
    return found;
  };

  stop(): void {
    this.#stop.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.ended.catch(() => {});
  }
}
