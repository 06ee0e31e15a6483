// What is kept on a device: how soon an edit is saved there, how soon it is in another tab, how long it takes until the device has what it is to have,
// until everything it has kept is on the server, and until one sees a list without a network.
import { chromium } from '@playwright/test';
import { launchOptions } from '../support/chromium.mjs';
import { Server } from '../support/server.mjs';
import { catchUp, manyRows, room } from './replica.mjs';
import { figure, percentile } from './report.mjs';
import { coldStart, held, ROWS, signedIn, until } from './rows.mjs';

const PENDING = 10_000;
const EDITS = 40;
const FAR_EDITS = 10;

export async function deviceBench(engine) {
  const server = await Server.make(engine);
  const browser = await chromium.launch(launchOptions);
  try {
    server.run(['demo', '--products', String(ROWS)]);
    await server.start();
    const context = await signedIn(browser, server.address);
    await fill(context);
    await workerStart(context);
    await edit(context);
    await elsewhere(browser, context, server);
    await room(context);
    await drain(context, server);
    await coldStart(context, server, ROWS);
    await context.close();
    await catchUp(browser, server);
    await manyRows(browser, engine);
  } finally {
    await browser.close();
    await server.end();
  }
}

/** From the first pull on. */
async function fill(context) {
  const page = await context.newPage();
  const asked = page.waitForRequest('**/sync/v1/pull*');
  await page.goto('/products');
  await asked;
  const begun = performance.now();
  await until(page, held, ROWS);
  figure(`${ROWS.toLocaleString('en')} rows on a device that had none`, (performance.now() - begun) / 1_000, 's', 3);
  await page.close();
}

/** What whoever opens a page waits for when the browser has stopped the worker, which it does after half a minute. */
async function workerStart(context) {
  const page = await context.newPage();
  await page.goto('/products');
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const browser = await context.newCDPSession(page);
  let running;
  browser.on('ServiceWorker.workerVersionUpdated', ({ versions }) => versions.forEach(({ runningStatus }) => (running = runningStatus)));
  await browser.send('ServiceWorker.enable');
  // What the worker has: nobody else is asked.
  const ask = () =>
    page.evaluate(async () => {
      const begun = performance.now();
      await (await fetch('/icons.svg')).text();
      return performance.now() - begun;
    });
  const [started, stopped] = [[], []];
  for (let turn = 0; turn < 10; turn += 1) {
    await ask();
    started.push(await ask());
    await browser.send('ServiceWorker.stopAllWorkers');
    for (let tries = 0; running !== 'stopped'; tries += 1) {
      if (tries === 100) throw new Error('the worker was not stopped');
      await page.waitForTimeout(50);
    }
    stopped.push(await ask());
  }
  figure('the service worker is started', Math.min(...stopped) - Math.min(...started), 'ms', 50);
  await page.close();
}

async function edit(context) {
  const [one, other] = [await product(context, 7), await product(context, 7)];
  const saved = [];
  const seen = [];
  for (let turn = 0; turn < EDITS; turn += 1) {
    const text = `Edit ${turn}`;
    const heard = other.evaluate(
      (text) =>
        new Promise((done) => {
          const look = () => (document.querySelector('#title').value === text ? done(Date.now()) : setTimeout(look, 1));
          look();
        }),
      text,
    );
    const [begun, took] = await one.evaluate(async (text) => {
      const input = document.querySelector('#title');
      const state = document.querySelector('[data-field=title] [data-state]');
      input.focus();
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      const [wall, begun] = [Date.now(), performance.now()];
      const kept = new Promise((done) => {
        const watch = new MutationObserver(() => {
          if (state.dataset.state !== 'kept') return;
          watch.disconnect();
          done(performance.now());
        });
        watch.observe(state, { attributes: true });
      });
      input.dispatchEvent(new Event('change', { bubbles: true }));
      input.blur();
      return [wall, (await kept) - begun];
    }, text);
    saved.push(took);
    seen.push((await heard) - begun);
    await one.waitForFunction(() => document.querySelector('[data-field=title] [data-state]').dataset.state === 'saved');
  }
  figure('an edit is saved on the device: 95th percentile', percentile(saved, 0.95), 'ms', 30);
  figure('the same: in another tab', percentile(seen, 0.95), 'ms', 100);
  await one.close();
  await other.close();
}

/** From the moment in which it is wanted to that in which the rows of another device have it. */
async function elsewhere(browser, context, server) {
  const other = await signedIn(browser, server.address);
  const there = await other.newPage();
  await there.goto('/products');
  await until(there, held, ROWS);
  await there.waitForTimeout(2_000);
  const here = await product(context, 11);
  const times = [];
  for (let turn = 0; turn < FAR_EDITS; turn += 1) {
    const text = `far${turn}away`;
    const heard = there.evaluate(heardOf, text);
    const begun = Date.now();
    await here.locator('#title').fill(text);
    await here.locator('#title').press('Enter');
    times.push((await heard) - begun);
  }
  figure('an edit is on another device: 95th percentile', percentile(times, 0.95), 'ms', 500);
  await here.close();
  await other.close();
}

/** Prices are raised and lowered by a hundredth of a percent, which needs no knowledge of what they are. */
async function drain(context, server) {
  const page = await product(context, 9);
  await page.waitForTimeout(3_000);
  await server.stop();
  await page.evaluate(() => {
    const input = document.querySelector('#title');
    input.focus();
    input.value = 'The first of many';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
    input.blur();
  });
  await page.waitForFunction(() => document.querySelector('[data-field=title] [data-state]').dataset.state === 'kept');
  await page.evaluate(putMany, PENDING);
  await server.start();
  const begun = performance.now();
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await until(page, isEmpty);
  figure(`${PENDING.toLocaleString('en')} pending edits are on the server`, (performance.now() - begun) / 1_000, 's', 5);
  await page.close();
}

async function product(context, place) {
  const list = await (await context.request.get(`/products?sort=title&start=${place}`)).text();
  const page = await context.newPage();
  await page.goto(/<a [^>]*href="(\/products\/[^"]+)"/.exec(list)[1].replaceAll('&amp;', '&'));
  await page.waitForSelector('html.hydrated', { state: 'attached' });
  // The engine comes when the page is at rest.
  await page.waitForTimeout(3_000);
  return page;
}

/** In the page: when a text has come to be in a row. It is looked for where the product is once that is known: all of them take a while. */
async function heardOf(text) {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-replica-'));
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const read = new TextDecoder('latin1');
  const pages = () => db.transaction('pages').objectStore('pages');
  const got = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
  try {
    for (;;) {
      if (window.farPage === undefined) {
        const [keys, all] = await Promise.all([got(pages().getAllKeys()), got(pages().getAll())]);
        const at = all.findIndex((page) => read.decode(page).includes(text));
        if (at >= 0) window.farPage = keys[at];
      }
      if (window.farPage !== undefined && read.decode(await got(pages().get(window.farPage))).includes(text)) return Date.now();
      await new Promise((done) => setTimeout(done, 2));
    }
  } finally {
    db.close();
  }
}

/** In the page: whether nothing waits in the outbox. */
async function isEmpty() {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-outbox-'));
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const count = await new Promise((done) => (db.transaction('ops').objectStore('ops').index('waits').count().onsuccess = (event) => done(event.target.result)));
  db.close();
  return count === 0;
}

/** In the page: puts many ops into the outbox, made of the one that waits there. */
async function putMany(count) {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-outbox-'));
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const waits = await new Promise((done) => (db.transaction('ops').objectStore('ops').index('waits').getAll().onsuccess = (event) => done(event.target.result)));
  const model = waits[0].bytes;
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const varint = (number) => {
    const bytes = [];
    for (; number > 127; number = Math.floor(number / 128)) bytes.push((number % 128) | 128);
    return [...bytes, number];
  };
  // Number, rules, then id, lane and user, each sixteen bytes behind their length; the payload; no row; a moment; pending.
  const head = varint(waits[0].number).length;
  const at = head + 1;
  if (model[at] !== 16 || hex(model.subarray(at + 1, at + 17)) !== waits[0].id) throw new Error('an op is written in another way than the bench knows');
  const [rules, laneAndUser] = [model[head], model.subarray(at + 17, at + 51)];
  const tx = db.transaction(['ops', 'meta'], 'readwrite');
  const ops = tx.objectStore('ops');
  for (let n = 1; n <= count; n += 1) {
    const id = crypto.getRandomValues(new Uint8Array(16));
    const number = waits[0].number + n;
    // Prices of all variants, up or down by one basis point; wanted at 0; in no batch.
    const payload = [1, 0, n % 2 === 0 ? 2 : 1, 0, 0];
    const bytes = new Uint8Array([...varint(number), rules, 16, ...id, ...laneAndUser, payload.length, ...payload, 0, 0, 0]);
    ops.put({ number, id: hex(id), waits: 1, bytes });
  }
  // The next number.
  const meta = await new Promise((done) => (tx.objectStore('meta').get(0).onsuccess = (event) => done(event.target.result)));
  const next = varint(waits[0].number + 1);
  const place = 17;
  if (next.some((byte, at) => meta[place + at] !== byte)) throw new Error('what is kept of an outbox is written in another way than the bench knows');
  tx.objectStore('meta').put(new Uint8Array([...meta.subarray(0, place), ...varint(waits[0].number + count + 1), ...meta.subarray(place + next.length)]), 0);
  await new Promise((done, failed) => Object.assign(tx, { oncomplete: done, onabort: () => failed(tx.error) }));
  db.close();
}
