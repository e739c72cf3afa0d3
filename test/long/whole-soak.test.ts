import { it } from 'vitest';

import { soak } from '../faults/soak.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 600);
const people = Number(process.env['SOAK_PEOPLE'] ?? 300);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 2 ** 31);

it('with everything going wrong at once each question is answered once and in order, and nothing is left behind', async () => {
  await soak({ seed, seconds, people });
}, 1_500_000);
