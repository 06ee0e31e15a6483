import { readFileSync } from 'node:fs';
import { alive, another, expect, newStore, signIn, test } from '../support/fixtures.mjs';

const HEAD = 'Handle,Title,Vendor,Variant Price,Image Src\n';
const HATS = `${HEAD}wool-hat,Wool hat,Acme,19.90,\nwool-scarf,Wool scarf,Acme,-3,\nwool-sock,Wool sock,Acme,7,\n`;
const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const job = (page) => page.getByRole('region', { name: 'Progress' });
const over = (page, state) => expect(job(page)).toHaveAttribute('data-state', state);

test('a file is looked at first, then imported, and its bad rows can be downloaded', async ({ page, server }) => {
  await signIn(page, newStore(server, 'hats'));
  await upload(page, file('hats.csv', HATS));

  await expect(page).toHaveURL(/\/imports\/[0-9a-f-]{36}/);
  await over(page, 'done');
  await expect(job(page).getByRole('status')).toHaveText('Dry run done, nothing written yet');
  await numbers(page, { New: 2, Changed: 0, Unchanged: 0, Skipped: 0, 'Bad rows': 1 });
  const bad = page.getByRole('region', { name: /Bad rows/ }).locator('tbody tr');
  await expect(bad).toHaveCount(1);
  const cells = await bad.locator('td').allTextContents();
  expect(cells.slice(0, 3)).toEqual(['3', 'Variant Price', '-3']);
  expect(cells[3].length).toBeGreaterThan(10);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Download/ }).click();
  expect((await download).suggestedFilename()).toBe('bad-rows.csv');
  const [head, row] = readFileSync(await (await download).path(), 'utf8').split('\n');
  expect(head).toBe('\uFEFFLine,Column,Value,Reason');
  // A spreadsheet must not take a value for a formula.
  expect(row.replaceAll('"', '')).toMatch(/^3,Variant Price,'?-3,/);
  expect(row).toContain(cells[3]);

  await page.getByRole('button', { name: 'Import 2 products' }).click();
  await expect(page.getByRole('button', { name: 'Import 2 products' })).toHaveCount(0);
  await over(page, 'done');
  await numbers(page, { New: 2, Changed: 0, 'Bad rows': 1 });
  await expect(job(page)).toContainText('2 products');
  await page.goto('/products?q=wool');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '3');

  await page.goto('/imports');
  const lines = page.locator('[data-job]').filter({ hasText: 'hats.csv' });
  await expect(lines).toHaveCount(2);
  await expect(lines.nth(1)).toContainText('Dry run');
});

test('the same file again changes nothing, and what is there is overwritten only when asked to', async ({ page, server }) => {
  await signIn(page, newStore(server, 'socks'));
  const one = `${HEAD}wool-hat,Wool hat,Acme,19.90,\n`;
  const other = `${HEAD}wool-hat,Felt hat,Acme,19.90,\nwool-cap,Wool cap,Acme,9,\n`;

  await upload(page, file('one.csv', one), { dryRun: false });
  await over(page, 'done');
  await numbers(page, { New: 1, Changed: 0 });
  await expect(job(page)).toContainText(/1 product(?!s)/);
  await upload(page, file('one.csv', one), { dryRun: false, overwrite: true });
  await over(page, 'done');
  await numbers(page, { New: 0, Changed: 0, Unchanged: 1 });

  await upload(page, file('other.csv', other), { dryRun: false });
  await over(page, 'done');
  await numbers(page, { New: 1, Changed: 0, Skipped: 1 });
  await upload(page, file('other.csv', other), { overwrite: true });
  await over(page, 'done');
  await numbers(page, { New: 0, Changed: 1, Unchanged: 1 });
  await expect(page.getByRole('region', { name: 'What would change' })).toContainText('Felt');
  await page.goto('/imports');
  await expect(page.locator('[data-job]').first()).toContainText('1 would change');
  await page.goto('/products?q=felt');
  await expect(page.getByRole('heading', { name: /No product matches/ })).toBeVisible();

  await upload(page, file('other.csv', other), { dryRun: false, overwrite: true });
  await over(page, 'done');
  await numbers(page, { New: 0, Changed: 1, Unchanged: 1 });
  await page.goto('/products?q=felt');
  await expect(page.locator('.row-title a').first()).toHaveText('Felt hat');
});

test('a dropped file is taken, and a running import can be cancelled', async ({ page, server }) => {
  await signIn(page, newStore(server, 'drops'));
  await page.goto('/imports');
  await alive(page);
  await page.getByLabel('Dry run first').uncheck();
  const data = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
    return data;
  }, many(60_000));
  await page.locator('form.drop').dispatchEvent('dragover', { dataTransfer: data });
  await expect(page.locator('form.drop')).toHaveClass(/over/);
  await page.locator('form.drop').dispatchEvent('drop', { dataTransfer: data });
  await page.getByRole('button', { name: 'Import', exact: true }).click();

  await expect(page.getByRole('heading', { name: 'dropped.csv' })).toBeVisible();
  await alive(page);
  await page.getByRole('button', { name: 'Cancel dropped.csv' }).click();
  await over(page, 'cancelled');
  await expect(job(page)).toContainText('what was imported before stays');
  await expect(page.getByRole('button', { name: /^Cancel/ })).toHaveCount(0);
});

test.describe('when the server is killed in the middle', () => {
  test.use({
    // The last one of a chunk that comes when the page is at rest.
    expectedErrors: ['net::ERR_CONNECTION_REFUSED', 'net::ERR_CONNECTION_RESET', 'net::ERR_EMPTY_RESPONSE', 'net::ERR_INCOMPLETE_CHUNKED_ENCODING', 'TypeError: Failed to fetch'],
  });

  test('an import goes on, nothing is twice, and the page shows it all the while', async ({ page, server, engine }) => {
    // A dead worker's jobs are taken over after half a minute.
    test.skip(engine === 'postgres', 'the jobs are tested on both engines; this is about the page');
    test.setTimeout(150_000);
    const products = 120_000;
    await signIn(page, newStore(server, 'killed'));
    await upload(page, file('many.csv', many(products)), { dryRun: false });
    await alive(page);
    const done = () => page.getByRole('progressbar').evaluate((bar) => bar.value);
    await expect.poll(done, { intervals: [100] }).toBeGreaterThan(0);
    await over(page, 'running');
    await server.stop('SIGKILL');
    await expect(page.getByText('The server cannot be reached')).toBeVisible();
    expect(await done()).toBeLessThan(1_000);
    await server.start();

    // It asks again by itself.
    await expect(page.getByText('The server cannot be reached')).toHaveCount(0);
    await expect(job(page)).toHaveAttribute('data-state', 'done', { timeout: 100_000 });
    await expect(page.getByRole('progressbar')).toHaveJSProperty('value', 1_000);
    await numbers(page, { New: products, Changed: 0, Unchanged: 0, Skipped: 0, 'Bad rows': 0 });
    await page.goto('/products');
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', String(products + 1));
  });
});

test('a file that is none is told so in a sentence, and nothing is imported', async ({ page, server }) => {
  await signIn(page, newStore(server, 'broken'));
  await page.goto('/imports');
  await alive(page);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByText('Choose a file first.')).toBeVisible();

  const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  for (const [name, buffer] of [
    ['picture.csv', picture],
    ['prose.csv', Buffer.from('Dear all,\nhere is the list.\n')],
  ]) {
    await upload(page, { name, mimeType: 'text/csv', buffer });
    await over(page, 'failed');
    await expect(job(page).getByRole('status')).toContainText('nothing was written');
    await expect(job(page).getByRole('alert')).not.toBeEmpty();
    await numbers(page, { New: 0, Changed: 0 });
  }
  await page.goto('/imports');
  await expect(page.locator('[data-state="failed"]')).toHaveCount(2);
});

test('a viewer sees imports and starts none', async ({ browser, server }) => {
  const { page, close } = await another(browser, server, 'viewer@test.test');
  await page.goto('/imports');
  await alive(page);

  await expect(page.getByText('Your role can look at imports')).toBeVisible();
  await expect(page.locator('input[type=file]')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Import', exact: true })).toHaveCount(0);
  const answer = await page.request.post('/imports', { multipart: { file: file('hats.csv', HATS) }, headers: { 'sec-fetch-site': 'same-origin' } });
  expect(answer.status()).toBe(403);
  await close();
});

/** A file of so many products. */
function many(products) {
  let text = HEAD;
  for (let product = 1; product <= products; product += 1) text += `thing-${product},Thing number ${product},Acme,${(product % 90) + 1}.50,\n`;
  return text;
}

async function upload(page, file, { dryRun = true, overwrite = false } = {}) {
  await page.goto('/imports');
  await alive(page);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('Dry run first').setChecked(dryRun);
  await page.getByLabel('Overwrite').setChecked(overwrite);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: file.name })).toBeVisible();
}

/** What came of it, so far or in the end. */
async function numbers(page, expected) {
  for (const [name, count] of Object.entries(expected)) {
    const tile = page.locator('.tiles > div').filter({ has: page.getByText(name, { exact: true }) });
    await expect(tile.locator('dd'), name).toHaveText(count.toLocaleString('en'));
  }
}
