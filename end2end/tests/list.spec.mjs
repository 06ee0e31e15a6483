import { alive, expect, PRODUCTS, signIn, test } from '../support/fixtures.mjs';

const rowCount = PRODUCTS + 1;
const filled = (page) => expect(page.getByRole('grid')).toHaveAttribute('data-filled');

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('the first rows are in the page before anything is loaded', async ({ page }) => {
  const html = await (await page.request.get('/products?sort=title')).text();

  expect(html).toContain(`aria-rowcount="${rowCount}"`);
  expect(html.match(/aria-rowindex="/g).length).toBe(51);
});

test('any row can be reached by keyboard, scrollbar and number, and nothing is ever blank', async ({ page }) => {
  await page.goto('/products?sort=title');
  await alive(page);
  const grid = page.getByRole('grid');
  await grid.focus();

  await page.keyboard.press('End');
  await filled(page);
  await expect(page.locator(`[aria-rowindex="${rowCount}"] a`)).toBeVisible();

  await page.keyboard.press('Home');
  await filled(page);
  await expect(page.locator('[aria-rowindex="2"] a')).toBeVisible();

  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await filled(page);
  const middle = await page.locator('.row:not(.skel)').evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex'))));
  expect(middle.some((index) => Math.abs(index - PRODUCTS / 2) < 30)).toBe(true);

  await page.getByLabel('Go to row').fill('1234');
  await page.keyboard.press('Enter');
  await filled(page);
  await expect(page.locator('[aria-rowindex="1235"] a')).toBeVisible();
  // However far one scrolls, the page does not grow.
  expect(await page.locator('.row').count()).toBeLessThan(100);
});

test('a product is found as one types, and the address has it', async ({ page }) => {
  await page.goto('/products');
  await alive(page);

  await page.keyboard.press('/');
  await page.keyboard.type('lamp');
  await expect(page).toHaveURL(/q=lamp/);
  await filled(page);
  await expect(page.locator('.count')).toContainText(/of 3,000/);
  for (const title of await page.locator('.row:not(.skel) .row-title').allTextContents()) {
    expect.soft(title.length).toBeGreaterThan(0);
  }

  await page.reload();
  await expect(page.locator('.count')).toContainText(/of 3,000/);
});

test('filters have counts, narrow the list and stand in the address', async ({ page }) => {
  await page.goto('/products');
  await alive(page);

  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('button', { name: 'Status' }).click();
  const draft = page.getByRole('checkbox', { name: /Draft/ });
  const count = (await draft.locator('xpath=..').locator('.num').textContent()).trim();
  await draft.check();
  await expect(page).toHaveURL(/status=draft/);
  await expect(page.locator('.count')).toContainText(count);
  await page.keyboard.press('Escape');
  await filled(page);
  const statuses = await page.locator('.row:not(.skel) .col-status').allTextContents();
  expect(new Set(statuses.map((text) => text.trim()))).toEqual(new Set(['Draft']));

  await page.goBack();
  await expect(page).not.toHaveURL(/status=draft/);
  await expect(page.locator('.count')).toContainText('3,000');
});

test('the list is sorted by its head, both ways', async ({ page }) => {
  await page.goto('/products');
  await alive(page);

  await page.getByRole('columnheader', { name: 'Price' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=price/);
  await filled(page);
  const prices = await visiblePrices(page);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));

  await page.getByRole('columnheader', { name: 'Price' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=-price/);
  await filled(page);
  const falling = await visiblePrices(page);
  expect(falling).toEqual([...falling].sort((a, b) => b - a));
});

test('Enter opens the active row, and going back finds the place again', async ({ page }) => {
  await page.goto('/products?sort=title');
  await alive(page);
  await page.getByRole('grid').focus();
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowDown');
  const title = await page.locator('.row.active .row-title a').textContent();

  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\/[^?]+\?sort=title/);
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue(title);

  await page.goBack();
  await expect(page.getByRole('grid')).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('links and forms work', async ({ page }) => {
    await page.goto('/products');
    await page.getByRole('link', { name: 'Title', exact: true }).click();
    await expect(page).toHaveURL(/sort=title/);
    await page.getByRole('link', { name: /Next/ }).click();
    await expect(page.locator('[aria-rowindex="52"]')).toBeVisible();
    await page.getByLabel('Search products').fill('lamp');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/q=lamp/);
    await page.locator('.row a').first().click();
    await expect(page).toHaveURL(/\/products\/.+/);
  });
});

async function visiblePrices(page) {
  const rows = page.locator('.row:not(.skel)');
  const cells = await rows.evaluateAll((all) => all.map((row) => [Number(row.getAttribute('aria-rowindex')), row.querySelector('.col-price').textContent]));
  return cells.sort((a, b) => a[0] - b[0]).map(([, text]) => Number(text.replace(/[^0-9.]/g, '')));
}
