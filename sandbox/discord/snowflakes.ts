import type { Clock } from '../../src/clock.ts';

const discordEpochMs = 1_420_070_400_000;

/** Makes ids that tell their time and always ascend, as Discord's do. */
export class Snowflakes {
  readonly #clock: Clock;
  #last = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    const now = BigInt(this.#clock.now() - discordEpochMs) << 22n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last.toString();
  }
}
