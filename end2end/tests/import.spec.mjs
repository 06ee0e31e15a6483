import { alive, expect, signIn, test } from '../support/fixtures.mjs';

const FILE = 'Handle,Title,Vendor,Variant Price,Image Src\nwool-hat,Wool hat,Acme,19.90,\nwool-scarf,Wool scarf,Acme,-3,\nwool-sock,Wool sock,Acme,7,\n';
const file = (name, text = FILE) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('a file is looked at first, then imported, and its bad rows can be downloaded', async ({ page }) => {
  await signIn(page, 'owner@second.test');
  await page.goto('/imports');
  await alive(page);
  await page.locator('input[type=file]').setInputFiles(file('hats.csv'));
  await page.getByRole('button', { name: 'Import', exact: true }).click();

  await expect(page).toHaveURL(/\/imports\/[0-9a-f-]{36}/);
  await expect(page.getByText('Done').first()).toBeVisible();
  await expect(page.getByText('-3').first()).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Download/ }).click();
  expect((await download).suggestedFilename()).toBe('bad-rows.csv');

  await page.getByRole('button', { name: /^Import 2 products/ }).click();
  await expect(page.getByText('Done').first()).toBeVisible();
  await page.goto('/products?q=wool');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '3');

  await page.goto('/imports');
  await expect(page.getByText('hats.csv').first()).toBeVisible();
});
