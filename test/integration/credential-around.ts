/**
 * `target`, but calls of its methods `names` go by way of `each`, which may do something before and
 * after `run`, or never run it.
 */
export function around<T extends object>(
  target: T,
  names: readonly string[],
  each: (run: () => Promise<unknown>, name: string, args: readonly unknown[]) => Promise<unknown>,
): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      if (typeof name !== 'string' || !names.includes(name)) return method;
      return async (...args: unknown[]) => each(async () => method(...args), name, args);
    },
  });
}

/** How a script reaches Redis. */
export const scriptCalls = ['evalsha', 'eval'] as const;
