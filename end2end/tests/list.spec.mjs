import { alive, another, expect, lineTo, open, PRODUCTS, signIn, test } from '../support/fixtures.mjs';

const rowCount = PRODUCTS + 1;
const ANSWERS = '**/api/fn/products/list**';
const grid = (page) => page.getByRole('grid');
const filled = (page) => expect(grid(page)).toHaveAttribute('data-filled');
const shown = (page) => page.locator('.row:not(.skel, [hidden])');
const active = (page) => page.locator('.row.active');
const at = (page, row) => page.locator(`[aria-rowindex="${row + 1}"]`);

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test('the first rows are in the page before anything is loaded', async ({ page }) => {
  const html = await (await page.request.get('/products?sort=title')).text();

  expect(html).toContain(`aria-rowcount="${rowCount}"`);
  expect(html.match(/aria-rowindex="/g).length).toBe(51);
});

test('any row can be reached by keyboard, scrollbar and number, and nothing is ever blank', async ({ page }) => {
  await open(page, '/products?sort=title');
  await grid(page).focus();

  await page.keyboard.press('End');
  await filled(page);
  await expect(at(page, PRODUCTS).locator('a')).toBeVisible();

  await page.keyboard.press('Home');
  await filled(page);
  await expect(at(page, 1).locator('a')).toBeVisible();

  await grid(page).evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  // The list hears of it in the next frame: until then it is filled where it was.
  const middle = () => shown(page).evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex'))));
  await expect.poll(async () => (await middle()).some((index) => Math.abs(index - PRODUCTS / 2) < 30)).toBe(true);
  await filled(page);

  await page.getByLabel('Go to row').fill('1234');
  await page.keyboard.press('Enter');
  await filled(page);
  await expect(at(page, 1_234).locator('a')).toBeVisible();
  // However far one scrolls, the page does not grow.
  expect(await page.locator('.row').count()).toBeLessThan(100);
});

test('a row that is pressed while rows arrive is opened: those that are as they were are not drawn anew', async ({ page }) => {
  let isPressed;
  const pressed = new Promise((done) => (isPressed = done));
  await page.route(ANSWERS, async (route) => {
    await pressed;
    await route.continue();
  });
  // Not where a block of rows begins, so that what is asked for around has some in it that one sees.
  const asked = page.waitForRequest((request) => request.url().includes('start=2000&'));
  await open(page, '/products?sort=title&start=2050');
  const link = shown(page).locator('a').first();
  const href = await link.getAttribute('href');
  const box = await link.boundingBox();
  await page.mouse.move(box.x + 20, box.y + box.height / 2);
  const answer = (await asked).response();
  await page.mouse.down();

  isPressed();
  await (await answer).finished();
  await page.waitForTimeout(300);
  await page.mouse.up();

  await expect(page).toHaveURL((url) => url.pathname + url.search === href);
});

test('arrows and pages lead from row to row, and the page behind a row is fetched ahead', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await open(page, '/products?sort=title');
  await grid(page).focus();
  const press = async (key, row) => {
    await page.keyboard.press(key);
    await expect(active(page)).toHaveAttribute('aria-rowindex', String(row + 1));
    await expect(active(page)).toBeInViewport();
  };

  expect(asked.filter((url) => url.includes('page_product.'))).toEqual([]);
  await press('ArrowDown', 1);
  await expect.poll(() => asked.some((url) => url.includes('page_product.'))).toBe(true);
  await press('ArrowDown', 2);
  await press('ArrowUp', 1);
  await press('ArrowUp', 1);
  await page.keyboard.press('PageDown');
  await expect(active(page)).not.toHaveAttribute('aria-rowindex', '2');
  const page1 = Number(await active(page).getAttribute('aria-rowindex')) - 1;
  expect(page1).toBeGreaterThan(10);
  await press('PageDown', 2 * page1 - 1);
  await press('PageUp', page1);
  await press('End', PRODUCTS);
  await press('ArrowDown', PRODUCTS);
  await press('Home', 1);
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', 'row-1');
});

test('a product is found as one types, the address has it, and what is found contains the word', async ({ page }) => {
  await open(page, '/products');

  await page.keyboard.press('/');
  await page.keyboard.type('lamp');
  await expect(page).toHaveURL(/q=lamp/);
  await expect(page.locator('.count')).toContainText(/of 3,000/);
  await filled(page);
  const found = await shown(page).evaluateAll((rows) => rows.map((row) => [row.textContent.toLowerCase(), row.querySelector('a').getAttribute('href')]));
  expect(found.length).toBeGreaterThan(5);
  // Where the list does not show it, it is in the product: a tag, most likely.
  const hidden = found.filter(([text]) => !text.includes('lamp'));
  for (const [, href] of hidden.slice(0, 5)) {
    expect((await (await page.request.get(href.split('?')[0])).text()).toLowerCase()).toContain('lamp');
  }

  await page.reload();
  await expect(page.locator('.count')).toContainText(/of 3,000/);
  await expect(page.getByLabel('Search products')).toHaveValue('lamp');
});

test('what is typed before the page comes alive is searched for', async ({ page }) => {
  const release = await hold(page, '**/*.wasm');
  await page.goto('/products?status=active', { waitUntil: 'commit' });
  await page.getByLabel('Search products').fill('lamp');
  release();

  await expect(page).toHaveURL(/q=lamp&status=active/);
  await expect(page.getByLabel('Search products')).toHaveValue('lamp');
});

test('Enter right after typing waits for what was searched for', async ({ page }) => {
  await open(page, '/products?sort=title');
  const release = await hold(page, ANSWERS);
  await page.keyboard.press('/');
  await page.keyboard.type('lamp');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/\/products\?q=lamp/);
  await expect(grid(page)).toHaveAttribute('aria-busy', 'true');
  await expect(active(page)).toHaveCount(0);
  release();
  await expect(active(page)).toHaveAttribute('aria-rowindex', '2');
  await expect(page.locator('.count')).toContainText(/of 3,000/);
  const title = await active(page).locator('a').textContent();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\/[^?]+\?q=lamp/);
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue(title);
});

test('from another page a search leads to the list without loading the app anew', async ({ page }) => {
  await open(page, '/settings');
  await page.evaluate(() => (window.kept = true));
  await page.getByLabel('Search products').fill('oak & ash');
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Products' })).toBeVisible();
  await expect(page).toHaveURL(/\/products\?q=oak/);
  await expect(page.getByLabel('Search products')).toHaveValue('oak & ash');
  expect(await page.evaluate(() => window.kept)).toBe(true);
});

test('filters have counts, narrow the list and stand in the address', async ({ page }) => {
  await open(page, '/products');

  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('button', { name: 'Status' }).click();
  const draft = page.getByRole('checkbox', { name: /Draft/ });
  const count = (await draft.locator('xpath=..').locator('.num').textContent()).trim();
  await draft.check();
  await expect(page).toHaveURL(/status=draft/);
  await expect(page.locator('.count')).toContainText(count);
  await page.keyboard.press('Escape');
  await filled(page);
  expect(new Set(await column(page, '.col-status'))).toEqual(new Set(['Draft']));

  await page.goBack();
  await expect(page).not.toHaveURL(/status=draft/);
  await expect(page.locator('.count')).toContainText('3,000');
});

test('every filter narrows the list to as many as it said', async ({ page }) => {
  test.setTimeout(60_000);
  await open(page, '/products?sort=title');
  const narrowed = {
    Vendor: (rows, value) => rows.every((row) => row.vendor === value),
    Type: (rows, value) => rows.every((row) => row.type === value),
    Tag: (rows) => rows.length > 0,
    Optimisation: (rows, value) => rows.every((row) => row.optimisation === value),
    Missing: (rows, value) => value !== 'Picture' || rows.every((row) => !row.picture),
  };
  for (const [filter, holds] of Object.entries(narrowed)) {
    const { value, count } = await choose(page, filter);
    await expect(page).toHaveURL(new RegExp(`${filter.toLowerCase()}=`));
    await expect(page.locator('.count b')).toHaveText(count);
    await filled(page);
    expect(holds(await rows(page), value), `${filter}: ${value}`).toBe(true);
    await page.getByRole('link', { name: new RegExp(`^Remove filter ${filter}`) }).click();
    await expect(page.locator('.count b')).toHaveText('3,000');
  }
});

test('a page comes with the first values of a filter, and an opened menu has more', async ({ page }) => {
  const html = await (await page.request.get('/products')).text();
  const values = (html.match(/name="vendor"/g) ?? []).length;
  expect(values).toBeLessThanOrEqual(20);

  await open(page, '/products');
  await menu(page, 'Vendor');
  const choices = page.locator('#f-vendor').getByRole('checkbox');
  await expect.poll(() => choices.count()).toBeGreaterThan(20);
  const rare = await choices.last().getAttribute('value');
  await page.getByLabel('Search vendors').fill(rare.slice(0, 5));
  await expect.poll(() => choices.count()).toBeLessThan(20);
  await expect(page.locator('#f-vendor').getByText(rare, { exact: true })).toBeVisible();
});

test('prices are filtered by what one types, and nonsense is told beside the fields', async ({ page }) => {
  await open(page, '/products');
  await menu(page, 'Price');
  await page.getByLabel(/^From/).fill('30');
  await page.getByLabel(/^To/).fill('cheap');
  await page.keyboard.press('Enter');
  await expect(page.locator('#price-error')).toBeVisible();
  await page.getByLabel(/^To/).fill('40.50');
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/price_min=3000&price_max=4050/);
  await expect(page.locator('#f-price')).toBeHidden();
  await expect(page.locator('.count')).toContainText(/of 3,000/);
  await filled(page);
  const prices = await visiblePrices(page);
  expect(prices.length).toBeGreaterThan(0);
  expect(prices.every((price) => price >= 30 && price <= 40.5)).toBe(true);
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('€30.00 to €40.50');
});

test('several filters go together through the address, and come off one by one', async ({ page }) => {
  await open(page, '/products?status=active');
  const vendor = (await column(page, '.col-vendor')).find((name) => name);
  const address = `/products?status=active&missing=seo&vendor=${encodeURIComponent(vendor)}&price_min=100&price_max=90000000&sort=price`;
  await open(page, address);
  const count = await page.locator('.count b').textContent();
  const chips = page.getByRole('list', { name: 'Filters' });
  for (const words of ['Status Active', `Vendor ${vendor}`, 'Missing Search engine text', 'Price €1.00 to €900,000.00']) await expect(chips).toContainText(words);
  expect((await rows(page)).every((row) => row.status === 'Active' && row.vendor === vendor)).toBe(true);
  const prices = await visiblePrices(page);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));

  await page.reload();
  await expect(page.locator('.count b')).toHaveText(count);
  await alive(page);
  // The focus goes on to the next chip, and at the end to the way to add one.
  for (const [filter, next] of [['Status', 'Vendor'], ['Vendor', 'Price'], ['Price', 'Missing'], ['Missing', 'Filter']]) {
    await page.getByRole('link', { name: new RegExp(`^Remove filter ${filter}`) }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('link', { name: new RegExp(`^Remove filter ${filter}`) })).toHaveCount(0);
    await expect(chips.locator('button:focus')).toContainText(next);
  }
  await expect(page).toHaveURL(/\/products\?sort=price$/);
  await page.goBack();
  await expect(page).toHaveURL(/missing=seo/);
  await expect(chips).toContainText('Missing');
});

test('the list is sorted by its head, both ways', async ({ page }) => {
  await open(page, '/products');

  const head = (name) => page.getByRole('columnheader', { name }).getByRole('link');
  await head('Price').click();
  await expect(page).toHaveURL(/sort=price/);
  await expect(page.getByRole('columnheader', { name: 'Price' })).toHaveAttribute('aria-sort', 'ascending');
  await settled(page);
  const prices = await visiblePrices(page);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));

  await head('Price').click();
  await expect(page).toHaveURL(/sort=-price/);
  await settled(page);
  const falling = await visiblePrices(page);
  expect(falling).toEqual([...falling].sort((a, b) => b - a));

  for (const [order, turn] of [['Vendor A to Z', 1], ['Vendor Z to A', -1]]) {
    await page.getByLabel('Sort by').selectOption(order);
    await expect(page).toHaveURL(turn > 0 ? /sort=vendor/ : /sort=-vendor/);
    await settled(page);
    await page.getByLabel('Go to row').fill('1400');
    await page.keyboard.press('Enter');
    await expect(at(page, 1_400).locator('a')).toBeVisible();
    await filled(page);
    const vendors = (await rows(page)).map((row) => row.vendor.toLowerCase());
    expect(vendors).toEqual([...vendors].sort((a, b) => (a < b ? -turn : a > b ? turn : 0)));
  }
});

test('what was changed last is first in the list, and last the other way round', async ({ page }) => {
  await page.goto('/products?sort=title&row=2000');
  const href = (await shown(page).first().locator('a').getAttribute('href')).split('?')[0];
  const form = { seo_title: `Changed ${Date.now()}`, 'base:seo_title': '1000000' };
  expect((await page.request.post(href, { form, headers: { 'sec-fetch-site': 'same-origin' } })).ok()).toBe(true);

  await open(page, '/products');
  await expect(at(page, 1).locator('a')).toHaveAttribute('href', href);
  await page.getByRole('columnheader', { name: 'Updated' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=updated/);
  await settled(page);
  await grid(page).focus();
  await page.keyboard.press('End');
  await expect(at(page, PRODUCTS).locator('a')).toHaveAttribute('href', `${href}?sort=updated`);
});

test('one comes back to the row one left, with the keyboard on it', async ({ page }) => {
  await open(page, '/products?sort=title&row=1501');
  await filled(page);
  await expect(at(page, 1_501).locator('a')).toBeInViewport();
  // An address makes no row the active one.
  await expect(active(page)).toHaveCount(0);
  await grid(page).focus();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowDown');
  await expect(active(page)).toHaveAttribute('aria-rowindex', '1505');
  const title = await active(page).locator('a').textContent();
  const back = async () => {
    await expect(active(page)).toHaveAttribute('aria-rowindex', '1505');
    await expect(active(page).locator('a')).toHaveText(title);
    await expect(active(page)).toBeInViewport();
    await expect(grid(page)).toBeFocused();
  };
  const opened = () => expect(page.getByLabel('Title', { exact: true })).toHaveValue(title);

  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\/[^?]+\?sort=title/);
  await opened();
  await page.goBack();
  await back();
  await expect(page).toHaveURL(/row=1501/);

  // By the link of the product's page as well, which names the product's own row.
  await page.keyboard.press('Enter');
  await opened();
  await page.getByRole('navigation', { name: 'In this list' }).getByRole('link').first().click();
  await expect(page).toHaveURL(/\/products\?sort=title&row=1504/);
  await back();

  // A mouse leaves its row in the same way.
  await active(page).locator('a').click();
  await opened();
  await page.goBack();
  await back();

  // Away to another page and back by a link: the list is at its beginning.
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await page.getByRole('link', { name: 'Products' }).first().click();
  await expect(at(page, 1).locator('a')).toBeVisible();
  await expect(active(page)).toHaveCount(0);
});

test('while an answer is on its way, placeholders keep the places of its rows', async ({ page }) => {
  await open(page, '/products?sort=title');
  await filled(page);
  const release = await hold(page, ANSWERS);
  await page.getByLabel('Go to row').fill('2000');
  await page.keyboard.press('Enter');

  await expect(at(page, 2_000)).toBeVisible();
  await expect(at(page, 2_000)).toHaveClass(/skel/);
  await expect(grid(page)).toHaveAttribute('aria-busy', 'true');
  const places = (rows) => rows.filter((row) => !row.hidden).map((row) => [row.getAttribute('aria-rowindex'), row.getBoundingClientRect().top, row.offsetHeight]);
  const before = await page.locator('.row').evaluateAll(places);
  expect(before.every(([, , height]) => height === 40)).toBe(true);
  const tops = before.map(([, top]) => top).sort((a, b) => a - b);
  const view = await grid(page).evaluate((element) => element.getBoundingClientRect().bottom);
  expect(tops.every((top, index) => index === 0 || top - tops[index - 1] === 40)).toBe(true);
  expect(tops[0]).toBeLessThan(200);
  expect(tops.at(-1) + 40).toBeGreaterThanOrEqual(view);

  release();
  await filled(page);
  await expect(at(page, 2_000).locator('a')).not.toBeEmpty();
  expect((await page.locator('.row').evaluateAll(places)).sort()).toEqual(before.sort());
});

test('pictures load', async ({ page }) => {
  await open(page, '/products?sort=title');
  await filled(page);
  const loaded = (images) => images.filter((image) => image.complete && image.naturalWidth > 0).length;

  await expect.poll(() => page.locator('.row img.thumb').evaluateAll(loaded)).toBeGreaterThan(8);
  await expect(page.locator('.row img.broken')).toHaveCount(0);
});

test.describe('when the connection fails', () => {
  test.use({ expectedErrors: ['net::ERR_FAILED'] });

  test('the rows that are there stay, and trying again goes on', async ({ page }) => {
    const line = await lineTo(page, ANSWERS);
    await open(page, '/products?sort=title');
    await filled(page);
    line.isCut = true;
    await page.getByLabel('Go to row').fill('2500');
    await page.keyboard.press('Enter');

    await expect(page.getByRole('alert')).toContainText('cannot be reached');
    line.isCut = false;
    await page.getByRole('alert').getByRole('link', { name: 'Try again' }).click();
    await expect(at(page, 2_500).locator('a')).not.toBeEmpty();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
});

test.describe('when the session has ended', () => {
  test.use({ expectedErrors: ['401'] });

  test('the list says so, and signing in leads back to it', async ({ browser, server }) => {
    const { page, close } = await another(browser, server, 'viewer@test.test', { expected: ['401'] });
    await open(page, '/products?sort=title');
    await filled(page);
    await page.context().clearCookies();
    await page.getByLabel('Go to row').fill('900');
    await page.keyboard.press('Enter');

    await expect(page.getByRole('alert')).toContainText('You are signed out');
    await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await page.getByLabel('Email').fill('viewer@test.test');
    await page.getByLabel('Password').fill('correct-horse-battery');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/products\?sort=title/);
    await expect(grid(page)).toBeVisible();
    await close();
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('one jumps to a row as well', async ({ page }) => {
    await open(page, '/products?sort=title');
    await page.getByLabel('Go to row').fill('1900');
    await page.keyboard.press('Enter');

    await expect(at(page, 1_900).locator('a')).toBeInViewport();
    await filled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('links and forms work', async ({ page }) => {
    await page.goto('/products');
    await page.getByRole('link', { name: 'Title', exact: true }).click();
    await expect(page).toHaveURL(/sort=title/);
    await page.getByRole('link', { name: /Next/ }).click();
    await expect(page.locator('[aria-rowindex="52"]')).toBeVisible();
    await page.getByLabel('Search products').fill('lamp');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/q=lamp/);
    await page.locator('.row a').first().click();
    await expect(page).toHaveURL(/\/products\/.+/);
  });

  test('filters, the order and the way to a row keep each other', async ({ page }) => {
    await page.goto('/products');
    await menu(page, 'Status');
    await page.getByRole('checkbox', { name: /Active/ }).check();
    await page.locator('#f-status').getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/status=active/);
    expect(new Set(await column(page, '.col-status'))).toEqual(new Set(['Active']));

    await page.getByLabel('Sort by').selectOption('Vendor A to Z');
    await page.getByRole('button', { name: 'Sort', exact: true }).click();
    await expect(page).toHaveURL(/status=active&sort=vendor/);
    await page.getByLabel('Go to row').fill('1500');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/status=active&sort=vendor&row=1500/);
    await expect(at(page, 1_500).locator('a')).toBeVisible();

    await page.getByLabel('Search products').fill('oak');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/q=oak/);
    await expect(page).toHaveURL(/status=active&sort=vendor/);
    expect(new Set(await column(page, '.col-status'))).toEqual(new Set(['Active']));

    await menu(page, 'Price');
    await page.getByLabel(/^From/).fill('20');
    await page.getByLabel(/^To/).fill('60');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('list', { name: 'Filters' })).toContainText('€20.00 to €60.00');
    expect((await visiblePrices(page)).every((price) => price >= 20 && price <= 60)).toBe(true);
  });
});

/** Holds back the answers to requests for an address until what it gives is called. */
async function hold(page, address) {
  let release;
  const released = new Promise((done) => (release = done));
  await page.route(address, async (route) => {
    await released;
    await route.continue().catch(() => {});
  });
  return release;
}

/** Waits until the list asked for is the one that is shown. */
async function settled(page) {
  await expect(grid(page)).toHaveAttribute('aria-busy', 'false');
}

/** Opens the menu of a filter. */
async function menu(page, filter) {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.locator('#f-add').getByRole('button', { name: filter }).click();
}

/** Chooses the commonest value of a filter; it, and how many products it says it has. */
async function choose(page, filter) {
  await menu(page, filter);
  const values = page.locator(`#f-${filter.toLowerCase()} ul`);
  // Until then they are those of the list before.
  await expect(values).toHaveAttribute('aria-busy', 'false');
  const choice = values.locator('.check').first();
  const value = (await choice.locator('.cut').textContent()).trim();
  const count = (await choice.locator('.num').textContent()).trim();
  await choice.getByRole('checkbox').check();
  // Outside of the menus.
  await page.getByRole('heading', { name: 'Products' }).click();
  return { value, count };
}

/** The rows that are there, in order. */
async function rows(page) {
  const all = await shown(page).evaluateAll((rows) =>
    rows.map((row) => {
      const text = (selector) => row.querySelector(selector).textContent.trim();
      return {
        index: Number(row.getAttribute('aria-rowindex')),
        status: text('.col-status'),
        optimisation: text('.col-opt'),
        vendor: text('.col-vendor'),
        type: text('.col-type'),
        price: text('.col-price'),
        picture: row.querySelector('img') !== null,
      };
    }),
  );
  return all.sort((a, b) => a.index - b.index);
}

async function column(page, selector) {
  return (await shown(page).locator(selector).allTextContents()).map((text) => text.trim());
}

async function visiblePrices(page) {
  return (await rows(page)).map((row) => Number(row.price.replace(/[^0-9.]/g, '')));
}
