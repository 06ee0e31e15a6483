// What rows on a device cost: room, time to read, to come again when they were thrown away, to be made current after much has changed, and the start
// without a network when there are very many.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Proxy } from '../support/proxy.mjs';
import { Server } from '../support/server.mjs';
import { figure, percentile } from './report.mjs';
import { coldStart, held, ROWS, signedIn, until } from './rows.mjs';

const CHANGES = process.env.QUICK ? 100_000 : 1_000_000;
const MANY_ROWS = process.env.QUICK ? 30_000 : 100_000;
/** Bytes a second of 10 Mbit/s. */
const SLOW = 1_250_000;

export async function room(context) {
  const page = await context.newPage();
  await page.goto('/products');
  await until(page, held, ROWS);
  const bytes = await page.evaluate(pageSizes);
  figure(`${ROWS.toLocaleString('en')} rows on a device take`, bytes / 1e6, 'MB', 200);

  const times = await page.evaluate(readSome);
  figure('50 rows are read from its disk: 95th percentile', percentile(times, 0.95), 'ms', 10);

  await page.evaluate(throwAway);
  const begun = performance.now();
  await page.reload();
  await page.locator('.row:not(.skel) a').first().waitFor();
  figure('the rows on a device were thrown away: a list is there', (performance.now() - begun) / 1_000, 's', 5);
  await until(page, held, ROWS);
  figure('the same: until all rows are there again', (performance.now() - begun) / 1_000, 's', null);
  await page.close();
}

/** Every product is changed again and again while the device is away. */
export async function catchUp(browser, server) {
  const line = await Proxy.to(server.address);
  const context = await signedIn(browser, line.address);
  const before = await context.newPage();
  await before.goto('/products');
  await until(before, held, ROWS);
  await before.close();
  const turns = CHANGES / ROWS;
  changeAll(server, turns);

  line.rate = SLOW;
  const [asked, passed] = [line.count('/sync/v1/pull'), line.passed];
  const page = await context.newPage();
  await page.goto('/products');
  await until(page, allSay, [`Turn ${turns} `, ROWS]);
  const took = Date.now() - line.times('/sync/v1/pull')[asked];
  figure(`${CHANGES.toLocaleString('en')} changes while it was away, ${ROWS.toLocaleString('en')} rows held, at 10 Mbit/s: current`, took / 1_000, 's', 10);
  figure('the same: came over the line, with the page', (line.passed - passed) / 1e6, 'MB', null);
  await context.close();
  await line.end();
}

/** With the whole catalogue on the device, where one can have it there. */
export async function manyRows(browser, engine) {
  const server = await Server.make(engine);
  try {
    server.run(['demo', '--products', String(MANY_ROWS)]);
    await server.start();
    const context = await signedIn(browser, server.address);
    const page = await context.newPage();
    await page.goto('/changes');
    const keep = page.getByRole('button', { name: 'Keep the whole catalogue on this device' });
    if (!(await keep.waitFor({ timeout: 20_000 }).then(() => true, () => false))) {
      console.log('  the whole catalogue cannot be kept on a device: the start with very many rows is not measured');
      return;
    }
    const begun = performance.now();
    await keep.click();
    await until(page, held, MANY_ROWS);
    figure(`${MANY_ROWS.toLocaleString('en')} rows on a device that is to have the whole catalogue`, (performance.now() - begun) / 1_000, 's', null);
    await page.waitForTimeout(2_000);
    figure('the same: they take', (await page.evaluate(pageSizes)) / 1e6, 'MB', 200);
    await page.close();
    await coldStart(context, server, MANY_ROWS);
    await context.close();
  } finally {
    await server.end();
  }
}

/** Has titles say which turn it is, by files that are imported while nobody is served. */
function changeAll(server, turns) {
  const file = join(server.dir, 'catalogue.csv');
  server.run(['export', file, '--store', 'demo']);
  // Lines that begin a product: a title, quoted or not, and a handle. Whatever else looks like one is changed too, and no worse for it.
  const lines = readFileSync(file, 'utf8').replace(/^("[^"\n]*"|[^,"\n]+),([a-z0-9-]+),/gm, 'Turn 0 $2,$2,');
  for (let turn = 1; turn <= turns; turn += 1) {
    writeFileSync(file, lines.replace(/^Turn 0 /gm, `Turn ${turn} `));
    server.run(['import', file, '--store', 'demo', '--overwrite']);
  }
}

/** In the page: bytes of all rows that are held. */
async function pageSizes() {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const pages = await new Promise((done) => (db.transaction('pages').objectStore('pages').getAll().onsuccess = (event) => done(event.target.result)));
  db.close();
  return pages.reduce((sum, page) => sum + page.length, 0);
}

/** In the page: reads what has 50 rows that follow each other, as often as it takes to know, by a handle that is new each time. */
async function readSome() {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
  const open = () => new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const times = [];
  for (let turn = 0; turn < 100; turn += 1) {
    const db = await open();
    // A page has a hundred rows: they are on one or on two.
    const first = Math.floor(Math.random() * 199);
    const begun = performance.now();
    const pages = await new Promise((done) => (db.transaction('pages').objectStore('pages').getAll(IDBKeyRange.bound(first, first + (turn % 2))).onsuccess = (event) => done(event.target.result)));
    times.push(performance.now() - begun);
    if (pages.length === 0) throw new Error('rows are kept in another way than the bench knows');
    db.close();
  }
  return times;
}

/** In the page. */
async function throwAway() {
  const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith('vitrine-replica-'));
  await Promise.all(names.map((name) => new Promise((done) => (indexedDB.deleteDatabase(name).onsuccess = done))));
}

/** In the page: whether a text is in as many rows. */
async function allSay([text, rows]) {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const pages = await new Promise((done) => (db.transaction('pages').objectStore('pages').getAll().onsuccess = (event) => done(event.target.result)));
  db.close();
  const read = new TextDecoder('latin1');
  return pages.reduce((sum, page) => sum + read.decode(page).split(text).length - 1, 0) >= rows;
}
