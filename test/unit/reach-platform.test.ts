import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { BridgeError, type ErrorCode } from '../../src/errors.ts';
import { reachPlatform } from '../../src/roles/reach-platform.ts';
import { FakeClock, settle } from '../fake-clock.ts';

const log = pino({ level: 'silent' });
const { signal } = new AbortController();

function trying(failures: readonly (ErrorCode | { retryAfterMs: number })[]) {
  const clock = new FakeClock();
  const triedAtMs: number[] = [];
  const connect = async () => {
    const failure = failures[triedAtMs.length];
    triedAtMs.push(clock.monotonic());
    if (failure === undefined) return;
    if (typeof failure === 'string') throw new BridgeError(failure, 'no');
    throw new BridgeError('PLATFORM_UNREACHABLE', 'slow down', failure);
  };
  const began = clock.monotonic();
  const reached = reachPlatform(connect, { clock, log, forMs: 25_000 }, signal);
  reached.catch(() => undefined);
  return { clock, reached, tries: () => triedAtMs.map((at) => at - began) };
}

describe('a platform that cannot be reached at the start', () => {
  it('is tried again, ever more slowly', async () => {
    const { clock, reached, tries } = trying(
      Array.from({ length: 3 }, () => 'PLATFORM_UNREACHABLE'),
    );
    await settle();
    await clock.advance(20_000);
    await reached;
    expect(tries()).toEqual([0, 500, 1_500, 3_500]);
  });

  it('is left alone for as long as it asks', async () => {
    const { clock, reached, tries } = trying([{ retryAfterMs: 10_000 }]);
    await settle();
    await clock.advance(20_000);
    await reached;
    expect(tries()).toEqual([0, 10_000]);
  });

  it('ends the start once it has been away for long, or would be', async () => {
    const away = trying(Array.from({ length: 99 }, () => 'PLATFORM_UNREACHABLE'));
    await settle();
    await away.clock.advance(25_000);
    await expect(away.reached).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    const busy = trying([{ retryAfterMs: 137_000 }]);
    await expect(busy.reached).rejects.toMatchObject({ message: 'slow down' });
    expect(busy.tries()).toEqual([0]);
  });

  it('is not tried again when it refuses the token', async () => {
    const { reached, tries } = trying(['PLATFORM_TOKEN_REJECTED']);
    await expect(reached).rejects.toMatchObject({ code: 'PLATFORM_TOKEN_REJECTED' });
    expect(tries()).toEqual([0]);
  });
});
