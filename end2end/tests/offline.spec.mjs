import { alive, expect, lineTo, open, signIn, signInOnPage, test } from '../support/fixtures.mjs';

// What a browser says of a server that is not there.
test.use({ serviceWorkers: 'allow', expectedErrors: ['net::ERR_', 'Failed to fetch'] });

test.afterEach(async ({ server }) => {
  await server.stop();
  await server.start();
});

test('the first visit is enough: the page is covered, and its files and its frame are on the device', async ({ page }) => {
  await signIn(page);
  await open(page, '/products');
  await covered(page);

  const { caches, entry } = await page.evaluate(async () => {
    const kept = Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) => [name, (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)])));
    return { caches: kept, entry: document.querySelector('link[rel=modulepreload]').getAttribute('href') };
  });
  const files = Object.entries(caches).find(([name]) => name.startsWith('vitrine-files-'))[1];
  expect(files).toContain(entry);
  expect(files).toContain('/icons.svg');
  for (const chunk of ['common', 'products', 'review']) expect(files.some((file) => file.startsWith(`/pkg/page_${chunk}.`)), chunk).toBe(true);
  // Pages are somebody's, and change: none is kept but the shell, which is none.
  const kept = Object.values(caches).flat();
  expect(kept.filter((path) => path.startsWith('/products') || path === '/sign-in')).toEqual([]);
});

test('without the server a page that is not on the device shows its frame and says what is so, and goes on when the server is back', async ({ page, server }) => {
  await signIn(page);
  await open(page, '/products');
  await covered(page);
  await server.stop();

  for (const [address, name] of [['/imports', 'Imports'], ['/review?run=none', 'Review']]) {
    await page.goto(address);
    await alive(page);
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(address);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await expect(rail.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
    await expect(page.getByText('cannot be reached').first()).toBeVisible();
  }
  await server.start();
  await page.goto('/imports');
  await expect(page.getByText('cannot be reached')).toHaveCount(0);
});

test('p01 p02 p10 in the warehouse: products are found, a price is corrected, the app is closed, and everything arrives once', async ({ page, context, server }) => {
  await signIn(page);
  await open(page, '/products?sort=title');
  await covered(page);
  await held(page, 3_000);
  await server.stop();

  await page.goto('/products?q=lamp&sort=title');
  await alive(page);
  await expect(page.locator('.band.offline')).toContainText(/Offline\. All [\d,]+ products are on this device, as of \d\d:\d\d\./);
  const row = page.locator('.row:not(.skel) a').first();
  await row.click();
  await expect(page).toHaveURL(/\/products\/.+/);
  const name = await page.getByLabel('Title', { exact: true }).inputValue();
  await page.getByLabel('Title', { exact: true }).fill('Corrected in the warehouse');
  await page.getByLabel('Title', { exact: true }).press('Enter');
  await expect(page.locator('[data-field="title"] [data-state]')).toHaveAttribute('data-state', 'kept');
  const href = page.url();

  // The app is closed and opened on another day.
  await page.close();
  const later = await context.newPage();
  await later.goto('/products?q=warehouse');
  await alive(later);
  await expect(later.locator('.row:not(.skel) a').first()).toContainText('Corrected in the warehouse');
  await expect(later.locator('.save-state')).toContainText('1 change saved on this device');
  await later.goto('/products?q=no-such-thing-anywhere');
  await expect(later.getByText('No product matches')).toBeVisible();
  await later.goto('/changes');
  await alive(later);
  await expect(later.locator('.change')).toContainText('Title: Corrected in the warehouse');

  await server.start();
  await later.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(later.locator('.change')).toContainText('Saved', { timeout: 20_000 });
  await later.goto(href);
  await expect(later.getByLabel('Title', { exact: true })).toHaveValue('Corrected in the warehouse');
  await expect(later.locator('.history > li').filter({ hasText: 'Corrected in the warehouse' })).toHaveCount(1);
  expect(name).not.toBe('Corrected in the warehouse');
  await later.close();
});

test('an address that leads to another leads there without the server too', async ({ page, server }) => {
  await signIn(page);
  await open(page, '/products');
  await covered(page);
  await server.stop();

  await page.goto('/');
  await expect(page).toHaveURL(/\/products$/);
});

test('files come from the device, and a tab of the build before has its own for as long as it is open', async ({ page, server }) => {
  await signIn(page);
  await open(page, '/products');
  await covered(page);
  const old = '/pkg/page_products.of-the-build-before.bin';
  await page.evaluate(async (old) => (await caches.open('vitrine-files-before')).put(old, new Response('before', { headers: { vitrine: '1' } })), old);
  const asked = () => page.evaluate((old) => fetch(old).then((answer) => answer.text()), old);
  await page.evaluate(() => navigator.serviceWorker.controller.postMessage('which'));
  expect(await asked()).toBe('before');

  await server.stop();
  const entry = () => fetch(document.querySelector('link[rel=modulepreload]').href).then((answer) => answer.status);
  expect(await page.evaluate(entry)).toBe(200);
  expect(await asked()).toBe('before');

  // This tab was there when the worker took over. After it comes one that is of this build.
  await server.start();
  await page.reload();
  await alive(page);
  await expect.poll(() => page.evaluate(() => caches.has('vitrine-files-before')), { timeout: 15_000 }).toBe(false);
});

test('whoever signs out leaves nothing behind', async ({ page, server }) => {
  await signInOnPage(page);
  await alive(page);
  await covered(page);
  await page.getByRole('button', { name: 'Demo Owner' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);

  await expect.poll(() => page.evaluate(() => caches.match('/offline').then(Boolean))).toBe(false);
  expect(await page.evaluate(() => caches.has('vitrine-pictures'))).toBe(false);
  await server.stop();
  await expect(page.goto('/products')).rejects.toThrow(/ERR_/);
});

test('the shell is dropped when its person has been signed out elsewhere', async ({ page, context }) => {
  await signIn(page);
  await open(page, '/products');
  await covered(page);

  await context.clearCookies();
  await page.goto('/products');
  await expect(page).toHaveURL(/\/sign-in/);
  await expect.poll(() => page.evaluate(() => caches.match('/offline').then(Boolean))).toBe(false);
});

test('p10 p14 a view that was made available offline is here whatever else there is room for, and no more once it was stopped', async ({ page, server }) => {
  await signIn(page);
  // Room for a part of the store: its newest products, and the drafts of all years.
  await giveRoom(page, LITTLE);
  await open(page, DRAFTS);
  const count = await page.locator('.count .num').first().innerText();
  const all = `Available offline: ${count} of ${count}`;
  await page.getByRole('button', { name: KEEP }).click();
  await expect(page.locator('.chips')).toContainText(all, { timeout: 30_000 });
  await open(page, '/products?status=active');
  await expect(page.getByRole('button', { name: KEEP })).toBeVisible();
  await covered(page);

  await server.stop();
  await goTo(page, DRAFTS);
  await expect(page.locator('.band.offline')).toContainText(`Offline. All ${count} products of this view are on this device, as of`);
  await expect(page.locator('.count .num').first()).toHaveText(count);
  await expect(page.locator('.chips')).toContainText(all);
  // Of a part of it it is known, too, that nothing is missing, and of the rest of the store it is not.
  await goTo(page, '/products?status=draft&q=no-such-thing-anywhere');
  await expect(page.getByText('Nothing on this device matches')).toBeHidden();
  await expect(page.getByText('No product matches')).toBeVisible();
  await goTo(page, '/products?q=no-such-thing-anywhere');
  await expect(page.getByText('Nothing on this device matches')).toBeVisible();

  await server.start();
  await goTo(page, '/changes');
  const here = page.locator('#here');
  await expect(here).toContainText('Status: Draft');
  await expect(here).toContainText(`${count} of ${count}`);
  await here.getByRole('button', { name: 'Stop keeping Status: Draft on this device' }).click();
  await expect(here).not.toContainText('Status: Draft');
  await expect.poll(() => page.evaluate(kept), { timeout: 40_000 }).toBe('');
  await server.stop();
  await goTo(page, DRAFTS);
  await expect(page.locator('.band.offline')).toContainText(/Offline\. [\d,]+ of 3,000 products are on this device/);
});

test('p14 the whole catalogue comes with its progress, as far as there is room, and all of it where there is', async ({ page }) => {
  await signIn(page);
  await giveRoom(page, LITTLE);
  await open(page, '/changes');
  const here = page.locator('#here');
  const keep = here.getByRole('button', { name: 'Keep the whole catalogue on this device' });
  await expect(here).toContainText(/[\d,]+ of 3,000 products, as of \d\d:\d\d\. About [\d.]+ MB of the 1\.2 MB there is room for\./, { timeout: 20_000 });
  const room = 'This device has room for about [\\d,]+ products of this store\\.';
  await expect(here).toContainText(new RegExp(`The whole catalogue takes about [\\d.]+ MB\\. ${room} There are 3,000: the newest [\\d,]+ are kept\\.`));
  await keep.click();
  await expect(here).toContainText(new RegExp(`${room} This view has 3,000: the newest [\\d,]+ are kept\\.`), { timeout: 30_000 });
  await expect(here.getByRole('progressbar')).toHaveCount(0, { timeout: 30_000 });
  await expect(here).toContainText(/[\d,]+ of 3,000 products/);

  await here.getByRole('button', { name: 'Stop keeping The whole catalogue on this device' }).click();
  await expect(keep).toBeVisible();
  // The same browser, with more room.
  await giveRoom(page, '10000000000');
  await open(page, '/changes');
  await keep.click();
  await expect(here).toContainText('3,000 of 3,000', { timeout: 30_000 });
  await expect(here).toContainText('All 3,000 products, as of');
  await expect(here).not.toContainText('are kept');
  // It is known in other tabs, and after a reload.
  const other = await page.context().newPage();
  await open(other, '/products');
  await expect(other.locator('.chips')).toContainText('Available offline: 3,000 of 3,000', { timeout: 20_000 });
  await other.getByRole('button', { name: 'Stop keeping this view on this device' }).click();
  await expect(keep).toBeVisible();
  await other.close();
});

test('p09 a view comes again when the browser has thrown away what was here, as soon as the server tells what is in it', async ({ page }) => {
  await signIn(page);
  await giveRoom(page, LITTLE);
  const line = await lineTo(page, '**/sync/v1/rows*');
  await open(page, DRAFTS);
  const count = await page.locator('.count .num').first().innerText();
  const chips = page.locator('.chips');
  await page.getByRole('button', { name: KEEP }).click();
  await expect(chips).toContainText(`Available offline: ${count} of ${count}`, { timeout: 30_000 });

  await page.evaluate(async () => {
    const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
    await new Promise((done, failed) => Object.assign(indexedDB.deleteDatabase(name), { onsuccess: done, onerror: failed }));
  });
  line.isCut = true;
  await open(page, DRAFTS);
  await expect(chips).toContainText('goes on when the server can be reached', { timeout: 30_000 });
  line.isCut = false;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(chips).toContainText(`Available offline: ${count} of ${count}`, { timeout: 40_000 });
  await expect(chips).not.toContainText('goes on');
});

const DRAFTS = '/products?status=draft&sort=title';
const KEEP = 'Make this view available offline';
/** What the browser gives to the site, in bytes, of which rows may take a tenth: less than the store. */
const LITTLE = '12000000';

/** From the next page on. */
async function giveRoom(page, quota) {
  await page.addInitScript((quota) => {
    navigator.storage.estimate = async () => ({ quota: Number(quota), usage: 0 });
  }, quota);
}

/** What is written down of views. Runs in the page. */
const kept = () =>
  Object.entries(localStorage)
    .filter(([key]) => key.startsWith('vitrine-pins-') && !key.includes('turn'))
    .map(([, lines]) => lines)
    .join('');

async function goTo(page, address) {
  await page.goto(address);
  await alive(page);
}

/** Waits until the worker answers for the page and has what it keeps. */
async function covered(page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const isThere = () => page.evaluate(() => caches.match('/offline').then(Boolean));
  await expect.poll(isThere, { timeout: 20_000 }).toBe(true);
}

/** Waits until the replica has so many rows. */
async function held(page, rows) {
  const count = () =>
    page.evaluate(async () => {
      const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
      if (!name) return 0;
      const db = await new Promise((done, failed) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
      const pages = await new Promise((done) => {
        const request = db.transaction('pages').objectStore('pages').getAll();
        request.onsuccess = () => done(request.result);
      });
      db.close();
      // Rows are wanted before they are there: then a page is short.
      return pages.filter((page) => page.length > 5_000).length;
    });
  await expect.poll(count, { timeout: 20_000 }).toBeGreaterThanOrEqual(rows / 100);
  // The cookie is written with them.
  await page.waitForTimeout(500);
}
