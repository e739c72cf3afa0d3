import type { AdapterDefinition } from '../chat/port.ts';
import type { Playground } from '../console/playground.ts';
import { BridgeError } from '../errors.ts';
import { aborted } from '../process.ts';
import { gateKey } from '../redis/keys.ts';
import { noteLayout } from '../redis/layout.ts';
import { boardQueues } from './board-queues.ts';
import { BridgeSide } from './bridge-side.ts';
import { openConsole } from './console.ts';
import { type Configured, type Foundation, layFoundation } from './foundation.ts';
import { historyBounds, openQueues, startSweeper } from './queues.ts';
import { openTelemetry } from './telemetry.ts';
import { programVersion } from './version.ts';
import { WorkerSide } from './worker-side.ts';
import { beginAtZero } from './zeros.ts';

export interface Serving {
  readonly configured: Configured;
  readonly sides: 'bridge' | 'worker' | 'both';
  /** Default: those that `ADAPTERS` names. */
  readonly definitions?: readonly AdapterDefinition[];
  /** What can be played with on the console; only the sandbox has it. */
  readonly playground?: Playground;
  /** Called before anything runs on the foundation. */
  readonly onFoundation?: (foundation: Foundation) => Promise<void>;
  /** Called once everything runs; `url` is where the console is. */
  readonly onReady?: (foundation: Foundation, url: string) => void;
}

/** Answers that stream at SIGTERM may end within this time; then they are handed over. */
const graceMs = 20_000;

/**
 * Runs a bridge, a worker or both until the signal aborts, then ends in order: no more messages in,
 * answers ended or handed over, replies delivered.
 * @throws {BridgeError} what it cannot start with, and what a platform refuses for good
 */
export async function serve(
  { configured, sides, definitions, playground, onFoundation, onReady }: Serving,
  signal: AbortSignal,
): Promise<void> {
  const { config, log } = configured;
  const adapters =
    definitions ?? configured.definitions.filter(({ name }) => config.ADAPTERS.includes(name));
  if (sides !== 'worker' && adapters.length === 0) throw nothingToServe();

  await using stack = new AsyncDisposableStack();
  const laid = await layFoundation(configured, stack);
  const foundation = { ...laid, ...(await openTelemetry(laid, sides, stack)) };
  foundation.metrics.info.set({ version: programVersion(), sides }, 1);
  beginAtZero(
    foundation.metrics,
    adapters.map(({ name }) => name),
  );
  await noteLayout(foundation.redis, foundation.prefix);
  await onFoundation?.(foundation);
  const queues = openQueues(foundation, stack);
  let worker: WorkerSide | undefined;
  let bridge: BridgeSide | undefined;
  try {
    if (sides !== 'bridge') worker = await WorkerSide.start(foundation, queues);
    else watchGate(foundation);
    if (sides !== 'worker') {
      const { lifetimeMs } = historyBounds(config);
      const shared = { ...queues, historyLifetimeMs: lifetimeMs };
      bridge = await BridgeSide.start(foundation, shared, adapters);
    }
    stack.use(startSweeper(foundation, queues.turns, async () => worker?.recheckGate()));
    const board = boardQueues(foundation, bridge?.accounts ?? [], stack);
    const { url } = await openConsole(
      foundation,
      {
        sides,
        accounts: () => bridge?.views() ?? [],
        queues,
        board,
        credentials: worker?.credentials,
        playground,
      },
      stack,
    );
    log.info({ sides, adapters: adapters.map(({ name }) => name) }, 'started');
    onReady?.(foundation, url);
    await Promise.race([aborted(signal), bridge?.final ?? aborted(signal)]);
  } finally {
    log.info('stopping');
    bridge?.stopIntake();
    await worker?.close(signal.aborted ? graceMs : 0);
    await bridge?.close(signal.aborted ? graceMs : 0);
    log.info('stopped');
  }
}

/** A bridge alone knows of the credential only what the gate says. */
function watchGate({ redis, prefix, health }: Foundation): void {
  health.add('credential', async () => {
    const reason = await redis.hget(gateKey(prefix), 'reason');
    return reason === null
      ? { kind: 'ready' }
      : {
          kind: 'not-ready',
          reason: `no Grok credential can serve (${reason}): run \`npm run login\``,
        };
  });
}

function nothingToServe(): BridgeError {
  return new BridgeError(
    'CONFIG_INVALID',
    'There is no chat platform to serve: set DISCORD_TOKEN or TELEGRAM_TOKEN, or ADAPTERS=terminal.',
  );
}
