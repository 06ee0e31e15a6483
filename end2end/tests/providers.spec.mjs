import { clean, LOOKS } from '../support/axe.mjs';
import { alive, expect, open, signIn, test } from '../support/fixtures.mjs';
import { remove } from '../support/settings.mjs';

const PROVIDERS = '/settings/providers';
const KEY = 'sk-never-to-be-seen-again';

test('a provider is added with its key and a price, and the key is never in a page', async ({ page }) => {
  await signIn(page);
  await open(page, '/settings');
  await page.getByRole('link', { name: 'Providers' }).click();
  const who = page.getByRole('region', { name: 'Who writes' });
  await expect(who).toContainText('Rules inside Vitrine. No key, no network, no cost; it is not an AI.');
  await page.getByRole('link', { name: 'Add a provider' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Test provider');
  await page.getByLabel('Base URL').fill('https://api.mistral.ai/v1');
  await page.getByLabel('Model').fill('mistral-test');
  await page.getByLabel('Key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: 'Save provider' }).click();

  await expect(page.getByText('Saved.')).toBeVisible();
  const row = who.getByRole('listitem').filter({ hasText: 'Test provider' });
  await expect(row).toContainText('Has a key');
  await expect(row).toContainText('No price');
  const href = await row.getByRole('link', { name: 'Edit' }).getAttribute('href');
  for (const address of [PROVIDERS, href]) expect(await (await page.request.get(address)).text()).not.toContain(KEY);

  await page.getByLabel('In, EUR').fill('0,15');
  await page.getByLabel('Out, EUR').fill('0.60');
  await page.getByRole('button', { name: 'Add price' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(row).toContainText('EUR 0.15 in, EUR 0.60 out');
  const prices = page.getByRole('table');
  await expect(prices).toContainText('mistral-test');

  // The key stays where it is left empty, and goes when it is to go.
  await alive(page);
  await row.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('heading', { name: 'Provider Test provider' })).toBeVisible();
  await expect(page.getByLabel('Key', { exact: true })).toHaveValue('');
  await page.getByLabel('Calls at once').fill('2');
  await page.getByRole('button', { name: 'Save provider' }).click();
  await expect(row).toContainText('Has a key');
  await row.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Remove key').check();
  await page.getByRole('button', { name: 'Save provider' }).click();
  await expect(row).toContainText('No key');

  await prices.getByRole('button', { name: /^Remove/ }).click();
  await expect(page.getByText('Removed.')).toBeVisible();
  await expect(row).toContainText('No price');
  await row.getByRole('link', { name: 'Edit' }).click();
  await remove(page);
  await expect(row).toHaveCount(0);
});

test('the built-in writer answers when it is tried', async ({ page }) => {
  await signIn(page);
  await open(page, PROVIDERS);
  const built = page.getByRole('listitem').filter({ hasText: 'Rules inside Vitrine' });
  await built.getByRole('button', { name: /^Try it/ }).click();

  await expect(built.getByRole('status')).toContainText('It works');
});

test.describe('what cannot be saved', () => {
  test.use({ expectedErrors: ['status of 422'] });

  test('says so beside its field and keeps what was typed, but for the key', async ({ page }) => {
    await signIn(page);
    await open(page, `${PROVIDERS}?new`);
    await page.getByLabel('Name', { exact: true }).fill('Half a provider');
    await page.getByLabel('Base URL').fill('api.mistral.ai');
    await page.getByLabel('Key', { exact: true }).fill(KEY);
    const answered = page.waitForResponse((response) => response.request().method() === 'POST' && !response.url().endsWith('/vitals'));
    await page.getByRole('button', { name: 'Save provider' }).click();
    const html = await (await answered).text();

    expect(html).not.toContain(KEY);
    await expect(page.getByLabel('Base URL')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByText('it begins with https:// or http://')).toBeVisible();
    await expect(page.getByText('Type the key again')).toBeVisible();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Half a provider');
    await expect(page.getByLabel('Key', { exact: true })).toHaveValue('');
  });
});

test('everybody but an owner is told whose they are', async ({ page }) => {
  await signIn(page, 'editor@test.test');
  await open(page, PROVIDERS);

  await expect(page.getByText('Owners of the store see and change who writes, and what it costs.')).toBeVisible();
  await expect(page.locator('.providers form')).toHaveCount(0);
  const refused = await page.request.post(PROVIDERS, {
    form: { kind: 'openai', name: 'Mine', base_url: 'https://api.mistral.ai/v1', model: 'm' },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  expect(refused.status()).toBe(403);
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme: theme });

    test('axe finds nothing on the providers', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(90_000);
      await signIn(page);
      const form = { kind: 'openai', name: `Axe ${theme} ${width}`, base_url: 'https://api.mistral.ai/v1', model: 'mistral-axe', enabled: 'yes' };
      const saved = await page.request.post(PROVIDERS, { form, headers: { 'sec-fetch-site': 'same-origin' } });
      expect(saved.ok()).toBe(true);
      await open(page, PROVIDERS);
      await clean(page);
      await page.getByRole('listitem').filter({ hasText: form.name }).getByRole('link', { name: 'Edit' }).click();
      await expect(page.getByLabel('Base URL')).toBeVisible();
      await clean(page);
      await page.getByRole('button', { name: 'Remove' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await clean(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await expect(page.getByText('Removed.')).toBeVisible();
    });
  });
}
