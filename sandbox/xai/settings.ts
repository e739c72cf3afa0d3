import { z } from 'zod';

const ms = z.number().nonnegative();
const life = z.number().positive();

/** How the sandbox behaves; every one may be changed while it runs. */
export const settingsSchema = z.strictObject({
  /** `expires_in` of the access tokens minted from now on. */
  accessTokenLifeMs: life,
  /** The token endpoint decides at once and answers this much later. */
  tokenDelayMs: ms,
  /** How long a spent refresh token still gets its successor again. */
  graceMs: ms,
  /** Off: a refresh leaves the refresh token as it is and the answer names none. */
  rotate: z.boolean(),
  /** Whether an access token outlives the minting of its successor. */
  overlap: z.boolean(),
  /** A device sign-in is approved as soon as it is asked for. */
  autoApproveDevices: z.boolean(),
  /** The least time between two polls of one device sign-in. */
  devicePollMs: ms,
  deviceLifeMs: life,
  /** From an inference request to the first piece of its answer. */
  firstChunkDelayMs: ms,
  /** Between two pieces of an answer; 0 sends it in one write. */
  chunkDelayMs: ms,
  /** Overrides every model's own context length. */
  maxPromptTokens: z.number().positive().exactOptional(),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Some of the settings; those left out stay as they are. */
export const settingsChangeSchema = settingsSchema.partial();

export type SettingsChange = z.infer<typeof settingsChangeSchema>;

/** As xAI is known to behave. Whether it has a grace is not known, so there is none. */
export const defaultSettings: Settings = {
  accessTokenLifeMs: 6 * 3_600_000,
  tokenDelayMs: 0,
  graceMs: 0,
  rotate: true,
  overlap: true,
  autoApproveDevices: false,
  devicePollMs: 5000,
  deviceLifeMs: 600_000,
  firstChunkDelayMs: 0,
  chunkDelayMs: 0,
};
