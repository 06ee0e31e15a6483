import { alive, expect, signIn, test } from '../support/fixtures.mjs';

test('the list loads no other page, and hovering a link fetches the page behind it', async ({ page }) => {
  await signIn(page);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/products');
  await alive(page);
  await page.waitForLoadState('networkidle');
  expect(asked.filter((path) => /split_(product|imports?|settings)\./.test(path))).toEqual([]);

  await page.getByRole('link', { name: 'Settings' }).first().hover();
  await expect.poll(() => asked.some((path) => path.includes('split_settings'))).toBe(true);
});

test.describe('a chunk that cannot be loaded', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'ERR_', 'wasm', 'Failed to fetch', 'split'] });

  test('says so, the app lives, and trying again works', async ({ page }) => {
    await signIn(page);
    await page.goto('/products');
    await alive(page);
    await page.route('**/pkg/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Settings' }).first().click();
    await expect(page.getByText('could not be loaded')).toBeVisible();

    await page.unroute('**/pkg/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
    await page.getByRole('link', { name: 'Products' }).first().click();
    await expect(page.getByRole('grid')).toBeVisible();
  });
});
