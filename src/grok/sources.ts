import { z } from 'zod';

import type { Step } from './dialect.ts';

/** Citations as either API gives them: an address, or an object with one. */
export function sourceSteps(given: readonly unknown[]): Step[] {
  return given.flatMap((one) => {
    const { data } = citationSchema.safeParse(one);
    if (data === undefined) return [];
    const { url, title } = data;
    // xAI titles a citation with its number where it has nothing better.
    const hasTitle = typeof title === 'string' && !/^\d*$/.test(title);
    return [{ kind: 'source' as const, source: hasTitle ? { url, title } : { url } }];
  });
}

const citationSchema = z.union([
  z.url().transform((url) => ({ url, title: null })),
  z.looseObject({ url: z.url(), title: z.string().nullish().catch(null) }),
]);
