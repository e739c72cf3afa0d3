import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most tests wait for other processes rather than work: more of them than cores run side by side.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/unit/**/*.test.ts',
            'test/*.test.ts',
            'adapters/*/**/*.test.ts',
            'sandbox/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          testTimeout: 1_500_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
