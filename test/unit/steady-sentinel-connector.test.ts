import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { SteadySentinelConnector } from '../../src/redis/steady-sentinel-connector.ts';

let server: Server;

beforeAll(async () => {
  server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => server.close());

/** A connector that is asking a sentinel, which answers once `answer` is called. */
function asking() {
  const sentinels = [{ host: '127.0.0.1', port: 1 }];
  const connector = new SteadySentinelConnector({ name: 'primary', sentinels });
  const { promise, resolve: answer } = Promise.withResolvers<void>();
  // A server on loopback: its address always has a port.
  const { port } = server.address() as AddressInfo;
  const detector = { isDisconnected: false, cleanup: () => undefined };
  Object.assign(connector, {
    failoverDetector: detector,
    resolve: async () => {
      await promise;
      return { host: '127.0.0.1', port };
    },
  });
  const connecting = connector.connect(() => undefined);
  connecting.catch(() => undefined);
  return { connector, detector, connecting, answer };
}

it('a fail-over that is told while it asks costs the connection that it makes, not the client', async () => {
  const { connector, detector, connecting, answer } = asking();
  detector.isDisconnected = true;
  connector.disconnect();
  answer();
  await once(await connecting, 'close');
});

it('a client that is closed while it asks gets no connection, told of a fail-over or not', async () => {
  const plain = asking();
  plain.connector.disconnect();
  plain.answer();
  await expect(plain.connecting).rejects.toThrow('Connection is closed');

  const told = asking();
  told.detector.isDisconnected = true;
  told.connector.disconnect();
  told.connector.disconnect();
  told.answer();
  await expect(told.connecting).rejects.toThrow('Connection is closed');
});
