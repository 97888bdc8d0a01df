import { defineConfig } from 'vitest/config';

/** The one test configuration. Packages are resolved to their sources, so tests need no build but the WASM kernels. */
export default defineConfig({
  resolve: { conditions: ['@alopex-db/source'] },
  ssr: {
    resolve: { conditions: ['@alopex-db/source'], externalConditions: ['@alopex-db/source'] },
  },
  test: {
    include: ['{packages,apps,tooling,examples,docs}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'tooling/bench/**'],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
