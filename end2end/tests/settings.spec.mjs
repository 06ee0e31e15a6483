import { alive, expect, PASSWORD, signIn, signInOnPage, test, watch } from '../support/fixtures.mjs';

test('an owner sees store, members and look, and the look stays', async ({ page }) => {
  await signIn(page);
  await page.goto('/settings');
  await alive(page);

  await expect(page.getByRole('region', { name: 'Store' })).toContainText('EUR');
  const members = page.getByRole('region', { name: 'Members' }).getByRole('listitem');
  await expect(members.filter({ hasText: 'owner@demo.test' })).toContainText('(you)');
  await expect(members.filter({ hasText: 'Test viewer' })).toContainText('Viewer');

  const root = page.locator('html');
  const background = () => root.evaluate((element) => getComputedStyle(element).backgroundColor);
  const light = await background();
  await page.getByText('Dark', { exact: true }).click();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  expect(await background()).not.toBe(light);
  await page.reload();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await alive(page);
  await page.getByText('System', { exact: true }).click();
  await expect(root).not.toHaveAttribute('data-theme');
  await page.reload();
  await expect(page.getByRole('radio', { name: 'System' })).toBeChecked();
  await expect(root).not.toHaveAttribute('data-theme');
});

test('everybody else sees the store and chooses a look, and is told about the members', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.address });
  const page = await context.newPage();
  const errors = watch(page);
  await signInOnPage(page, 'viewer@test.test');
  await alive(page);
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await expect(page.getByRole('region', { name: 'Members' })).toContainText('Owners of the store see who belongs to it.');
  expect((await page.goto('/settings')).status()).toBe(200);
  await alive(page);

  await expect(page.getByRole('region', { name: 'Store' })).toContainText('EUR');
  await expect(page.getByRole('region', { name: 'Members' })).not.toContainText('owner@demo.test');
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(errors).toEqual([]);
  await context.close();
});

test('a person of two stores goes from one to the other, and menus close behind them', async ({ browser, server }) => {
  server.run(['user', 'add', '--email', 'both@test.test', '--name', 'Both Stores', '--store', 'demo', '--role', 'viewer'], { input: `${PASSWORD}\n` });
  server.run(['user', 'add', '--email', 'both@test.test', '--store', 'second', '--role', 'owner']);
  const context = await browser.newContext({ baseURL: server.address });
  const page = await context.newPage();
  const errors = watch(page);
  await signInOnPage(page, 'both@test.test');
  const store = page.getByRole('button', { name: /^Store:/ });
  const here = await store.textContent();
  const [other, currency] = here.includes('Second store') ? ['demo', 'EUR'] : ['Second store', 'USD'];
  await store.click();
  const choices = page.locator('#stores').getByRole('button');
  await expect(choices).toHaveCount(2);
  await choices.filter({ hasText: new RegExp(other, 'i') }).click();
  await expect(page).toHaveURL(/\/products$/);
  await expect(store).not.toHaveText(here);

  // A menu goes with the page it was opened on.
  await alive(page);
  await page.getByRole('button', { name: 'Both Stores' }).click();
  await page.locator('#person').getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'Store' })).toContainText(currency);
  await expect(page.locator('#person')).toBeHidden();
  await page.getByRole('button', { name: 'Both Stores' }).click();
  await page.locator('#person').getByRole('link', { name: 'Settings' }).click();
  await expect(page.locator('#person')).toBeHidden();
  await store.click();
  await expect(page.locator('#stores')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Products' })).toBeVisible();
  await expect(page.locator('#stores')).toBeHidden();
  expect(errors).toEqual([]);
  await context.close();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the look is chosen by a form', async ({ page }) => {
    await signIn(page);
    await page.goto('/settings');
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page).toHaveURL(/\/settings$/);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });
});
