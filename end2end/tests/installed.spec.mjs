// The installed app: what it offers, what it opens, what it leaves behind. The numbers are those of the promises in app/domain/src/sync.rs.
import { alive, expect, lineTo, newStore, open, signIn, signInOnPage, test } from '../support/fixtures.mjs';

const CSV = 'Handle,Title,Vendor,Variant Price,Image Src\nwool-hat,Wool hat,Acme,19.90,\n';

test('its manifest names files that are there, and pictures of the sizes that it says', async ({ page }) => {
  await page.goto('/sign-in');
  const manifest = await (await page.request.get(await page.locator('link[rel=manifest]').getAttribute('href'))).json();
  const pictures = [...manifest.icons, ...manifest.screenshots].filter(({ sizes }) => sizes !== 'any');
  expect(pictures.length).toBeGreaterThan(6);
  for (const { src, sizes } of pictures) {
    const size = await page.evaluate(async (src) => {
      const picture = new Image();
      picture.src = src;
      await picture.decode();
      return `${picture.naturalWidth}x${picture.naturalHeight}`;
    }, src);
    expect(size, src).toBe(sizes);
  }
});

test.describe('whoever signs out', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'ERR_', '401'] });

  for (const serviceWorkers of ['allow', 'block']) {
    test.describe(`where workers are ${serviceWorkers}ed`, () => {
      test.use({ serviceWorkers });

      test('P13: leaves no products on the device, their other tabs follow, and the next person sees nothing of it', async ({ page, context }) => {
        await signInOnPage(page);
        await alive(page);
        const owner = await idOf(page);
        await expect.poll(() => replicasOf(page, owner)).toHaveLength(1);
        const other = await context.newPage();
        await open(other, '/products?q=lamp');
        // Its engine has come too.
        await other.waitForTimeout(3_000);
        await open(page, '/products?sort=title');
        await page.waitForTimeout(3_000);

        await signOut(page);

        await expect(page).toHaveURL(/\/sign-in$/);
        await expect(other).toHaveURL(/\/sign-in$/);
        await other.close();
        expect(await replicasOf(page, owner)).toEqual([]);
        expect((await databases(page)).filter((name) => name.startsWith('vitrine-outbox-'))).toHaveLength(1);
        await page.goBack();
        await expect(page).toHaveURL(/\/sign-in\?next=/);
        await expect(page.locator('.row')).toHaveCount(0);

        await signInOnPage(page, 'editor@test.test');
        await alive(page);
        const editor = await idOf(page);
        await expect.poll(() => replicasOf(page, editor)).toHaveLength(1);
        expect((await databases(page)).filter((name) => name.endsWith(owner))).toEqual([]);
        await open(page, '/changes');
        await expect(page.getByText('Everything is on the server')).toBeVisible();
      });
    });
  }

  test('P13: leaves nothing behind of which views they wanted to have on the device, in any store', async ({ page }) => {
    await signInOnPage(page);
    await open(page, '/products?status=draft&sort=title');
    const owner = await idOf(page);
    const elsewhere = `vitrine-pins-${'0'.repeat(32)}-${owner}`;
    await page.evaluate((key) => localStorage.setItem(key, 'of another store'), elsewhere);
    await page.getByRole('button', { name: 'Make this view available offline' }).click();
    await expect.poll(async () => (await viewsOf(page, owner)).filter((key) => key !== elsewhere).length).toBeGreaterThan(0);

    await signOut(page);

    await expect(page).toHaveURL(/\/sign-in$/);
    expect(await viewsOf(page, owner)).toEqual([]);
  });

  test('P13: without a line is signed out as soon as there is one', async ({ page }) => {
    const line = await lineTo(page, '**/sign-out');
    await signInOnPage(page);
    await alive(page);
    const owner = await idOf(page);
    await expect.poll(() => replicasOf(page, owner)).toHaveLength(1);
    line.isCut = true;
    await signOut(page);
    // By the form too, in whose place the browser has a page of its own.
    await expect.poll(() => line.refused).toBe(2);

    line.isCut = false;
    // The browser's page may still be on its way.
    await expect(() => page.goto('/products')).toPass();
    await expect(page).toHaveURL(/\/sign-in$/);
    // Rows go when the last who reads them has let go of them.
    await expect.poll(() => replicasOf(page, owner)).toEqual([]);

    // Whoever comes back stays.
    await signInOnPage(page);
    await alive(page);
    await page.waitForTimeout(4_000);
    await expect(page).toHaveURL(/\/products/);
  });

  test('P13: with a change that was not sent leaves that alone for when they are back', async ({ page }) => {
    const line = await lineTo(page, '**/sync/v1/**');
    await signInOnPage(page);
    const list = await (await page.request.get('/products?sort=title&start=620')).text();
    await open(page, /<a [^>]*href="(\/products\/[^"]+)"/.exec(list)[1].replaceAll('&amp;', '&'));
    const owner = await idOf(page);
    await expect.poll(() => replicasOf(page, owner)).toHaveLength(1);
    line.isCut = true;
    await page.getByLabel('Title', { exact: true }).fill('Left for later');
    await page.getByLabel('Title', { exact: true }).press('Enter');
    await expect(page.locator('[data-field="title"] [data-state]')).toHaveAttribute('data-state', 'kept');

    await signOut(page);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('1 change is only on this device');
    await dialog.getByRole('button', { name: 'Save as a file' }).click();
    await dialog.getByRole('button', { name: 'Sign out', exact: true }).click();

    await expect(page).toHaveURL(/\/sign-in$/);
    expect(await replicasOf(page, owner)).toEqual([]);
    line.isCut = false;
    await signInOnPage(page);
    await page.goto('/changes');
    await expect(page.locator('.change').filter({ hasText: 'Left for later' })).toContainText('Saved', { timeout: 20_000 });
  });
});

test('P13: what somebody left here who was signed out elsewhere goes when the next person comes', async ({ page, context }) => {
  await signIn(page);
  await open(page, '/products');
  const owner = await idOf(page);
  await expect.poll(() => replicasOf(page, owner)).toHaveLength(1);
  // Of another store too.
  await page.evaluate(async (name) => {
    const request = indexedDB.open(name);
    await new Promise((done) => (request.onsuccess = done));
    request.result.close();
  }, `vitrine-shelf-${'0'.repeat(32)}-${owner}`);
  await page.evaluate((owner) => {
    for (const kind of ['pins', 'pins-turn']) localStorage.setItem(`vitrine-${kind}-${'0'.repeat(32)}-${owner}`, 'left here');
  }, owner);
  expect(await viewsOf(page, owner)).toHaveLength(2);

  await context.clearCookies();
  await signIn(page, 'editor@test.test');
  await open(page, '/products');

  const editor = await idOf(page);
  await expect.poll(() => replicasOf(page, editor)).toHaveLength(1);
  await expect.poll(async () => (await databases(page)).filter((name) => name.endsWith(owner))).toEqual([]);
  await expect.poll(() => viewsOf(page, owner)).toEqual([]);
});

test.describe('the offer to install it', () => {
  const offer = (page) => page.locator('.offer');

  /** A browser that offers it on every page, before anything of ours is there, to somebody who was here on an earlier day. */
  async function offered(page, { firstDay = -1 } = {}) {
    await page.addInitScript((firstDay) => {
      const now = new Date();
      const today = Math.floor((now - now.getTimezoneOffset() * 60_000) / 86_400_000);
      if (location.protocol.startsWith('http')) localStorage['vitrine-install'] ??= `${today + firstDay} -`;
      addEventListener('DOMContentLoaded', () => {
        const event = new Event('beforeinstallprompt', { cancelable: true });
        event.prompt = async () => {
          window.prompted = (window.prompted ?? 0) + 1;
          return { outcome: 'accepted' };
        };
        dispatchEvent(event);
        window.wasLeftToUs = event.defaultPrevented;
      });
    }, firstDay);
    await signIn(page);
    await open(page, '/products');
  }

  test('comes on the second day, makes way for what one types, and is not made again after "Not now"', async ({ page }) => {
    await offered(page);
    await expect(offer(page)).toContainText('install it as an app');
    expect(await page.evaluate(() => window.wasLeftToUs)).toBe(true);
    await page.locator('.find > .input').focus();
    await expect(offer(page)).toBeHidden();
    await page.locator('.find > .input').blur();
    await expect(offer(page)).toBeVisible();

    await offer(page).getByRole('button', { name: 'Not now' }).click();
    await expect(offer(page)).toHaveCount(0);
    await page.reload();
    await alive(page);
    await page.waitForTimeout(4_000);
    await expect(offer(page)).toHaveCount(0);
    expect(await page.evaluate(() => window.prompted)).toBeUndefined();
  });

  test('is taken with a press, which asks the browser once', async ({ page }) => {
    await offered(page);
    await offer(page).getByRole('button', { name: 'Install' }).click();
    await expect(offer(page)).toHaveCount(0);
    await expect.poll(() => page.evaluate(() => window.prompted)).toBe(1);
  });

  test('goes when it was installed in another way', async ({ page }) => {
    await offered(page);
    await expect(offer(page)).toBeVisible();
    await page.evaluate(() => dispatchEvent(new Event('appinstalled')));
    await expect(offer(page)).toHaveCount(0);
  });

  test('is not made on the first day', async ({ page }) => {
    await offered(page, { firstDay: 0 });
    await page.waitForTimeout(4_000);
    await expect(offer(page)).toHaveCount(0);
  });

  test.describe('on a phone', () => {
    test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

    test('stands above the tabs, and is as large as a thumb', async ({ page }) => {
      await offered(page);
      await expect(offer(page)).toBeInViewport({ ratio: 1 });
      const { y: tabs } = await page.getByRole('navigation', { name: 'Main' }).boundingBox();
      for (const name of ['Install', 'Not now']) {
        const { y, height } = await offer(page).getByRole('button', { name }).boundingBox();
        expect(height).toBeGreaterThanOrEqual(44);
        expect(y + height).toBeLessThan(tabs);
      }
    });
  });
});

test('P11: the page of changes says what the browser may delete, and how to prevent it', async ({ page }) => {
  await signIn(page);
  await open(page, '/products');
  // One gets there when nothing waits, too.
  await page.locator('.face').click();
  await page.locator('#person').getByRole('link', { name: 'On this device' }).click();
  await expect(page).toHaveURL(/\/changes$/);
  const here = page.getByRole('region', { name: 'Kept by this browser' });
  await expect(here).toContainText('may delete what is on this device when it runs out of room');

  // As iPhones and iPads tell.
  await page.addInitScript(() => Object.defineProperty(navigator, 'standalone', { value: false }));
  await open(page, '/changes');
  await expect(here).toContainText('after seven days without a visit');
  await expect(here).toContainText('tap Share, then Add to Home Screen');
});

test.describe('a file that is opened with it', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'ERR_', 'Failed to fetch'] });

  const hint = (page) => page.locator('#file-h');

  /** The page as a browser opens it with files: it has them for whoever asks first. */
  async function opened(page, server, store, ...files) {
    await page.addInitScript((files) => {
      const handles = files.map(({ name, type, text }) => ({ kind: 'file', name, getFile: async () => new File([text], name, { type }) }));
      const value = { setConsumer: (consumer) => consumer({ files: handles.splice(0), targetURL: location.href }) };
      Object.defineProperty(window, 'launchQueue', { value, configurable: true });
    }, files);
    await signIn(page, newStore(server, store));
  }

  test('is looked at, and nothing is written', async ({ page, server }) => {
    await opened(page, server, 'opened', { name: 'hats.csv', type: 'text/csv', text: CSV });
    await page.goto('/imports?opened');

    await expect(page).toHaveURL(/\/imports\/[0-9a-f-]{36}/);
    await expect(page.getByRole('heading', { name: 'hats.csv' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Progress' }).getByRole('status')).toHaveText('Dry run done, nothing written yet');
  });

  for (const [what, words, files] of [
    ['several', 'One file is imported at a time', [{ name: 'a.csv', type: 'text/csv', text: CSV }, { name: 'b.csv', type: 'text/csv', text: CSV }]],
    ['empty', 'The file is empty', [{ name: 'empty.csv', type: 'text/csv', text: '' }]],
    ['foreign', 'Only CSV files can be imported', [{ name: 'lamp.png', type: 'image/png', text: 'PNG' }]],
  ]) {
    test(`is not sent when it is ${what}, and the page says so`, async ({ page, server }) => {
      await opened(page, server, `opened-${what}`, ...files);
      await open(page, '/imports?opened');

      await expect(hint(page)).toContainText(words);
      await expect(page.getByText('No imports yet')).toBeVisible();
      await expect(page).toHaveURL(/\/imports\?opened$/);
    });
  }

  test('stays chosen where the server cannot be reached, and is imported when it can', async ({ page, server }) => {
    const line = await lineTo(page, '**/healthz');
    line.isCut = true;
    await opened(page, server, 'opened-tunnel', { name: 'hats.csv', type: 'text/csv', text: CSV });
    await open(page, '/imports?opened');

    await expect(hint(page)).toContainText('The server cannot be reached');
    expect(await page.locator('#file').evaluate((input) => [...input.files].map(({ name }) => name))).toEqual(['hats.csv']);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'hats.csv' })).toBeVisible();
  });

  test.describe('without the server', () => {
    test.use({ serviceWorkers: 'allow' });

    test.afterEach(async ({ server }) => {
      await server.stop();
      await server.start();
    });

    test('waits for it, which the page says', async ({ page, server }) => {
      await opened(page, server, 'opened-offline', { name: 'hats.csv', type: 'text/csv', text: CSV });
      await open(page, '/products');
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      await expect.poll(() => page.evaluate(() => caches.match('/offline').then(Boolean)), { timeout: 20_000 }).toBe(true);
      await server.stop();

      await page.goto('/imports?opened');
      await alive(page);
      await expect(page.getByText('The file that you opened is not sent yet')).toBeVisible();
      await server.start();
      await page.getByRole('link', { name: 'Try again' }).click();

      await expect(page.getByRole('heading', { name: 'hats.csv' })).toBeVisible({ timeout: 15_000 });
      await expect(page.getByText('The file that you opened is not sent yet')).toHaveCount(0);
    });
  });
});

/** The person's id as databases have it in their names. */
const idOf = async (page) => (await page.locator('#main').getAttribute('data-user')).replaceAll('-', '');

const databases = (page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

const replicasOf = async (page, person) => (await databases(page)).filter((name) => name.startsWith('vitrine-replica-') && name.endsWith(person));

/** What is written down of the views a person has made available offline. */
const viewsOf = (page, person) =>
  page.evaluate((person) => Object.keys(localStorage).filter((key) => key.startsWith('vitrine-pins-') && key.endsWith(person)), person);

async function signOut(page) {
  await page.locator('.face').click();
  await page.locator('#person').getByRole('button', { name: 'Sign out' }).click();
}
