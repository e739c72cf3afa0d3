import { it } from 'vitest';

import { soak } from './soak.ts';

it('for some seconds everything goes wrong at once: each question is answered once and in order, and nothing is left behind', async () => {
  await soak({ seed: 5, seconds: 8, people: 20 });
}, 120_000);
