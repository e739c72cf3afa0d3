import type { Target } from './fuzz.ts';
import { ofPlatforms, overSockets } from './platforms.ts';
import { ofStreams } from './stream.ts';
import { ofTexts } from './texts.ts';
import { ofTokens } from './tokens.ts';

/** What only computes: fast enough for every run of the tests. */
export const pureTargets: readonly Target[] = [...ofPlatforms, ...ofTokens, ...ofTexts];

/** All that parses foreign bytes. */
export const allTargets: readonly Target[] = [...pureTargets, ...overSockets, ...ofStreams];
