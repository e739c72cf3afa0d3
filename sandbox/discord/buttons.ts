import { z } from 'zod';

import type { Channel, Interaction, SandboxMessage, User } from './entities.ts';
import type { Service } from './service.ts';

const rowsSchema = z.array(
  z.object({
    components: z.array(z.object({ label: z.string().optional(), custom_id: z.string() })),
  }),
);

/** The buttons below a message, in order. */
export function buttonsOf({ components }: SandboxMessage): { label: string; customId: string }[] {
  return rowsSchema
    .parse(components)
    .flatMap((row) =>
      row.components.map(({ label = '', custom_id: customId }) => ({ label, customId })),
    );
}

/**
 * Presses the button that says `label`, or something with it.
 * @throws {Error} when the message has none
 */
export function startPress(
  { interactions }: Service,
  press: {
    readonly user: User;
    readonly channel: Channel;
    readonly message: SandboxMessage;
    readonly label: string;
    readonly locale: string;
  },
): Interaction {
  const { user, channel, message, label, locale } = press;
  const button = buttonsOf(message).find((each) => each.label.includes(label));
  if (button === undefined) throw new Error(`Message ${message.id} has no button “${label}”.`);
  const of = { kind: 'press', messageId: message.id, customId: button.customId } as const;
  return interactions.start({ userId: user.id, channelId: channel.id, of, locale });
}
