import { z } from 'zod';

/** What somebody is to the bot, as learned while running: `OWNERS` and `ALLOW` are not in here. */
export const standingSchema = z.enum(['owner', 'denied', 'allowed', 'stranger']);

export type Standing = z.infer<typeof standingSchema>;
