import { shutdownSignal } from '../process.ts';
import { configure } from './foundation.ts';
import type { Role } from './role.ts';
import { serve } from './serve.ts';

/** Answers prompts; as many of these may run as are wanted. */
export const worker: Role = async ({ environment }) => {
  await serve({ configured: await configure(environment), sides: 'worker' }, shutdownSignal());
  return 0;
};
