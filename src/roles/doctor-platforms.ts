import type { AdapterDefinition } from '../chat/port.ts';
import { type Clock, systemClock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Finding } from './doctor-checks.ts';

const deadlineMs = 15_000;

/** Whether a platform takes the bot's token, and what it says of the bot: intents, privacy mode. */
export async function* platformFindings(
  definition: AdapterDefinition,
  env: unknown,
  log: Logger,
  clock: Clock = systemClock,
): AsyncGenerator<Finding> {
  const part = definition.name;
  try {
    if (definition.setup === undefined) {
      await using adapter = definition.create(env, { log, clock });
      await adapter.connect(AbortSignal.timeout(deadlineMs));
      const says = `signed in as ${adapter.displayName} (${adapter.account})`;
      yield { part, state: 'ok', says };
      return;
    }
    const report = await definition.setup.inspect(env, AbortSignal.timeout(deadlineMs));
    yield { part, state: 'ok', says: [`signed in as ${report.name}.`, ...report.facts].join(' ') };
    for (const says of report.warnings) yield { part, state: 'warning', says };
  } catch (error) {
    const says = isBridgeError(error) ? error.message : 'it could not be asked who the bot is';
    yield { part, state: 'failure', says };
  }
}
