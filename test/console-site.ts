import { request } from 'node:http';

import { pino } from 'pino';

import { Health } from '../src/console/health.ts';
import { Metrics } from '../src/console/metrics.ts';
import { Console, type ConsoleOptions } from '../src/console/server.ts';
import { quietSources } from './console-sources.ts';

/** A console on a free port; whatever is not said is quiet. */
export async function openSite(options: Partial<ConsoleOptions> = {}): Promise<Console> {
  return Console.listen({
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    health: new Health(),
    metrics: new Metrics(),
    sources: quietSources(),
    log: pino({ level: 'silent' }),
    ...options,
  });
}

export interface Asked {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Asks with exactly these headers: `Host` may be anything. */
export async function ask(
  site: Pick<Console, 'port'>,
  path: string,
  { method = 'GET', headers = {}, body = '' }: AskOptions = {},
): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const asked = request(
    { host: '127.0.0.1', port: site.port, path, method, headers },
    (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    },
  );
  asked.on('error', reject);
  asked.end(body);
  return promise;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
