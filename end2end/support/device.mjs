// What tests of offline work do on a page, and see of what it keeps. `test` has a page whose service worker is at work, behind a line that fails on
// purpose: see proxy.mjs.
import { alive, expect, test as base } from './fixtures.mjs';
import { Proxy } from './proxy.mjs';

export const test = base.extend({
  /** Whatever was to go wrong has to have gone wrong by the end of the test. */
  line: async ({ server }, use) => {
    const line = await Proxy.to(server.address);
    await use(line);
    await line.end();
  },

  baseURL: async ({ line }, use) => use(line.address),
});

/** What a browser says of a server that is not there, and of answers that say no. */
export const NO_LINE = ['Failed to load resource', 'ERR_', 'Failed to fetch'];

export const PUSH = '/sync/v1/push';
export const PULL = '/sync/v1/pull';

export const title = (page) => page.getByLabel('Title', { exact: true });
export const field = (page, name = 'title') => page.locator(`[data-field="${name}"] [data-state]`);
export const is = (page, state, options) => expect(field(page)).toHaveAttribute('data-state', state, options);

/** Where the product at a place of the list by title is. */
export async function addressOf(page, place) {
  const list = await (await page.request.get(`/products?sort=title&start=${place}`)).text();
  return /<a [^>]*href="(\/products\/[^"]+)"/.exec(list)[1].replaceAll('&amp;', '&');
}

export async function goTo(page, href) {
  await page.goto(href);
  await alive(page);
}

/** Opens a page, and waits until what it has for offline work is there: it comes when the page is at rest. */
export async function atWork(page, href) {
  await goTo(page, href);
  await expect.poll(() => page.evaluate(outboxOf), { timeout: 20_000 }).not.toBe(null);
}

export async function type(page, text) {
  await title(page).fill(text);
  await title(page).press('Enter');
}

/** What a browser does when it finds the network again. */
export const online = (page) => page.evaluate(() => window.dispatchEvent(new Event('online')));

/** What the server has in a product's history, an entry a text. The line has no part in it. */
export async function entries(page, href) {
  const html = await (await page.request.get(href)).text();
  return page.evaluate((html) => [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('.history > li')].map((entry) => entry.textContent), html);
}

/** How often a text is in a product's history, as the server knows it. */
export const timesWritten = async (page, href, text) => (await entries(page, href)).filter((entry) => entry.includes(text)).length;

/** Waits until the worker answers for the page and has what it keeps. */
export async function covered(page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await expect.poll(() => page.evaluate(() => caches.match('/offline').then(Boolean)), { timeout: 20_000 }).toBe(true);
}

/** Waits until the replica has so many rows. */
export async function held(page, rows) {
  await expect.poll(() => page.evaluate(pagesOfRows), { timeout: 20_000 }).toBeGreaterThanOrEqual(rows / 100);
  // The cookie is written with them.
  await page.waitForTimeout(500);
}

/** A page of nothing, and what a browser does to the worker of an address, whether tabs are open or none. */
export async function workerOf(context, address) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  let status;
  devtools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => versions.filter(({ scriptURL }) => scriptURL.startsWith(address)).forEach(({ runningStatus }) => (status = runningStatus)));
  const registered = new Promise((done) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(address) && !isDeleted);
      if (ours) done(ours.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await registered;
  return {
    page,
    /** It has found the network. */
    sync: () => devtools.send('ServiceWorker.dispatchSyncEvent', { origin: address, registrationId, tag: 'outbox', lastChance: false }),
    /** It needs the memory for something else. */
    stop: async () => {
      expect(status).toBe('running');
      await devtools.send('ServiceWorker.stopAllWorkers');
      await expect.poll(() => status).toBe('stopped');
    },
  };
}

/** How many ops wait on the device. */
export const waiting = (page) => page.evaluate(outboxOf);

/** In the page: how many ops wait in the outbox; null where there is none. */
async function outboxOf() {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-outbox-'));
  if (!name) return null;
  const db = await new Promise((done, failed) => Object.assign(indexedDB.open(name), { onsuccess: (event) => done(event.target.result), onerror: (event) => failed(event.target.error) }));
  const count = await new Promise((done) => {
    if (!db.objectStoreNames.contains('ops')) return done(null);
    db.transaction('ops').objectStore('ops').index('waits').count().onsuccess = (event) => done(event.target.result);
  });
  db.close();
  return count;
}

/** In the page: how many pages of the replica have rows in them. Rows are wanted before they are there: then a page is short. */
async function pagesOfRows() {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
  if (!name) return 0;
  const db = await new Promise((done, failed) => Object.assign(indexedDB.open(name), { onsuccess: (event) => done(event.target.result), onerror: (event) => failed(event.target.error) }));
  const pages = await new Promise((done) => {
    if (!db.objectStoreNames.contains('pages')) return done([]);
    db.transaction('pages').objectStore('pages').getAll().onsuccess = (event) => done(event.target.result);
  });
  db.close();
  return pages.filter((page) => page.length > 5_000).length;
}
