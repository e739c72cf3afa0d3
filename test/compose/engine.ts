import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export interface Engine {
  readonly isPodman: boolean;
}

/** Finds out whether containers can run here; else says why not, in words for a person. */
export function findEngine(): Engine | string {
  const compose = spawnSync('docker', ['compose', 'version'], { encoding: 'utf8' });
  if (compose.status !== 0) return 'there is no `docker compose` on the PATH';
  const server = spawnSync('docker', ['version', '--format', '{{json .Server}}'], {
    encoding: 'utf8',
  });
  if (server.status !== 0) return 'no engine answers: start Docker, or set DOCKER_HOST';
  return { isPodman: server.stdout.includes('Podman') };
}

export interface Ran {
  readonly status: number;
  readonly output: string;
}

/** Runs a program to its end, at most for `timeoutMs`; interrupts it when it has said `until`. */
export async function run(
  [command = '', ...words]: readonly string[],
  options: {
    readonly cwd: string;
    readonly timeoutMs: number;
    readonly environment?: Readonly<Record<string, string>>;
    readonly until?: string;
  },
): Promise<Ran> {
  const child = spawn(command, words, {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let interrupted = options.until === undefined;
  const keep = (bytes: Buffer) => {
    output += bytes.toString();
    if (interrupted || !output.includes(options.until ?? '')) return;
    interrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  child.on('error', reject);
  child.on('close', (code) => resolve({ status: code ?? -1, output }));
  return promise;
}

/** Podman leaves health checks to systemd, which a container or a test machine may not have. */
export async function driveHealthchecks(project: string, cwd: string, signal: AbortSignal) {
  const label = `label=com.docker.compose.project=${project}`;
  while (!signal.aborted) {
    const listed = await run(['podman', 'ps', '-q', '--filter', label], { cwd, timeoutMs: 30_000 });
    for (const id of listed.output.split('\n').filter((line) => /^[0-9a-f]+$/.test(line))) {
      await run(['podman', 'healthcheck', 'run', id], { cwd, timeoutMs: 30_000 });
    }
    await delay(1000, undefined, { signal }).catch(() => undefined);
  }
}
