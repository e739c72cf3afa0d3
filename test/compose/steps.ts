import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import type { Project } from './project.ts';

type Step = readonly [title: string, act: () => Promise<void>];

/** What a deployment goes through, in order. */
export function steps(project: Project): readonly Step[] {
  return [
    [
      'the image builds, everything comes up and gets healthy',
      async () => {
        await project.shell('docker compose up -d --build', { timeoutMs: 600_000 });
        await project.healthy('redis', 1);
        await project.healthy('bridge', 1);
        await project.healthy('worker', 1);
      },
    ],
    ['one command signs in to Grok', async () => signIn(project)],
    ['questions are answered on Discord', async () => answered(project, 'discord', 'First?')],
    ['questions are answered on Telegram', async () => answered(project, 'telegram', 'Second?')],
    ['each container is locked down', async () => lockedDown(project)],
    [
      'a worker that is killed comes back, and the question it leaves is answered',
      async () => {
        const asked = project.ask('telegram', 'Third?');
        await killed(project, 'worker');
        assert.match(await asked, /Third\?/);
        await project.healthy('worker', 1);
      },
    ],
    [
      'Redis restarts and keeps the sign-in and the conversations',
      async () => {
        await project.compose(['restart', 'redis']);
        await project.healthy('redis', 1);
        const answer = await project.ask('telegram', 'Fourth?');
        assert.match(answer, /Before that you said: “Third\?”/);
      },
    ],
    [
      'a backup is copied while Redis runs',
      async () => {
        for (const command of backup) await project.shell(command);
        assert.ok(existsSync(join(project.folder, 'backup/appendonlydir')));
      },
    ],
    [
      'the worker is scaled to four, which all get healthy',
      async () => {
        await project.shell('docker compose up -d --scale worker=4');
        await project.healthy('worker', 4);
        await answered(project, 'discord', 'Fifth?');
      },
    ],
    [
      'the profile “observe” finds every process and evaluates every alert',
      async () => observed(project, { bridge: 1, worker: 4 }),
    ],
    [
      'the profile “sandbox” plays everything without an account',
      async () => {
        const [command, last] = ['docker compose run --rm sandbox', 'The sandbox stays up'];
        const said = await project.shellUntil(command, last, { timeoutMs: 180_000 });
        assert.match(said, /Everything went as it should/);
      },
    ],
    [
      'everything stops within its grace and goes away',
      async () => {
        const beganAtMs = performance.now();
        await project.compose(['stop']);
        assert.ok(performance.now() - beganAtMs < 60_000, 'it took longer than a minute');
        for (const { Name, ID, Service } of await project.containers()) {
          if (Service === 'outside') continue;
          const code = await project.inspect(ID, '{{.State.ExitCode}}');
          assert.equal(code, '0', `${Name} ended with ${code}`);
        }
      },
    ],
  ];
}

/** As docs/operating.md has it. */
const backup = [
  'docker compose exec redis redis-cli config set auto-aof-rewrite-percentage 0',
  'docker compose cp redis:/data ./backup',
  'docker compose exec redis redis-cli config set auto-aof-rewrite-percentage 100',
];

async function signIn(project: Project): Promise<void> {
  const said = await project.shell('docker compose run --rm worker login');
  assert.match(said, /enter the code/);
  assert.match(said, /Signed in as “main”/);
  const ready = `const r = await fetch('http://127.0.0.1:8080/readyz'); process.exit(r.ok ? 0 : 1);`;
  await project.evaluate('worker', ready);
}

async function answered(
  project: Project,
  voice: 'discord' | 'telegram',
  question: string,
): Promise<void> {
  const answer = await project.ask(voice, question);
  assert.ok(answer.includes(`“${question}”`), answer);
}

async function lockedDown(project: Project): Promise<void> {
  for (const { ID, Name, Service } of await project.containers()) {
    if (Service === 'outside') continue;
    const facts = await project.inspect(
      ID,
      '{{.HostConfig.ReadonlyRootfs}} {{json .HostConfig.PortBindings}}',
    );
    assert.match(facts, /^true (\{\}|null)$/, Name);
  }
  const look = `
    import { existsSync, readFileSync, writeFileSync } from 'node:fs';
    const status = readFileSync('/proc/self/status', 'utf8');
    let writable = true;
    try { writeFileSync('/app/x', ''); } catch { writable = false; }
    writeFileSync('/tmp/x', '');
    writeFileSync('/data/x', '');
    console.log(JSON.stringify({
      uid: process.getuid(),
      capabilities: /CapBnd:\\s*(\\S+)/.exec(status)[1],
      canGain: /NoNewPrivs:\\s*0/.test(status),
      writable,
      tools: ['typescript', 'vitest', 'fast-check'].filter((name) => existsSync('/app/node_modules/' + name)),
      version: process.versions.node.split('.')[0],
    }));`;
  for (const service of ['bridge', 'worker']) {
    const said = await project.evaluate(service, look);
    assert.deepEqual(JSON.parse(said), {
      uid: 1000,
      capabilities: '0000000000000000',
      canGain: false,
      writable: false,
      tools: [],
      version: '24',
    });
  }
  const redis = await project.compose(['exec', '-T', 'redis', 'sh', '-c', redisFacts]);
  assert.match(redis, /uid=999/);
  for (const line of [
    'appendonly\nyes',
    'appendfsync\nalways',
    'maxmemory-policy\nnoeviction',
    'hz\n100',
  ]) {
    assert.ok(redis.replaceAll('\r', '').includes(line), `${line} is not in ${redis}`);
  }
  assert.match(redis, /CapBnd:\s*0000000000000000/);
}

const redisFacts =
  'id; grep CapBnd /proc/self/status; for key in appendonly appendfsync maxmemory-policy hz; do redis-cli config get $key; done';

/** Prometheus alone: Grafana only shows what that has. */
async function observed(project: Project, wanted: Readonly<Record<string, number>>): Promise<void> {
  await project.shell('docker compose --profile observe up -d prometheus', { timeoutMs: 300_000 });
  const look = `
    import { setTimeout as delay } from 'node:timers/promises';
    const ask = async (what) => (await (await fetch('http://prometheus:9090/api/v1/' + what)).json()).data;
    for (;;) {
      try {
        const { activeTargets } = await ask('targets');
        const rules = (await ask('rules')).groups.flatMap((group) => group.rules);
        const jobs = activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels.job);
        if (jobs.length === Number(process.argv[1]) && rules.every(({ health }) => health !== 'unknown')) {
          console.log(JSON.stringify({ jobs, rules: rules.map(({ health }) => health) }));
          break;
        }
      } catch {}
      await delay(500);
    }`;
  const count = Object.values(wanted).reduce((sum, one) => sum + one, 0);
  const seen = observedSchema.parse(
    JSON.parse(await project.evaluate('bridge', look, String(count))),
  );
  for (const [job, many] of Object.entries(wanted)) {
    assert.equal(seen.jobs.filter((one) => one === job).length, many, job);
  }
  const alerts = readFileSync(join(project.folder, 'observe/prometheus/alerts.yml'), 'utf8');
  assert.deepEqual(
    seen.rules,
    [...alerts.matchAll(/- alert:/g)].map(() => 'ok'),
  );
}

const observedSchema = z.object({ jobs: z.array(z.string()), rules: z.array(z.string()) });

/** Kills the program itself, not the container: what is killed from outside counts as stopped. */
async function killed(project: Project, service: string): Promise<void> {
  const [before] = await project.containers(service);
  assert.ok(before !== undefined);
  const startedAt = await project.inspect(before.ID, '{{.State.StartedAt}}');
  const code = `
    import { readdirSync, readFileSync } from 'node:fs';
    for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && name !== '1' && name !== String(process.pid))) {
      const line = readFileSync('/proc/' + pid + '/cmdline', 'utf8');
      if (line.includes('src/main.ts')) process.kill(Number(pid), 'SIGKILL');
    }`;
  // The engine may end the command together with the container.
  await project.evaluate(service, code).catch(() => undefined);
  const endMs = performance.now() + 60_000;
  for (;;) {
    const now = await project.inspect(before.ID, '{{.State.Status}} {{.State.StartedAt}}');
    if (now.startsWith('running') && !now.includes(startedAt)) return;
    assert.ok(performance.now() < endMs, `${service} did not come back: ${now}`);
    await delay(300);
  }
}
