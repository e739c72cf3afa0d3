import { ButtonStyle, ComponentType } from 'discord.js';

import type { Outgoing } from '#port';

import { renderDiscord } from './render.ts';

/**
 * What a message shows, as Discord takes it. An edit says all of it: components that it left out
 * would stay.
 */
export interface Looks {
  readonly content: string;
  readonly components: readonly object[];
}

export function looksOf({ text, file, buttons = [] }: Outgoing): Looks {
  const content = file !== undefined && text === '' ? '' : renderDiscord(text);
  if (buttons.length === 0) return { content, components: [] };
  const row = buttons.map(({ label, command }) => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label,
    custom_id: command,
  }));
  return { content, components: [{ type: ComponentType.ActionRow, components: row }] };
}
