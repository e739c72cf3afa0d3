import { shutdownSignal } from '../process.ts';
import { configure } from './foundation.ts';
import type { Role } from './role.ts';
import { serve } from './serve.ts';

/** Bridge and worker in one process; with nothing configured, the sandbox. */
export const all: Role = async (start) => {
  const configured = await configure(start.environment);
  if (configured.config.isUnconfigured) {
    const { sandbox } = await import('./sandbox.ts');
    return sandbox(start);
  }
  await serve({ configured, sides: 'both' }, shutdownSignal());
  return 0;
};
