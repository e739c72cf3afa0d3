import { z } from 'zod';

import type { AdapterMemory, Clock, Incoming, Logger } from '#port';

/** A command waits no longer than this for its note: Discord wants an answer within 3 s. */
const patienceMs = 300;
const keyPrefix = 'command.';

/** As much of `Incoming` as a command has. The address holds the interaction's token, sealed. */
const commandSchema = z.object({
  v: z.literal(1).default(1),
  id: z.string(),
  conversation: z.string(),
  address: z.string(),
  author: z.object({ id: z.string(), name: z.string(), locale: z.string().exactOptional() }),
  fromBot: z.boolean(),
  isPrivate: z.boolean(),
  isAddressed: z.boolean(),
  places: z.array(z.string()),
  refusal: z.enum(['alone', 'here']).exactOptional(),
  text: z.string(),
});

/**
 * Commands that were answered with "thinking" and may not be stored yet. Discord sends a command
 * once: one that a process took with it when it died is found here by the next.
 */
export class PendingCommands {
  readonly #memory: AdapterMemory | undefined;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(tools: { memory?: AdapterMemory | undefined; clock: Clock; log: Logger }) {
    this.#memory = tools.memory;
    this.#clock = tools.clock;
    this.#log = tools.log;
  }

  /** Resolves within `patienceMs`, noted or not. */
  async note(command: Incoming): Promise<void> {
    if (this.#memory === undefined) return;
    const noting = this.#memory.set(
      `${keyPrefix}${command.id}`,
      JSON.stringify({ v: 1, ...command }),
    );
    const done = new AbortController();
    const late = this.#clock.sleep(patienceMs, done.signal).catch(() => undefined);
    await Promise.race([noting, late]).catch((err: unknown) => {
      this.#log.warn({ err, prompt: command.id }, 'command not noted');
    });
    noting.catch(() => undefined);
    done.abort();
  }

  /** It is stored, or its giver was told that it is not. */
  forget(id: string): void {
    this.#memory
      ?.delete(`${keyPrefix}${id}`)
      .catch((err: unknown) => this.#log.debug({ err, prompt: id }, 'command still noted'));
  }

  /** What an earlier process has left; what cannot be read, or is of a newer version, stays. */
  async left(): Promise<readonly Incoming[]> {
    try {
      const entries = (await this.#memory?.entries()) ?? [];
      return entries.flatMap(([key, value]) =>
        key.startsWith(keyPrefix) ? readCommand(value) : [],
      );
    } catch (err) {
      this.#log.warn({ err }, 'cannot tell which commands were left');
      return [];
    }
  }
}

function readCommand(text: string): Incoming[] {
  try {
    const { v: _, ...command } = commandSchema.parse(JSON.parse(text));
    return [command];
  } catch {
    return [];
  }
}
