import { z } from 'zod';

import type { Source, Step } from './dialect.ts';

/** Citations as either API gives them: an address, or an object with one. */
export function sourceSteps(given: readonly unknown[]): Step[] {
  return given.flatMap((one) => {
    const source = sourceSchema.safeParse(one).data;
    return source === undefined ? [] : [{ kind: 'source' as const, source }];
  });
}

const sourceSchema = z.union([
  z.string().transform((url): Source => ({ url })),
  z
    .looseObject({ url: z.string(), title: z.string().nullish().catch(null) })
    .transform(({ url, title }): Source => (typeof title === 'string' ? { url, title } : { url })),
]);
