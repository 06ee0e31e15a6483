import { clean, LOOKS } from '../support/axe.mjs';
import { alive, another, expect, open, post, signIn, test } from '../support/fixtures.mjs';
import { isShownOnce, makeSecret, reloadsWithout, rowOf } from '../support/settings.mjs';

const TOKENS = '/settings/tokens';
const SECRET = /^vitrine_\S{30,}$/;

test('a token is made, copied, seen once, and revoked', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page);
  await open(page, '/settings');
  await page.getByRole('link', { name: 'API tokens' }).click();
  await expect(page.getByRole('heading', { name: 'API tokens', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: 'Make a token' }).click();
  await expect(page.getByRole('heading', { name: 'Make a token', level: 1 })).toBeFocused();
  await expect(box(page, 'Products', 'Read')).toBeChecked();
  await expect(box(page, 'Products', 'Write')).not.toBeChecked();
  await expect(page.getByRole('group', { name: 'Usage' }).getByRole('checkbox')).toHaveCount(1);
  await page.getByLabel('Name', { exact: true }).fill('Stock sync <b>');
  await box(page, 'Products', 'Write').check();
  await box(page, 'Usage', 'Read').check();
  await page.getByLabel('Lifetime').selectOption({ label: 'A year' });
  const secret = await makeSecret(page, 'Make token', 'Token');

  await expect(page).toHaveURL(/\/settings\/tokens$/);
  await expect(page.getByText('It is not shown again.')).toBeVisible();
  expect(secret).toMatch(SECRET);
  const row = rowOf(page, 'Stock sync <b>');
  for (const part of ['Reads and writes products; reads usage', `Ends with ${secret.slice(-4)}`, 'Never used', 'Demo Owner (you)', 'Runs out']) {
    await expect(row).toContainText(part);
  }

  // By the keyboard alone.
  await alive(page);
  await page.getByLabel('Token', { exact: true }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Copied.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy' })).toBeFocused();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);

  await reloadsWithout(page, secret, row);
  // Nor does going away and back bring it back.
  await alive(page);
  await page.getByRole('link', { name: 'All settings' }).click();
  await page.goBack();
  await expect(row).toBeVisible();
  expect(await page.content()).not.toContain(secret);

  await row.getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke “Stock sync <b>”?' });
  await expect(dialog).toContainText('stops working at once');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect(dialog).toBeHidden();
  await row.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('Revoked.')).toBeVisible();
  await expect(row).toHaveCount(0);
});

test('a secret goes with the page it is on', async ({ page }) => {
  await signIn(page);
  await make(page, 'Seen once');
  const secret = await page.getByLabel('Token', { exact: true }).inputValue();
  await alive(page);
  await page.getByRole('link', { name: 'Make a token' }).click();
  await expect(page.getByLabel('Lifetime')).toBeVisible();
  await page.goBack();
  await expect(rowOf(page, 'Seen once')).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  await revoke(page, 'Seen once');
});

test('the page says how a program asks, and leads to what it can ask', async ({ page, server }) => {
  await signIn(page, 'viewer@test.test');
  await open(page, TOKENS);

  await expect(page.getByText('There is none yet.')).toBeVisible();
  await expect(page.locator('pre')).toHaveText(`curl -H "Authorization: Bearer $TOKEN" "${server.address}/api/v1/products?limit=5"`);
  await expect(page.getByRole('link', { name: 'documentation of the API' })).toHaveAttribute('href', '/api/v1/docs');
});

test.describe('what cannot be made', () => {
  test.use({ expectedErrors: ['status of 422'] });

  test('says so beside its field, and keeps what was typed', async ({ page }) => {
    await signIn(page);
    await open(page, `${TOKENS}?new`);
    await box(page, 'Products', 'Read').uncheck();
    await page.getByLabel('Lifetime').selectOption({ label: 'Without end' });
    await page.getByRole('button', { name: 'Make token' }).click();

    await expect(page.getByRole('alert').filter({ hasText: 'Give it a name.' })).toBeVisible();
    await expect(page.getByRole('alert').filter({ hasText: 'Tick at least one' })).toBeVisible();
    await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Lifetime')).toHaveValue('none');
    await expect(page.getByLabel('Token', { exact: true })).toHaveCount(0);
    // It leads back from here, and on.
    await alive(page);
    await page.getByRole('link', { name: 'Back to the tokens' }).click();
    await expect(page.getByRole('heading', { name: 'API tokens', level: 1 })).toBeVisible();
    await make(page, 'Only one of this name');
    await make(page, 'Only one of this name');
    await expect(page.getByRole('alert')).toContainText('You have a token of this name');
    await expect(page.getByLabel('Token', { exact: true })).toHaveCount(0);
    await revoke(page, 'Only one of this name');

    expect((await post(page, TOKENS, { name: 'n'.repeat(81), scopes: 'products:read', lifetime: '30' })).status()).toBe(422);
    expect((await post(page, TOKENS, { name: 'Odd', scopes: 'everything', lifetime: '30' })).status()).toBe(422);
    expect((await post(page, TOKENS, { name: 'Odd', scopes: 'products:read', lifetime: '100000' })).status()).toBe(422);
    expect((await post(page, TOKENS, { do: 'revoke', id: 'nonsense' })).status()).toBe(404);
    await page.goto(TOKENS);
    await expect(rowOf(page, 'Odd')).toHaveCount(0);
  });
});

test('whoever belongs to the store makes tokens of their own, and an owner sees and revokes them', async ({ page, browser, server }) => {
  const viewer = await another(browser, server, 'viewer@test.test');
  await make(viewer.page, 'Of the viewer');
  expect(await viewer.page.getByLabel('Token', { exact: true }).inputValue()).toMatch(SECRET);

  await signIn(page, 'editor@test.test');
  await open(page, TOKENS);
  await expect(rowOf(page, 'Of the viewer')).toHaveCount(0);
  const id = await viewer.page.locator('.token', { hasText: 'Of the viewer' }).locator('input[name=id]').getAttribute('value');
  expect([403, 404]).toContain((await post(page, TOKENS, { do: 'revoke', id })).status());

  const owner = await another(browser, server, 'owner@demo.test');
  await open(owner.page, TOKENS);
  await expect(rowOf(owner.page, 'Of the viewer')).toContainText('Test viewer');
  await revoke(owner.page, 'Of the viewer', '“Of the viewer” of Test viewer');
  await viewer.page.goto(TOKENS);
  await expect(rowOf(viewer.page, 'Of the viewer')).toHaveCount(0);
  await viewer.close();
  await owner.close();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a token is made, shown and revoked by plain forms', async ({ page }) => {
    await signIn(page);
    await make(page, 'Without scripts');
    await isShownOnce(page, TOKENS, 'Token', SECRET);
    await revoke(page, 'Without scripts');
  });
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme: theme, expectedErrors: ['status of 422'] });

    test('axe finds nothing on the tokens', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(90_000);
      const name = `Axe ${theme} ${width} ${'long'.repeat(12)}`;
      await signIn(page);
      await open(page, `${TOKENS}?new`);
      await clean(page);
      await page.getByRole('button', { name: 'Make token' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await clean(page, 'a form that was refused');
      await make(page, name);
      await alive(page);
      await page.getByRole('button', { name: 'Copy' }).click();
      await expect(page.getByText('Copied.')).toBeVisible();
      await clean(page, 'a new token');
      await rowOf(page, name).getByRole('button', { name: 'Revoke' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await clean(page, 'a question');
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await expect(page.getByText('Revoked.')).toBeVisible();
      await clean(page);
    });
  });
}

const box = (page, group, name) => page.getByRole('group', { name: group }).getByRole('checkbox', { name });

/** Fills in and sends the form for a token that may read products. */
async function make(page, name) {
  await page.goto(`${TOKENS}?new`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Make token' }).click();
  await expect(page.getByText('It is not shown again.').or(page.getByRole('alert'))).toBeVisible();
}

async function revoke(page, name, asked = `“${name}”`) {
  await page.goto(TOKENS);
  await rowOf(page, name).getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: `Revoke ${asked}?` }).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('Revoked.')).toBeVisible();
}
