import type { Logger } from 'pino';

/** What BullMQ's queues and workers have in common here. */
interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Logs what a BullMQ queue or worker reports: nobody calls it, so nobody else would. A lost
 * connection is no more than a detail here: `RedisConnections` says once that Redis is away.
 */
export function reportErrors(emitter: Emitter, log: Logger, queue: string): void {
  emitter.on('error', (error) => {
    const level = isLostConnection(error) ? 'debug' : 'warn';
    log[level]({ err: error, queue }, 'queue reported an error');
  });
}

function isLostConnection(error: Error & { readonly code?: unknown }): boolean {
  const code = typeof error.code === 'string' ? error.code : '';
  if (/^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/.test(code)) return true;
  // What ioredis says of a connection that fell silent has no code.
  return error.message.startsWith('Socket timeout.');
}
