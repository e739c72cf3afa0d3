import { Agent, request } from 'undici';

/** Gets a token, and a newer one after a refusal; throws when there is none to be had. */
export interface Tokens {
  /** One worker's way through one refusal. */
  begin(): {
    current(): Promise<string>;
    afterRefusal(): Promise<void>;
    /** The token of the last `current` was accepted. */
    accepted(): void;
  };
}

export interface Recovery {
  /** For each worker, from its own 403 to its 200, in milliseconds. */
  readonly tookMs: number[];
  readonly failed: number;
}

const limitMs = 15_000;

/** Many workers of one process, all refused at the same time, all of them waiting for a token that works. */
export async function recoverAll(
  workers: number,
  apiUrl: string,
  tokens: Tokens,
): Promise<Recovery> {
  const agent = new Agent({ connections: 64 });
  const tookMs: number[] = [];
  let failed = 0;
  const get = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await request(apiUrl, { dispatcher: agent, headers });
    await body.dump();
    return statusCode;
  };
  const worker = async () => {
    const way = tokens.begin();
    let refusedAt: number | undefined;
    for (;;) {
      if ((await get(await way.current())) === 200) break;
      refusedAt ??= performance.now();
      if (performance.now() - refusedAt > limitMs) throw new Error('no token that works');
      await way.afterRefusal();
    }
    way.accepted();
    tookMs.push(performance.now() - (refusedAt ?? NaN));
  };
  const one = async () => {
    try {
      await worker();
    } catch {
      failed += 1;
    }
  };
  await Promise.all(Array.from({ length: workers }, one));
  await agent.close();
  return { tookMs, failed };
}
