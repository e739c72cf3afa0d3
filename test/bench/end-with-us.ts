const pids = new Set<number>();

/** Sees to it that a process is gone when this one ends, even if somebody ends it early. */
export function endWithUs(pid: number | undefined): void {
  if (pid === undefined) return;
  if (pids.size === 0) {
    process.once('exit', killAll);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => process.exit(1));
  }
  pids.add(pid);
}

function killAll(): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
