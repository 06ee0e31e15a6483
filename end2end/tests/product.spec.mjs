import { alive, another, expect, signIn, test, watch } from '../support/fixtures.mjs';

// Tests change different products, told apart by their place in the list by title.
async function open(page, place) {
  const [href] = await linksFrom(page, place);
  await page.goto(href);
  await alive(page);
  return href;
}

/** Where the products from a place on are, as the list says in the page that the server sends. */
async function linksFrom(page, place) {
  const list = await (await page.request.get(`/products?sort=title&start=${place}`)).text();
  return [...list.matchAll(/<a [^>]*href="(\/products\/[^"]+)"/g)].map(([, href]) => href.replaceAll('&amp;', '&'));
}

/** Opens the first product from a place on whose page, as the server sends it, there is a text. */
async function openWith(page, place, text) {
  for (const href of await linksFrom(page, place)) {
    if (!(await (await page.request.get(href)).text()).includes(text)) continue;
    await page.goto(href);
    await alive(page);
    return href;
  }
  throw new Error(`no product from place ${place} has ${text}`);
}

/** Holds back every answer to what the device sends until it is let go. */
async function holdBack(page) {
  let letGo;
  const held = new Promise((done) => (letGo = done));
  // Both tell what has become of it.
  await page.route('**/sync/v1/pu*', async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer });
  });
  return letGo;
}

const title = (page) => page.getByLabel('Title', { exact: true });
const field = (page, label) => page.getByLabel(label, { exact: true });
const state = (page, name) => page.locator(`[data-field="${name}"] [data-state]`);
const saved = (page, name) => expect(state(page, name)).toHaveAttribute('data-state', 'saved');
const variantsSaved = (page) => expect(page.locator('[data-part="variants"] > header [data-state]')).toHaveAttribute('data-state', 'saved');
const heading = (page) => page.getByRole('heading', { level: 1 });

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test.describe('when the server is killed', () => {
  // The page asks once more while nobody answers, or while it is answered; then it looks for what the device has, whose chunk is not there either.
  test.use({ expectedErrors: ['ERR_CONNECTION_REFUSED', 'ERR_CONNECTION_RESET', 'ERR_INCOMPLETE_CHUNKED_ENCODING', 'TypeError: Failed to fetch'] });

  test('a corrected title is saved, is in the list, and survives', async ({ page, server }) => {
    const href = await open(page, 100);
    await title(page).fill('Corrected once and for all');
    await title(page).press('Enter');
    await expect(state(page, 'title')).toHaveAttribute('data-state', 'saved');

    await server.stop('SIGKILL');
    await server.start();
    await page.goto(href);
    await expect(title(page)).toHaveValue('Corrected once and for all');
    await page.goto('/products?q=corrected+once');
    await expect(page.locator('.row-title').first()).toContainText('Corrected once and for all');
  });
});

test('two people on different fields do not disturb each other; on the same field both texts are kept', async ({ page, browser, server }) => {
  const href = await open(page, 200);
  const { page: other, close } = await another(browser, server, 'editor@test.test');
  await other.goto(href);
  await alive(other);

  await other.getByLabel('Vendor', { exact: true }).fill('Other vendor');
  await other.getByLabel('Vendor', { exact: true }).press('Enter');
  await expect(state(other, 'vendor')).toHaveAttribute('data-state', 'saved');
  // What somebody else writes does not come to where one is typing.
  await title(other).fill('Theirs late');
  await title(page).fill('Mine first');
  await title(page).press('Enter');
  await expect(state(page, 'title')).toHaveAttribute('data-state', 'saved');

  await title(other).press('Enter');
  await expect(other.locator('.conflict')).toContainText('Mine first');
  await expect(other.locator('.conflict')).toContainText('Theirs late');
  await other.getByRole('button', { name: 'Keep mine' }).click();
  await expect(title(other)).toBeFocused();
  await expect(state(other, 'title')).toHaveAttribute('data-state', 'saved');

  await page.reload();
  await expect(title(page)).toHaveValue('Theirs late');
  await expect(page.getByLabel('Vendor', { exact: true })).toHaveValue('Other vendor');
  await close();
});

test('history tells who changed what, when, from what to what; and what it puts back is saved', async ({ page }) => {
  await open(page, 300);
  const before = await title(page).inputValue();
  await title(page).fill('Zzyzx');
  await title(page).press('Enter');
  await saved(page, 'title');

  const entry = page.locator('.history > li').first();
  await expect(entry).toContainText('Demo Owner');
  await expect(entry.locator('del').first()).toContainText(before.split(' ')[0]);
  await expect(entry.locator('ins').first()).toContainText('Zzyzx');
  const moment = Date.parse(await entry.locator('time').getAttribute('datetime'));
  expect(Math.abs(Date.now() - moment)).toBeLessThan(120_000);

  await entry.getByRole('button', { name: /Restore/ }).click();
  await expect(title(page)).toHaveValue(before);
  await expect(page.getByText('Title restored')).toBeVisible();
  await saved(page, 'title');
  await page.reload();
  await expect(title(page)).toHaveValue(before);
});

test('an empty title is refused beside the field, and nothing typed is lost', async ({ page }) => {
  await open(page, 400);
  await title(page).fill(' ');
  await title(page).press('Enter');

  await expect(state(page, 'title')).toHaveAttribute('data-state', 'invalid');
  await page.reload();
  await expect(title(page)).not.toHaveValue(' ');
});

test('a viewer sees everything and changes nothing', async ({ page, browser, server }) => {
  const href = await openWith(page, 600, 'data-field="extra:');
  const { page: viewer, close } = await another(browser, server, 'viewer@test.test');
  await viewer.goto(href);
  await alive(viewer);
  await viewer.locator('[data-part="variants"]').getByRole('button', { name: /^More of/ }).first().click();
  await expect(field(viewer, 'Weight in grams')).toBeVisible();

  await expect(title(viewer)).not.toBeEditable();
  const inputs = viewer.locator('.cols :is(input:not([type=hidden]), textarea, select)');
  expect(await inputs.count()).toBeGreaterThan(20);
  expect(await inputs.evaluateAll((all) => all.filter((one) => !one.disabled && !one.readOnly).map((one) => one.id))).toEqual([]);
  await expect(viewer.locator('[contenteditable="true"]')).toHaveCount(0);
  await expect(viewer.getByRole('button', { name: /^(Add|Delete|Move|Remove|Restore|Save)/ })).toHaveCount(0);

  const form = { title: 'Not mine to change', 'base:title': '100000' };
  const answer = await viewer.request.post(href.split('?')[0], { form, headers: { 'sec-fetch-site': 'same-origin' } });
  expect(answer.status()).toBe(403);
  await close();
});

test('a description is edited as it looks, and as HTML', async ({ page }) => {
  await open(page, 2000);
  await page.locator('[data-field="description"] summary').click();
  await field(page, 'Description as HTML').fill('<p>Solid oak</p>\n<p>Oiled</p>');
  await field(page, 'Description as HTML').press('Control+Enter');
  await saved(page, 'description');

  const text = page.locator('#description-rich');
  await expect(text).toHaveAttribute('contenteditable', 'true');
  await expect(text).toContainText('Solid oak');
  await text.fill('Beech');
  await text.press('Control+a');
  await page.getByRole('button', { name: 'Bold' }).click();
  await page.getByRole('button', { name: 'Link', exact: true }).click();
  await expect(page.getByLabel(/^Address of the link/)).toBeFocused();
  await page.keyboard.type('x.test/beech');
  await page.keyboard.press('Enter');
  await expect(text).toBeFocused();
  await text.press('Control+Enter');
  await expect(field(page, 'Description as HTML')).toHaveValue(/href="https:\/\/x\.test\/beech"/);
  await saved(page, 'description');

  await page.reload();
  await expect(text.locator(':is(b, strong)')).toHaveText('Beech');
  await expect(text.locator('a')).toHaveAttribute('href', 'https://x.test/beech');
});

test('tags are added and removed, and a half-typed one is not lost', async ({ page }) => {
  const href = await open(page, 2050);
  const tags = field(page, 'Tags');
  const remove = page.getByRole('button', { name: 'Remove tag hand made' });
  await tags.fill('hand made');
  await tags.press('Enter');
  await saved(page, 'tags');
  await page.reload();
  await alive(page);
  await remove.click();
  await expect(tags).toBeFocused();
  await saved(page, 'tags');
  await expect(remove).toHaveCount(0);

  // Left by the browser's own button, without leaving the input first.
  await page.goto('/products?sort=title&start=2050');
  await alive(page);
  await page.locator(`.row a[href="${href}"]`).click();
  await tags.fill('half typed');
  await page.goBack();
  await expect(page.getByRole('grid')).toBeVisible();
  await expect.poll(async () => (await page.request.get(href)).text()).toContain('half typed');
});

test('status, type and switches are saved', async ({ page }) => {
  await open(page, 2100);
  const status = field(page, 'Status');
  const next = (await status.inputValue()) === 'archived' ? 'draft' : 'archived';
  await status.selectOption(next);
  await saved(page, 'status');
  await field(page, 'Type').fill('Stool');
  await field(page, 'Type').press('Enter');
  await saved(page, 'product_type');
  const gift = await field(page, 'Gift card').isChecked();
  await field(page, 'Gift card').click();
  await saved(page, 'gift_card');

  await page.reload();
  await expect(status).toHaveValue(next);
  await expect(field(page, 'Type')).toHaveValue('Stool');
  await expect(field(page, 'Gift card')).toBeChecked({ checked: !gift });
});

test('the texts for search engines show as they will look, and are saved', async ({ page }) => {
  await open(page, 2150);
  await field(page, 'SEO title').fill('A stool to sit on');
  await expect(page.locator('.serp b')).toHaveText('A stool to sit on');
  await field(page, 'SEO title').press('Enter');
  await saved(page, 'seo_title');
  await field(page, 'SEO description').fill('Oak, oiled.\nMade to last.');
  await field(page, 'SEO description').press('Control+Enter');
  await saved(page, 'seo_description');

  await page.reload();
  await expect(field(page, 'SEO title')).toHaveValue('A stool to sit on');
  await expect(field(page, 'SEO description')).toHaveValue('Oak, oiled.\nMade to last.');
});

test('a handle changes the address; one that is taken is refused', async ({ page }) => {
  const taken = (await open(page, 2200)).split('/')[2].split('?')[0];
  await open(page, 2201);
  const name = await title(page).inputValue();
  await field(page, 'Handle').fill(taken);
  await field(page, 'Handle').press('Enter');
  await expect(state(page, 'handle')).toHaveAttribute('data-state', 'invalid');
  await expect(field(page, 'Handle')).toHaveValue(taken);

  await field(page, 'Handle').fill('a-stool-by-another-name');
  await field(page, 'Handle').press('Enter');
  await expect(page).toHaveURL(/\/products\/a-stool-by-another-name/);
  await saved(page, 'handle');
  await page.reload();
  await expect(title(page)).toHaveValue(name);
});

test('a variant: its price in the row, the rest where one asks for more', async ({ page }) => {
  await open(page, 2250);
  const row = page.locator('tr[data-variant]').first();
  const price = row.locator('[data-label="Price"] input');
  await price.fill('12,34');
  await price.press('Enter');
  await expect(price).toHaveValue('12.34');
  await variantsSaved(page);

  const more = row.getByRole('button', { name: /^More of/ });
  await more.press('Enter');
  await expect(more).toHaveAttribute('aria-expanded', 'true');
  await field(page, 'Weight in grams').fill('1,250');
  await field(page, 'Weight in grams').press('Enter');
  await expect(page.locator('[data-field$=":weight_grams"] [data-state]')).toHaveAttribute('data-state', 'saved');
  const policy = field(page, 'When sold out');
  const next = (await policy.inputValue()) === 'deny' ? 'continue' : 'deny';
  await policy.selectOption(next);
  await expect(page.locator('[data-field$=":inventory_policy"] [data-state]')).toHaveAttribute('data-state', 'saved');
  const taxed = await field(page, 'Taxed').isChecked();
  await field(page, 'Taxed').click();
  await expect(page.locator('[data-field$=":taxable"] [data-state]')).toHaveAttribute('data-state', 'saved');

  await page.reload();
  await alive(page);
  await expect(price).toHaveValue('12.34');
  await more.click();
  await expect(field(page, 'Weight in grams')).toHaveValue('1250');
  await expect(policy).toHaveValue(next);
  await expect(field(page, 'Taxed')).toBeChecked({ checked: !taxed });
});

test('variants are added, moved and removed, and come back', async ({ page }) => {
  await open(page, 2300);
  const rows = page.locator('tr[data-variant]');
  const ids = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-variant')));
  const count = await rows.count();
  await page.getByRole('button', { name: 'Add a variant' }).click();
  await expect(rows).toHaveCount(count + 1);
  await variantsSaved(page);
  const added = (await ids()).at(-1);

  const more = page.locator(`tr[data-variant="${added}"]`).getByRole('button', { name: /^More of/ });
  await more.click();
  await page.getByRole('button', { name: /^Move up/ }).click();
  await expect.poll(async () => (await ids()).at(-2)).toBe(added);
  await expect(page.getByRole('button', { name: /^Move (up|down)/ }).and(page.locator(':focus'))).toHaveCount(1);
  await variantsSaved(page);

  await page.getByRole('button', { name: /^Remove/ }).and(page.locator('tr.more button')).click();
  await expect(rows).toHaveCount(count);
  await expect(page.locator('tr[data-variant] button:focus')).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await ids()).at(-2)).toBe(added);
});

test('what is no price stays until it is one or is given up', async ({ page }) => {
  await open(page, 2350);
  const price = page.locator('tr[data-variant]').first().locator('[data-label="Price"] input');
  const before = await price.inputValue();
  await price.fill('12,0O');
  await price.press('Enter');
  await expect(page.getByText('This is not an amount.')).toBeVisible();

  await page.getByRole('link', { name: 'Products' }).first().click();
  await expect(page.getByRole('grid')).toBeVisible();
  await page.goBack();
  await expect(price).toHaveValue('12,0O');
  await expect(page.getByText('This is not an amount.')).toBeVisible();
  await page.getByRole('button', { name: 'Give up this change' }).click();
  await expect(price).toHaveValue(before);
  await expect(price).toBeFocused();
});

test('a picture has a text and an address', async ({ page }) => {
  await openWith(page, 2400, 'src="/pictures/demo/');
  const text = field(page, 'Picture text');
  await text.fill('A stool, seen from above');
  await text.press('Enter');
  await expect(page.locator('[data-field$=":alt"] [data-state]')).toHaveAttribute('data-state', 'saved');
  const address = field(page, 'Picture address');
  const before = await address.inputValue();
  await address.fill('http://x.test/stool.jpg');
  await address.press('Enter');
  await expect(page.getByText(/begin with https:\/\//).first()).toBeVisible();
  await address.press('Escape');
  await expect(address).toHaveValue(before);
  await address.fill(`${before}?v=2`);
  await address.press('Enter');
  await expect(page.locator('[data-field$=":url"] [data-state]')).toHaveAttribute('data-state', 'saved');
  await expect(page.locator('.pictures > img')).toHaveAttribute('src', `${before}?v=2`);

  await page.getByLabel('Add a picture by its address').fill('http://x.test/stool.jpg');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.locator('#picture-url-note')).toContainText('https://');

  await page.reload();
  await expect(text).toHaveValue('A stool, seen from above');
  await expect(page.locator('.pictures > img')).toHaveAttribute('src', `${before}?v=2`);
});

test('a column that nothing else is about is edited like any other field', async ({ page }) => {
  await openWith(page, 2450, 'data-field="extra:');
  const columns = page.locator('[data-part="extras"]');
  await columns.locator('summary').click();
  const first = columns.locator('.field').first();
  const label = await first.locator('label').textContent();
  await expect(field(page, label)).toBeVisible();
  await field(page, label).fill('Solid oak\nand nothing else');
  await field(page, label).press('Control+Enter');
  await expect(first.locator('[data-state]')).toHaveAttribute('data-state', 'saved');

  const entry = page.locator('.history > li').first();
  await expect(entry).toContainText('nothing else');
  await entry.getByRole('button', { name: /Restore/ }).click();
  await expect(field(page, label)).not.toHaveValue(/nothing else/);
  await expect(page.getByText(`${label} restored`)).toBeVisible();
});

test('a field is called saved only when the server has said so, and saved on this device until then', async ({ page }) => {
  await open(page, 2500);
  const letGo = await holdBack(page);
  await title(page).fill('Not saved before it is');
  await title(page).press('Enter');
  await expect(state(page, 'title')).toHaveAttribute('data-state', 'kept');
  await expect(state(page, 'title')).toHaveText('Saved on this device');
  await page.waitForTimeout(1_500);
  await expect(state(page, 'title')).toHaveAttribute('data-state', 'kept');
  letGo();
  await saved(page, 'title');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('theirs can be kept as well', async ({ page, browser, server }) => {
  const href = await open(page, 2550);
  const { page: other, close } = await another(browser, server, 'editor@test.test');
  await other.goto(href);
  await alive(other);
  // What somebody else writes does not come to where one is typing.
  await title(other).fill('Mine goes');
  await title(page).fill('Theirs stays');
  await title(page).press('Enter');
  await saved(page, 'title');

  await title(other).press('Enter');
  await expect(other.locator('.conflict')).toContainText('Demo Owner changed the title');
  await other.getByRole('button', { name: 'Keep theirs' }).click();
  await expect(title(other)).toHaveValue('Theirs stays');
  await expect(title(other)).toBeFocused();
  await expect(other.locator('.conflict')).toHaveCount(0);
  await other.reload();
  await expect(title(other)).toHaveValue('Theirs stays');
  await close();
});

test('a product goes into the trash and comes back', async ({ page }) => {
  const href = await open(page, 2600);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('This product is in the trash.')).toBeVisible();
  await expect(heading(page)).toBeFocused();
  await expect(title(page)).not.toBeEditable();

  await page.goto(href);
  await alive(page);
  await page.locator('.band').getByRole('button', { name: 'Restore' }).click();
  await expect(page.locator('.band')).toHaveCount(0);
  await expect(heading(page)).toBeFocused();
  await expect(title(page)).toBeEditable();
  await expect.poll(async () => (await page.request.get(href)).text()).not.toContain('This product is in the trash');
});

test('one goes on to the next product, to the one before, and back to the row one left', async ({ page }) => {
  const href = await open(page, 2650);
  const path = new RegExp(`${href.split('?')[0]}(\\?|$)`);
  const first = await title(page).inputValue();
  await page.getByRole('link', { name: 'Next product' }).click();
  await expect(page).not.toHaveURL(path);
  await expect(page.locator('.pager .num')).toHaveText(/^2,652 of /);
  await page.getByRole('link', { name: 'Previous product' }).click();
  await expect(page).toHaveURL(path);
  await expect(title(page)).toHaveValue(first);
  await page.locator('body').press('j');
  await expect(page).not.toHaveURL(path);
  // Which product is before the next one is known when that is there.
  await expect(page.locator('.pager .num')).toHaveText(/^2,652 of /);
  await page.locator('body').press('k');
  await expect(page).toHaveURL(path);

  await page.setViewportSize({ width: 390, height: 844 });
  const back = page.locator('.pager .num');
  await expect(back).toHaveText(/^2,651 of /);
  await back.click();
  await expect(page).toHaveURL(/[?&]row=2651/);
  await expect(page.locator(`.row a[href="${href}"]`)).toBeVisible();
});

test.describe('where there is no script', () => {
  const plainly = { javaScriptEnabled: false, expected: ['422'] };
  const save = (plain) => plain.getByRole('button', { name: 'Save' }).click();

  test('a form saves what was changed, and nothing else', async ({ page, browser, server }) => {
    const href = await open(page, 2700);
    await page.locator('[data-field="description"] summary').click();
    await field(page, 'Description as HTML').fill('<p>Two</p>\n<p>lines</p>');
    await field(page, 'Description as HTML').press('Control+Enter');
    await saved(page, 'description');
    const { page: plain, close } = await another(browser, server, 'editor@test.test', plainly);
    await plain.goto(href);

    // Somebody else changes another field meanwhile.
    await field(page, 'Vendor').fill('Vendor of somebody else');
    await field(page, 'Vendor').press('Enter');
    await saved(page, 'vendor');
    await title(plain).fill('Saved without a script');
    await save(plain);
    await expect(title(plain)).toHaveValue('Saved without a script');
    await expect(field(plain, 'Vendor')).toHaveValue('Vendor of somebody else');

    await page.goto(href);
    await expect(page.locator('.history > li[data-field="title"]')).toHaveCount(1);
    await expect(page.locator('.history > li[data-field="description"]')).toHaveCount(1);
    await expect(page.locator('.history > li[data-field="vendor"]')).toHaveCount(1);
    await close();
  });

  for (const [place, choice, kept] of [[2750, 'Keep mine', 'Mine for once'], [2760, 'Keep theirs', 'Theirs for once']]) {
    test(`a conflict shows both texts: ${choice}`, async ({ page, browser, server }) => {
      const href = await open(page, place);
      const { page: plain, close } = await another(browser, server, 'editor@test.test', plainly);
      await plain.goto(href);
      await title(page).fill('Theirs for once');
      await title(page).press('Enter');
      await saved(page, 'title');
      await title(plain).fill('Mine for once');
      await field(plain, 'SEO title').fill('Not in dispute');
      await save(plain);

      await expect(heading(plain)).toHaveText('Changed by two people');
      for (const text of ['Demo Owner', 'Theirs for once', 'Mine for once']) await expect(plain.locator('.conflict')).toContainText(text);
      await plain.getByRole('button', { name: choice }).click();
      await expect(title(plain)).toHaveValue(kept);
      await expect(field(plain, 'SEO title')).toHaveValue('Not in dispute');
      await close();
    });
  }
});

test('a script in a description does not run', async ({ page }) => {
  let ran = false;
  page.on('dialog', (dialog) => {
    ran = true;
    dialog.dismiss();
  });
  const href = await open(page, 700);
  const answer = await page.request.post(href.split('?')[0], {
    form: { description: '<p>Fine</p><script>alert(1)</script><img src="/favicon.svg" onerror="alert(2)" onload="alert(3)">', 'base:description': '100000' },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  expect(answer.ok()).toBe(true);

  await page.goto(href);
  await alive(page);
  await page.waitForTimeout(500);
  expect(ran).toBe(false);
});
