import { clean, LOOKS } from '../support/axe.mjs';
import { alive, expect, PRODUCTS, signIn, signInOnPage, test } from '../support/fixtures.mjs';

const grid = (page) => page.getByRole('grid');
const at = (page, row) => page.locator(`[aria-rowindex="${row + 1}"]`);
const tick = (page, row) => at(page, row).getByRole('checkbox');
const bar = (page) => page.locator('.picks');

test('rows are selected by key, and a run begins with them', async ({ page }) => {
  await signIn(page);
  await open(page, '/products?sort=title');
  await grid(page).focus();
  for (const key of ['ArrowDown', 'x', 'ArrowDown', 'x', 'ArrowDown', 'ArrowDown', 'x']) await page.keyboard.press(key);

  await expect(bar(page).getByRole('status')).toHaveText('3 selected');
  await expect(at(page, 1)).toHaveAttribute('aria-selected', 'true');
  await expect(tick(page, 1)).toBeChecked();
  await expect(tick(page, 3)).not.toBeChecked();
  const handles = await Promise.all([1, 2, 4].map((row) => handle(at(page, row))));
  await bar(page).getByRole('link', { name: 'Improve' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/new\\?handles=${handles.join('(,|%2C)')}$`));
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Products');

  // Coming back they are selected still, and one key less is one less.
  await page.goBack();
  await expect(bar(page).getByRole('status')).toHaveText('3 selected');
  await expect(at(page, 4)).toHaveAttribute('aria-selected', 'true');
  await bar(page).getByRole('button', { name: 'Clear' }).click();
  await expect(bar(page)).toBeHidden();
  await expect(tick(page, 1)).not.toBeChecked();
});

test('boxes and Shift select ranges, which stay while one scrolls and sorts', async ({ page }) => {
  await signIn(page);
  await open(page, '/products?sort=title');
  await tick(page, 2).click();
  await tick(page, 9).click({ modifiers: ['Shift'] });
  await expect(bar(page).getByRole('status')).toHaveText('8 selected');
  await expect(page).toHaveURL(/\/products\?sort=title/);
  // The keyboard goes on from there.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await expect(bar(page).getByRole('status')).toHaveText('9 selected');
  await tick(page, 5).click();
  await expect(bar(page).getByRole('status')).toHaveText('8 selected');

  await page.keyboard.press('End');
  await expect(at(page, PRODUCTS).locator('a')).toBeVisible();
  await expect(tick(page, PRODUCTS)).not.toBeChecked();
  await page.keyboard.press('Home');
  await expect(tick(page, 9)).toBeChecked();
  await expect(tick(page, 5)).not.toBeChecked();
  const second = await handle(at(page, 2));
  await page.getByLabel('Sort by').selectOption('-title');
  // The rows of before stay until those of the new order are there.
  await expect(at(page, 2).locator(`a[href^="/products/${second}?"]`)).toHaveCount(0);
  await expect(at(page, 1)).toBeVisible();
  await grid(page).focus();
  await expect(bar(page).getByRole('status')).toHaveText('8 selected');
  await page.keyboard.press('End');
  const row = page.locator('.row', { has: page.locator(`a[href^="/products/${second}?"]`) });
  await expect(row.getByRole('checkbox')).toBeChecked();
});

test('more than a hundred are not selected, and all that match are offered', async ({ page }) => {
  await signIn(page);
  await open(page, '/products?sort=title');
  await tick(page, 1).click();
  await grid(page).focus();
  await page.getByLabel('Go to row').fill('130');
  await page.keyboard.press('Enter');
  await expect(at(page, 130).locator('a')).toBeVisible();
  // At rest: an element that becomes another row between pressing and letting go has no click.
  await expect(grid(page)).toHaveAttribute('data-filled');
  await tick(page, 130).click({ modifiers: ['Shift'] });

  await expect(bar(page).getByRole('status')).toContainText('100 selected, which is the most.');
  await expect(tick(page, 130)).not.toBeChecked();
});

test('all that match lead to a run, and a product to one of its own', async ({ page }) => {
  await signIn(page);
  await open(page, '/products?status=draft&sort=title');
  const link = page.getByRole('link', { name: /^Improve all/ });
  const count = await page.locator('.count b').textContent();
  await expect(link).toHaveText(`Improve all ${count}`);
  await expect(link).toHaveAttribute('href', '/runs/new?status=draft&sort=title');
  await page.goto('/products');
  await alive(page);
  await expect(link).toHaveAttribute('href', '/runs/new');
  await page.keyboard.press('/');
  await page.keyboard.type('lamp');
  await expect(link).toHaveAttribute('href', '/runs/new?q=lamp');

  const product = await handle(at(page, 1));
  await at(page, 1).locator('a').click();
  await expect(page.getByRole('link', { name: 'Improve', exact: true })).toHaveAttribute('href', `/runs/new?handles=${product}`);
  await page.getByRole('link', { name: 'Versions' }).click();
  await expect(page).toHaveURL(new RegExp(`/products/${product}/versions$`));
});

test('whoever may not start a run has nothing to select', async ({ page }) => {
  await signInOnPage(page, 'viewer@test.test');
  await alive(page);
  await expect(grid(page)).toHaveAttribute('data-live', '');

  await expect(page.getByRole('checkbox', { name: 'Select' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /^Improve/ })).toHaveCount(0);
  await grid(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await expect(page.locator('.row[aria-selected]')).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('a box is large enough for a thumb, and the rest of the row opens the product', async ({ page }) => {
    await signIn(page);
    await open(page, '/products?sort=title');
    const { width, height } = await tick(page, 1).boundingBox();
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
    await tick(page, 1).tap();
    await tick(page, 2).tap();
    await expect(bar(page).getByRole('status')).toHaveText('2 selected');
    await expect(bar(page)).toBeInViewport({ ratio: 1 });
    await at(page, 3).locator('a').tap();
    await expect(page.getByLabel('Title', { exact: true })).toBeVisible();
  });
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme: theme });

    test('axe finds nothing on a selection', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      await signIn(page);
      await open(page, '/products?sort=title');
      await tick(page, 1).click();
      await tick(page, 3).click({ modifiers: ['Shift'] });
      await expect(bar(page)).toBeVisible();
      await clean(page);
    });
  });
}

async function open(page, address) {
  await page.goto(address);
  await alive(page);
  await expect(grid(page).or(page.locator('h1')).first()).toBeVisible();
}

const handle = (row) => row.locator('a').evaluate((link) => decodeURIComponent(new URL(link.href).pathname.split('/').pop()));
