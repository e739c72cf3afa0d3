// The world outside, in a container: stand-ins for Discord, Telegram and xAI, and one person. Says
// what is posted to /ask/VOICE and answers with the bot's answer to it.
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

import { Visitor, voices } from '../../sandbox/visitor.ts';
import { SandboxWorld } from '../../sandbox/world.ts';
import { controlPort, ports, publicPort } from './ports.ts';

const world = await SandboxWorld.start({
  discord: { port: ports.discord },
  telegram: { port: ports.telegram },
  xai: { port: ports.xai, autoApproveDevices: true, devicePollMs: 1000 },
});
for (const port of Object.values(ports)) {
  createServer((outer) => {
    const inner = connect({ host: '127.0.0.1', port });
    outer.pipe(inner).pipe(outer);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
  }).listen(publicPort(port), '0.0.0.0');
}

const waiting = new Map<string, (answer: string) => void>();
const visitor = new Visitor(world, { type: () => undefined });
visitor.show(({ text: shown, isWhole }) => {
  for (const [question, answer] of waiting) {
    if (isWhole && shown.includes(`“${question}”`)) answer(shown);
  }
});

createHttp((request, response) => {
  handle(request).then(
    (answer) => response.end(answer),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}).listen(controlPort, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

async function handle(request: IncomingMessage): Promise<string> {
  const voice = voices.find((known) => request.url === `/ask/${known}`);
  if (voice === undefined) return JSON.stringify({ refreshes: world.xai.refreshCalls });
  const question = await text(request);
  const { promise, resolve } = Promise.withResolvers<string>();
  waiting.set(question, resolve);
  visitor.say(voice, question);
  return promise;
}
