import type { Account } from '../chat/insight.ts';

const known = ['answer-lost', 'auth-loop', 'invalid-api-key', 'rejected'] as const;

/**
 * Why an account stands as it does, of what is stored of it: why it is out, which else is the code
 * with which xAI ended it, and the class and code of the last failure.
 */
export function accountWhy(reason: string, error: string): Account['why'] {
  const kind = known.find((one) => one === reason);
  if (kind !== undefined) return { kind, code: '' };
  if (reason !== '') return { kind: 'refused', code: reason };
  return error === '' ? null : { kind: 'refresh-failed', code: error };
}
