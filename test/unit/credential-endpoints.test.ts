import { describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { checkEndpoint, Discovery } from '../../src/credentials/discovery.ts';
import { postForm } from '../../src/credentials/token-endpoint.ts';
import { answering } from '../answering.ts';

const xai = new URL('https://auth.x.ai');

describe('where a refresh token may go', () => {
  it.each(['https://auth.x.ai/token', 'https://x.ai/token', 'https://api.x.ai:8443/token'])(
    'to %s',
    (url) => {
      expect(() => checkEndpoint('token_endpoint', url, xai)).not.toThrow();
    },
  );

  it.each([
    'https://example.com/token',
    'https://x.ai.example.com/token',
    'https://evilx.ai/token',
    'https://auth.x.ai@example.com/token',
    'http://auth.x.ai/token',
    'http://127.0.0.1/token',
    'https://[::ffff:a9fe:a9fe]/token',
    'file:///etc/passwd',
    'nothing',
    '',
  ])('not to %s', (url) => {
    expect(() => checkEndpoint('token_endpoint', url, xai)).toThrow(
      expect.objectContaining({ code: 'OAUTH_ENDPOINT_REFUSED' }),
    );
  });

  it.each(['token_endpoint', 'device_authorization_endpoint', 'revocation_endpoint'])(
    'not where a lying discovery document puts its %s',
    async (endpoint) => {
      const there = { url: '' };
      await using server = await answering((_, response) => {
        response.setHeader('content-type', 'application/json');
        const issuer = `${there.url}/`;
        const honest = { issuer, token_endpoint: `${there.url}/token` };
        return JSON.stringify({ ...honest, [endpoint]: 'https://example.com/token' });
      });
      there.url = server.url;
      const discovery = new Discovery(server.url, systemClock, 5_000);
      await expect(discovery.find()).rejects.toMatchObject({ code: 'OAUTH_ENDPOINT_REFUSED' });
    },
  );

  it.each([301, 302, 303, 307, 308])('not where a %i leads', async (status) => {
    await using elsewhere = await answering(() => '{"access_token":"a"}');
    await using server = await answering((_, response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
      return undefined;
    });
    const limits = { connectMs: 2_000, deadlineMs: 5_000 };
    const answer = await postForm(new URL(server.url), { refresh_token: 'r' }, limits);
    expect(answer).toMatchObject({ kind: 'answered', status });
    expect(elsewhere.asked).toEqual([]);
  });
});
