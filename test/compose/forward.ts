// Preloaded into every process of a daemon's container: what it says to its own loopback goes to
// the container outside. One process of a container listens, another takes over when that ends: the
// first may be a health check.
import { connect, createServer } from 'node:net';

import { ports, publicPort } from './ports.ts';

for (const port of Object.values(ports)) {
  const server = createServer((inner) => {
    const outer = connect({ host: 'outside', port: publicPort(port) });
    inner.pipe(outer).pipe(inner);
    inner.on('error', () => outer.destroy());
    outer.on('error', () => inner.destroy());
  });
  const listen = () => server.listen(port, '127.0.0.1').unref();
  server.on('error', () => setTimeout(listen, 100).unref());
  listen();
}
