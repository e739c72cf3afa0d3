import type { Environment } from '../config.ts';

export interface RoleStart {
  readonly environment: Environment;
  /** What stands behind the role on the command line. */
  readonly words: readonly string[];
}

/**
 * A way to run the program; resolves with its exit code.
 * @throws {BridgeError} what it cannot start with, in words for the operator
 */
export type Role = (start: RoleStart) => Promise<number>;
