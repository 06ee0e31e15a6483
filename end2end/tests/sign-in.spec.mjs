import { alive, expect, lineTo, open, PASSWORD, signInOnPage, test, watch } from '../support/fixtures.mjs';

test('one signs in, lands where one wanted to go, and signs out', async ({ page }) => {
  await page.goto('/products?sort=title');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('Email').fill('owner@demo.test');
  await page.getByLabel('Password').fill('vitrine-demo');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\?sort=title$/);

  await alive(page);
  await page.getByRole('button', { name: 'Demo Owner' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.goto('/products');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});

test.describe('a wrong password', () => {
  test.use({ expectedErrors: ['422'] });

  test('is told beside the field, and what was typed stays', async ({ page }) => {
    await page.goto('/sign-in');
    await page.getByLabel('Email').fill('owner@demo.test');
    await page.getByLabel('Password').fill('not it');
    await page.keyboard.press('Enter');

    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByLabel('Email')).toHaveValue('owner@demo.test');
    await expect(page.getByLabel('Password')).toBeFocused();
  });
});

test('a person of another store sees nothing of this one', async ({ page, browser, server }) => {
  server.run(['store', 'add', 'empty', '--name', 'Empty store']);
  server.run(['user', 'add', '--email', 'owner@empty.test', '--store', 'empty', '--role', 'owner'], { input: `${PASSWORD}\n` });
  await signInOnPage(page, 'owner@empty.test');

  await expect(page.getByText('Empty store').first()).toBeVisible();
  await expect(page.locator('.row')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Import a file' })).toBeVisible();

  const context = await browser.newContext({ baseURL: server.address });
  const other = await context.newPage();
  const errors = watch(other);
  await signInOnPage(other);
  const href = await other.locator('.row a').first().getAttribute('href');
  expect((await page.request.get(href)).status()).toBe(404);
  expect((await page.request.get(`/api/fn/products/list?address=&start=0&count=10`)).ok()).toBe(true);
  expect(await (await page.request.get('/products?q=a')).text()).not.toContain(href);
  expect(errors).toEqual([]);
  await context.close();
});

test.describe('when the session has ended', () => {
  test.use({ expectedErrors: ['401'] });

  test('a page that is opened by a link says so, and signing in leads to it', async ({ page, context }) => {
    await signInOnPage(page);
    await alive(page);
    await context.clearCookies();
    await page.getByRole('link', { name: 'Imports' }).first().click();

    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Email').fill('owner@demo.test');
    await page.getByLabel('Password').fill('vitrine-demo');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/imports$/);
    await expect(page.getByRole('heading', { name: 'Imports' })).toBeVisible();
  });
});

test.describe('when the server cannot be reached', () => {
  test.use({ expectedErrors: ['Failed to load resource: net::ERR_FAILED'] });

  test('a page says so, and trying again needs no new document', async ({ page }) => {
    await signInOnPage(page);
    const line = await lineTo(page, '**/api/fn/jobs/**');
    await open(page, '/products');
    await page.evaluate(() => (window.kept = true));
    line.isCut = true;
    await page.getByRole('link', { name: 'Imports' }).first().click();
    await expect(page.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Go to the products' })).toBeVisible();

    line.isCut = false;
    await page.getByRole('link', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'Imports' })).toBeVisible();
    expect(await page.evaluate(() => window.kept)).toBe(true);
  });
});
