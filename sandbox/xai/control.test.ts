import { expect, test } from 'vitest';

import { XaiSandbox } from './sandbox.ts';
import { ask } from './test-client.ts';

async function command(sandbox: XaiSandbox, name: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${sandbox.authUrl}/__sandbox/${name}`, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

test('another process can sign in, let tokens expire, order faults and wait, all by HTTP', async () => {
  await using sandbox = await XaiSandbox.start();
  const signedIn = await command(sandbox, 'sign-in', { name: 'work' });
  expect(signedIn).toMatchObject({ ok: true, result: { refresh_token: expect.any(String) } });
  expect(sandbox.families).toMatchObject([{ name: 'work' }]);

  await command(sandbox, 'refuse', { kind: 'quota', times: 2 });
  await expect(ask(sandbox, sandbox.apiKey)).rejects.toMatchObject({ status: 403 });
  await command(sandbox, 'behave');
  const hang = { kind: 'hang', ms: 1 };
  await command(sandbox, 'inject', { match: { pattern: '^POST /v1/' }, fault: hang });
  await command(sandbox, 'answer-with', { text: 'Forty-two.' });
  expect(await ask(sandbox, sandbox.apiKey)).toBe('Forty-two.');
  expect(await command(sandbox, 'wait-for', { requests: 2, answered: 1 })).toMatchObject({
    ok: true,
  });
  await command(sandbox, 'configure', { tokenDelayMs: 5 });
  expect(sandbox.settings).toMatchObject({ tokenDelayMs: 5, rotate: true });

  const state = await (await fetch(`${sandbox.authUrl}/__sandbox/state`)).json();
  expect(state).toMatchObject({
    apiUrl: sandbox.apiUrl,
    counts: { requests: 2, answered: 1, refreshCalls: 0 },
    families: [{ name: 'work', generation: 1 }],
    requests: [{ refusal: 'quota' }, { outcome: 'answered', fault: 'hang' }],
  });
});

test('a command that makes no sense is refused with what is wrong', async () => {
  await using sandbox = await XaiSandbox.start();
  expect(await command(sandbox, 'refuse', { kind: 'nonsense' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('kind'),
  });
  expect(await command(sandbox, 'configure', { typo: 1 })).toMatchObject({ ok: false });
  expect(await command(sandbox, 'wait-for', { requests: 1, timeoutMs: 5 })).toMatchObject({
    ok: false,
    error: expect.stringContaining('0 inference requests'),
  });
});
