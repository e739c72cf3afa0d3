import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { discordDm, telegramPrivate } from '../people.ts';
import { Stage, unlimited } from '../stage.ts';

const world = { ...unlimited, xai: { firstChunkDelayMs: 100, chunkDelayMs: 20 } };

/** What docs/operating.md says, done to a running deployment: files are copied while questions come in. */
describe('a backup that was taken while it ran', () => {
  it('brings everything back after all was lost', async () => {
    await using stage = await Stage.signedIn({ world });
    const daemon = await stage.up();
    const theo = telegramPrivate(stage.world, 'Theo');
    const dora = discordDm(stage.world, 'Dora');
    await theo.ask('One?');
    await using backup = await Backup.of(stage, async () => {
      await Promise.all([theo.ask('Two?'), dora.ask('Two?')]);
    });

    await daemon.kill();
    await backup.restore('redis', 'data');
    await stage.up();
    // It goes on where the backup ended: with what was said, or at least with what came before it.
    expect(await theo.ask('Three?')).toMatch(/This is turn [23]\./);
    expect(await dora.ask('Three?')).toMatch(/This is turn [12]\./);
    spentOnce(stage);
  });

  it('and is older than the sign-in finds the newer one in the folder that was left', async () => {
    await using stage = await Stage.signedIn({ world });
    const { xai } = stage.world;
    let daemon = await stage.up();
    const theo = telegramPrivate(stage.world, 'Theo');
    await theo.ask('One?');
    await using backup = await Backup.of(stage);
    xai.expireAccessTokens();
    await theo.ask('Two?');
    expect(xai.refreshCalls).toBe(1);

    await daemon.stop();
    await backup.restore('redis');
    daemon = await stage.up();
    await theo.ask('Three?');
    expect(xai.refreshCalls).toBe(1);
    xai.expireAccessTokens();
    await theo.ask('Four?');
    expect(xai.refreshCalls).toBe(2);
    spentOnce(stage);
  });

  it('and is all that is left of a sign-in that went on: who signs in before it starts spends nothing twice', async () => {
    await using stage = await Stage.signedIn({ world });
    const { xai } = stage.world;
    const daemon = await stage.up();
    const theo = telegramPrivate(stage.world, 'Theo');
    await theo.ask('One?');
    await using backup = await Backup.of(stage);
    xai.expireAccessTokens();
    await theo.ask('Two?');

    await daemon.kill();
    await backup.restore('redis', 'data');
    await stage.signIn();
    await stage.up();
    expect(await theo.ask('Three?')).toContain('This is turn 2.');
    spentOnce(stage);
  });
});

/** No refresh token has reached xAI a second time, and none was taken for stolen. */
function spentOnce({ world }: Stage): void {
  const sends = [...world.xai.sendsPerRefreshToken.values()];
  expect(sends.filter((count) => count > 1)).toEqual([]);
  expect(world.xai.families.filter(({ reuses }) => reuses > 0)).toEqual([]);
}

class Backup implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #folder: string;

  private constructor(stage: Stage, folder: string) {
    this.#stage = stage;
    this.#folder = folder;
  }

  static async of(stage: Stage, meanwhile: () => Promise<void> = async () => {}): Promise<Backup> {
    const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-backup-'));
    const redis = new Redis(stage.redis?.url ?? '');
    try {
      await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
      await Promise.all([
        cp(stage.redis?.folder ?? '', join(folder, 'redis'), { recursive: true }),
        cp(stage.dataDir, join(folder, 'data'), { recursive: true }),
        meanwhile(),
      ]);
      await redis.config('SET', 'auto-aof-rewrite-percentage', '100');
    } finally {
      redis.disconnect();
    }
    return new Backup(stage, folder);
  }

  /** Loses what is there, and puts the copy in its place. */
  async restore(...what: ('redis' | 'data')[]): Promise<void> {
    const { redis, dataDir } = this.#stage;
    if (redis === undefined) throw new Error('the stage has no Redis of its own');
    await redis.kill();
    for (const one of what) {
      const folder = one === 'redis' ? redis.folder : dataDir;
      await rm(folder, { recursive: true });
      await cp(join(this.#folder, one), folder, { recursive: true });
    }
    await redis.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
