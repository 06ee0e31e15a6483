// P12 of app/domain/src/sync.rs: releases while tabs of the builds before are open.
import { join } from 'node:path';
import { alive, expect, signIn } from '../support/fixtures.mjs';
import { buildsOf, makeBuild } from '../support/builds.mjs';
import { addressOf, atWork, covered, entries, goTo, is, NO_LINE, PUSH, test, timesWritten, title, type, waiting, workerOf } from '../support/device.mjs';
import { cutBefore, hangs } from '../support/proxy.mjs';

test.use({ serviceWorkers: 'allow', expectedErrors: NO_LINE });

const MARKS = ['AAAA', 'BBBB', 'CCCC'];
const notice = (page) => page.locator('.newer');
const rail = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
const builds = (page) => page.evaluate(buildsOf, MARKS);
const mine = (page) => page.evaluate((marks) => marks.find((mark) => document.querySelector('link[rel=modulepreload]').href.includes(`.${mark}`)), MARKS);

/** Whether a worker is on its way. */
const comes = async () => {
  const { waiting, installing } = await navigator.serviceWorker.getRegistration();
  return Boolean(waiting ?? installing);
};

/**
 * Waits until a page's worker has taken over from the one before. While its tools look at a worker that is to go, Chromium ends it whatever it has to
 * do, so that a page that is opened meanwhile never comes; and one that was called again at that moment it keeps for ever, where else it would end
 * it once it has nothing to do.
 */
async function takenOver(page) {
  const over = (timeout) => expect.poll(() => page.evaluate(comes), { timeout }).toBe(false);
  await over(5_000).catch(async () => {
    const tools = await page.context().newCDPSession(page);
    await tools.send('ServiceWorker.enable');
    await tools.send('ServiceWorker.stopAllWorkers');
    await over(10_000);
    await tools.detach();
  });
}

/** The names of all files' caches, by their marks. */
const filesOf = (page) =>
  page.evaluate(async (marks) => {
    const names = (await caches.keys()).filter((name) => name.startsWith('vitrine-files-'));
    const files = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return files.map((files) => marks.find((mark) => files.some((file) => file.includes(`.${mark}`)))).sort();
  }, MARKS);

test.beforeEach(async ({ page, server }) => {
  server.builds ??= MARKS.map((mark) => makeBuild(join(server.dir, mark), mark));
  await release(server, 0);
  await signIn(page);
});

test.afterEach(async ({ server }) => {
  delete server.env.VITRINE_SITE_DIR;
  await server.stop();
  await server.start();
});

/** Starts the server on a build. */
async function release(server, number) {
  await server.stop();
  server.env.VITRINE_SITE_DIR = server.builds[number];
  await server.start();
}

test('P12: tabs of three builds work beside each other, none mixes them, none loses what was typed, and everything goes out', async ({ page, context, server, line }) => {
  test.setTimeout(120_000);
  const [first, second, third] = await Promise.all([800, 801, 802].map((place) => addressOf(page, place)));
  await goTo(page, '/products');
  await covered(page);
  expect(await mine(page)).toBe('AAAA');
  // Of build A: somebody is in the middle of a word, and has something on the device.
  const typing = await context.newPage();
  await goTo(typing, first);
  await title(typing).fill('In the middle of a wo');
  const away = line.when(PUSH, cutBefore());
  const saving = await context.newPage();
  await goTo(saving, second);
  await type(saving, 'Saved by build A');
  await is(saving, 'kept');
  await away.happened();

  await release(server, 1);
  const b = await context.newPage();
  await goTo(b, '/products');
  expect(await mine(b)).toBe('BBBB');

  // All of A are told, and none is taken anywhere.
  for (const tab of [page, typing, saving]) await expect(notice(tab)).toContainText('A new version is ready.', { timeout: 20_000 });
  await expect(notice(b).getByText('A new version')).toBeHidden();
  await takenOver(b);
  await expect(title(typing)).toHaveValue('In the middle of a wo');
  await notice(typing).getByRole('button', { name: 'Reload' }).click();
  await expect(notice(typing)).toContainText('Not everything is saved yet');
  await expect(title(typing)).toHaveValue('In the middle of a wo');
  // A page of A that was never opened is of A, and there, though the server has it no more.
  await rail(page, 'Review').click();
  await expect(page.getByRole('heading', { name: 'Review', exact: true })).toBeVisible();
  expect(await builds(page)).toEqual(['AAAA']);

  await release(server, 2);
  const c = await context.newPage();
  await goTo(c, third);
  expect(await mine(c)).toBe('CCCC');
  await expect(notice(b)).toContainText('A new version is ready.', { timeout: 20_000 });
  await takenOver(c);
  await rail(page, 'Usage').click();
  await expect(page.getByRole('heading', { name: 'Usage', exact: true })).toBeVisible();
  await rail(b, 'Settings').click();
  await expect(b.getByRole('heading', { name: 'Settings', exact: true })).toBeVisible();
  await type(c, 'Saved by build C');
  await is(c, 'kept');
  expect([await builds(page), await builds(b), await builds(c)]).toEqual([['AAAA'], ['BBBB'], ['CCCC']]);

  // What A has saved and what C has saved goes out, whoever sends it.
  away.end();
  await expect.poll(() => waiting(c), { timeout: 30_000 }).toBe(0);
  await is(saving, 'saved', { timeout: 20_000 });
  expect([await timesWritten(c, second, 'Saved by build A'), await timesWritten(c, third, 'Saved by build C')]).toEqual([1, 1]);
  // The word is finished, and the old build still sends.
  await type(typing, 'In the middle of a word');
  await is(typing, 'saved', { timeout: 20_000 });
  expect((await entries(c, first))[0]).toContain('word');

  // Once nobody is there who needs them, the files of the builds before go.
  for (const tab of [page, typing, saving, b]) await tab.close();
  // A browser may count a tab for a while after it was closed: then it is the next page that looks again.
  await expect(async () => {
    await c.reload();
    await alive(c);
    await expect.poll(() => filesOf(c), { timeout: 5_000 }).toEqual(['CCCC']);
  }).toPass({ timeout: 40_000 });
  await c.close();
});

test('P12: whoever agrees to the new version gets it, with what was saved by the one before', async ({ page, context, server, line }) => {
  test.setTimeout(80_000);
  const href = await addressOf(page, 805);
  await goTo(page, '/products');
  await covered(page);
  await goTo(page, href);
  const away = line.when(PUSH, cutBefore());
  await type(page, 'From one build to the next');
  await is(page, 'kept');
  await away.happened();
  await release(server, 1);
  const other = await context.newPage();
  await goTo(other, '/settings');
  await expect(notice(page)).toContainText('A new version is ready.', { timeout: 20_000 });

  await notice(page).getByRole('button', { name: 'Reload' }).click();

  await expect.poll(() => mine(page).catch(() => null), { timeout: 20_000 }).toBe('BBBB');
  await alive(page);
  await expect(title(page)).toHaveValue('From one build to the next');
  await is(page, 'kept');
  away.end();
  await is(page, 'saved', { timeout: 30_000 });
  expect(await timesWritten(page, href, 'one build to the next')).toBe(1);
  await other.close();
});

test('P12: a worker that is busy sending does not keep the next build out, and what it sent is there once', async ({ page, context, server, line }) => {
  test.setTimeout(80_000);
  const href = await addressOf(page, 803);
  await atWork(page, href);
  await covered(page);
  const away = line.when(PUSH, cutBefore());
  await type(page, 'Sent in the background');
  await is(page, 'kept');
  await away.happened();
  const { page: nothing, sync } = await workerOf(context, line.address);
  await page.close();
  away.end();
  const silence = line.when(PUSH, hangs());
  await sync();
  await silence.happened();

  await release(server, 1);
  const b = await context.newPage();
  await goTo(b, '/products');

  await expect.poll(() => b.evaluate(comes), { timeout: 10_000 }).toBe(false);
  silence.end();
  await expect.poll(() => timesWritten(b, href, 'Sent in the background'), { timeout: 30_000 }).toBe(1);
  await expect.poll(() => waiting(b), { timeout: 20_000 }).toBe(0);
  expect(await timesWritten(b, href, 'Sent in the background')).toBe(1);
  await b.close();
  await nothing.close();
});

test('P12: where the new build has come and the network has gone, the old one opens as a whole', async ({ page, server, line }) => {
  await goTo(page, '/products');
  await covered(page);
  await release(server, 1);
  line.cut();

  await goTo(page, '/imports');

  await expect(page.getByRole('heading', { name: 'Imports' }).or(page.getByText('cannot be reached')).first()).toBeVisible();
  expect([await mine(page), await builds(page)]).toEqual(['AAAA', ['AAAA']]);
});
