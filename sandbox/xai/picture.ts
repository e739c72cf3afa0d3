import type { ModelRequest, TokenCall } from './journal.ts';
import type { XaiSandbox } from './sandbox.ts';

/** What the sandbox has seen, for a person whose test did not get what it waited for. */
export function pictureOf(sandbox: XaiSandbox): string {
  const { tokenCalls, requestCount, families, tokenLog, requests } = sandbox;
  return [
    `sign-ins: ${families.map(({ name, generation, revoked }) => `${name} generation ${generation}${revoked === false ? '' : ` (${revoked})`}`).join(', ') || 'none'}`,
    `${tokenCalls} token calls, the last of them:`,
    ...tokenLog.slice(-10).map(tokenLine),
    `${requestCount} inference requests, the last of them:`,
    ...requests.slice(-10).map(requestLine),
  ].join('\n');
}

function tokenLine({ grantType, name, generation, outcome, fault }: TokenCall): string {
  const whose = name === undefined ? '' : ` of ${name} generation ${generation}`;
  return `  ${grantType}${whose}: ${outcome}${fault === undefined ? '' : `, fault ${fault}`}`;
}

function requestLine({ id, path, credential, outcome, refusal, fault }: ModelRequest): string {
  const who = 'name' in credential ? `${credential.kind} ${credential.name}` : credential.kind;
  const why = refusal ?? fault;
  return `  ${id} ${path} by ${who}: ${outcome}${why === undefined ? '' : ` (${why})`}`;
}
