import { clean, LOOKS, rulesOf } from '../support/axe.mjs';
import { alive, another, expect, lineTo, signIn, test } from '../support/fixtures.mjs';

// Every test decides about the suggestions that are first in the queue when it comes to them, so they run one after the other.
test.describe.configure({ mode: 'serial' });

const SUGGESTIONS = 90;

test.beforeAll(async ({ server }) => {
  test.setTimeout(120_000);
  await server.stop();
  server.run(['run', '--store', 'demo', '--products', String(SUGGESTIONS)]);
  await server.start();
});

const card = (page) => page.locator('.suggestion[data-review]');
const heading = (page) => card(page).getByRole('heading', { level: 2 });
const words = (page, field) => card(page).getByRole('region', { name: field, exact: true });
const told = (page) => page.locator('[data-region="told"]');
const progress = (page) => page.locator('.progress-line .num');
const place = async (page) => (await progress(page).textContent()).replace(/,/g, '').match(/\d+/g).map(Number);

async function open(page, address = '/review') {
  await page.goto(address);
  await alive(page);
  await page.waitForSelector('.review[data-ready]');
  await expect(card(page)).toBeVisible();
}

/** The suggestion that is shown: its id, its title and the address of its product. */
async function shown(page) {
  const id = await card(page).getAttribute('data-review');
  const link = heading(page).getByRole('link');
  return { id, title: await link.textContent(), href: await link.getAttribute('href') };
}

/** Waits until another suggestion is shown and everything is sent. */
async function moved(page, from) {
  await expect(card(page)).not.toHaveAttribute('data-review', from.id);
  await expect(page.locator('.save-state a')).toHaveCount(0);
}

async function statusOf(page, id) {
  await page.goto(`/review?card=${id}`);
  return page.locator(`.suggestion[data-review="${id}"]`).getAttribute('data-status');
}

/** Sets a product's title, as somebody else would. */
async function retitle(page, href, title) {
  await page.goto(href);
  await alive(page);
  await page.getByLabel('Title', { exact: true }).fill(title);
  await page.getByLabel('Title', { exact: true }).press('Enter');
  await expect(page.locator('[data-field="title"] [data-state]')).toHaveAttribute('data-state', 'saved');
}

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('the first suggestion is in the page that the server sends', async ({ page, browser, server }) => {
  const { page: plain, close } = await another(browser, server, 'owner@demo.test');
  const text = await (await plain.request.get('/review')).text();
  await close();
  expect(text).toContain('class="suggestion"');
  expect(text).toContain('class="marked');
  await open(page);
  const [at, of] = await place(page);
  expect(at).toBe(1);
  expect(of).toBeGreaterThan(50);
});

/** In the page: accepts what is shown, and tells after how many milliseconds the next one was there. */
const timedAccept = () => {
  const start = performance.now();
  dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true }));
  const mark = performance.getEntriesByName('suggestion-shown').at(-1);
  return mark ? mark.startTime - start : Infinity;
};

test('one key accepts, the next one is there within 50 ms, and the product has the words', async ({ page }) => {
  await open(page);
  const first = await shown(page);
  const [at, of] = await place(page);
  const took = [];
  for (let times = 0; times < 3; times += 1) {
    const accepted = await shown(page);
    took.push(await page.evaluate(timedAccept));
    await moved(page, accepted);
    await expect(told(page)).toContainText(`Approved: ${accepted.title}`);
  }
  // Other tests run beside this one, and one of three times may have been interrupted.
  const [, median] = took.toSorted((one, other) => one - other);
  expect(median).toBeLessThan(50);
  expect(await place(page)).toEqual([at + 3, of]);

  expect(await statusOf(page, first.id)).toBe('approved');
  await page.goto(`${first.href}/versions`);
  await expect(page.locator('.versions-list > li').first()).toContainText('In use');
});

test('everything can be done by keys', async ({ page }) => {
  await open(page);
  const first = await shown(page);
  await page.keyboard.press('j');
  await moved(page, first);
  await page.keyboard.press('k');
  await expect(card(page)).toHaveAttribute('data-review', first.id);

  const tick = card(page).getByRole('checkbox').first();
  await expect(tick).toBeChecked();
  await page.keyboard.press('1');
  await expect(tick).not.toBeChecked();
  await page.keyboard.press('1');
  await expect(tick).toBeChecked();

  await page.keyboard.press('r');
  await expect(page.getByRole('dialog', { name: 'Reject: why?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog', { name: 'Ask for changes' })).toBeVisible();
  // Keys are text there.
  await page.keyboard.type('a');
  await expect(page.getByLabel('What should be different?')).toHaveValue('a');
  await page.keyboard.press('Escape');
  await expect(card(page)).toHaveAttribute('data-review', first.id);
});

test('a suggestion is rejected with a reason in two strokes, and that is kept', async ({ page }) => {
  await open(page);
  const first = await shown(page);
  await page.keyboard.press('r');
  await page.keyboard.press('Enter');
  await moved(page, first);

  await open(page, `/review?card=${first.id}`);
  await expect(card(page)).toHaveAttribute('data-status', 'rejected');
  await expect(card(page)).toContainText('Rejected by Demo Owner');
  await expect(card(page)).toContainText('Not true of the product');
});

test('a text is edited and accepted, with what differs and the scores following', async ({ page }) => {
  await open(page);
  const first = await shown(page);
  await page.keyboard.press('e');
  const input = card(page).getByRole('textbox', { name: 'Title', exact: true });
  await expect(input).toBeFocused();
  await input.fill('Edited by a reviewer a');
  await expect(words(page, 'Title').locator('.suggested ins').last()).toContainText('reviewer a');
  await expect(words(page, 'Title')).toContainText('Suggestion, edited');
  await input.press('Control+Enter');
  await moved(page, first);

  await page.goto(first.href);
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Edited by a reviewer a');
  await page.goto(`${first.href}/versions`);
  await expect(page.locator('.versions-list > li')).toHaveCount(2);
  await expect(page.locator('.versions-list > li').first()).toContainText('Demo Owner');
});

test('an approval can be taken back', async ({ page }) => {
  await open(page);
  const first = await shown(page);
  await page.goto(first.href);
  const before = await page.getByLabel('Title', { exact: true }).inputValue();
  await open(page);
  await page.keyboard.press('a');
  await moved(page, first);
  await page.locator('.toast').filter({ hasText: first.title }).getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.toast').filter({ hasText: 'Taken back' })).toHaveCount(1);

  await page.goto(first.href);
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue(before);
});

test('what was edited since is not replaced unseen', async ({ page, browser, server }) => {
  await open(page);
  const first = await shown(page);
  const { page: other, close } = await another(browser, server, 'editor@test.test');
  await retitle(other, first.href, 'Typed by somebody else');
  await close();

  // The page does not know yet: the server does.
  await page.keyboard.press('a');
  const note = page.locator('[data-note]').first();
  await expect(note).toContainText('edited since');
  await note.getByRole('link', { name: 'Go back to it' }).click();
  await expect(card(page)).toHaveAttribute('data-review', first.id);
  await expect(words(page, 'Title').locator('.conflict')).toContainText('Typed by somebody else');

  await page.keyboard.press('a');
  await expect(told(page)).toContainText('Title was edited since');
  await expect(card(page)).toHaveAttribute('data-review', first.id);
  await expect(page.getByLabel('Replace what is there now')).toBeFocused();
  await page.getByLabel('Replace what is there now').check();
  await page.keyboard.press('a');
  await moved(page, first);
  expect(await statusOf(page, first.id)).toBe('approved');
});

test('of two who decide at once one is told what the other has decided, and the count is right', async ({ page, browser, server }) => {
  const { page: other, close } = await another(browser, server, 'reviewer@test.test');
  await open(page);
  await open(other);
  const first = await shown(page);
  expect((await shown(other)).id).toBe(first.id);
  const [, of] = await place(page);

  await page.keyboard.press('a');
  await moved(page, first);
  await other.keyboard.press('r');
  await other.keyboard.press('Enter');

  await expect(other.locator('[data-note]').first()).toContainText('Demo Owner has approved it before you');
  expect((await place(other))[1]).toBe(of - 1);
  expect(await statusOf(page, first.id)).toBe('approved');
  await close();
});

/** What a browser does when it finds the network again. */
const online = (page) => page.evaluate(() => window.dispatchEvent(new Event('online')));

/** Whether closing the window would ask first. */
const asks = (page) =>
  page.evaluate(() => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  });

const waiting = (page) => page.locator('[data-region="unsent"]');

/** Accepts what is shown and waits until it is gone from the screen. */
async function accept(page) {
  const suggestion = await shown(page);
  await page.keyboard.press('a');
  await expect(page.locator(`.suggestion[data-review="${suggestion.id}"]`)).toHaveCount(0);
  return suggestion;
}

test.describe('while the server cannot be reached', () => {
  test.use({ expectedErrors: ['Failed to load resource', 'Failed to fetch', 'ERR_'] });

  test('p01 p07 a decision is kept on the device, leaving does not ask, and it is sent once it can be', async ({ page }) => {
    const line = await lineTo(page, '**/sync/v1/**');
    await open(page);
    line.isCut = true;
    const first = await accept(page);
    await expect(waiting(page)).toContainText('1 decision waits on this device');
    expect(await asks(page)).toBe(false);

    // The server still has it in its queue: a page that is opened later leaves it out.
    await open(page);
    await expect(card(page)).not.toHaveAttribute('data-review', first.id);
    await expect(waiting(page)).toContainText('1 decision waits on this device');

    line.isCut = false;
    await online(page);
    await expect(page.locator('.save-state')).toBeEmpty({ timeout: 30_000 });
    await expect(waiting(page).locator('.band')).toHaveCount(0);
    expect(await statusOf(page, first.id)).toBe('approved');
  });

  test('an approval that is not sent yet is taken back on the device', async ({ page }) => {
    const line = await lineTo(page, '**/sync/v1/**');
    await open(page);
    line.isCut = true;
    const first = await accept(page);
    await expect(page.locator('.save-state')).toContainText('1 change saved on this device');
    await page.locator('.toast').filter({ hasText: `Approved: ${first.title}` }).getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('.toast').filter({ hasText: `Taken back: ${first.title}` })).toHaveCount(1);
    // The outbox is looked through before the next try.
    await expect(page.locator('.save-state')).toBeEmpty({ timeout: 20_000 });

    line.isCut = false;
    await online(page);
    await page.waitForTimeout(1_000);
    expect(await statusOf(page, first.id)).toBe('open');
  });

  test('p11 where nothing can be kept a decision waits on the page, leaving asks, and it is sent once it can be', async ({ page }) => {
    await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
    const line = await lineTo(page, '**/sync/v1/**');
    await open(page);
    line.isCut = true;
    const first = await accept(page);
    await expect(waiting(page)).toContainText('1 decision is not sent yet');
    expect(await asks(page)).toBe(true);

    // Behind a try in vain the next one is seconds away: what is sent before it is sent by the button.
    const tries = line.refused;
    await expect.poll(() => line.refused, { timeout: 20_000 }).toBeGreaterThan(tries);
    line.isCut = false;
    // It may have been sent by itself in this moment, and the button is gone then.
    await page.evaluate(() => [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === 'Send now')?.click());
    await expect(waiting(page).locator('.band')).toHaveCount(0);
    expect(await asks(page)).toBe(false);
    expect(await statusOf(page, first.id)).toBe('approved');
  });

  test('p02 p03 ten suggestions approved while the server is down arrive once after the app was closed, and what somebody else decided is told', async ({
    page,
    browser,
    server,
  }) => {
    test.setTimeout(120_000);
    await open(page);
    // The first part of the queue is ten suggestions; what sends decisions is there.
    await page.waitForTimeout(2_500);
    await server.stop('SIGKILL');
    const decided = [];
    for (let number = 0; number < 10; number += 1) decided.push(await accept(page));
    await expect(waiting(page)).toContainText('10 decisions wait on this device');
    await expect(page.locator('.save-state')).toContainText('10 changes saved on this device');
    expect(await asks(page)).toBe(false);
    const context = page.context();
    await page.close();
    await server.start();

    const { page: other, close } = await another(browser, server, 'reviewer@test.test');
    const theirs = decided[3];
    await open(other, `/review?card=${theirs.id}`);
    await other.keyboard.press('r');
    await other.keyboard.press('Enter');
    await moved(other, theirs);
    await close();

    const later = await context.newPage();
    await open(later);
    const note = later.locator('[data-note]').filter({ hasText: theirs.title });
    await expect(note).toContainText('Test reviewer has rejected it before you. Your decision changed nothing.', { timeout: 30_000 });
    await expect(later.locator('.save-state')).toBeEmpty({ timeout: 30_000 });
    for (const one of decided) {
      const status = one.id === theirs.id ? 'rejected' : 'approved';
      const html = await (await later.request.get(`/review?card=${one.id}`)).text();
      expect(html, one.title).toContain(`data-review="${one.id}" data-status="${status}"`);
    }
    for (const one of [decided[0], decided[9]]) {
      await later.goto(one.href);
      await alive(later);
      // Each field of it once.
      const told = later.locator('.history > li').filter({ hasText: 'Demo Owner, review' });
      await expect(told.first(), one.title).toBeVisible();
      const lines = await told.allInnerTexts();
      expect(new Set(lines).size, one.title).toBe(lines.length);
    }

    // The page of changes has it too, until its person has seen it.
    await later.goto('/changes');
    await expect(later.getByRole('heading', { name: 'Needs you (1)' })).toBeVisible();
    await expect(later.getByText('Somebody has rejected it before you. Your decision changed nothing.')).toBeVisible();
    await later.getByRole('link', { name: 'Go to the suggestion' }).click();
    await expect(card(later)).toHaveAttribute('data-review', theirs.id);
    await later.locator('[data-note]').filter({ hasText: theirs.title }).getByRole('button', { name: 'Close this note' }).click();
    await expect(later.locator('[data-note]')).toHaveCount(0);
    await expect(later.locator('.save-state')).toBeEmpty();
    await later.goto('/changes');
    await expect(later.getByRole('heading', { name: 'Sent', exact: true })).toBeVisible();
    // That it is known may still have been on its way when the page was left: it is sent once more then.
    await expect(later.getByRole('heading', { name: /^Needs you/ })).toHaveCount(0, { timeout: 30_000 });
    await expect(later.getByText(/^Suggestion approved/).first()).toBeVisible();
    await later.close();
  });
});

test('filters stand in the address, and work without script', async ({ page, browser, server }) => {
  await open(page);
  await page.getByRole('button', { name: /^Status/ }).click();
  await page.getByRole('link', { name: 'Rejected' }).click();
  await expect(page).toHaveURL(/status=rejected/);
  await expect(card(page)).toHaveAttribute('data-status', 'rejected');
  await expect(page.getByRole('button', { name: /^Accept/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Clear all' }).click();
  await expect(card(page)).toHaveAttribute('data-status', 'open');

  const { page: plain, close } = await another(browser, server, 'viewer@test.test');
  const text = await (await plain.request.get('/review?assignee=me')).text();
  await close();
  expect(text).toContain('No suggestion matches these filters');
});

test('who may only look has no buttons', async ({ browser, server }) => {
  const { page: viewer, close } = await another(browser, server, 'viewer@test.test');
  await open(viewer);
  await expect(viewer.getByRole('button', { name: /^(Accept|Reject|Edit|Changes)/ })).toHaveCount(0);
  await expect(viewer.getByText('Your role can look at suggestions.')).toBeVisible();
  const first = await shown(viewer);
  await viewer.keyboard.press('a');
  await expect(card(viewer)).toHaveAttribute('data-review', first.id);
  await close();
});

test('versions are compared, one is used, and the original comes back', async ({ page }) => {
  await open(page, '/review?status=approved');
  const { href } = await shown(page);
  await page.goto(`${href}/versions`);
  await alive(page);
  await expect(page.getByRole('heading', { name: /beside/ })).toBeVisible();
  await page.locator('select[name=to]').selectOption('now');
  await expect(page).toHaveURL(/to=now/);

  await page.getByRole('button', { name: 'Back to the original' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Back to the original' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Back to the original' })).toHaveCount(1);
  await expect(page.locator('.versions-list')).not.toContainText('In use');

  await page.getByRole('button', { name: 'Use this version' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Use this version' }).click();
  await expect(page.locator('.versions-list > li').filter({ hasText: 'In use' })).toHaveCount(1);
});

for (const [theme, width] of LOOKS) {
  test(`axe finds nothing, ${theme}, ${width} px`, async ({ page }) => {
    test.setTimeout(90_000);
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.emulateMedia({ colorScheme: theme });
    const check = (what) => clean(page, what, rulesOf(theme));
    await open(page);
    await check('/review');
    await page.keyboard.press('e');
    await check('/review, editing');
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await check('/review, rejecting');
    await page.keyboard.press('Escape');
    const { href } = await shown(page);
    await page.goto(`${href}/versions`);
    await alive(page);
    await check('/products/:handle/versions');
  });
}

test('on a phone a swipe to the right accepts and one to the left asks why', async ({ browser, server }) => {
  const { page: phone, close } = await another(browser, server, 'reviewer@test.test', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await open(phone);
  const first = await shown(phone);
  const client = await phone.context().newCDPSession(phone);
  const swipe = async (by) => {
    const text = phone.locator('.suggestion section.words .side').first();
    await text.evaluate((side) => side.scrollIntoView({ block: 'center' }));
    const box = await text.boundingBox();
    const [x, y] = [195, box.y + box.height / 2];
    await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    for (let step = 1; step <= 8; step += 1) {
      await client.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: x + (by * step) / 8, y }] });
    }
    const hint = await phone.locator('.swipe-hint').innerText();
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    return hint;
  };

  // Not far enough: nothing happens.
  await swipe(40);
  await expect(card(phone)).toHaveAttribute('data-review', first.id);
  expect(await swipe(-160)).toContain('Reject');
  await expect(phone.getByRole('dialog', { name: 'Reject: why?' })).toBeVisible();
  await phone.getByRole('button', { name: 'Cancel' }).click();
  expect(await swipe(160)).toContain('Accept');
  await moved(phone, first);
  await expect(phone.getByRole('button', { name: 'Undo' })).toBeVisible();
  expect(await statusOf(phone, first.id)).toBe('approved');
  await close();
});

test('all without findings are approved after a look at the others', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^Approve all without findings/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading')).toContainText('without findings?');
  const button = dialog.getByRole('button', { name: /^Approve \d/ });
  const count = Number((await button.textContent()).replace(/\D/g, ''));
  // Demo products and the built-in writer's rules are always the same: some of these suggestions have nothing to look at.
  expect(count).toBeGreaterThan(0);
  const [, of] = await place(page);
  await button.click();
  await expect(told(page)).toContainText('approved.');
  await expect(dialog).toHaveCount(0);
  await open(page);
  expect((await place(page))[1]).toBe(of - count);
  await expect(page.getByRole('button', { name: /^Approve all without findings/ })).toHaveCount(0);
});
