import { alive, expect, signIn, test } from '../support/fixtures.mjs';

// Tests change different products, told apart by their place in the list by title.
async function open(page, place) {
  await page.goto(`/products?sort=title&start=${place}`);
  const href = await page.locator('.row a').first().getAttribute('href');
  await page.goto(href);
  await alive(page);
  return href;
}

const title = (page) => page.getByLabel('Title', { exact: true });
const state = (page, field) => page.locator(`[data-field="${field}"] [data-state]`);

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test.describe('when the server is killed', () => {
  // The page asks once more while nobody answers.
  test.use({ expectedErrors: ['ERR_CONNECTION_REFUSED'] });

  test('a corrected title is saved, is in the list, and survives', async ({ page, server }) => {
    const href = await open(page, 100);
    await title(page).fill('Corrected once and for all');
    await title(page).press('Enter');
    await expect(state(page, 'title')).toHaveAttribute('data-state', 'saved');

    await server.stop('SIGKILL');
    await server.start();
    await page.goto(href);
    await expect(title(page)).toHaveValue('Corrected once and for all');
    await page.goto('/products?q=corrected+once');
    await expect(page.locator('.row-title').first()).toContainText('Corrected once and for all');
  });
});

test('two people on different fields do not disturb each other; on the same field both texts are kept', async ({ page, browser, server }) => {
  const href = await open(page, 200);
  const context = await browser.newContext({ baseURL: server.address, viewport: { width: 1440, height: 900 } });
  const other = await context.newPage();
  await signIn(other, 'editor@test.test');
  await other.goto(href);
  await alive(other);

  await title(page).fill('Mine first');
  await title(page).press('Enter');
  await expect(state(page, 'title')).toHaveAttribute('data-state', 'saved');
  await other.getByLabel('Vendor', { exact: true }).fill('Other vendor');
  await other.getByLabel('Vendor', { exact: true }).press('Enter');
  await expect(state(other, 'vendor')).toHaveAttribute('data-state', 'saved');

  await title(other).fill('Theirs late');
  await title(other).press('Enter');
  await expect(other.locator('.conflict')).toContainText('Mine first');
  await expect(other.locator('.conflict')).toContainText('Theirs late');
  await other.getByRole('button', { name: 'Keep mine' }).click();
  await expect(state(other, 'title')).toHaveAttribute('data-state', 'saved');

  await page.reload();
  await expect(title(page)).toHaveValue('Theirs late');
  await expect(page.getByLabel('Vendor', { exact: true })).toHaveValue('Other vendor');
  await context.close();
});

test('history tells who changed what, and puts it back', async ({ page }) => {
  await open(page, 300);
  const before = await title(page).inputValue();
  await title(page).fill('A passing whim');
  await title(page).press('Enter');
  await expect(state(page, 'title')).toHaveAttribute('data-state', 'saved');

  const entry = page.locator('.history > li').first();
  await expect(entry).toContainText('Demo Owner');
  await entry.getByRole('button', { name: /Restore/ }).first().click();
  await expect(title(page)).toHaveValue(before);
});

test('an empty title is refused beside the field, and nothing typed is lost', async ({ page }) => {
  await open(page, 400);
  await title(page).fill(' ');
  await title(page).press('Enter');

  await expect(state(page, 'title')).toHaveAttribute('data-state', 'invalid');
  await page.reload();
  await expect(title(page)).not.toHaveValue(' ');
});

test.describe('when the connection fails', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'ERR_'] });

  test('the text stays, says that it is not saved, and is saved once when the connection is back', async ({ page }) => {
    await open(page, 500);
    await page.route('**/api/fn/product/**', (route) => route.abort());
    await title(page).fill('Typed in a tunnel');
    await title(page).press('Enter');
    await expect(state(page, 'title')).toHaveAttribute('data-state', /saving|failed/);
    await expect(title(page)).toHaveValue('Typed in a tunnel');

    await page.unroute('**/api/fn/product/**');
    // It tries again by itself a few times; then it asks.
    const again = page.locator('[data-field="title"]').getByRole('button', { name: 'Try again' });
    if (await again.isVisible()) await again.click();
    await expect(state(page, 'title')).toHaveAttribute('data-state', 'saved', { timeout: 20_000 });
    await expect(page.locator('.history > li').filter({ hasText: 'tunnel' })).toHaveCount(1);
  });
});

test('a viewer sees everything and changes nothing', async ({ page, browser, server }) => {
  const href = await open(page, 600);
  const context = await browser.newContext({ baseURL: server.address });
  const viewer = await context.newPage();
  await signIn(viewer, 'viewer@test.test');
  await viewer.goto(href);
  await alive(viewer);

  await expect(title(viewer)).not.toBeEditable();
  await context.close();
});

test('a script in a description does not run', async ({ page }) => {
  let ran = false;
  page.on('dialog', (dialog) => {
    ran = true;
    dialog.dismiss();
  });
  const href = await open(page, 700);
  const answer = await page.request.post(href.split('?')[0], {
    form: { description: '<p>Fine</p><script>alert(1)</script><img src="/favicon.svg" onerror="alert(2)" onload="alert(3)">', 'base:description': '100000' },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  expect(answer.ok()).toBe(true);

  await page.goto(href);
  await alive(page);
  await page.waitForTimeout(500);
  expect(ran).toBe(false);
});
