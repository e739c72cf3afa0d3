import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type Finding, findings } from '../../src/roles/doctor-checks.ts';
import { exitCodeOf } from '../../src/roles/doctor.ts';
import { TestRedis } from '../redis-server.ts';
import { Stage } from '../stage.ts';

const reportSchema = z.object({
  exitCode: z.number(),
  findings: z.array(
    z.object({
      part: z.string(),
      state: z.enum(['ok', 'warning', 'failure']),
      says: z.string(),
    }),
  ),
});

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn();
});

afterAll(async () => stage[Symbol.asyncDispose]());

describe('the doctor', () => {
  it('finds all well: 0, each part with what it saw, and no refresh token spent', async () => {
    stage.world.xai.expireAccessTokens();
    const found = await report({});
    expect(found.findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(found.exitCode).toBe(0);
    const says = (part: string) =>
      found.findings.filter((one) => one.part === part).map((one) => one.says);
    expect(says('configuration')).toEqual(['complete; serves discord, telegram']);
    expect(says('redis')).toEqual([expect.stringMatching(/^version \d+\.\d+\S*, [\d.]+ ms a/)]);
    expect(says('durability')).toEqual(['AOF at each write, noeviction']);
    expect(says('disk')).toEqual([expect.stringContaining('can be written to')]);
    expect(says('permissions')).toEqual([expect.stringContaining(stage.dataDir)]);
    expect(says('discord')).toEqual([expect.stringContaining('Message Content intent')]);
    expect(says('telegram')).toEqual([expect.stringContaining('Privacy mode is')]);
    for (const one of found.findings) expect(one.says, one.part).not.toContain('..');
    expect(says('grok')).toEqual([expect.stringContaining('answers')]);
    expect(says('clock')).toEqual(['agrees with that of Redis', 'agrees with that of xAI']);
    expect(says('credential')).toEqual([expect.stringContaining('main is active')]);
    expect(stage.world.xai.refreshCalls).toBe(0);
  });

  it('finds what to look at: 1, as lines for a person', async () => {
    await using volatile = await TestRedis.start('--appendonly', 'no');
    const dataDir = await mkdtemp(join(tmpdir(), 'grok-bridge-doctor-'));
    await chmod(dataDir, 0o755);
    const doctor = stage.run(['doctor'], {
      DATA_DIR: dataDir,
      REDIS_URL: volatile.url,
      ALLOW_VOLATILE_REDIS: 'on',
      XAI_API_KEY: stage.world.xai.apiKey,
    });
    expect(await doctor.ended({ timeoutMs: 40_000 }), doctor.output).toBe(1);
    expect(doctor.output).toContain(`! permissions: other users can get at secrets: chmod 700`);
    expect(doctor.output).toMatch(/! durability: a crash would lose data: .*--appendonly yes/);
    expect(doctor.output).toMatch(/✓ discord: /);
    await rm(dataDir, { recursive: true });
  });

  it('finds what cannot work: 2, each with what to do', async () => {
    const found = await look({
      TELEGRAM_TOKEN: `${stage.world.telegram.botId}:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
      XAI_API_URL: 'http://127.0.0.1:9/v1',
      REDIS_PREFIX: 'empty',
    });
    expect(exitCodeOf(found)).toBe(2);
    const failed = found.filter(({ state }) => state === 'failure');
    expect(failed.map(({ part }) => part)).toEqual(['telegram', 'grok', 'credential']);
    expect(failed[0]?.says).toContain('BotFather');
    expect(failed[1]?.says).toContain('XAI_API_URL');
    expect(failed[2]?.says).toContain('npm run login');
  });

  it('says of a data folder that is none, and of settings that are none, what is wrong', async () => {
    const file = join(stage.dataDir, 'a-file');
    await writeFile(file, '');
    const noFolder = await look({ DATA_DIR: file });
    expect(noFolder.find(({ part }) => part === 'disk')).toMatchObject({
      state: 'failure',
      says: expect.stringContaining('DATA_DIR'),
    });
    const noSettings = await look({ HTTP_PORT: 'eighty', OWNERS: 'me' });
    expect(noSettings).toMatchObject([{ part: 'configuration', state: 'failure' }]);
    expect(noSettings[0]?.says).toContain('HTTP_PORT');
    expect(noSettings[0]?.says).toContain('OWNERS');
  });
});

/** In this process: what a process of its own says is shown by the others. */
async function look(changes: Record<string, string>): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const one of findings({ ...stage.environment, ...changes })) found.push(one);
  return found;
}

async function report(changes: Record<string, string>): Promise<z.infer<typeof reportSchema>> {
  const doctor = stage.run(['doctor', '--json'], changes);
  const code = await doctor.ended({ timeoutMs: 40_000 });
  const found = reportSchema.parse(JSON.parse(doctor.output));
  expect(found.exitCode).toBe(code);
  return found;
}
