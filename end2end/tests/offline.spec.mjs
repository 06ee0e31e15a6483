import { fillWords } from '../bench/fill-words.mjs';
import { alive, expect, lineTo, open, signIn, signInOnPage, test } from '../support/fixtures.mjs';
import { covered, goTo, held, workerOf } from '../support/device.mjs';

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

  const there = () => page.evaluate(async () => {
    const kept = Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) => [name, (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)])));
    return { caches: kept, entry: document.querySelector('link[rel=modulepreload]').getAttribute('href') };
  });
  const filesOf = (caches) => Object.entries(caches).find(([name]) => name.startsWith('vitrine-files-'))[1];
  const { caches: first, entry } = await there();
  expect(filesOf(first)).toContain(entry);
  expect(filesOf(first)).toContain('/icons.svg');
  // Other pages' files come behind those of this one.
  const lacks = async () => {
    const files = filesOf((await there()).caches);
    return ['common', 'products', 'review'].filter((chunk) => !files.some((file) => file.startsWith(`/pkg/page_${chunk}.`)));
  };
  await expect.poll(lacks, { timeout: 15_000 }).toEqual([]);
  const { caches } = await there();
  // Pages are somebody's, and change: none is kept but the shell, which is none.
  const kept = Object.values(caches).flat();
  expect(kept.filter((path) => path.startsWith('/products') || path === '/sign-in')).toEqual([]);
});

test('without the server a page that is not on the device shows its frame and says what is so, and goes on when the server is back', async ({ page, server }) => {
  await signIn(page);
  await open(page, '/products');
  await covered(page);
  await server.stop();

  for (const [address, name] of [['/imports', 'Imports'], ['/runs', 'Runs']]) {
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

test.describe('what was written', () => {
  test.beforeAll(async ({ server }) => {
    test.setTimeout(120_000);
    await server.stop();
    server.run(['run', '--store', 'demo', '--products', '60']);
    await server.start();
  });

  const card = (page) => page.locator('.suggestion[data-review]');
  const band = (page) => page.locator('.band.offline');

  test('P10 P13: the review queue is there without a network, as of when, for whom it is', async ({ page, server }) => {
    await signIn(page);
    await open(page, '/review');
    await covered(page);
    await shelved(page, 'review/queue?');
    const first = await card(page).getAttribute('data-review');
    await server.stop();

    await open(page, '/review');
    await expect(band(page)).toContainText(/Offline\. (All \d+|50 of [\d,]+) suggestions are on this device, as of \d\d:\d\d\./);
    await expect(card(page)).toHaveAttribute('data-review', first);
    // More than a page asks for at once.
    for (let at = 0; at < 14; at += 1) await page.keyboard.press('j');
    await expect(page.locator('.progress-line .num')).toContainText('15 of');
    const later = await card(page).getAttribute('data-review');
    // What takes the server is not offered.
    await expect(page.getByRole('button', { name: 'Accept' })).toBeVisible();
    await expect(page.getByRole('button', { name: /Approve all/ })).toHaveCount(0);
    await expect(page.locator('[data-act="assign"]')).toHaveCount(0);
    await open(page, `/review?card=${later}`);
    await expect(card(page)).toHaveAttribute('data-review', later);

    const shelves = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith('vitrine-shelf-')));
    const main = page.locator('#main');
    const [store, user] = [await main.getAttribute('data-store'), await main.getAttribute('data-user')].map((id) => id.replaceAll('-', ''));
    expect(shelves).toEqual([`vitrine-shelf-${store}-${user}`]);

    // The same suggestion stays on the screen when the server is back.
    await server.start();
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(band(page)).toHaveCount(0);
    await expect(card(page)).toHaveAttribute('data-review', later);
  });

  test('P10: a part of the review that is not on the device is not called empty', async ({ page, server }) => {
    await signIn(page);
    await open(page, '/review');
    await covered(page);
    await shelved(page, 'review/queue?');
    await server.stop();

    await open(page, '/review?status=approved');
    await expect(page.getByRole('heading', { name: 'This part of the review is not on this device' })).toBeVisible();
    await expect(band(page)).toContainText(/Offline\. This part of the review is not on this device, as of \d\d:\d\d\./);
    await expect(page.getByText(/No suggestion matches|Nothing to review/)).toHaveCount(0);

    // What can be told of the queue that is there is told, and not counted where more may be on the server.
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await expect(card(page)).toBeVisible();
    await open(page, '/review?assignee=nobody');
    await expect(card(page)).toBeVisible();
    await expect(band(page)).toContainText(/suggestions? (on this device match|are on this device)/);
    await open(page, '/review?card=01890000-0000-7000-8000-000000000007');
    await expect(page.getByText('This suggestion is not on this device.')).toBeVisible();
  });

  test('P10: what was spent is there without a network, as of when', async ({ page, server }) => {
    if (!server.filled) {
      server.filled = true;
      fillWords(server, 'demo', { versions: 0, open: 1, calls: 2_000 });
    }
    const figure = (name) => page.locator('.tiles > div').filter({ has: page.getByText(name, { exact: true }) }).locator('dd').first();
    await signIn(page);
    await open(page, '/usage');
    const calls = await figure('Calls').textContent();
    await covered(page);
    await shelved(page, 'usage/get?');
    await server.stop();

    await open(page, '/usage');
    await expect(band(page)).toContainText(/Offline\. These figures are as of \d\d:\d\d\./);
    await expect(figure('Calls')).toHaveText(calls);
    await expect(page.getByRole('heading', { name: 'By provider' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Save the budget' })).toHaveCount(0);
    await open(page, '/usage?days=90');
    await expect(page.getByText('These days are not on this device.')).toBeVisible();

    await open(page, '/usage');
    await expect(band(page)).toBeVisible();
    await server.start();
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(band(page)).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'Export CSV' })).toBeVisible();
  });
});

test('P2 P13: the worker sends what waits when no tab is open, once, and for nobody but the one who typed it', async ({ page, context, server }) => {
  await signIn(page);
  await open(page, '/products?sort=title&start=40');
  await covered(page);
  await page.locator('.row:not(.skel) a').first().click();
  await expect(page).toHaveURL(/\/products\/.+/);
  const href = page.url();
  await server.stop();
  await page.getByLabel('Title', { exact: true }).fill('Sent by the worker');
  await page.getByLabel('Title', { exact: true }).press('Enter');
  await expect(page.locator('[data-field="title"] [data-state]')).toHaveAttribute('data-state', 'kept');

  const { page: elsewhere, sync } = await workerOf(context, server.address);
  await page.close();
  await server.start();
  const isThere = async () => (await (await context.request.get(href)).text()).includes('Sent by the worker');

  await signIn(elsewhere, 'editor@test.test');
  await sync();
  await elsewhere.waitForTimeout(3_000);
  expect(await isThere()).toBe(false);

  await signIn(elsewhere);
  await sync();
  await sync();
  await expect.poll(isThere, { timeout: 15_000 }).toBe(true);
  await open(elsewhere, href);
  await expect(elsewhere.getByLabel('Title', { exact: true })).toHaveValue('Sent by the worker');
  await expect(elsewhere.locator('.history > li').filter({ hasText: 'Sent by the worker' })).toHaveCount(1);
  await elsewhere.waitForTimeout(2_500);
  await expect(elsewhere.locator('.save-state')).toBeEmpty();
  await elsewhere.close();
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
  await expect.poll(() => page.evaluate(pinned), { timeout: 40_000 }).toBe('');
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
const pinned = () =>
  Object.entries(localStorage)
    .filter(([key]) => key.startsWith('vitrine-pins-') && !key.includes('turn'))
    .map(([, lines]) => lines)
    .join('');

/** Waits until the answer to a question is on the shelf. */
async function shelved(page, key) {
  const isThere = () =>
    page.evaluate(async (key) => {
      const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-shelf-'));
      if (!name) return false;
      const db = await new Promise((done, failed) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
      const found = await new Promise((done) => {
        const request = db.transaction('slips').objectStore('slips').getKey(key);
        request.onsuccess = () => done(request.result !== undefined);
      });
      db.close();
      return found;
    }, key);
  await expect.poll(isThere, { timeout: 20_000 }).toBe(true);
}
