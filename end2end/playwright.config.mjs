// Tests in a real browser, against the release server, once on each database engine.
import { defineConfig } from '@playwright/test';
import { launchOptions } from './support/chromium.mjs';

export default defineConfig({
  testDir: 'tests',
  // A server a worker. A browser waits more than it works: two cores hold three.
  workers: 3,
  fullyParallel: false,
  timeout: 40_000,
  // A machine that others use stands still for seconds at times.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 8_000 },
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    // Recorded always and kept when a test fails, it would cost a third of the time: `--trace on` for a test that fails here.
    trace: 'on-first-retry',
    launchOptions,
    // What a test does to a page's requests does not reach those of a worker. offline.spec.mjs has it.
    serviceWorkers: 'block',
  },
  projects: [
    { name: 'sqlite', use: { engine: 'sqlite' } },
    // What a page looks like does not depend on its database, nor what happens in the browser alone, nor a form whose content is kept as a whole.
    {
      name: 'postgres',
      use: { engine: 'postgres' },
      grepInvert: /axe finds nothing/,
      testIgnore: /\/(briefs|builds|chunks|installed|kept|line|offline|pages|providers|proxy|selecting|settings|vitals-collector|vitals-delivered)\.spec/,
    },
  ],
});
