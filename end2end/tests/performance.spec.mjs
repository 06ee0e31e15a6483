// How fast it is, and what the database does. On a server of its own, with one store, whose owner may therefore look, and with a low idea of
// what is slow.
import { clean, LOOKS, rulesOf } from '../support/axe.mjs';
import { alive, another, test as base, expect, isMeasured, PASSWORD, signIn } from '../support/fixtures.mjs';
import { Server } from '../support/server.mjs';

const PAGE = '/performance/database';
const PLACES = ['', '/vitals?by=device', '/vitals?class=device:desktop', '/requests', '/traces', '/traces?with=STORES', '/caches', '/jobs', '/sync', '/report', '/regressions', '/bottlenecks', '/capacity', '/lab', '/budgets', '/alerts'].map(
  (place) => `/performance${place}`,
);
const region = (page, name) => page.getByRole('region', { name, exact: true });

const test = base.extend({
  server: [
    async ({ engine }, use) => {
      const server = await Server.make(engine);
      server.env.VITRINE_DATABASE_SLOW_MS = '1';
      server.run(['demo', '--products', '2000']);
      server.run(['user', 'add', '--email', 'editor@test.test', '--name', 'Test editor', '--store', 'demo', '--role', 'editor'], { input: `${PASSWORD}\n` });
      await server.start();
      await use(server);
      await server.end();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** Opens the page until a slow statement has its plan, which is read a moment later. */
async function openWithPlan(page, address = PAGE) {
  await expect(async () => {
    await page.goto(address);
    await expect(region(page, 'Slow statements').getByText('Plan', { exact: true }).first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
}

test('an owner finds it in the settings, sorts the statements and sees how a slow one is gone about', async ({ page, engine }) => {
  await signIn(page);
  await page.goto('/settings');
  await alive(page);
  await page.getByRole('link', { name: 'Performance' }).click();
  await expect(page.getByRole('heading', { name: 'Performance', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: 'Database', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Database', level: 1 })).toBeVisible();
  await expect(page).toHaveURL(PAGE);
  await expect(page.getByText(`What this server has asked of ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`)).toBeVisible();
  for (const name of ['Statements', 'Slow statements', 'Connections', engine === 'sqlite' ? 'SQLite' : 'PostgreSQL']) {
    await expect(region(page, name)).toBeVisible();
  }

  const statements = region(page, 'Statements');
  await expect(statements.getByRole('columnheader', { name: 'Time', exact: true })).toHaveAttribute('aria-sort', 'descending');
  await statements.getByRole('link', { name: 'Rows' }).click();
  await expect(page).toHaveURL(`${PAGE}?sort=rows#statements`);
  await alive(page);
  await expect(statements.getByRole('columnheader', { name: 'Rows' })).toHaveAttribute('aria-sort', 'descending');
  const rows = (await statements.locator('tbody td:nth-child(9)').allTextContents()).map((text) => Number(text.replaceAll(',', '')));
  expect(rows.length).toBeGreaterThan(5);
  expect(rows).toEqual([...rows].sort((one, other) => other - one));
  await page.getByRole('link', { name: 'Refresh' }).click();
  await expect(page).toHaveURL(`${PAGE}?sort=rows`);

  await openWithPlan(page);
  await alive(page);
  await region(page, 'Slow statements').getByText('Plan', { exact: true }).first().click();
  await expect(region(page, 'Slow statements').locator('pre').first()).toHaveText(/SCAN|SEARCH|Scan|Result|Insert|Update|Delete|VIRTUAL/);
});

/** Pages are opened, and what was measured of it is written: it is once a minute, and when a server stops. */
async function lookAround(page, server) {
  for (const address of ['/products', '/imports', '/products?q=lamp']) {
    await page.goto(address);
    await alive(page);
    await page.keyboard.press('Tab');
    await isMeasured(page);
    await page.waitForTimeout(1_500);
  }
  await page.goto('about:blank');
  await page.waitForTimeout(500);
  await server.stop();
  await server.start();
}

test('an operator sees how people have it, by page, by device and by request', async ({ page, server }) => {
  test.setTimeout(60_000);
  await signIn(page);
  await lookAround(page, server);
  await page.goto('/performance');
  await alive(page);

  const loads = region(page, 'Page loads');
  await expect(loads.getByText('Largest thing drawn')).toBeVisible();
  await expect(loads.getByText(/Good|Needs work|Poor/).first()).toBeVisible();
  await expect(region(page, 'Requests').getByText('100.00 % answered')).toBeVisible();
  await expect(region(page, 'How full the server is').getByText('Processors')).toBeVisible();
  await expect(region(page, 'Pages').getByRole('link', { name: '/products', exact: true })).toBeVisible();

  // Without loading the app anew one goes from place to place.
  await page.evaluate(() => (globalThis.isTheSame = true));
  await region(page, 'Pages').getByRole('link', { name: '/products', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Page loads', level: 1 })).toBeVisible();
  await expect(page).toHaveTitle('Page loads · Vitrine');
  await page.getByRole('link', { name: 'All pages' }).click();
  await page.getByRole('navigation', { name: 'Told apart by' }).getByRole('link', { name: 'Device' }).click();
  await expect(page).toHaveURL('/performance/vitals?by=device');
  await expect(region(page, 'By device').getByRole('rowheader', { name: /desktop|phone|tablet/ })).toBeVisible();
  await page.getByRole('navigation', { name: 'How far back' }).getByRole('link', { name: '1 hour' }).click();
  await expect(page).toHaveURL('/performance/vitals?range=1h&by=device');
  await expect(region(page, 'Largest thing drawn over time').getByRole('radio').last()).toBeVisible();
  await page.getByRole('navigation', { name: 'Places of performance' }).getByRole('link', { name: 'Requests' }).click();
  await expect(page).toHaveURL('/performance/requests?range=1h');
  await expect(region(page, 'By route').getByRole('link', { name: 'GET /products', exact: true })).toBeVisible();
  await page.getByRole('navigation', { name: 'Places of performance' }).getByRole('link', { name: 'Caches' }).click();
  await expect(region(page, 'Each').getByRole('rowheader', { name: 'known products' })).toBeVisible();
  expect(await page.evaluate(() => globalThis.isTheSame)).toBe(true);
});

test('whoever does not own every store is told so', async ({ page, browser, server }) => {
  const { page: editors, close } = await another(browser, server, 'editor@test.test');
  await editors.goto('/settings');
  await alive(editors);
  await expect(editors.getByRole('link', { name: 'Performance' })).toHaveCount(0);
  await editors.goto(PAGE);
  await expect(editors.getByText('for whoever owns every store of this server')).toBeVisible();
  await close();

  await signIn(page);
  server.run(['store', 'add', 'other', '--name', 'Other store']);
  await page.goto(PAGE);
  await expect(page.getByText('for whoever owns every store of this server')).toBeVisible();
  await expect(region(page, 'Statements')).toHaveCount(0);
  server.run(['user', 'add', '--email', 'owner@demo.test', '--store', 'other', '--role', 'owner']);
  await page.goto(PAGE);
  await expect(region(page, 'Statements')).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('statements are sorted by links and plans can be opened', async ({ page }) => {
    await signIn(page);
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Performance' }).click();
    await page.getByRole('link', { name: 'Database', exact: true }).click();
    await region(page, 'Statements').getByRole('link', { name: 'p95' }).click();
    await expect(page).toHaveURL(`${PAGE}?sort=p95#statements`);
    await expect(region(page, 'Statements').getByRole('columnheader', { name: 'p95' })).toHaveAttribute('aria-sort', 'descending');
    await openWithPlan(page);
    await region(page, 'Slow statements').getByText('Plan', { exact: true }).first().click();
    await expect(region(page, 'Slow statements').locator('pre').first()).toBeVisible();
  });
});

// The engines say different things of themselves, so that both are looked at.
for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: theme });

    test('nothing on it is in the way of anybody', async ({ page, browser, server }) => {
      test.setTimeout(150_000);
      await signIn(page);
      await openWithPlan(page);
      await alive(page);
      await region(page, 'Slow statements').getByText('Plan', { exact: true }).first().click();
      await clean(page, PAGE, rulesOf(theme));
      await page.goto(`${PAGE}?sort=name`);
      await alive(page);
      await clean(page, 'sorted by name', rulesOf(theme));
      for (const place of PLACES) {
        await page.goto(place);
        await alive(page);
        await clean(page, place, rulesOf(theme));
      }

      const { page: editors, close } = await another(browser, server, 'editor@test.test', { viewport: { width, height: 844 }, colorScheme: theme });
      await editors.goto(PAGE);
      await alive(editors);
      await clean(editors, 'not theirs', rulesOf(theme));
      await close();
    });
  });
}
