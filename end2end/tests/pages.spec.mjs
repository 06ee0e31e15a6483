// Every page, loaded hard and by link, in both themes and sizes: nothing in the console, nothing for axe.
import AxeBuilder from '@axe-core/playwright';
import { alive, expect, signIn, test } from '../support/fixtures.mjs';

const PAGES = ['/products', '/products?q=lamp&status=active', '/products?q=zzzzzzzz', 'product', '/imports', '/settings'];

for (const [theme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: theme });

    test('axe finds nothing', async ({ page }) => {
      test.setTimeout(90_000);
      await page.goto('/sign-in');
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      await signIn(page);
      for (const address of PAGES) {
        await page.goto(await resolve(page, address));
        await alive(page);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${address}: ${id} ${nodes[0].html}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${address} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    });
  });
}

test('every page opens by link as well', async ({ page }) => {
  await signIn(page);
  await alive(page);
  for (const name of ['Imports', 'Settings', 'Products']) {
    await page.getByRole('link', { name }).first().click();
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }
  await page.locator('.row a').first().click();
  await expect(page.getByLabel('Title', { exact: true })).toBeVisible();
});

async function resolve(page, address) {
  if (address !== 'product') return address;
  await page.goto('/products?sort=title');
  return page.locator('.row a').first().getAttribute('href');
}
