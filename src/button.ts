import { z } from 'zod';

/** A button below a message, as it lies in a reply or a preview. */
export const buttonSchema = z.object({
  label: z.string().min(1),
  /**
   * The command that a press stands for, as if whoever presses had typed it: it grants nothing. At
   * most 64 bytes, what Telegram takes (https://core.telegram.org/bots/api#inlinekeyboardbutton).
   */
  command: z.string().regex(/^\/[\x21-\x7e][\x20-\x7e]{0,62}$/),
});

export type Button = z.infer<typeof buttonSchema>;
