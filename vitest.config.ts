import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{server,web}/src/**/*.test.{ts,tsx}', '{simulators,test,scripts,benchmarks}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 3, // on two cores: many tests wait for servers and phones most of their time
  },
});
