import { once } from 'node:events';
import { createServer } from 'node:net';

import { describe, expect, it } from 'vitest';

import { Health } from '../../src/console/health.ts';
import { Metrics } from '../../src/console/metrics.ts';
import { ask, openSite } from '../console-site.ts';

describe('the console', () => {
  it('is alive, and ready once every part is', async () => {
    const health = new Health();
    let signedIn = false;
    health.add('credential', () =>
      signedIn ? { kind: 'ready' } : { kind: 'not-ready', reason: 'no sign-in: npm run login' },
    );
    await using site = await openSite({ health });

    expect((await ask(site, '/healthz')).status).toBe(200);
    const before = await ask(site, '/readyz');
    expect(before.status).toBe(503);
    expect(JSON.parse(before.text)).toMatchObject({
      ready: false,
      checks: { credential: { reason: 'no sign-in: npm run login' } },
    });
    signedIn = true;
    expect((await ask(site, '/readyz')).status).toBe(200);
  });

  it('is not ready while a part fails or does not answer', async () => {
    const health = new Health({ deadlineMs: 20 });
    health.add('broken', () => {
      throw new Error('gone');
    });
    health.add('silent', async () => new Promise(() => undefined));
    await expect(health.read()).resolves.toMatchObject({
      ready: false,
      checks: { broken: { reason: 'gone' }, silent: { reason: 'no answer within 20 ms' } },
    });
  });

  it('counts under the names that dashboards rely on', async () => {
    const metrics = new Metrics();
    metrics.prompts.inc({ platform: 'discord', outcome: 'answered' });
    metrics.refreshSends.inc();
    metrics.onScrape(() => metrics.platformUp.set({ platform: 'discord' }, 1));
    await using site = await openSite({ metrics });
    const { text } = await ask(site, '/metrics');
    expect(text).toContain('grok_bridge_prompts_total{platform="discord",outcome="answered"} 1');
    expect(text).toContain('grok_bridge_platform_up{platform="discord"} 1');
    for (const name of [
      'reply_seconds',
      'first_token_seconds',
      'refresh_total',
      'refresh_sends_total',
      'api_failures_total',
      'token_remaining_seconds',
      'credential_generation',
      'queue_jobs',
      'platform_last_event_seconds',
      'cost_usd_total',
    ]) {
      expect(text).toContain(`# TYPE grok_bridge_${name}`);
    }
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('takes another port when its own is busy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await using site = await openSite({ port });
    expect(site.port).not.toBe(port);
    expect((await ask(site, '/healthz')).status).toBe(200);
    other.close();
  });
});
