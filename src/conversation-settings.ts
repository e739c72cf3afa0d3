import { z } from 'zod';

/** How long Grok thinks before it answers, as xAI names it. */
export const efforts = ['none', 'low', 'medium', 'high', 'xhigh'] as const;

export type Effort = (typeof efforts)[number];

const schema = z.object({
  model: z.string().min(1).optional().catch(undefined),
  effort: z.enum(efforts).optional().catch(undefined),
  persona: z.string().min(1).optional().catch(undefined),
});

/** What the people of a conversation have chosen for it; what is absent is as configured. */
export type ConversationSettings = z.infer<typeof schema>;

/** The fields of a conversation's hash that hold its settings. */
export const settingFields = ['model', 'effort', 'persona'] as const;

/** Reads the values of `settingFields`, in their order; what cannot be read counts as absent. */
export function parseSettings(values: readonly (string | null)[]): ConversationSettings {
  const given = settingFields.map((field, at) => [field, values[at] ?? undefined]);
  return schema.parse(Object.fromEntries(given));
}
