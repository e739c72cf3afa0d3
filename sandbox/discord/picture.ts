import type { SandboxMessage } from './entities.ts';
import type { RequestLog } from './request-log.ts';
import type { Service } from './service.ts';

/** The state as text: the end of every channel, the interactions, the last requests. */
export function pictureOf(service: Service, log: RequestLog, stats: object): string {
  const { world, messages, interactions } = service;
  const channels = world.channels().map((channel) => {
    const title = channel.kind === 'dm' ? nameOf(service, channel.userId) : channel.name;
    const lines = messages.inChannel(channel.id).slice(-12);
    const said = lines.map((message) => messageLine(message, service)).join('');
    return `${channel.kind} ${title} (${channel.id})${said}`;
  });
  const asked = interactions.courses().map(({ interaction, deferred, originalId }) => {
    const { of } = interaction;
    const what = of.kind === 'command' ? `/${of.command.name}` : `button ${of.customId}`;
    const state = originalId === undefined ? 'unanswered' : deferred ? 'deferred' : 'answered';
    return `  ${what} ${interaction.id} by ${nameOf(service, interaction.userId)}: ${state}`;
  });
  const requests = log.entries
    .slice(-15)
    .map(({ method, path, status }) => `  ${method} ${path} ${status ?? 'unanswered'}`);
  return [
    `stats ${JSON.stringify(stats)}`,
    ...channels,
    'interactions',
    ...asked,
    'last requests',
    ...requests,
  ].join('\n');
}

function messageLine(message: SandboxMessage, service: Service): string {
  const marks = [
    message.deletedAtMs === undefined ? '' : ' deleted',
    message.loading ? ' thinking' : '',
    message.ephemeral ? ' ephemeral' : '',
    message.editedAtMs === undefined ? '' : ` edited ${message.earlierContents.length}x`,
  ].join('');
  const text = message.content.length > 200 ? `${message.content.slice(0, 200)}…` : message.content;
  return `\n  ${message.id} ${nameOf(service, message.authorId)}${marks}: ${JSON.stringify(text)}`;
}

function nameOf({ world }: Service, userId: string): string {
  return world.user(userId)?.name ?? userId;
}
