// Runs from the first look to the end, with the built-in writer, which needs no key and no network.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clean, LOOKS, rulesOf } from '../support/axe.mjs';
import { alive, another, expect, newStore, post, signIn, test } from '../support/fixtures.mjs';

const PARTS = ['title', 'description', 'seo_title', 'seo_description'];
const standing = (page) => page.getByRole('region', { name: 'Progress' });
const over = (page, state) => expect(standing(page)).toHaveAttribute('data-state', state, { timeout: 25_000 });
const number = (text) => Number(text.replace(/[^0-9]/g, ''));

test('what lacks a description is written: ten first, then the others, then to review', async ({ page, server }) => {
  await signIn(page, poorStore(server, 'lacking', 400));
  await page.goto('/runs');
  await alive(page);
  const lack = page.locator('.lacks > li').filter({ hasText: 'No description' });
  const lacking = number((await lack.locator('.num').textContent()).split(' of ')[0]);
  expect(lacking).toBeGreaterThan(10);
  await lack.getByRole('link', { name: 'Improve these: No description' }).click();

  await expect(page).toHaveURL(/\/runs\/new\?missing=description&parts=description/);
  await expect(page.getByText(`${lacking.toLocaleString('en')} products. Missing: Description`)).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Description', exact: true })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Title', exact: true })).not.toBeChecked();
  const takes = page.getByRole('complementary', { name: 'What it will take' });
  await expect(takes).toContainText(`${lacking.toLocaleString('en')} products`);
  await expect(takes).toContainText('Nothing');
  await page.getByRole('button', { name: 'Write ten, then ask me' }).click();

  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/);
  await expect(standing(page).getByRole('status')).toHaveText('Sample ready', { timeout: 20_000 });
  const sample = page.getByRole('region', { name: 'The sample' });
  await expect(sample.locator('tbody tr')).toHaveCount(10);
  await expect(sample.getByRole('link', { name: /^Review/ }).first()).toHaveAttribute('href', /\/review\?run=/);
  await page.getByRole('button', { name: new RegExp(`^Write the other ${(lacking - 10).toLocaleString('en')}`) }).click();
  await over(page, 'done');
  await expect(page.getByRole('progressbar')).toHaveJSProperty('value', 1_000);
  await expect(page.getByRole('link', { name: /^Review [\d,]+ suggestion/ })).toHaveAttribute('href', /\/review\?run=/);
  await expect(page.getByRole('button', { name: 'Cancel the run' })).toHaveCount(0);

  await page.getByRole('link', { name: 'All runs' }).click();
  const line = page.locator('[data-run]').first();
  await expect(line).toHaveAttribute('data-state', 'done');
  await expect(line).toContainText('missing a description');
  await expect(line).toContainText('EUR 0.00');
});

test('the estimate follows what is chosen, and what cannot be started says why beside its field', async ({ page }) => {
  await signIn(page);
  await page.goto('/runs/new?status=active');
  await alive(page);
  const takes = page.getByRole('complementary', { name: 'What it will take' });
  await expect(takes).toContainText('products');
  await expect(page.getByText(/Rules inside Vitrine, not an AI/)).toBeVisible();

  for (const name of ['Title', 'Description', 'SEO title', 'SEO description', 'Tags', 'Picture texts']) {
    await page.getByRole('checkbox', { name, exact: true }).uncheck();
  }
  await expect(page.getByText('Tick at least one thing to write.')).toBeVisible();
  const asked = page.waitForRequest((request) => /\/api\/fn\/runs\/estimate.*parts=title/.test(decodeURIComponent(request.url())));
  await page.getByRole('checkbox', { name: 'Title', exact: true }).check();
  await asked;
  await expect(page.getByText('Tick at least one thing to write.')).toHaveCount(0);

  await page.getByRole('checkbox', { name: /^Try ten first/ }).uncheck();
  await expect(page.getByRole('button', { name: 'Start the run' })).toBeVisible();
  const cap = page.getByLabel('Cap, in EUR');
  await cap.fill('cheap');
  await page.getByRole('button', { name: 'Start the run' }).click();
  await expect(page.getByText('This is not an amount. Write it like 19.90.')).toBeVisible();
  await expect(cap).toHaveAttribute('aria-invalid', 'true');
  await expect(page).toHaveURL(/\/runs\/new/);
  await cap.fill('3,20');
  await expect(cap).not.toHaveAttribute('aria-invalid');
});

test('a run is paused, goes on, and another is cancelled', async ({ page, server }) => {
  // So many that it is not over before it is paused, however slow the machine is at that moment.
  await signIn(page, poorStore(server, 'steered', 8_000));
  const paused = await begin(page);
  await post(page, `${paused}/pause`);
  await page.goto(paused);
  await alive(page);
  await expect(standing(page).getByRole('status')).toHaveText('Paused', { timeout: 20_000 });
  await page.getByRole('button', { name: 'Resume' }).click();
  await over(page, 'done');

  const cancelled = await begin(page);
  await post(page, `${cancelled}/pause`);
  await page.goto('/runs');
  await alive(page);
  const line = page.locator(`[data-run="${cancelled.split('/').pop()}"]`);
  await expect(line.getByRole('button', { name: /^Resume/ })).toBeVisible({ timeout: 20_000 });
  await line.getByRole('button', { name: /^Cancel/ }).click();
  await expect(line).toHaveAttribute('data-state', 'cancelled');
  await expect(line.getByRole('button')).toHaveCount(0);
  await page.goto(cancelled);
  await expect(standing(page)).toContainText(/What was written (before|until then) stays\./);
});

test('a viewer sees runs and starts none', async ({ browser, server }) => {
  const { page, close } = await another(browser, server, 'viewer@test.test');
  await page.goto('/runs');
  await alive(page);
  await expect(page.getByRole('heading', { name: 'What the catalogue lacks' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Improve these/ })).toHaveCount(0);
  await page.goto('/runs/new');
  await alive(page);
  await expect(page.getByText('An owner or an editor of the store can start one.')).toBeVisible();
  await expect(page.locator('main form')).toHaveCount(0);
  expect((await post(page, '/runs', { form: '1', parts: 'title' })).status()).toBe(403);
  await close();
});

test('an empty store says what to do first', async ({ page, server }) => {
  await signIn(page, newStore(server, 'nothing'));
  await page.goto('/runs');
  await alive(page);

  await expect(page.getByRole('heading', { name: 'Nothing to improve yet' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Import a file' })).toHaveAttribute('href', '/imports');
});

test.describe('what is not there', () => {
  test.use({ expectedErrors: ['status of 404'] });

  test('a run that is not there is a 404', async ({ page }) => {
    await signIn(page);
    for (const id of ['not-there', '00000000-0000-7000-8000-000000000000']) {
      expect((await page.goto(`/runs/${id}`)).status(), id).toBe(404);
      await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
    }
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a run is begun, looked at and ended by forms', async ({ page, server }) => {
    await signIn(page, poorStore(server, 'plain', 200));
    await page.goto('/runs/new?missing=description');
    const takes = page.getByRole('complementary', { name: 'What it will take' });
    await expect(takes).toContainText('products');
    for (const name of ['Title', 'Description', 'SEO title', 'SEO description', 'Tags', 'Picture texts']) {
      await page.getByRole('checkbox', { name, exact: true }).uncheck();
    }
    await page.getByRole('button', { name: 'Write ten, then ask me' }).click();
    await expect(page.getByText('Tick at least one thing to write.')).toBeVisible();
    await expect(page).toHaveURL(/missing=description/);

    await page.getByRole('checkbox', { name: 'Description', exact: true }).check();
    await page.getByLabel('Cap, in EUR').fill('5');
    await page.getByRole('button', { name: 'Update the estimate' }).click();
    await expect(page.getByLabel('Cap, in EUR')).toHaveValue('5');
    await expect(page.getByRole('checkbox', { name: 'Title', exact: true })).not.toBeChecked();
    await page.getByRole('button', { name: 'Write ten, then ask me' }).click();
    await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/);
    await expect(async () => {
      await page.reload();
      await expect(standing(page).getByRole('status')).toHaveText('Sample ready', { timeout: 500 });
    }).toPass({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await expect(async () => {
      await page.reload();
      await expect(standing(page)).toHaveAttribute('data-state', 'cancelled', { timeout: 500 });
    }).toPass({ timeout: 20_000 });
  });
});

for (const [theme, width] of LOOKS) {
  test.describe(`${theme}, ${width} px`, () => {
    test.use({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme: theme });

    test('axe finds nothing', async ({ page, server, engine }) => {
      test.skip(engine === 'postgres', 'pages look the same on both engines');
      test.setTimeout(120_000);
      await signIn(page, poorStore(server, `axe-${theme}-${width}`, 120));
      const check = (what) => clean(page, what, rulesOf(theme));
      const visit = async (address, what = address) => {
        await page.goto(address);
        await alive(page);
        await check(what);
      };

      await visit('/runs', '/runs without runs');
      await visit('/runs/new');
      await page.getByLabel('Cap, in EUR').fill('cheap');
      await expect(page.locator('#cap-error')).toBeVisible();
      await check('/runs/new with an error');
      await visit('/runs/new?q=zzzzzzzz', '/runs/new with nothing chosen');
      const run = await begin(page, { sample: '1' });
      await page.goto(run);
      await alive(page);
      await expect(standing(page).getByRole('status')).toHaveText('Sample ready', { timeout: 20_000 });
      await check('/runs/:id with a sample');
      await visit('/runs', '/runs with runs');
      await page.goto(run);
      await alive(page);
      await page.getByRole('button', { name: /^Write the other/ }).click();
      await over(page, 'done');
      await check('/runs/:id that is done');
    });
  });
}

/** A store of its own for a test, with products of which every other one lacks its description; the email of its owner. */
function poorStore(server, slug, products) {
  const owner = newStore(server, slug);
  let text = 'Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant Price\n';
  for (let product = 1; product <= products; product += 1) {
    const body = product % 2 ? '' : `<p>Lamp number ${product} of oiled oak. Made to last and easy to care for.</p>`;
    text += `lamp-${product},OAK LAMP ${product},${body},Hearth,Lamp,"oak, home",Colour,Natural,${(product % 90) + 1}.50\n`;
  }
  const file = join(server.dir, `${slug}.csv`);
  writeFileSync(file, text);
  server.run(['import', file, '--store', slug]);
  return owner;
}

/** Begins a run over the whole catalogue by its plain form; its address. */
async function begin(page, more = {}) {
  const answer = await post(page, '/runs', { form: '1', parts: PARTS.join(','), again: '1', ...more });
  expect(answer.status()).toBe(303);
  return answer.headers().location;
}
