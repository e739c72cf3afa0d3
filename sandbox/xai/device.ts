import { randomInt } from 'node:crypto';

import type { Clock } from '../../src/clock.ts';
import type { Settings } from './settings.ts';
import { mintSecret } from './tokens.ts';

/** A sign-in on another device, waiting for its user. */
export interface PendingDevice {
  readonly userCode: string;
  readonly clientId: string;
  readonly scope: string;
  readonly expiresAt: number;
}

/** What a poll finds; the names are those of RFC 8628. */
export type Poll =
  | { kind: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' | 'unknown' }
  | { kind: 'approved'; name: string; scope: string };

interface Device extends PendingDevice {
  decision: { kind: 'none' } | { kind: 'denied' } | { kind: 'approved'; name: string };
  pollMs: number;
  polledAt?: number;
}

/** The device flow's memory (RFC 8628). */
export class Devices {
  #byDeviceCode = new Map<string, Device>();
  readonly #settings: Settings;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(settings: Settings, clock: Pick<Clock, 'now'>) {
    this.#settings = settings;
    this.#clock = clock;
  }

  start(clientId: string, scope: string): { deviceCode: string; device: PendingDevice } {
    const deviceCode = mintSecret('device');
    const device: Device = {
      userCode: mintUserCode(),
      clientId,
      scope,
      expiresAt: this.#clock.now() + this.#settings.deviceLifeMs,
      decision: this.#settings.autoApproveDevices
        ? { kind: 'approved', name: 'owner' }
        : { kind: 'none' },
      pollMs: this.#settings.devicePollMs,
    };
    this.#byDeviceCode.set(deviceCode, device);
    return { deviceCode, device };
  }

  /** Polling too early is refused and makes the interval 5 s longer; an approval is given out once. */
  poll(deviceCode: string, clientId: string): Poll {
    const device = this.#byDeviceCode.get(deviceCode);
    if (device?.clientId !== clientId) return { kind: 'unknown' };
    const now = this.#clock.now();
    if (now >= device.expiresAt) return { kind: 'expired_token' };
    const tooEarly = device.polledAt !== undefined && now - device.polledAt < device.pollMs;
    device.polledAt = now;
    if (tooEarly) {
      device.pollMs += 5000;
      return { kind: 'slow_down' };
    }
    switch (device.decision.kind) {
      case 'none':
        return { kind: 'authorization_pending' };
      case 'denied':
        return { kind: 'access_denied' };
      case 'approved':
        this.#byDeviceCode.delete(deviceCode);
        return { kind: 'approved', name: device.decision.name, scope: device.scope };
    }
  }

  pending(): PendingDevice[] {
    const now = this.#clock.now();
    return [...this.#byDeviceCode.values()]
      .filter(({ decision, expiresAt }) => decision.kind === 'none' && expiresAt > now)
      .map(({ userCode, clientId, scope, expiresAt }) => ({
        userCode,
        clientId,
        scope,
        expiresAt,
      }));
  }

  /** @returns whether such a sign-in was waiting. */
  approve(userCode: string, name: string): boolean {
    return this.#decide(userCode, { kind: 'approved', name });
  }

  deny(userCode: string): boolean {
    return this.#decide(userCode, { kind: 'denied' });
  }

  #decide(userCode: string, decision: Device['decision']): boolean {
    const wanted = userCode.trim().toUpperCase();
    for (const device of this.#byDeviceCode.values()) {
      if (device.userCode !== wanted || device.decision.kind !== 'none') continue;
      if (device.expiresAt <= this.#clock.now()) continue;
      device.decision = decision;
      return true;
    }
    return false;
  }
}

/** Without vowels and without what looks alike (RFC 8628, 6.1). */
function mintUserCode(): string {
  const letters = 'BCDFGHJKLMNPQRSTVWXZ';
  const draw = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${draw()}-${draw()}`;
}
