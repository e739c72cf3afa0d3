/** Times and limits of turns. */
export interface Tuning {
  readonly lockMs: number;
  /** How many prompts one turn answers before others get theirs. */
  readonly promptsPerTurn: number;
  /** How long a handler may take to end after `STOPPED` or `DEADLINE_PASSED`. */
  readonly windDownMs: number;
  /** Waits after a handler threw; one more time, and the prompt is given up. */
  readonly faultDelaysMs: readonly number[];
  /** Attempts of any kind after which a prompt is given up. */
  readonly mostAttempts: number;
  /** Runs that ended with the process, after which a prompt is held to be the reason. */
  readonly mostCrashes: number;
}
