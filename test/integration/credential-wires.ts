import { Redis } from 'ioredis';

/** The connections that all worlds of a test share: making them anew would be most of a run. */
export class Wires implements Disposable {
  readonly admin: Redis;
  readonly pairs: readonly { readonly redis: Redis; readonly subscriber: Redis }[];
  readonly #open: readonly Redis[];

  private constructor(open: readonly Redis[], admin: Redis, pairs: Wires['pairs']) {
    this.#open = open;
    this.admin = admin;
    this.pairs = pairs;
  }

  /** Connects three processes and an onlooker to `url`; `wrap` may stand between a process and Redis. */
  static async connect(
    url: string,
    wrap: (redis: Redis, process: number) => Redis = (redis) => redis,
  ): Promise<Wires> {
    const open: Redis[] = [];
    const connect = async () => {
      const redis = new Redis(url, { lazyConnect: true });
      redis.setMaxListeners(0);
      open.push(redis);
      await redis.connect();
      return redis;
    };
    const pairs = await Promise.all(
      [0, 1, 2].map(async (at) => ({
        redis: wrap(await connect(), at),
        subscriber: await connect(),
      })),
    );
    return new Wires(open, await connect(), pairs);
  }

  [Symbol.dispose](): void {
    for (const redis of this.#open) redis.disconnect();
  }
}
