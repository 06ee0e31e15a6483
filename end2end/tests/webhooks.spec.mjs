import { clean, LOOKS } from '../support/axe.mjs';
import { alive, expect, open, post, signIn, test } from '../support/fixtures.mjs';
import { isShownOnce, makeSecret, reloadsWithout, remove, rowOf } from '../support/settings.mjs';

const WEBHOOKS = '/settings/webhooks';
const SECRET = /^whsec_\S{40,}$/;

// Names below .test lead nowhere (RFC 6761).
const URL = 'https://hooks.test/vitrine';

test('a webhook is added, its secret seen once, and it is tried, paused, changed and removed', async ({ page }) => {
  await signIn(page);
  await open(page, '/settings');
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await expect(page.getByRole('heading', { name: 'Webhooks', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: 'Add a webhook' }).click();
  await expect(page.getByRole('heading', { name: 'Add a webhook', level: 1 })).toBeFocused();
  await expect(page.getByLabel('A product was changed')).toBeChecked();
  await expect(page.getByLabel('A run is over')).not.toBeChecked();
  await page.getByLabel('Address').fill(`${URL}/first`);
  await page.getByLabel('A run is over').check();
  const secret = await makeSecret(page, 'Save webhook', 'Secret');

  expect(secret).toMatch(SECRET);
  const row = rowOf(page, '/first');
  for (const part of ['Active', 'product.created', 'run.finished', 'Nothing has arrived yet']) await expect(row).toContainText(part);

  await reloadsWithout(page, secret, row);

  await row.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(row).toContainText('Paused');
  await row.getByRole('button', { name: 'Send a test' }).click();
  await expect(row.getByRole('status')).toContainText('It did not arrive');
  await row.getByRole('link', { name: 'Log' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'webhook.test' })).toContainText('Given up');
  await page.getByText('Answer', { exact: true }).click();
  await expect(page.locator('details pre')).toContainText('It could not be reached');

  await page.goto(WEBHOOKS);
  await alive(page);
  await row.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByLabel('Address')).toHaveValue(`${URL}/first`);
  await page.getByLabel('Address').fill(`${URL}/second`);
  await page.getByRole('button', { name: 'Save webhook' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await rowOf(page, '/second').getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Make a new secret' }).click();
  const second = await page.getByLabel('Secret', { exact: true }).inputValue();
  expect(second).toMatch(SECRET);
  expect(second).not.toBe(secret);
  await expect(page.getByText('The one from before is good until')).toBeVisible();
  await removeWebhook(page, '/second');
});

test.describe('what cannot be added', () => {
  test.use({ expectedErrors: ['status of 422'] });

  test('says so beside its field, and keeps what was typed', async ({ page }) => {
    await signIn(page);
    await open(page, `${WEBHOOKS}?new`);
    await page.getByRole('button', { name: 'Save webhook' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'Write the address' })).toBeVisible();
    await expect(page.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true');
    await page.getByLabel('Address').fill('http://127.0.0.1:9/<b>');
    await page.getByRole('button', { name: 'Save webhook' }).click();
    await expect(page.getByRole('alert')).toContainText('VITRINE_ALLOW_WEBHOOK_HOSTS=127.0.0.1');
    await expect(page.getByLabel('Address')).toHaveValue('http://127.0.0.1:9/<b>');
    await alive(page);
    await page.getByRole('link', { name: 'Back to the webhooks' }).click();
    await expect(page.getByRole('heading', { name: 'Webhooks', level: 1 })).toBeVisible();

    await add(page, '/again');
    const href = await rowOf(page, '/again').getByRole('link', { name: 'Log' }).getAttribute('href');
    await open(page, href);
    await page.getByLabel('Since').fill('some day');
    await page.getByRole('button', { name: 'Send all again' }).click();
    await expect(page.getByRole('alert')).toContainText('Write the number of a change');
    await expect(page.getByLabel('Since')).toHaveValue('some day');
    await page.getByLabel('Since').fill('2026-01-01 08:00');
    await page.getByRole('button', { name: 'Send all again' }).click();
    await expect(page.getByText('It is sent again.')).toBeVisible();
    await removeWebhook(page, '/again');
  });
});

test('whoever is no owner is told so', async ({ page }) => {
  await signIn(page, 'editor@test.test');
  await open(page, WEBHOOKS);
  await expect(page.getByText('Owners of the store see and change which programs are told')).toBeVisible();
  expect((await post(page, WEBHOOKS, { url: URL, events: 'run.finished' })).status()).toBe(403);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a webhook is added, shown and removed by plain forms', async ({ page }) => {
    await signIn(page);
    await add(page, '/plain');
    await isShownOnce(page, WEBHOOKS, 'Secret', SECRET);
    await removeWebhook(page, '/plain');
  });
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme: theme, expectedErrors: ['status of 422'] });

    test('axe finds nothing on the webhooks', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(90_000);
      const path = `/axe-${theme}-${width}-${'long'.repeat(12)}`;
      await signIn(page);
      await open(page, `${WEBHOOKS}?new`);
      await clean(page);
      await page.getByRole('button', { name: 'Save webhook' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await clean(page, 'a form that was refused');
      await add(page, path);
      await clean(page, 'a new webhook');
      await rowOf(page, path).getByRole('button', { name: 'Send a test' }).click();
      await expect(page.getByText('It did not arrive')).toBeVisible();
      await clean(page, 'a test');
      await rowOf(page, path).getByRole('link', { name: 'Log' }).click();
      await expect(page.getByText('webhook.test', { exact: true })).toBeVisible();
      await clean(page, 'a log');
      await removeWebhook(page, path);
    });
  });
}

/** Adds a webhook with what a new one begins with. */
async function add(page, path) {
  await page.goto(`${WEBHOOKS}?new`);
  await page.getByLabel('Address').fill(URL + path);
  await page.getByRole('button', { name: 'Save webhook' }).click();
  await expect(page.getByText('It is not shown again.')).toBeVisible();
}

async function removeWebhook(page, path) {
  await page.goto(WEBHOOKS);
  await page.goto(await rowOf(page, path).getByRole('link', { name: 'Edit' }).getAttribute('href'));
  await remove(page);
  await expect(rowOf(page, path)).toHaveCount(0);
}
