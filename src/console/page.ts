import type { Check, Readiness } from './health.ts';

/** The status page: what is ready, what is not, and why. */
export function renderPage({ ready, checks }: Readiness): string {
  const rows = Object.entries(checks).map(([name, check]) => row(name, check));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>grok-bridge</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  td { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem; vertical-align: top; }
  .ready { color: light-dark(#0a7a2f, #5fd38a); }
  .not-ready { color: light-dark(#b3261e, #ff8a80); font-weight: 600; }
  code { font-size: .85em; overflow-wrap: anywhere; }
</style>
<h1>grok-bridge</h1>
<p class="${ready ? 'ready' : 'not-ready'}">${ready ? 'Everything is ready.' : 'Something is missing.'}</p>
<table>${rows.join('')}</table>
<p><a href="/queues">/queues</a> · <a href="/readyz">/readyz</a> · <a href="/metrics">/metrics</a></p>
</html>
`;
}

function row(name: string, check: Check): string {
  const state = check.kind === 'ready' ? 'ready' : check.reason;
  const detail =
    check.detail === undefined ? '' : `<br><code>${escape(JSON.stringify(check.detail))}</code>`;
  return `<tr><td>${escape(name)}</td><td><span class="${check.kind}">${escape(state)}</span>${detail}</td></tr>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
