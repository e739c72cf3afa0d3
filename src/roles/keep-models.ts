import type { Config } from '../config.ts';
import { GrokClient } from '../grok/client.ts';
import type { TokenSource } from '../grok/token-source.ts';
import { partLog } from '../log.ts';
import { ModelList } from '../redis/model-list.ts';
import type { Foundation } from './foundation.ts';

const freshMs = 60 * 60_000;
const retryMs = 60_000;
const deadlineMs = 20_000;

/**
 * Keeps the list of models in Redis: asks xAI once an hour, for the whole fleet, with whatever token
 * serves. Nothing depends on it: a failure is no verdict on the token and is tried again later.
 */
export function keepModels(
  {
    config,
    redis,
    prefix,
    clock,
    ...foundation
  }: Pick<Foundation, 'redis' | 'prefix' | 'clock' | 'log'> & {
    readonly config: Pick<Config, 'XAI_API_URL' | 'GROK_API' | 'GROK_MODEL'>;
  },
  tokens: TokenSource,
  stack: AsyncDisposableStack,
): void {
  const log = partLog(foundation.log, 'grok');
  const client = stack.use(new GrokClient({ baseUrl: config.XAI_API_URL, api: config.GROK_API }));
  const list = new ModelList(redis, prefix);
  const stop = new AbortController();

  const look = async (): Promise<number> => {
    const ageMs = await list.ageMs();
    if (ageMs !== null && ageMs < freshMs) return freshMs - ageMs;
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(deadlineMs)]);
    const request = { conversation: 'models', model: config.GROK_MODEL, prompt: 'models' };
    const { secret } = await tokens.begin(request).acquire(signal);
    const models = await client.models(secret, signal);
    if (models === undefined) return retryMs;
    await list.write(models);
    log.info({ models: models.length }, 'models listed');
    return freshMs;
  };
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const afterMs = await look().catch((error: unknown) => {
        log.debug({ err: error }, 'models not listed');
        return retryMs;
      });
      // Rejects only when it is stopped.
      await clock.sleep(afterMs, stop.signal).catch(() => undefined);
    }
  };
  const running = run();
  stack.defer(async () => {
    stop.abort();
    await running;
  });
}
