// The promises of offline work, numbered as in app/domain/src/sync.rs, over a line that fails on purpose. device.spec.mjs and offline.spec.mjs have
// those that need no such line.
import { another, expect, signIn } from '../support/fixtures.mjs';
import { addressOf, atWork, is, NO_LINE, PUSH, test, timesWritten, type, waiting } from '../support/device.mjs';
import { cutAfter, swapped, twice } from '../support/proxy.mjs';

test.use({ serviceWorkers: 'allow', expectedErrors: NO_LINE });

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('P2: a change whose answer was lost is in the history once', async ({ page, line }) => {
  const href = await addressOf(page, 600);
  await atWork(page, href);
  const lost = line.when(PUSH, cutAfter(), { times: 2 });

  await type(page, 'The answer was lost');
  await is(page, 'saved', { timeout: 20_000 });

  await lost.happened(2);
  expect(lost.statuses).toEqual([200, 200]);
  expect(await timesWritten(page, href, 'The answer was lost')).toBe(1);
});
