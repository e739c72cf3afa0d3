import { History } from '../conversation/history.ts';
import { Summaries } from '../conversation/summary.ts';
import type { CredentialService } from '../credentials/service.ts';
import type { Answer } from '../grok/attempt.ts';
import { partLog } from '../log.ts';
import type { Prompt } from '../prompt.ts';
import { PreviewPublisher } from '../queue/previews.ts';
import { PromptTurns } from '../queue/prompt-turns.ts';
import { promptsQueue } from '../queue/queue-keys.ts';
import { reclaimTurns } from '../queue/reclaim.ts';
import { RefreshSchedule } from '../queue/refresh-schedule.ts';
import { StopSignals } from '../queue/stop-signals.ts';
import { tellOnce } from '../queue/told-once.ts';
import { RedisAccessStore } from '../redis/access-store.ts';
import { type NotedIncident, RedisIncidents } from '../redis/incident-list.ts';
import { ModelList } from '../redis/model-list.ts';
import { RedisPromptFiles } from '../redis/prompt-files.ts';
import { answerPrompts, promptEndings } from './answer-prompt.ts';
import { askGrok } from './ask-grok.ts';
import { Condenser } from './condense.ts';
import { credentialNews } from './credential-news.ts';
import { openCredentials } from './credential-service.ts';
import { watchCredentials } from './credential-watch.ts';
import type { Foundation } from './foundation.ts';
import { Incidents } from './incidents.ts';
import { ticksPerUsd } from './insight.ts';
import { keepModels } from './keep-models.ts';
import { blindModels } from './lacking.ts';
import { openGrok } from './open-grok.ts';
import { OwnerNotices } from './owner-notices.ts';
import { promptMetrics } from './prompt-metrics.ts';
import { historyBounds, type Queues } from './queues.ts';

/** How often the fleet looks for tokens that are due. */
const refreshEveryMs = 5000;

/** The worker's part of a process: answers prompts and keeps the credential fresh. */
export class WorkerSide {
  readonly #credentials: CredentialService;
  readonly #owners: OwnerNotices;
  readonly #turns: PromptTurns;
  readonly #stack: AsyncDisposableStack;

  private constructor(parts: {
    credentials: CredentialService;
    owners: OwnerNotices;
    turns: PromptTurns;
    stack: AsyncDisposableStack;
  }) {
    this.#credentials = parts.credentials;
    this.#owners = parts.owners;
    this.#turns = parts.turns;
    this.#stack = parts.stack;
  }

  /** @throws {BridgeError} what the credential service cannot start with */
  static async start(
    foundation: Foundation,
    queues: Pick<Queues, 'turns' | 'prompts' | 'commands'>,
  ): Promise<WorkerSide> {
    const { config, redis, connections, prefix, metrics, clock, tracing } = foundation;
    const log = partLog(foundation.log, 'queue');
    await using building = new AsyncDisposableStack();
    const access = new RedisAccessStore(redis, prefix);
    const owners = new OwnerNotices({
      places: async () => access.ownerPlaces(),
      say: async (id, reply) => queues.prompts.say(id, reply),
      clock,
    });
    const incidents = new Incidents({ list: new RedisIncidents(redis, prefix), clock, log });
    const onEvent = credentialNews({
      log: partLog(log, 'credentials'),
      metrics,
      tracing,
      owners,
      incidents,
    });
    const credentials = building.use(await openCredentials(foundation, { onEvent }));
    watchCredentials(foundation, credentials);
    building.use(
      await RefreshSchedule.start({
        redis,
        prefix,
        clock,
        log,
        everyMs: refreshEveryMs,
        refreshDue: async (signal) => {
          await credentials.refreshDue(signal);
        },
      }),
    );
    const subscriber = await connections.connect('grok-bridge-stops');
    const stops = building.use(new StopSignals({ subscriber, prefix, log }));
    await stops.ready;

    if (foundation.isAlone) {
      const turns = await reclaimTurns(redis, prefix, promptsQueue);
      if (turns > 0) log.info({ turns }, 'turns of the last run taken back');
    }
    keepModels(foundation, credentials, building);
    const { commands } = queues;
    const send = openGrok(foundation, { tokens: credentials, owners }, building);
    const onAnswer = ({ usage }: Answer) => {
      if (usage.costUsdTicks > 0) metrics.costUsd.inc(usage.costUsdTicks / ticksPerUsd);
    };
    const history = historyBounds(config);
    const budgetTokens = config.HISTORY_TOKENS;
    const condenser = building.use(
      new Condenser({
        summaries: new Summaries(redis, prefix, history.lifetimeMs),
        send,
        model: config.GROK_MODEL,
        onAnswer,
        prefix,
        budgetTokens,
        clock,
        log: partLog(log, 'chat'),
      }),
    );
    const counting = promptMetrics(metrics);
    const turns = new PromptTurns({
      redis,
      prefix,
      turns: queues.turns,
      stops,
      clock,
      log,
      metrics: {
        ...counting,
        deadLettered: (prompt) => {
          counting.deadLettered(prompt);
          incidents.note(setAside(prompt));
        },
      },
      tracing,
      telemetry: foundation.queueTelemetry,
      handle: answerPrompts({
        history: new History({ redis, prefix, budgetTokens, log: partLog(log, 'chat') }),
        condenser,
        settings: async (conversation) => commands.settings(conversation),
        ask: askGrok(foundation, send),
        blindFor: blindModels(new ModelList(redis, prefix), config.GROK_MODEL),
        tellOnce: tellOnce(redis, prefix),
        closeGate: async (reason) => credentials.closeGate(reason),
        previews: new PreviewPublisher({ redis, prefix, log }),
        onAnswer,
        files: new RedisPromptFiles(redis, prefix),
        footer: config.ANSWER_FOOTER,
        retry: config.ANSWER_RETRY,
        clock,
        log: partLog(log, 'grok'),
      }),
      endings: promptEndings(),
      concurrency: config.WORKER_CONCURRENCY,
      history,
      deadlineMs: config.ANSWER_SECONDS * 1000,
    });
    await turns.ready();
    return new WorkerSide({ credentials, owners, turns, stack: building.move() });
  }

  get credentials(): CredentialService {
    return this.#credentials;
  }

  /** Opens the gate if a credential can serve after all; while none can, the owners are told. */
  async recheckGate(): Promise<void> {
    if (!(await this.#credentials.recheckGate())) return;
    const gate = await this.#credentials.gate();
    if (gate === null) return;
    await this.#owners.tell(`gate.${gate.incident}`, (words) => words.ownerNothingServes);
  }

  /**
   * Begins nothing more, lets answers end for `graceMs`, hands the rest to other workers, and waits
   * for a token exchange that is under way.
   */
  async close(graceMs: number): Promise<void> {
    await this.#turns.close(graceMs);
    await this.#stack.disposeAsync();
  }
}

function setAside(prompt: Prompt | null): NotedIncident {
  const subject = prompt?.account.split('-', 1)[0] ?? '';
  return { level: 'error', source: 'queue', subject, what: 'dead-letter', facts: {} };
}
