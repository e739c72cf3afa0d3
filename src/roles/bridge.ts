import { shutdownSignal } from '../process.ts';
import { configure } from './foundation.ts';
import type { Role } from './role.ts';
import { serve } from './serve.ts';

/** Talks to the chat platforms; a second one stands by. */
export const bridge: Role = async ({ environment }) => {
  await serve({ configured: await configure(environment), sides: 'bridge' }, shutdownSignal());
  return 0;
};
