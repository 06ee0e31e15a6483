// Every page and what it can come to, in both themes and sizes: nothing in the console, nothing for axe.
import { clean, LOOKS, rulesOf } from '../support/axe.mjs';
import { alive, expect, signIn, signInOnPage, test, watch } from '../support/fixtures.mjs';

const CSV = 'Handle,Title,Vendor,Variant Price\nhat-of-axe,Hat,Acme,19.90\nscarf-of-axe,Scarf,Acme,-3\n';

for (const [number, [theme, width]] of LOOKS.entries()) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: theme, expectedErrors: ['status of 404'] });

    test('axe finds nothing', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(180_000);
      const errors = watch(page);
      const check = (what) => clean(page, what, rulesOf(theme));
      const visit = async (address, what = address) => {
        await page.goto(address);
        await alive(page);
        await check(what);
      };

      await page.goto('/sign-in');
      await check('/sign-in');
      await signIn(page);
      await visit('/products');
      await menus(page, check);
      await visit('/products?q=lamp&status=active');
      await visit('/products?q=zzzzzzzz');
      await visit('/settings');
      await product(page, check, 1_000 + 100 * number);
      await page.goto('/imports');
      await page.locator('input[type=file]').setInputFiles({ name: `axe-${number}.csv`, mimeType: 'text/csv', buffer: Buffer.from(CSV) });
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await expect(page.getByRole('region', { name: 'Progress' })).toHaveAttribute('data-state', 'done');
      await visit(page.url(), '/imports/:id');
      await visit('/imports', '/imports with jobs');
      expect(errors).toEqual([]);

      await visit('/products/not-there', 'no such product');
      await visit('/imports/not-there', 'no such import');
      await page.goto('/nowhere');
      await check('an address that leads nowhere');
    });

    test('axe finds nothing on what a viewer sees', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(90_000);
      await signInOnPage(page, 'viewer@test.test');
      const href = (await page.locator('.row a').first().getAttribute('href')).split('?')[0];
      for (const address of ['/products', href, `${href}/versions`, '/imports', '/runs', '/runs/new', '/usage', '/review', '/settings', '/settings/brief', '/settings/providers', '/settings/tokens', '/settings/tokens?new', '/settings/webhooks']) {
        await page.goto(address);
        await alive(page);
        await clean(page, address, rulesOf(theme));
      }
    });
  });
}

test('every page opens by link as well', async ({ page }) => {
  await signInOnPage(page);
  await alive(page);
  for (const name of ['Review', 'Runs', 'Imports', 'Usage', 'Settings', 'Products']) {
    await page.getByRole('link', { name }).first().click();
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }
  await page.locator('.row a').first().click();
  await expect(page.getByLabel('Title', { exact: true })).toBeVisible();
});

test.describe('what is not there', () => {
  test.use({ expectedErrors: ['status of 404'] });

  test('is told with its status, and leads back by a link that loads nothing anew', async ({ page }) => {
    await signIn(page);
    for (const address of ['/products/not-there', '/imports/not-there']) {
      expect((await page.goto(address)).status()).toBe(404);
      await alive(page);
      await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
      await page.evaluate(() => (window.kept = true));
      await page.getByRole('link', { name: 'Go to the products' }).click();
      await expect(page.getByRole('grid')).toBeVisible();
      expect(await page.evaluate(() => window.kept)).toBe(true);
    }
    expect((await page.goto('/nowhere')).status()).toBe(404);
  });
});

/** Each menu, open. */
async function menus(page, check) {
  const open = async (button, menu) => {
    await button.click();
    await expect(page.locator(menu)).toBeVisible();
    await check(menu);
  };
  await open(page.getByRole('button', { name: /^Store:/ }), '#stores');
  await page.keyboard.press('Escape');
  await open(page.getByRole('button', { name: 'Demo Owner' }), '#person');
  await page.keyboard.press('Escape');
  const filter = page.getByRole('button', { name: 'Filter', exact: true });
  await open(filter, '#f-add');
  await open(page.locator('#f-add').getByRole('button', { name: 'Vendor' }), '#f-vendor');
  await page.keyboard.press('Escape');
  await expect(page.locator('#f-vendor')).toBeHidden();
  await open(page.locator('#f-add').getByRole('button', { name: 'Price' }), '#f-price');
  await page.locator('#f-price').getByLabel(/^From/).fill('cheap');
  await page.locator('#f-price').getByRole('button', { name: 'Apply' }).click();
  await expect(page.locator('#price-error')).toBeVisible();
  await check('#f-price with an error');
}

/** A product's page: as it is, with a conflict, in the trash. */
async function product(page, check, row) {
  await page.goto(`/products?sort=title&row=${row}`);
  const href = await page.locator('.row a').first().getAttribute('href');
  await page.goto(href);
  await alive(page);
  await check('a product');

  // Somebody else is there first: what they write does not come to where one is typing.
  const title = page.getByLabel('Title', { exact: true });
  await title.fill(`Mine ${row}`);
  const form = { title: `Theirs ${row}`, 'base:title': '1000000' };
  expect((await page.request.post(href.split('?')[0], { form, headers: { 'sec-fetch-site': 'same-origin' } })).ok()).toBe(true);
  await title.press('Enter');
  await expect(page.locator('.conflict')).toContainText(`Theirs ${row}`);
  await check('a conflict');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await expect(page.locator('[data-field="title"] [data-state]')).toHaveAttribute('data-state', 'saved');

  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('This product is in the trash')).toBeVisible();
  await check('a product in the trash');
  await page.getByRole('button', { name: 'Restore', exact: true }).first().click();
  // On the server too: other tests count the products that there are.
  await expect.poll(async () => (await page.request.get(href)).text()).not.toContain('This product is in the trash');
}
