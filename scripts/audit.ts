import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { npm } from './npm.ts';

/**
 * Asks the registry for advisories on what the lockfile names. Fails on one that is high or critical
 * and concerns what runs in production. A registry that does not answer is no finding: that the audit
 * was left out is then said plainly, and the exit code is 0.
 */
const reportSchema = z.object({
  auditReportVersion: z.number(),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
});
/** What npm prints in place of a report. */
const refusalSchema = z.object({ message: z.string() });

const root = fileURLToPath(new URL('..', import.meta.url));
const words = ['audit', '--json', '--package-lock-only', '--audit-level=high', '--omit=dev'];
const { status, output, complaint } = npm([...words, '--fetch-retries=1'], root);
const report = reportSchema.safeParse(parsed(output));

if (!report.success) {
  const refusal = refusalSchema.safeParse(parsed(output)).data?.message ?? complaint.trim();
  console.log(`npm audit: LEFT OUT, the registry does not answer it (${refusal || 'no report'}).`);
} else {
  const found = Object.entries(report.data.vulnerabilities);
  for (const [name, { severity, range }] of found) console.log(`${severity}: ${name} ${range}`);
  console.log(`npm audit: ${found.length} packages with advisories; high and critical ones fail.`);
  process.exitCode = status === 0 ? 0 : 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
