// What calls have cost, and the budget. The calls are written into the tables as runs would leave them.
import { readFileSync } from 'node:fs';
import { fillWords } from '../bench/fill-words.mjs';
import { clean, LOOKS, rulesOf } from '../support/axe.mjs';
import { alive, another, expect, newStore, post, signIn, test } from '../support/fixtures.mjs';

const CALLS = 2_000;
const figure = (page, name) => page.locator('.tiles > div').filter({ has: page.getByText(name, { exact: true }) }).locator('dd').first();
const budget = (page) => page.getByRole('region', { name: 'Budget' });

test.beforeEach(async ({ server }) => {
  if (server.filled) return;
  server.filled = true;
  fillWords(server, 'demo', { versions: 0, open: 1, calls: CALLS });
});

test('what was spent is shown for some days, by day and by what it went to', async ({ page }) => {
  await signIn(page);
  await page.goto('/usage?days=365');
  await alive(page);

  await expect(figure(page, 'Calls')).toHaveText(CALLS.toLocaleString('en'));
  await expect(figure(page, 'Cost')).toHaveText(/^EUR \d/);
  for (const name of ['Cost by week', 'Calls by week', 'By provider', 'By model', 'By person', 'By product type']) {
    await expect(page.getByRole('heading', { name })).toBeVisible();
  }
  await expect(page.getByRole('region', { name: 'By model' }).locator('tbody tr')).toHaveCount(5);
  // Forty types: the twelve dearest, and the others together.
  await expect(page.getByRole('region', { name: 'By product type' }).locator('tbody tr')).toHaveCount(13);

  await page.evaluate(() => (window.kept = true));
  await page.getByRole('link', { name: '7 days' }).click();
  await expect(page).toHaveURL(/\/usage\?days=7$/);
  await expect(page.getByRole('link', { name: '7 days' })).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('heading', { name: 'Cost by day' })).toBeVisible();
  expect(await page.evaluate(() => window.kept)).toBe(true);
  await page.getByText('The same figures as a table').click();
  await expect(page.getByRole('region', { name: 'Calls by day' }).locator('tbody tr')).toHaveCount(7);
});

test('a chart is read by the keyboard, by pointing and by a tap', async ({ page }) => {
  await signIn(page);
  await page.goto('/usage?days=7');
  await alive(page);
  const days = page.getByRole('group', { name: 'Calls by day' }).getByRole('radio');
  await expect(days).toHaveCount(7);

  await days.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(days.nth(1)).toBeChecked();
  const day = (at) => days.nth(at).locator('xpath=ancestor::label');
  const read = day(1).locator('span');
  await expect(read).toBeVisible();
  await expect(read).toHaveText(/^\d+ [A-Z][a-z]{2} \d{4}: EUR [\d.]+, \d+ calls?/);
  const other = day(4);
  await other.hover();
  await expect(other.locator('span')).toBeVisible();
  await expect(read).toBeHidden();
});

test('every call can be downloaded', async ({ page }) => {
  await signIn(page);
  await page.goto('/usage?days=30');
  await alive(page);
  const count = Number((await figure(page, 'Calls').textContent()).replaceAll(',', ''));
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe('usage.csv');
  const [head, ...rows] = readFileSync(await (await download).path(), 'utf8').trimEnd().split('\n');

  expect(head).toMatch(/^\uFEFFTime \(UTC\),Provider,Model,.*Cost \(EUR\)/);
  expect(rows).toHaveLength(count);
  expect(rows[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,/);
});

test('more calls than fit into one piece are all in the file', async ({ page }) => {
  await signIn(page);
  const answer = await page.request.get('/usage/export.csv?days=365');
  expect((await answer.text()).trimEnd().split('\n')).toHaveLength(CALLS + 1);
});

test('an owner sets the budget, and an amount that is none is told beside the field', async ({ page }) => {
  await signIn(page);
  await page.goto('/usage?days=7');
  await alive(page);
  await expect(budget(page)).toContainText('No limit.');
  await budget(page).getByRole('radio', { name: 'An amount a month' }).check();
  await budget(page).getByLabel('Amount, in EUR').fill('a lot');
  await budget(page).getByRole('button', { name: 'Save the budget' }).click();
  await expect(budget(page).getByRole('alert')).toContainText('This is not an amount.');
  await expect(budget(page).getByLabel('Amount, in EUR')).toHaveAccessibleDescription(/This is not an amount\./);
  await expect(budget(page).getByLabel('Amount, in EUR')).toHaveValue('a lot');
  await expect(page).toHaveURL(/days=7/);

  await budget(page).getByLabel('Amount, in EUR').fill('1.000,00');
  await budget(page).getByRole('button', { name: 'Save the budget' }).click();
  await expect(budget(page)).toContainText(/EUR [\d.]+ of EUR 1,000.00 spent this month, 0 %\./);
  await expect(page).toHaveURL(/\/usage\?days=7#budget$/);
  await budget(page).getByLabel('Amount, in EUR').fill('0');
  await budget(page).getByRole('button', { name: 'Save the budget' }).click();
  await expect(budget(page)).toContainText('Nothing may be spent');
  await budget(page).getByRole('radio', { name: 'No limit' }).check();
  await budget(page).getByRole('button', { name: 'Save the budget' }).click();
  await expect(budget(page)).toContainText('No limit.');
});

test('others than owners see the budget and do not set it', async ({ browser, server }) => {
  const { page, close } = await another(browser, server, 'editor@test.test');
  await page.goto('/usage');
  await alive(page);
  await expect(budget(page)).toContainText('Owners of the store set it.');
  await expect(budget(page).getByRole('button')).toHaveCount(0);
  expect((await post(page, '/usage/budget', { limit: 'none' })).status()).toBe(403);
  await close();
});

test('a store that has spent nothing says what will stand here', async ({ page, server }) => {
  await signIn(page, newStore(server, 'thrifty'));
  await page.goto('/usage');
  await alive(page);

  await expect(page.getByRole('heading', { name: 'No calls in these days' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveCount(0);
  await expect(budget(page)).toContainText('No limit.');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('days are chosen by links and by a form, and the budget is set', async ({ page }) => {
    await signIn(page);
    await page.goto('/usage');
    await page.getByRole('link', { name: '90 days' }).click();
    await expect(page).toHaveURL(/days=90/);
    await page.getByLabel('From').fill('2026-01-01');
    await page.getByLabel('To', { exact: true }).fill('2026-01-31');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(/from=2026-01-01&to=2026-01-31/);
    await budget(page).getByRole('radio', { name: 'No limit' }).check();
    await budget(page).getByRole('button', { name: 'Save the budget' }).click();
    await expect(page).toHaveURL(/from=2026-01-01&to=2026-01-31#budget$/);
  });
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: theme });

    test('axe finds nothing', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(90_000);
      await signIn(page);
      for (const address of ['/usage', '/usage?days=365', '/usage?budget=a+lot', '/usage?from=2020-01-01&to=2020-01-31']) {
        await page.goto(address);
        await alive(page);
        await clean(page, address, rulesOf(theme));
      }
    });
  });
}
