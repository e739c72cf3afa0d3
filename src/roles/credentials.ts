import type { CredentialService } from '../credentials/service.ts';
import type { MemberStatus } from '../credentials/status.ts';
import { BridgeError } from '../errors.ts';
import { openCredentials } from './credential-service.ts';
import { configure, layFoundation } from './foundation.ts';
import type { Role } from './role.ts';

const usage = `npm run credentials [-- list | disable NAME | enable NAME | remove NAME]`;

/** Lists the accounts, or takes one out, back in, or away. */
export const credentials: Role = async ({ environment, words: [verb = 'list', name, ...more] }) => {
  const change = changes[verb];
  if (more.length > 0 || (verb !== 'list' && (change === undefined || name === undefined))) {
    throw new BridgeError('CONFIG_INVALID', usage);
  }
  const configured = await configure(environment, { quiet: 'warn' });
  await using stack = new AsyncDisposableStack();
  const foundation = await layFoundation(configured, stack);
  const service = stack.use(await openCredentials(foundation, { tool: true }));
  if (change !== undefined && name !== undefined) await change(service, name);
  const members = await service.status();
  if (members.length === 0) say('There is no sign-in and no API key: npm run login');
  for (const member of members) say(lineOf(member, foundation.clock.now()));
  return 0;
};

const changes: Readonly<
  Record<string, (service: CredentialService, name: string) => Promise<void>>
> = {
  disable: async (service, name) => service.disable(name),
  enable: async (service, name) => service.enable(name),
  remove: async (service, name) => service.remove(name),
};

function lineOf(member: MemberStatus, nowMs: number): string {
  const facts = [
    member.kind === 'key' ? 'API key' : `sign-in ${member.epoch}, generation ${member.generation}`,
    member.remainingMs === null ? '' : `token lives ${minutes(member.remainingMs)}`,
    member.refreshedAtMs === null ? '' : `refreshed ${minutes(nowMs - member.refreshedAtMs)} ago`,
    member.benchedUntilMs === null ? '' : `not used for ${minutes(member.benchedUntilMs - nowMs)}`,
    member.sealedWith.length === 0 ? '' : `sealed with ${member.sealedWith.join(', ')}`,
    member.team === '' ? '' : `team ${member.team}`,
    member.reason,
    member.error,
  ];
  return `${member.name}: ${member.state} (${facts.filter((fact) => fact !== '').join('; ')})`;
}

function minutes(ms: number): string {
  const total = Math.max(0, Math.round(ms / 60_000));
  return total < 60 ? `${total} min` : `${Math.floor(total / 60)} h ${total % 60} min`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
