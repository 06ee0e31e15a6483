// What the benches of a device share.
import { figure } from './report.mjs';

/** As many as a device keeps by itself. */
export const ROWS = 20_000;

export async function signedIn(browser, address) {
  const context = await browser.newContext({ baseURL: address });
  await context.request.post('/sign-in', { form: { email: 'owner@demo.test', password: 'vitrine-demo' }, maxRedirects: 0 });
  return context;
}

export async function coldStart(context, server, rows) {
  await server.stop();
  const times = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const page = await context.newPage();
    const begun = performance.now();
    await page.goto('/products');
    await page.locator('.row:not(.skel) a').first().waitFor();
    times.push(performance.now() - begun);
    await page.close();
  }
  await server.start();
  figure(`without a network, ${rows.toLocaleString('en')} rows held: a list one can scroll`, Math.min(...times) / 1_000, 's', 1);
}

/** Asks a page again and again, as what is asked of its storage is told later. */
export async function until(page, holds, what) {
  while (!(await page.evaluate(holds, what))) await page.waitForTimeout(50);
}

/** In the page: whether the replica has so many rows. Rows are wanted before they are there: then a page of them is short. */
export async function held(rows) {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
  if (!name) return false;
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const pages = await new Promise((done) => (db.transaction('pages').objectStore('pages').getAll().onsuccess = (event) => done(event.target.result)));
  db.close();
  return pages.filter((page) => page.length > 20_000).length >= rows / 100;
}
