// What counts as an answer and what the server's own words bring about: promises of offline work (app/domain/src/sync.rs) over a line on which others
// answer too.
import { expect, signIn } from '../support/fixtures.mjs';
import { addressOf, atWork, entries, goTo, held, is, NO_LINE, online, PULL, PUSH, test, timesWritten, type, waiting } from '../support/device.mjs';
import { cutBefore, elsewhere, hangs, OURS, portal, status, truncated } from '../support/proxy.mjs';

test.use({ serviceWorkers: 'allow', expectedErrors: NO_LINE });

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('P5: where nobody answers, it is tried again, and all goes out by itself once somebody does', async ({ page, line }) => {
  const href = await addressOf(page, 640);
  await atWork(page, href);
  const silence = line.when(PUSH, hangs());
  await type(page, 'Into the silence');
  await is(page, 'kept');
  await silence.happened();
  await expect(page.locator('.save-state')).toContainText('1 change saved on this device');

  silence.end();

  // The request that nobody answered is given up first.
  await is(page, 'saved', { timeout: 30_000 });
  expect(await timesWritten(page, href, 'Into the silence')).toBe(1);
});

test.describe('what the server is not', () => {
  for (const [name, place, act] of [
    ["a captive portal's page", 660, portal()],
    ['a portal that leads elsewhere', 661, elsewhere('/sign-in')],
    ["a portal's 401", 662, status(401)],
    ["a portal's 403", 663, status(403)],
  ]) {
    test(`P2: ${name} is no answer`, async ({ page, line }) => {
      const href = await addressOf(page, place);
      await atWork(page, href);
      const wrong = line.when(PUSH, act);
      await type(page, `Behind ${place}`);
      await is(page, 'kept');
      await wrong.happened(2);
      await is(page, 'kept');
      // Nobody is asked to sign in, or told that they may not, by a stranger.
      await expect(page.locator('.save-state')).not.toContainText(/Sign in|may not/);

      wrong.end();

      await is(page, 'saved', { timeout: 30_000 });
      expect(await timesWritten(page, href, `Behind ${place}`)).toBe(1);
    });
  }

  for (const [name, place, options] of [
    ['looks whole and is not', 664, { clean: true }],
    ['breaks off', 665, {}],
  ]) {
    test(`P2: an answer that ${name} is none, and what it was about is found out and made once`, async ({ page, line }) => {
      const href = await addressOf(page, place);
      await atWork(page, href);
      const part = line.when(PUSH, truncated(0.5, options), { times: 1 });

      await type(page, `Told in part ${place}`);

      await is(page, 'saved', { timeout: 30_000 });
      await part.happened();
      expect(await timesWritten(page, href, `part ${place}`)).toBe(1);
    });
  }

  test('P8: of an answer with rows that breaks off nothing is kept, and the next one brings them', async ({ page, line }) => {
    const broken = line.when(PULL, truncated(0.7), { times: 1 });
    const short = line.when(PULL, truncated(0.7, { clean: true }), { times: 1 });
    await goTo(page, '/products');

    await held(page, 3_000);

    expect([broken.met, short.met]).toEqual([1, 1]);
    line.cut();
    await goTo(page, '/products?sort=title');
    await expect(page.locator('.band.offline')).toContainText(/All 3,0\d\d products are on this device/);
  });
});

test.describe('what the server says', () => {
  for (const code of [429, 503]) {
    test(`P5: after ${code} it is waited as long as was asked for`, async ({ page, line }) => {
      const href = await addressOf(page, 670 + (code % 10));
      await atWork(page, href);
      const busy = line.when(PUSH, status(code, { retryAfter: 4 }), { times: 1 });
      await type(page, `After ${code}`);
      await busy.happened();
      // Nor is it hurried by somebody who looks.
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));

      await is(page, 'saved', { timeout: 30_000 });

      expect(line.times(PUSH).at(-1) - busy.at[0]).toBeGreaterThanOrEqual(3_950);
      expect(await timesWritten(page, href, `After ${code}`)).toBe(1);
    });
  }

  test('P13: after 401 nothing more is sent until somebody has signed in', async ({ page, line }) => {
    const href = await addressOf(page, 680);
    await atWork(page, href);
    const signedOut = line.when(PUSH, status(401, { headers: OURS }));
    await type(page, 'While signed out');
    await expect(page.getByRole('link', { name: 'Sign in to send 1 change' })).toBeVisible();
    await signedOut.happened();
    const sent = line.count(PUSH);
    await page.waitForTimeout(2_500);
    expect(line.count(PUSH)).toBe(sent);

    signedOut.end();
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));

    await is(page, 'saved', { timeout: 20_000 });
    expect(await timesWritten(page, href, 'While signed out')).toBe(1);
  });

  test('P13/P5: whoever may not send is told so, and it goes out when they may', async ({ page, line }) => {
    const href = await addressOf(page, 682);
    await atWork(page, href);
    const forbidden = line.when(PUSH, status(403, { headers: OURS }));
    await type(page, 'While it was not allowed');
    await forbidden.happened();
    await expect(page.locator('.save-state')).toContainText('1 change on this device. You may not send them now');
    expect(await waiting(page)).toBe(1);
    expect(await timesWritten(page, href, 'not allowed')).toBe(0);

    forbidden.end();
    await goTo(page, href);

    await expect.poll(() => waiting(page), { timeout: 20_000 }).toBe(0);
    await expect(page.locator('.save-state')).toBeEmpty();
    expect(await timesWritten(page, href, 'not allowed')).toBe(1);
  });

  test('P5: what is too much at once goes in parts', async ({ page, line }) => {
    const href = await addressOf(page, 685);
    await atWork(page, href);
    const before = (await entries(page, href)).length;
    const away = line.when(PUSH, cutBefore());
    for (let turn = 1; turn <= 5; turn += 1) {
      await type(page, `Part ${turn}`);
      await is(page, 'kept');
    }
    await away.happened();
    const large = line.when(PUSH, status(413), { holds: 'Part 5' });

    away.end();
    await online(page);
    await large.happened();
    await expect.poll(() => waiting(page), { timeout: 30_000 }).toBeLessThan(5);
    large.end();

    await expect.poll(() => waiting(page), { timeout: 30_000 }).toBe(0);
    expect((await entries(page, href)).length - before).toBe(5);
  });

  test('P12: a build that is too old says so, and still sends what it has', async ({ page, line }) => {
    const href = await addressOf(page, 690);
    await atWork(page, href);
    const old = [PUSH, PULL].map((path) => line.when(path, status(426, { headers: OURS })));
    await type(page, 'By an old build');
    await expect(page.locator('.save-state')).toContainText('1 change on this device. Reload for the new version');
    await old[0].happened();

    old[0].end();
    await online(page);

    await is(page, 'saved', { timeout: 30_000 });
    expect(await timesWritten(page, href, 'By an old build')).toBe(1);
    await online(page);
    await old[1].happened();
  });
});
