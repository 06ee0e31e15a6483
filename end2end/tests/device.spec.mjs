// What is saved on the device: without a line, in several tabs, over reloads, by whoever is signed in. The numbers are those of the promises in
// app/domain/src/sync.rs.
import { another, expect, lineTo, newStore, post, signIn, test, watch } from '../support/fixtures.mjs';
import { addressOf, goTo, is, online, title, type } from '../support/device.mjs';

const historyOf = (page, text) => page.locator('.history > li').filter({ hasText: text });

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test.describe('without a line', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'ERR_'] });

  test('p02 p07 what is typed is kept on the device, is there after a reload, and is saved once when the line is back', async ({ page }) => {
    const href = await addressOf(page, 500);
    const line = await lineTo(page, '**/sync/v1/**');
    await goTo(page, href);
    line.isCut = true;
    await type(page, 'Typed in a tunnel');
    await is(page, 'kept');
    await expect(page.locator('.save-state')).toContainText(/1 change saved on this device/);

    // Nothing is lost by leaving: no question is asked.
    await goTo(page, href);
    await expect(title(page)).toHaveValue('Typed in a tunnel');
    await is(page, 'kept');
    await type(page, 'Typed in a longer tunnel');
    await is(page, 'kept');

    line.isCut = false;
    await online(page);
    await is(page, 'saved');
    await expect(page.locator('.save-state')).toBeEmpty();
    await expect(historyOf(page, 'longer tunnel')).toHaveCount(1);
    await goTo(page, href);
    await expect(title(page)).toHaveValue('Typed in a longer tunnel');
  });

  test('p05 it goes out by itself, without anybody doing anything', async ({ page }) => {
    const line = await lineTo(page, '**/sync/v1/**');
    await goTo(page, await addressOf(page, 510));
    line.isCut = true;
    await type(page, 'Goes out by itself');
    await is(page, 'kept');
    await expect.poll(() => line.refused).toBeGreaterThan(1);
    line.isCut = false;
    await is(page, 'saved', { timeout: 30_000 });
  });

  test('p07 what is typed in one tab is in the others at once', async ({ page, context }) => {
    const href = await addressOf(page, 520);
    const line = await lineTo(page, '**/sync/v1/**');
    await goTo(page, href);
    const other = await context.newPage();
    await goTo(other, href);
    // The other one has no line either.
    await other.route('**/sync/v1/**', (route) => route.abort());
    // Each is at work.
    await other.waitForTimeout(3_000);
    line.isCut = true;
    await type(page, 'In two tabs');
    await is(page, 'kept');
    await expect(title(other)).toHaveValue('In two tabs', { timeout: 1_000 });
    await is(other, 'kept');
    await other.close();
  });

  test('p11 where nothing can be kept, an edit goes to the server, and without a line it stays on the screen', async ({ page }) => {
    await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
    const line = await lineTo(page, '**/sync/v1/**');
    await goTo(page, await addressOf(page, 530));
    await type(page, 'Straight to the server');
    await is(page, 'saved');

    line.isCut = true;
    await type(page, 'Nowhere to be kept');
    await is(page, 'failed');
    await expect(page.locator('[data-field="title"] .error')).toContainText('stays on this page');
    await expect(title(page)).toHaveValue('Nowhere to be kept');
    line.isCut = false;
    await is(page, 'saved', { timeout: 20_000 });
  });

  test('p03 p04 a conflict that was met while one was away waits until one decides', async ({ page, browser, server }) => {
    const href = await addressOf(page, 540);
    const line = await lineTo(page, '**/sync/v1/**');
    await goTo(page, href);
    line.isCut = true;
    await type(page, 'Mine, in the warehouse');
    await is(page, 'kept');

    const { page: other, close } = await another(browser, server, 'editor@test.test');
    await goTo(other, href);
    await type(other, 'Theirs, in the office');
    await is(other, 'saved');
    await close();

    line.isCut = false;
    await online(page);
    await expect(page.locator('.conflict')).toContainText('Theirs, in the office');
    await expect(page.locator('.conflict')).toContainText('Mine, in the warehouse');
    await expect(page.locator('.conflict')).toContainText('Test editor changed the title');

    await page.close({ runBeforeUnload: false });
    const again = await page.context().newPage();
    await goTo(again, href);
    await expect(again.locator('.conflict')).toContainText('Mine, in the warehouse');
    await again.getByRole('button', { name: 'Keep mine' }).click();
    await is(again, 'saved');
    await goTo(again, href);
    await expect(title(again)).toHaveValue('Mine, in the warehouse');
    await expect(again.locator('.conflict')).toHaveCount(0);
    await again.close();
  });
});

test.describe('when the server is killed', () => {
  test.use({ expectedErrors: ['ERR_CONNECTION', 'Failed to load resource', 'TypeError: Failed to fetch'] });

  test('p01 what was kept survives the tab and the server', async ({ page, server }) => {
    const href = await addressOf(page, 550);
    await goTo(page, href);
    // The engine is there.
    await page.waitForTimeout(2_500);
    await server.stop('SIGKILL');
    await type(page, 'Survives both');
    await is(page, 'kept');
    const context = page.context();
    await page.close();
    await server.start();

    const later = await context.newPage();
    await goTo(later, href);
    await is(later, 'saved');
    await expect(title(later)).toHaveValue('Survives both');
    await expect(historyOf(later, 'Survives both')).toHaveCount(1);
    await later.close();
  });
});

test.describe('signed out in the middle', () => {
  test.use({ expectedErrors: ['401'] });

  test('p13 what was typed waits for the one who typed it', async ({ page, context }) => {
    const href = await addressOf(page, 560);
    await goTo(page, href);
    await context.clearCookies();
    await type(page, 'Typed while signed out');
    await is(page, 'kept');
    const sign = page.getByRole('link', { name: 'Sign in to send 1 change' });
    await expect(sign).toBeVisible();

    // Somebody else sends nothing of it, and does not see it.
    await signIn(page, 'editor@test.test');
    const tab = await context.newPage();
    const errors = watch(tab);
    await goTo(tab, href);
    await expect(title(tab)).not.toHaveValue('Typed while signed out');
    await tab.waitForTimeout(3_000);
    await expect(title(tab)).not.toHaveValue('Typed while signed out');
    await tab.close();
    expect(errors).toEqual([]);

    await signIn(page);
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await is(page, 'saved');
    await expect(page.locator('.save-state')).toBeEmpty();
  });
});

test('P16: an edit is in another browser soon, in each of its tabs, and what is being typed there stays', async ({ page, browser, server }) => {
  const href = await addressOf(page, 570);
  const { page: first, close } = await another(browser, server, 'editor@test.test', { expected: ['net::ERR_'] });
  await goTo(first, href);
  await poked(first);
  await goTo(page, href);
  await page.waitForTimeout(2_500);

  const took = [];
  for (let edit = 0; edit < 10; edit += 1) {
    const text = `Seen elsewhere ${edit}`;
    const began = Date.now();
    const [seen] = await Promise.all([
      first.waitForFunction((text) => document.querySelector('#title').value === text, text, { polling: 10 }).then(() => Date.now() - began),
      type(page, text),
    ]);
    took.push(seen);
    await page.waitForTimeout(1_100);
  }
  console.log(`an edit is in another browser after ${took.join(', ')} ms`);
  // 500 ms are measured by the bench; here others use the machine too.
  expect(took.sort((a, b) => a - b)[5]).toBeLessThan(1_500);

  // Another field that changes meanwhile takes nothing from what is being typed.
  await title(first).fill('Being typed');
  await page.getByLabel('Vendor', { exact: true }).fill('Vendor of somebody else');
  await page.getByLabel('Vendor', { exact: true }).press('Enter');
  await is(page, 'saved');
  await first.waitForTimeout(1_000);
  await expect(title(first)).toHaveValue('Being typed');
  await title(first).press('Enter');
  await is(first, 'saved');
  await expect(first.getByLabel('Vendor', { exact: true })).toHaveValue('Vendor of somebody else');
  await close();
});

test('P16: of several tabs one has the stream, and the one that is looked at next goes on with it', async ({ page, context }) => {
  await goTo(page, '/products');
  await poked(page);
  const asked = [];
  const other = await context.newPage();
  other.on('request', (request) => request.url().includes('/sync/v1/poke') && asked.push(request.url()));
  await goTo(other, '/products');
  await other.waitForTimeout(3_500);
  expect(asked).toEqual([]);

  await page.close();
  await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(1);
  await other.close();
});

test.describe('in another store', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'ERR_'] });

  test('P5: what waits there is told, and sent from the store that one is in', async ({ page, browser, server }) => {
    const email = newStore(server, 'p5');
    server.run(['user', 'add', '--email', email, '--store', 'demo', '--role', 'editor'], { input: '' });
    await signIn(page, email);
    await goToStore(page, 'Demo');
    const href = await addressOf(page, 580);
    const line = await lineTo(page, '**/sync/v1/**');
    await goTo(page, href);
    line.isCut = true;
    await type(page, 'Typed before one went to another store');
    await is(page, 'kept');
    await goToStore(page, 'Store p5');
    await goTo(page, '/changes');
    await expect(page.getByText('1 change waits in another store.')).toBeVisible();
    // Here nothing does.
    await expect(page.locator('.save-state')).toBeEmpty();

    line.isCut = false;
    await goTo(page, '/products');
    const { page: other, close } = await another(browser, server, 'viewer@test.test');
    const there = async () => (await other.request.get(href)).text();
    await expect.poll(there, { timeout: 20_000 }).toContain('Typed before one went to another store');
    await close();
    await goTo(page, '/changes');
    await expect(page.getByText('Nothing waits on this device.')).toBeVisible();
  });
});

/** Goes to another store of one's own, as the menu does. */
async function goToStore(page, name) {
  const html = await (await page.request.get('/products')).text();
  const form = /<form[^>]*action="\/switch-store"[\s\S]*?<\/form>/.exec(html)[0];
  const button = form.split('<button').find((part) => part.includes(name));
  const store = /value="([^"]+)"/.exec(button)?.[1];
  // One is there already.
  if (store) expect((await post(page, '/switch-store', { store })).status()).toBe(303);
}

/** Waits until a page has the stream by which it is told of changes. */
async function poked(page) {
  const isOpen = () => page.evaluate(async () => (await navigator.locks.query()).held.some(({ name }) => name.startsWith('vitrine-poke-')));
  await expect.poll(isOpen, { timeout: 10_000 }).toBe(true);
  await page.waitForTimeout(500);
}
