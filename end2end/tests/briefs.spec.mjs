import { clean, LOOKS } from '../support/axe.mjs';
import { alive, expect, open, signIn, signInOnPage, test } from '../support/fixtures.mjs';
import { remove } from '../support/settings.mjs';

const BRIEF = '/settings/brief';

test('a brief is saved and is there after a reload', async ({ page }) => {
  await signIn(page);
  await open(page, '/settings');
  await page.getByRole('link', { name: 'Brief' }).click();
  await expect(page.getByRole('heading', { name: 'Brief', level: 1 })).toBeVisible();
  await page.getByLabel('Brand voice').fill('Calm, and plain.\nNever loud.');
  await page.getByLabel('Language').selectOption({ label: 'German' });
  await page.getByLabel('Title, characters at most').fill('60');
  await page.getByLabel('Banned phrases').fill('cheap\nbest ever');
  await page.getByLabel('Tags').check();
  await page.getByRole('button', { name: 'Save brief' }).click();

  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto(BRIEF);
  await expect(page.getByLabel('Brand voice')).toHaveValue('Calm, and plain.\nNever loud.');
  await expect(page.getByLabel('Language')).toHaveValue('de');
  await expect(page.getByLabel('Title, characters at most')).toHaveValue('60');
  await expect(page.getByLabel('Banned phrases')).toHaveValue('cheap\nbest ever');
  await expect(page.getByLabel('Tags')).toBeChecked();
  await alive(page);
  await page.getByLabel('Language').selectOption('');
  await page.getByRole('button', { name: 'Save brief' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
});

test.describe('what cannot be saved', () => {
  test.use({ expectedErrors: ['status of 422'] });

  test('says so beside its field, and keeps what was typed', async ({ page }) => {
    await signIn(page);
    await open(page, BRIEF);
    await page.getByLabel('Tone').fill('Warm <b>&');
    await page.getByLabel('Title, characters at most').fill('many');
    await page.getByRole('button', { name: 'Save brief' }).click();

    await expect(page.getByRole('alert')).toHaveText('Write a number from 20 to 255.');
    await expect(page.getByLabel('Title, characters at most')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Title, characters at most')).toHaveValue('many');
    await expect(page.getByLabel('Tone')).toHaveValue('Warm <b>&');
    // The page that says so is alive, and leads on.
    await alive(page);
    await page.getByLabel('Title, characters at most').fill('65');
    await page.getByRole('button', { name: 'Save brief' }).click();
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
    await expect(page.getByLabel('Tone')).toHaveValue('Warm <b>&');
  });
});

test('a template is added for a product type, changed and removed', async ({ page }) => {
  await signIn(page);
  await open(page, BRIEF);
  await page.getByLabel('Product type').fill('Lamps & <light>');
  await page.getByRole('button', { name: 'Add a template' }).click();
  await expect(page.getByRole('heading', { name: 'Brief for Lamps & <light>' })).toBeVisible();
  await expect(page.getByLabel('Title, characters at most')).toHaveValue('');
  await page.getByLabel('Tone').fill('Bright');
  await page.getByRole('button', { name: 'Save template' }).click();

  const templates = page.getByRole('region', { name: 'Templates' });
  await expect(templates).toContainText('Bright');
  await alive(page);
  await page.evaluate(() => (window.kept = true));
  await templates.getByRole('link', { name: 'Lamps & <light>' }).click();
  await expect(page.getByRole('heading', { name: 'Brief for Lamps & <light>' })).toBeFocused();
  await expect(page.getByLabel('Tone')).toHaveValue('Bright');
  expect(await page.evaluate(() => window.kept)).toBe(true);
  await page.goBack();
  await expect(templates).toBeVisible();
  await page.goForward();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await remove(page);

  await expect(templates).toContainText('There is none yet.');
});

test.describe('a preview', () => {
  // One is asked for of a product that is not there.
  test.use({ expectedErrors: ['status of 422'] });

  test('does as the brief says, shows both texts, and saves nothing', async ({ page }) => {
    await signInOnPage(page);
    const handle = await page.locator('.row a').first().evaluate((link) => new URL(link.href).pathname.split('/').pop());
    await page.goto(`/products/${handle}`);
    const title = await page.getByLabel('Title', { exact: true }).inputValue();
    const word = title.match(/\p{L}{3,}/u)[0];
    await open(page, BRIEF);
    const banned = await page.getByLabel('Banned phrases').inputValue();
    await page.getByLabel('Banned phrases').fill(word);
    await page.getByRole('button', { name: 'Save brief' }).click();
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
    await alive(page);

    // What is typed beside it and not saved stays.
    await page.getByLabel('Audience').fill('Not saved yet');
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByLabel('Product').fill(handle);
    await preview.getByLabel('Provider').selectOption({ index: 0 });
    await preview.getByRole('button', { name: 'Preview' }).click();
    await expect(preview).toContainText('Nothing was saved.');
    await expect(preview).toContainText('Quality');
    const words = preview.getByRole('region', { name: 'Title', exact: true });
    await expect(words.locator('.side').first()).toContainText(word);
    await expect(words.locator('.suggested')).not.toContainText(word);
    await expect(page.getByLabel('Audience')).toHaveValue('Not saved yet');

    await preview.getByLabel('Product').fill('no such product');
    await preview.getByRole('button', { name: 'Preview' }).click();
    await expect(preview).toContainText('is no handle');
    await page.goto(`/products/${handle}`);
    await expect(page.getByLabel('Title', { exact: true })).toHaveValue(title);
    await page.goto(BRIEF);
    await page.getByLabel('Banned phrases').fill(banned);
    await page.getByRole('button', { name: 'Save brief' }).click();
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  });
});

test('a viewer sees the brief and no form to send', async ({ page }) => {
  await signIn(page, 'viewer@test.test');
  await open(page, BRIEF);

  await expect(page.getByText('An owner or an editor of the store can change it.')).toBeVisible();
  await expect(page.getByLabel('Brand voice')).toHaveAttribute('readonly', '');
  await expect(page.locator('.brief').getByRole('button')).toHaveCount(0);
  const refused = await page.request.post(BRIEF, { form: { tone: 'Mine', parts: 'title' }, headers: { 'sec-fetch-site': 'same-origin' } });
  expect(refused.status()).toBe(403);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a brief is saved and a preview is shown by plain forms', async ({ page }) => {
    await signIn(page);
    await page.goto(BRIEF);
    await page.getByLabel('Other instructions').fill('Without scripts');
    await page.getByRole('button', { name: 'Save brief' }).click();
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
    await expect(page.getByLabel('Other instructions')).toHaveValue('Without scripts');

    await page.getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByRole('region', { name: 'Preview' })).toContainText('Nothing was saved.');
  });
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: 844 }, colorScheme: theme, expectedErrors: ['status of 422'] });

    test('axe finds nothing on the brief', async ({ page, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(90_000);
      await signIn(page);
      await open(page, BRIEF);
      await clean(page);
      await page.getByRole('button', { name: 'Preview' }).click();
      await expect(page.getByRole('region', { name: 'Preview' })).toContainText('Nothing was saved.');
      await clean(page);
      await page.getByLabel('Title, characters at most').fill('1');
      await page.getByRole('button', { name: 'Save brief' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await clean(page);
      await open(page, `${BRIEF}?template=Lamps`);
      await clean(page);
    });
  });
}
