import { describe, expect, it } from 'vitest';

import { ask, openSite } from '../console-site.ts';
import { FakeClock } from '../fake-clock.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const page = { accept: 'text/html' };

describe('without a token', () => {
  it('the pages are for this machine, by a name of this machine', async () => {
    await using site = await openSite();
    const by = async (host: string, path = '/') =>
      (await ask(site, path, { headers: { host } })).status;
    expect(await by(`127.0.0.1:${site.port}`)).toBe(200);
    expect(await by(`localhost:${site.port}`)).toBe(200);
    expect(await by(`[::1]:${site.port}`)).toBe(200);
    // A page from elsewhere whose name was made to point here.
    expect(await by(`evil.example:${site.port}`)).toBe(403);
    expect(await by(`127.0.0.1.evil.example:${site.port}`)).toBe(403);
    expect(await by(`evil.example:${site.port}`, '/events')).toBe(403);
    expect(await by('%')).toBe(403);
    expect(await by('monitor.example', '/healthz')).toBe(200);
  });

  it('the pages are closed beyond this machine, and say what opens them', async () => {
    await using site = await openSite({ host: '0.0.0.0' });
    const { status, text } = await ask(site, '/', { headers: { authorization: 'Bearer ' } });
    expect(status).toBe(403);
    expect(text).toContain('HTTP_TOKEN');
    expect((await ask(site, '/healthz')).status).toBe(200);
    expect((await ask(site, '/sign-in', { method: 'POST' })).status).toBe(404);
  });
});

describe('with a token', () => {
  it('it opens the pages as a bearer token, on whatever address', async () => {
    for (const host of ['0.0.0.0', '127.0.0.1']) {
      await using site = await openSite({ host, token: 'open-sesame' });
      const by = async (authorization: string) =>
        (await ask(site, '/', { headers: { authorization } })).status;
      expect((await ask(site, '/')).status).toBe(401);
      expect((await ask(site, '/events')).status).toBe(401);
      expect(await by('Bearer wrong-sesame')).toBe(401);
      expect(await by('Bearer open-sesame-and-more')).toBe(401);
      expect(await by('Bearer open-sesame')).toBe(200);
      expect((await ask(site, '/healthz')).status).toBe(200);
    }
  });

  it('a browser is shown a form, and gets a cookie for it that ends', async () => {
    const clock = new FakeClock();
    await using site = await openSite({ host: '0.0.0.0', token: 'open-sesame', clock });
    const asked = await ask(site, '/', { headers: page });
    expect(asked.status).toBe(401);
    expect(asked.text).toContain('<form method="post" action="/sign-in">');
    expect(asked.headers['content-security-policy']).toContain("default-src 'none'");

    const host = `console.example:${site.port}`;
    const enter = async (token: string, origin = `http://${host}`) =>
      ask(site, '/sign-in', {
        method: 'POST',
        headers: { ...form, host, origin },
        body: new URLSearchParams({ token }).toString(),
      });
    const wrong = await enter('wrong');
    expect([wrong.status, wrong.headers['location']]).toEqual([303, '/#wrong']);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    expect((await enter('open-sesame', 'http://evil.example')).status).toBe(403);

    const right = await enter('open-sesame');
    expect([right.status, right.headers['location']]).toEqual([303, '/']);
    const [set = ''] = right.headers['set-cookie'] ?? [];
    expect(set).toContain('HttpOnly; SameSite=Strict');
    expect(set).not.toContain('open-sesame');
    const cookie = set.split(';', 1)[0] ?? '';
    const withCookie = async (value: string) =>
      (await ask(site, '/', { headers: { cookie: value } })).status;
    expect(await withCookie(cookie)).toBe(200);
    expect(await withCookie(cookie.replace(/=\d/, '=9'))).toBe(401);
    await clock.advance(12 * 60 * 60_000 + 1);
    expect(await withCookie(cookie)).toBe(401);
  });

  it('cannot be guessed quickly', async () => {
    const clock = new FakeClock();
    await using site = await openSite({ token: 'open-sesame', clock });
    const host = `127.0.0.1:${site.port}`;
    const enter = async (token: string) =>
      ask(site, '/sign-in', {
        method: 'POST',
        headers: { ...form, host, origin: `http://${host}` },
        body: `token=${token}`,
      });
    for (let at = 0; at < 10; at += 1) await enter(`guess-${at}`);
    expect((await enter('open-sesame')).headers['location']).toBe('/#wait');
    await clock.advance(60_001);
    expect((await enter('open-sesame')).headers['location']).toBe('/');
  });
});

describe('a page', () => {
  it('may hold no script or style of its own, be framed by nobody, and ask nobody else', async () => {
    await using site = await openSite();
    const { headers, text } = await ask(site, '/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=/);
    const linked = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    expect(linked.length).toBeGreaterThan(3);
    for (const path of linked) expect((await ask(site, path)).status, path).toBe(200);
  });
});
