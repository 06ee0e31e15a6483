import { alive, expect, lineTo, open, signIn, test, watch } from '../support/fixtures.mjs';

test('the list loads no other page, and hovering or focusing a link fetches the page behind it', async ({ page }) => {
  await signIn(page);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/products');
  await alive(page);
  await page.waitForLoadState('networkidle');
  const fetched = (chunk) => asked.some((path) => path.includes(`page_${chunk}.`));
  expect(asked.filter((path) => /page_(?!products|common)\w+\./.test(path))).toEqual([]);

  await page.getByRole('link', { name: 'Settings' }).first().hover();
  await expect.poll(() => fetched('settings')).toBe(true);
  expect(fetched('imports')).toBe(false);
  await page.getByRole('link', { name: 'Imports' }).first().focus();
  await expect.poll(() => fetched('imports')).toBe(true);
});

test.describe('a chunk that cannot be loaded', () => {
  test.use({ expectedErrors: ['Failed to load resource: net::ERR_FAILED', 'TypeError: Failed to fetch'] });

  test('says so, the app lives, and trying again works, on every page', async ({ page }) => {
    test.setTimeout(90_000);
    const errors = watch(page);
    await signIn(page);
    const line = await lineTo(page, '**/pkg/**');
    const rail = (name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
    const pages = [
      ['product', () => page.locator('.row a').first(), () => page.getByLabel('Title', { exact: true }), '/products?sort=title'],
      ['products', () => rail('Products'), () => page.locator('.row:not(.skel) a').first(), '/settings'],
      ['imports', () => rail('Imports'), () => page.getByRole('heading', { name: 'Imports' }), '/products'],
      ['review', () => rail('Review'), () => page.getByRole('heading', { name: 'Review', exact: true }), '/products'],
      ['runs', () => rail('Runs'), () => page.getByRole('heading', { name: 'Runs', exact: true }), '/products'],
      ['usage', () => rail('Usage'), () => page.getByRole('heading', { name: 'Usage', exact: true }), '/products'],
      ['settings', () => rail('Settings'), () => page.getByRole('heading', { name: 'Settings' }), '/products'],
    ];
    for (const [name, link, shown, from] of pages) {
      await open(page, from);
      line.isCut = true;
      await link().click();
      await expect(page.getByRole('alert'), name).toContainText('could not be loaded');
      // Once more in vain: it stays, and so does the way out of it.
      const { refused } = line;
      await page.getByRole('button', { name: 'Try again' }).click();
      // In vain before the line is there again, or it would be this try that loads it.
      await expect.poll(() => line.refused).toBeGreaterThan(refused);
      await expect(page.getByRole('alert')).toContainText('could not be loaded');

      line.isCut = false;
      await page.getByRole('button', { name: 'Try again' }).click();
      await expect(shown(), name).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
    }
    // The app still leads everywhere.
    await rail('Products').click();
    await expect(page.getByRole('grid')).toBeVisible();
    // A panic is excused by nothing.
    expect(errors.filter((error) => /panicked|unreachable|RuntimeError/.test(error))).toEqual([]);
  });
});
