import { createRedisServer } from 'js-redis-server';

/** The program of the stand-in's process: a Redis in memory on the loopback port it is given. */
const server = await createRedisServer({ port: Number(process.argv[2]) });
process.once('SIGTERM', () => {
  void server.close().finally(() => process.exit(0));
});
