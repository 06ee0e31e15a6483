// The promises of offline work, numbered as in app/domain/src/sync.rs: those that hang on the server, over a line that fails on purpose. More of them
// are in line.spec.mjs (what an answer is), kept.spec.mjs (what a device keeps) and builds.spec.mjs; device.spec.mjs and offline.spec.mjs have what needs
// no such line.
import { another, expect, signIn } from '../support/fixtures.mjs';
import { addressOf, atWork, covered, entries, field, goTo, is, NO_LINE, online, PUSH, test, timesWritten, title, type, waiting, workerOf } from '../support/device.mjs';
import { copied, cutAfter, cutBefore, hangs, OURS, status, twice } from '../support/proxy.mjs';

test.use({ serviceWorkers: 'allow', expectedErrors: NO_LINE });

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('P2: a change whose answer is lost, again and again, is in the history once', async ({ page, line }) => {
  const href = await addressOf(page, 600);
  await atWork(page, href);
  const lost = line.when(PUSH, cutAfter(), { times: 3 });

  await type(page, 'The answer was lost');
  await is(page, 'saved', { timeout: 20_000 });

  // What has become of it is also told with the next pull, however many answers have been lost by then.
  await lost.happened();
  expect(lost.statuses.every((status) => status === 200)).toBe(true);
  expect(await timesWritten(page, href, 'The answer was lost')).toBe(1);
});

test('P2: a change that arrives twice is in the history once', async ({ page, line }) => {
  const href = await addressOf(page, 605);
  await atWork(page, href);
  const doubled = line.when(PUSH, twice(), { times: 1 });

  await type(page, 'It came twice');
  await is(page, 'saved', { timeout: 20_000 });

  await doubled.happened();
  expect(doubled.statuses).toEqual([200, 200]);
  expect(await timesWritten(page, href, 'It came twice')).toBe(1);
});

test('P2: a copy of a change that arrives after a later one takes nothing back', async ({ page, line }) => {
  const href = await addressOf(page, 610);
  await atWork(page, href);
  const long = copied();
  const first = line.when(PUSH, long, { holds: 'The first words' });
  await type(page, 'The first words');
  await is(page, 'saved', { timeout: 20_000 });
  await first.happened();
  first.end();
  await type(page, 'The second words');
  await is(page, 'saved', { timeout: 20_000 });
  const before = await entries(page, href);

  const answers = await long.again();

  expect(answers.map(({ status }) => status)).toEqual([200]);
  expect(await entries(page, href)).toEqual(before);
  await goTo(page, href);
  await expect(title(page)).toHaveValue('The second words');
});

test('P2: two tabs send a dozen changes at once over a line that loses the first answer, and each is made once', async ({ page, context, line }) => {
  const href = await addressOf(page, 615);
  await atWork(page, href);
  const before = (await entries(page, href)).length;
  const other = await context.newPage();
  await atWork(other, await addressOf(page, 616));
  const away = line.when(PUSH, cutBefore());
  for (let turn = 1; turn <= 12; turn += 1) {
    await type(page, `Draft ${turn}`);
    await is(page, 'kept');
  }
  await away.happened();
  expect(await waiting(page)).toBe(12);

  away.end();
  const lost = line.when(PUSH, cutAfter(), { times: 1 });
  await Promise.all([online(page), online(other)]);

  await expect.poll(() => waiting(page), { timeout: 30_000 }).toBe(0);
  await lost.happened();
  const written = await entries(page, href);
  expect(written.length - before).toBe(12);
  await goTo(page, href);
  await expect(title(page)).toHaveValue('Draft 12');
  await other.close();
});

test('P3: however a change ends, one sees it', async ({ page, browser, server, line }) => {
  const [same, deleted, changed, plain] = await Promise.all([620, 621, 622, 623].map((place) => addressOf(page, place)));
  const { page: office, close } = await another(browser, server, 'editor@test.test');
  const away = line.when(PUSH, cutBefore());
  for (const [href, text] of [[same, 'The same by both'], [deleted, 'Of what is gone'], [changed, 'Mine of the two'], [plain, 'Nothing against it']]) {
    await goTo(page, href);
    await type(page, text);
    await is(page, 'kept');
  }
  await goTo(office, same);
  await type(office, 'The same by both');
  await is(office, 'saved');
  await goTo(office, changed);
  await type(office, 'Theirs of the two');
  await is(office, 'saved');
  await goTo(office, deleted);
  await office.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect.poll(async () => (await office.request.get(deleted)).text()).toContain('This product is in the trash.');
  await close();
  await goTo(page, '/changes');
  const change = (text) => page.locator('.change').filter({ hasText: text });
  await expect(page.getByRole('heading', { name: 'Saved on this device, not sent yet (4)' })).toBeVisible();

  away.end();
  await online(page);

  await expect(change('Nothing against it')).toContainText('Saved', { timeout: 20_000 });
  await expect(change('The same by both')).toContainText('Was so already');
  await expect(change('Of what is gone')).toContainText('This product is in the trash.');
  await expect(change('of the two')).toContainText('Somebody changed the title while you were away.');
  await expect(page.getByRole('heading', { name: 'Needs you (2)' })).toBeVisible();
  // It is there on another day, too.
  await goTo(page, '/changes');
  await expect(page.locator('.change')).toHaveCount(4);

  // Other tests count the products that there are.
  await goTo(page, deleted);
  await page.locator('.band').getByRole('button', { name: 'Restore' }).click();
  await expect.poll(async () => (await page.request.get(deleted)).text()).not.toContain('This product is in the trash');
});

test('P4: of two devices that edit the same while both are away, the second is told, with what both had seen, theirs and its own', async ({ page, browser, server, line }) => {
  const href = await addressOf(page, 630);
  const { page: other, close } = await another(browser, { address: line.address }, 'owner@demo.test', { expected: NO_LINE, serviceWorkers: 'allow' });
  await Promise.all([goTo(page, href), goTo(other, href)]);
  const base = await title(page).inputValue();
  const [one, two] = ['one', 'two'].map((who) => line.when(PUSH, cutBefore(), { holds: `variant${who}` }));
  await type(page, `${base} variantone`);
  await type(other, `${base} varianttwo`);
  await is(page, 'kept');
  await is(other, 'kept');
  await Promise.all([one.happened(), two.happened()]);

  one.end();
  await online(page);
  await is(page, 'saved', { timeout: 20_000 });
  two.end();
  await online(other);

  await expect(field(other)).toHaveAttribute('data-state', 'conflict', { timeout: 20_000 });
  await goTo(other, '/changes');
  const sides = other.locator('.conflict-sides > div');
  await expect(sides.nth(0)).toContainText(`${base} variantone`);
  await expect(sides.nth(1)).toContainText(`${base} varianttwo`);
  await expect(sides.nth(1).locator('ins')).toContainText('varianttwo');
  // Nothing was overwritten meanwhile.
  expect(await timesWritten(page, href, 'varianttwo')).toBe(0);
  await other.getByRole('button', { name: 'Keep mine' }).click();
  await expect.poll(() => timesWritten(page, href, 'varianttwo'), { timeout: 20_000 }).toBe(1);
  await close();
});

test('P5: what a tab was sending when it was closed, the next one sends', async ({ page, context, line }) => {
  const href = await addressOf(page, 645);
  await atWork(page, href);
  const silence = line.when(PUSH, hangs());
  await type(page, 'Closed in the middle');
  await is(page, 'kept');
  await silence.happened();
  await page.close();
  silence.end();

  const later = await context.newPage();
  await goTo(later, '/settings');

  await expect.poll(() => waiting(later), { timeout: 30_000 }).toBe(0);
  expect(await timesWritten(later, href, 'Closed in the middle')).toBe(1);
  await later.close();
});

test('P5: a worker that is stopped in the middle of a push loses nothing', async ({ page, context, line }) => {
  const href = await addressOf(page, 646);
  await atWork(page, href);
  await covered(page);
  const away = line.when(PUSH, cutBefore());
  await type(page, 'Stopped in the middle');
  await is(page, 'kept');
  await away.happened();
  const { page: nothing, sync, stop } = await workerOf(context, line.address);
  await page.close();
  // Only the worker is left to meet this.
  away.end();
  const silence = line.when(PUSH, hangs());
  await sync();
  await silence.happened();

  await stop();
  silence.end();
  expect(await timesWritten(nothing, href, 'Stopped in the middle')).toBe(0);
  await sync();

  await expect.poll(() => timesWritten(nothing, href, 'Stopped in the middle'), { timeout: 30_000 }).toBe(1);
  // While a worker that was stopped starts, the browser may give up a page.
  await expect(() => goTo(nothing, '/settings')).toPass();
  await expect.poll(() => waiting(nothing), { timeout: 20_000 }).toBe(0);
  expect(await timesWritten(nothing, href, 'Stopped in the middle')).toBe(1);
  await nothing.close();
});

test('P5: a lock that somebody frozen holds keeps nothing from going out', async ({ page, context, line }) => {
  const href = await addressOf(page, 647);
  await atWork(page, href);
  const lock = `vitrine-push-${(await page.locator('#main').getAttribute('data-store')).replaceAll('-', '')}`;
  const frozen = await context.newPage();
  await frozen.goto('/robots.txt');
  await frozen.evaluate((lock) => new Promise((done) => void navigator.locks.request(lock, () => new Promise(() => done()))), lock);

  const named = (which) => page.evaluate(async (which) => (await navigator.locks.query())[which].map(({ name }) => name), which);

  await type(page, 'Past a frozen tab');
  // It is waited for, for a while.
  await expect.poll(() => named('pending'), { intervals: [50] }).toContain(lock);
  await is(page, 'saved', { timeout: 20_000 });

  expect(await named('held')).toContain(lock);
  expect(await named('pending')).not.toContain(lock);
  expect(await timesWritten(page, href, 'Past a frozen tab')).toBe(1);
  expect(await waiting(page)).toBe(0);
  await frozen.close();
});

test('P16: what was changed while the line was away for a moment is there soon after, however young the page is', async ({ page, browser, server, line }) => {
  const href = await addressOf(page, 655);
  const { page: office, close } = await another(browser, server, 'editor@test.test');
  await goTo(office, href);
  await goTo(page, href);
  const isTold = () => page.evaluate(async () => (await navigator.locks.query()).held.some(({ name }) => name.startsWith('vitrine-poke-')));
  await expect.poll(isTold, { intervals: [50], timeout: 10_000 }).toBe(true);
  await page.waitForTimeout(800);
  line.cut();
  await type(office, 'Changed in a moment');
  await is(office, 'saved');
  line.mend();

  await online(page);

  await expect(title(page)).toHaveValue('Changed in a moment', { timeout: 10_000 });
  await close();
});

test('P5: a change that the server stumbles over holds up its product alone', async ({ page, line }) => {
  const [bad, good] = await Promise.all([650, 651].map((place) => addressOf(page, place)));
  await atWork(page, bad);
  const poison = line.when(PUSH, status(500, { headers: OURS }), { holds: 'A poisonous title' });
  await type(page, 'A poisonous title');
  await is(page, 'kept');
  await poison.happened();
  await goTo(page, good);
  await type(page, 'A harmless title');
  await is(page, 'saved', { timeout: 30_000 });
  await goTo(page, '/changes');
  await expect(page.locator('.change').filter({ hasText: 'poisonous' }).locator('.badge')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Saved on this device, not sent yet (1)' })).toBeVisible();

  poison.end();

  await expect(page.locator('.change').filter({ hasText: 'poisonous' })).toContainText('Saved', { timeout: 30_000 });
  expect(await timesWritten(page, bad, 'poisonous')).toBe(1);
});
