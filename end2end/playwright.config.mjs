// Tests in a real browser, against the release server, once on each database engine.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  // A server a worker. A browser waits more than it works: two cores hold five.
  workers: 5,
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
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
  projects: [
    { name: 'sqlite', use: { engine: 'sqlite' } },
    // What a page looks like does not depend on its database, nor what happens in the browser alone, nor a form whose content is kept as a whole.
    {
      name: 'postgres',
      use: { engine: 'postgres' },
      grepInvert: /axe finds nothing/,
      testIgnore: /\/(briefs|chunks|pages|providers|selecting|settings)\.spec/,
    },
  ],
});
