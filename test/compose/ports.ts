/** Where the stand-ins listen, in the container outside and, forwarded, in every other one. */
export const ports = { discord: 4001, telegram: 4002, xai: 4003 } as const;

/** Where the container outside takes questions, on its own loopback. */
export const controlPort = 4000;

/** Where other containers reach what listens on `port` there. */
export function publicPort(port: number): number {
  return port + 1000;
}
