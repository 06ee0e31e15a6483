// What a device keeps, and what becomes of it: promises of offline work (app/domain/src/sync.rs) that hang on the browser alone.
import { expect, signIn, signInOnPage } from '../support/fixtures.mjs';
import { addressOf, atWork, covered, entries, goTo, held, is, NO_LINE, online, PULL, PUSH, test, timesWritten, title, type, waiting } from '../support/device.mjs';
import { Killed, typeAndKill } from '../support/killed.mjs';
import { answeredLate, cutBefore } from '../support/proxy.mjs';

test.use({ serviceWorkers: 'allow', expectedErrors: NO_LINE });

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('P1: what was called saved is there after the browser was killed in the same moment, and arrives once', async ({ page, context, line }) => {
  test.setTimeout(90_000);
  const killed = new Killed();
  try {
    const [cookie] = await context.cookies();
    for (let turn = 0; turn < 5; turn += 1) {
      const href = await addressOf(page, 700 + turn);
      const text = `Killed ${turn} at once`;

      const later = await typeAndKill(killed, { address: line.address, href, text, cookie, line, offline: turn % 2 === 0 });

      await expect.poll(() => timesWritten(page, href, text), { timeout: 30_000 }).toBe(1);
      await expect.poll(() => waiting(later), { timeout: 20_000 }).toBe(0);
      await killed.kill();
    }
  } finally {
    await killed.end();
  }
});

test('P1: an outbox that the browser threw away is made anew of the journal, in its order', async ({ page, line }) => {
  const href = await addressOf(page, 705);
  await atWork(page, href);
  const before = (await entries(page, href)).length;
  const away = await keepTwo(page, line);

  await page.evaluate(remove, 'vitrine-outbox-');
  await goTo(page, href);
  await expect.poll(() => waiting(page), { timeout: 20_000 }).toBe(2);
  await goTo(page, href);
  await expect(title(page)).toHaveValue('Typed secondly');
  expect((await entries(page, href)).length).toBe(before);
  away.end();
  await online(page);

  await expect.poll(() => waiting(page), { timeout: 30_000 }).toBe(0);
  const written = await entries(page, href);
  expect(written.length - before).toBe(2);
  expect(written[0]).toContain('secondly');
  expect(written[1]).toContain('firstly');
  expect(written[1]).not.toContain('secondly');
  await goTo(page, href);
  await expect(title(page)).toHaveValue('Typed secondly');
  await expect(page.locator('.conflict')).toHaveCount(0);
});

test('P1/P7: what was made anew of the journal is on the page by which it was', async ({ page, line }) => {
  const href = await addressOf(page, 708);
  await atWork(page, href);
  const away = await keepTwo(page, line);
  await page.evaluate(remove, 'vitrine-outbox-');

  await goTo(page, href);

  await expect.poll(() => waiting(page), { timeout: 20_000 }).toBe(2);
  await expect(page.locator('.save-state')).toContainText('2 changes saved on this device');
  await expect(title(page)).toHaveValue('Typed secondly');
  away.end();
});

/** Two changes of the title that are not sent, until the fault is ended, and are in the journal too. */
async function keepTwo(page, line) {
  const away = line.when(PUSH, cutBefore());
  await type(page, 'Typed firstly');
  await is(page, 'kept');
  await type(page, 'Typed secondly');
  await expect.poll(() => page.evaluate(inJournal)).toBe(2);
  await away.happened();
  return away;
}

/** In the page: how many ops the journal has. */
async function inJournal() {
  const name = (await caches.keys()).find((name) => name.startsWith('vitrine-journal-'));
  return name ? (await (await caches.open(name)).keys()).length : 0;
}

for (const [way, years] of [
  ['ahead', 10],
  ['behind', -10],
]) {
  test(`P5: a clock ten years off, in either direction, changes nothing: ${way}`, async ({ page, line }) => {
    const href = await addressOf(page, years > 0 ? 706 : 707);
    await page.addInitScript(wrongClock, years * 365.25 * 86_400_000);
    await atWork(page, href);
    expect(await page.evaluate(() => [Date.now(), Number(new Date())].map((now) => new Date(now).getFullYear()))).toEqual(Array(2).fill(new Date().getFullYear() + years));
    const away = line.when(PUSH, cutBefore());
    await type(page, `Clock ${way} by ten years`);
    await is(page, 'kept');
    await away.happened();
    await expect(page.locator('.save-state')).toHaveText(/^1 change saved on this device$/);
    // It is there after a reload, and as old as it is.
    await goTo(page, href);
    await expect(title(page)).toHaveValue(`Clock ${way} by ten years`);
    await expect(page.locator('.save-state')).toHaveText(/^1 change saved on this device$/);

    away.end();
    await online(page);

    await is(page, 'saved', { timeout: 20_000 });
    await expect(page.locator('.save-state')).toBeEmpty();
    expect(await timesWritten(page, href, `Clock ${way} by`)).toBe(1);
    expect(await waiting(page)).toBe(0);
  });
}

/** In the page, before anything of it: the time is another. */
function wrongClock(shift) {
  const right = Date;
  window.Date = new Proxy(right, {
    construct: (right, given, called) => Reflect.construct(right, given.length === 0 ? [right.now() + shift] : given, called),
    get: (right, name) => (name === 'now' ? () => right.now() + shift : Reflect.get(right, name)),
  });
}

test('P7: nothing goes back in time in any tab, though what the server said of the past comes late', async ({ page, context, line }) => {
  const href = await addressOf(page, 710);
  const other = await context.newPage();
  await Promise.all([atWork(page, href), atWork(other, href)]);
  const late = line.when(PULL, answeredLate(700));
  const follow = (page) =>
    page.evaluate(() => {
      window.seen = [];
      const look = () => {
        const now = document.querySelector('#title').value;
        if (window.seen.at(-1) !== now) window.seen.push(now);
        setTimeout(look, 1);
      };
      look();
    });
  await Promise.all([follow(page), follow(other)]);
  const base = await title(page).inputValue();

  for (let turn = 1; turn <= 6; turn += 1) {
    await type(page, `Version ${turn}`);
    await is(page, 'saved', { timeout: 20_000 });
  }

  await expect(title(other)).toHaveValue('Version 6');
  await late.happened(2);
  await page.waitForTimeout(1_500);
  const inOrder = [base, ...[1, 2, 3, 4, 5, 6].map((turn) => `Version ${turn}`)];
  for (const tab of [page, other]) {
    const seen = await tab.evaluate(() => window.seen);
    const places = seen.map((text) => inOrder.indexOf(text)).filter((place) => place >= 0);
    expect(places, seen.join(', ')).toEqual([...places].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe('Version 6');
  }
  await other.close();
});

test('P7: a page that was on its way while something was saved shows it all the same', async ({ page, context, line }) => {
  const href = await addressOf(page, 715);
  await atWork(page, href);
  const old = line.when(href.split('?')[0], answeredLate(2_000), { times: 1 });
  const other = await context.newPage();
  const opening = goTo(other, href);
  await expect.poll(() => old.statuses.length).toBe(1);

  await type(page, 'Saved meanwhile');
  await is(page, 'saved');
  await opening;

  await old.happened();
  await expect(title(other)).toHaveValue('Saved meanwhile');
  await other.close();
});

for (const [how, lose] of [
  ['deleted', remove],
  ['full of rubbish', spoil],
]) {
  test(`P9: rows on the device that are ${how} cost nothing but fetching them again`, async ({ page, line, server }) => {
    await goTo(page, '/products');
    await held(page, 3_000);
    const href = await addressOf(page, how === 'deleted' ? 720 : 721);
    await goTo(page, href);
    const away = line.when(PUSH, cutBefore());
    await type(page, `Outlives rows ${how}`);
    await is(page, 'kept');
    await away.happened();

    // With the page open, and its handle on what was there.
    await page.evaluate(lose, 'vitrine-replica-');
    expect(await waiting(page)).toBe(1);
    away.end();
    await online(page);
    await is(page, 'saved', { timeout: 20_000 });
    expect(await timesWritten(page, href, `Outlives rows ${how}`)).toBe(1);

    const begun = Date.now();
    await goTo(page, '/products');
    await held(page, 3_000);
    test.info().annotations.push({ type: 'usable again', description: `${Date.now() - begun} ms` });
    await covered(page);
    line.cut();
    await goTo(page, '/products?q=outlives');
    await expect(page.locator('.band.offline')).toContainText(/All 3,0\d\d products are on this device/);
    await expect(page.locator('.row:not(.skel) a').first()).toContainText('Outlives rows');
    line.mend();
  });
}

/** In the page. */
async function remove(name) {
  const names = (await indexedDB.databases()).map((db) => db.name).filter((known) => known.startsWith(name));
  await Promise.all(names.map((name) => new Promise((done, failed) => Object.assign(indexedDB.deleteDatabase(name), { onsuccess: done, onerror: failed }))));
  if (names.length === 0) throw new Error(`there is no ${name}`);
}

/** In the page: every page of rows, and what is written down of them all, is something else by now. */
async function spoil(name) {
  const known = (await indexedDB.databases()).map((db) => db.name).find((known) => known.startsWith(name));
  const db = await new Promise((done) => (indexedDB.open(known).onsuccess = (event) => done(event.target.result)));
  const tx = db.transaction(['pages', 'meta'], 'readwrite');
  for (const store of ['pages', 'meta'].map((name) => tx.objectStore(name))) {
    const keys = await new Promise((done) => (store.getAllKeys().onsuccess = (event) => done(event.target.result)));
    if (keys.length === 0) throw new Error(`there is nothing in ${store.name}`);
    for (const key of keys) store.put(crypto.getRandomValues(new Uint8Array(100)), key);
  }
  await new Promise((done, failed) => Object.assign(tx, { oncomplete: done, onabort: () => failed(tx.error) }));
  db.close();
}

test('P15: a server that was put back to a copy gets again what it has lost, once', async ({ page, line, server }) => {
  test.setTimeout(90_000);
  const href = await addressOf(page, 725);
  await server.stop();
  server.backUp();
  await server.start();
  await atWork(page, href);
  const before = (await entries(page, href)).length;
  await type(page, 'Newer than the copy');
  await is(page, 'saved', { timeout: 20_000 });
  await expect.poll(() => waiting(page)).toBe(0);
  line.cut();
  await server.stop();
  server.putBack();
  await server.start();
  // Past the line, by which the device would hear of it.
  expect(await timesWritten(page, `${server.address}${href}`, 'Newer than the copy')).toBe(0);

  line.mend();
  await online(page);

  // At the latest when it asks for the next time.
  await expect.poll(() => timesWritten(page, href, 'Newer than the copy'), { timeout: 45_000 }).toBe(1);
  await expect.poll(() => waiting(page), { timeout: 20_000 }).toBe(0);
  await goTo(page, href);
  await expect(title(page)).toHaveValue('Newer than the copy');
  await page.waitForTimeout(2_000);
  expect((await entries(page, href)).length - before).toBe(1);
});

test('P10: of a store that is here in part, the list says so, and never that something does not exist', async ({ page, line }) => {
  // What the second step of rows is asked for never arrives.
  let pulls = 0;
  const gone = line.when(PULL, async (exchange) => ((pulls += 1) <= 2 ? exchange.pass() : exchange.cut()));
  await goTo(page, '/products');
  await held(page, 2_000);
  await gone.happened(3);
  await covered(page);
  line.cut();

  await goTo(page, '/products?sort=title');
  await expect(page.locator('.band.offline')).toContainText(/Offline\. 2,000 of 3,0\d\d products are on this device, as of \d\d:\d\d\./);
  await goTo(page, '/products?q=nothing-is-called-so');
  await expect(page.getByText('Nothing on this device matches')).toBeVisible();
  await expect(page.getByText('No product matches')).toHaveCount(0);
});

test('P11: where the device is full, an edit goes straight to the server, and without a line it stays on the screen', async ({ page, context, line }) => {
  const href = await addressOf(page, 730);
  const browser = await context.newCDPSession(page);
  const room = (quotaSize) => browser.send('Storage.overrideQuotaForOrigin', { origin: line.address, ...(quotaSize === undefined ? {} : { quotaSize }) });
  // Before anything is opened: what a browser knows of the room there is it believes for a while.
  await room(1);
  await atWork(page, href);
  await type(page, 'Straight, as there is no room');
  await is(page, 'saved', { timeout: 20_000 });
  expect(await page.evaluate(kept)).toBe(0);
  expect(await timesWritten(page, href, 'no room')).toBe(1);

  line.cut();
  await type(page, 'No room and no line');
  await is(page, 'failed', { timeout: 20_000 });
  await expect(page.locator('[data-field="title"] .error')).toContainText('This device is full, and the server cannot be reached. What you typed stays on this page');
  await expect(title(page)).toHaveValue('No room and no line');

  await room();
  line.mend();
  await page.locator('[data-field="title"]').getByRole('button', { name: 'Try again' }).click();
  await is(page, 'saved', { timeout: 30_000 });
  expect(await timesWritten(page, href, 'No room and no line')).toBe(1);
});

/** In the page: how many ops the outbox has, ended or not. */
async function kept() {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('vitrine-outbox-'));
  const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const count = await new Promise((done) => (db.transaction('ops').objectStore('ops').count().onsuccess = (event) => done(event.target.result)));
  db.close();
  return count;
}

test.describe('P13: signing out while something is only on the device', () => {
  const leave = async (page) => {
    await page.getByRole('button', { name: 'Demo Owner' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  };
  const dialog = (page) => page.getByRole('dialog');

  // A session of its own, which ends.
  test.beforeEach(async ({ page }) => {
    await signInOnPage(page);
  });

  test('it can be sent first', async ({ page, line }) => {
    const href = await addressOf(page, 740);
    await atWork(page, href);
    const away = line.when(PUSH, cutBefore());
    await type(page, 'Sent before leaving');
    await is(page, 'kept');
    await away.happened();
    await leave(page);
    await expect(dialog(page)).toContainText('1 change is only on this device');

    away.end();
    await dialog(page).getByRole('button', { name: 'Send and sign out' }).click();

    await expect(page).toHaveURL(/\/sign-in/, { timeout: 20_000 });
    await signIn(page);
    expect(await timesWritten(page, href, 'Sent before leaving')).toBe(1);
  });

  test('it can be taken along and left here, where nobody else sees it, until one is back', async ({ page, line }) => {
    const href = await addressOf(page, 741);
    await atWork(page, href);
    const away = line.when(PUSH, cutBefore());
    await type(page, 'Left on the device');
    await is(page, 'kept');
    await away.happened();
    await leave(page);
    const saving = page.waitForEvent('download');
    await dialog(page).getByRole('button', { name: 'Save as a file' }).click();
    const file = await (await saving).createReadStream();
    let text = '';
    for await (const part of file) text += part;
    expect(text).toContain('"Left on the device"');
    await dialog(page).getByRole('button', { name: 'Sign out', exact: true }).click();
    await expect(page).toHaveURL(/\/sign-in/);
    away.end();

    await signIn(page, 'editor@test.test');
    await atWork(page, href);
    await page.waitForTimeout(2_000);
    await expect(title(page)).not.toHaveValue('Left on the device');
    await goTo(page, '/changes');
    await expect(page.getByText('Everything is on the server')).toBeVisible();
    expect(await timesWritten(page, href, 'Left on the device')).toBe(0);

    await signIn(page);
    await goTo(page, '/settings');
    await expect.poll(() => timesWritten(page, href, 'Left on the device'), { timeout: 30_000 }).toBe(1);
  });

  test('it is thrown away only by typing so', async ({ page, line }) => {
    const href = await addressOf(page, 742);
    await atWork(page, href);
    const away = line.when(PUSH, cutBefore());
    await type(page, 'Not worth it');
    await is(page, 'kept');
    await away.happened();
    await leave(page);
    await dialog(page).getByText('Throw it away', { exact: true }).click();
    await dialog(page).getByRole('button', { name: 'Throw away and sign out' }).click();
    await expect(dialog(page)).toContainText('Type discard first.');
    expect(await waiting(page)).toBe(1);

    await dialog(page).getByLabel('Type discard').fill('discard');
    await dialog(page).getByRole('button', { name: 'Throw away and sign out' }).click();
    await expect(page).toHaveURL(/\/sign-in/, { timeout: 20_000 });

    away.end();
    await signIn(page);
    await atWork(page, href);
    await page.waitForTimeout(1_000);
    expect(await timesWritten(page, href, 'Not worth it')).toBe(0);
    await expect(title(page)).not.toHaveValue('Not worth it');
  });
});
