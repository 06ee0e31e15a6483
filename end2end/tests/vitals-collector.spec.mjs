// What measures pages in the browsers of those who use them (frontend/vitals), on pages of its own: no server of ours is needed.
import { test as base, expect } from '@playwright/test';
import * as names from '../../frontend/vitals/names.mjs';
import { driven, vitalsSite } from '../support/vitals.mjs';

/** Comes alive a moment after its load, as the app does. */
const ALIVE = "<script>addEventListener('load', () => setTimeout(() => performance.mark('vitrine:hydrated'), 20))</script>";
/** Goes to another route as the app does: it says so, and then the address changes. */
const APP = `${ALIVE}<nav><a id="go" href="/products/lamp">Lamp</a> <button id="slow">Slow</button></nav><script>
  const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
  go.addEventListener('click', (event) => {
    event.preventDefault();
    performance.mark('vitrine:route-start');
    history.pushState(null, '', '/products/lamp?tab=secret');
    main.innerHTML = '<h1>Lamp</h1><p>' + 'A lamp that gives light. '.repeat(20) + '</p>';
    performance.mark('vitrine:view-ready');
    setTimeout(() => performance.mark('vitrine:data-ready'), 50);
  });
  slow.addEventListener('click', () => busy(300));
</script>`;
/** Fails as a program of Rust does that cannot go on: (module (func (export "a") unreachable)) */
const PANIC = `new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 97, 0, 0, 10, 5, 1, 3, 0, 0, 11))).exports.a();`;
/** Comes alive in spite of what fails before that. */
const FAILS = `<script>
  setTimeout(() => { ${PANIC} });
  for (let number = 0; number < 3; number += 1) Promise.reject(new Error('On purpose: secret'));
  addEventListener('load', () => setTimeout(() => {
    document.documentElement.classList.add('hydrated');
    performance.mark('vitrine:hydrated');
    dispatchEvent(new Event('alive'));
  }, 100));
</script>`;
/** Never comes alive, and fails without an end. */
const BROKEN = `<script>
  for (let number = 0; number < 1000; number += 1) Promise.reject(new Error('On purpose: secret'));
</script>`;
const PAGES = { '/products': ALIVE, '/products/lamp': ALIVE, '/runs': ALIVE, '/review': APP, '/runs/new': FAILS, '/imports': BROKEN };

const test = base.extend({
  site: async ({}, use) => {
    const site = await vitalsSite(PAGES);
    await use(site);
    site.close();
  },

  /** A page that has no errors, in a context that does not end with it. */
  page: async ({ context }, use) => {
    await context.newPage();
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await use(page);
    expect(errors.filter((error) => !/On purpose|unreachable/.test(error))).toEqual([]);
  },
});

/** Opens a page, and waits until it is measured. */
async function look(page, site, path) {
  await page.goto(site.address + path);
  await measured(page);
}

const measured = (page) => page.waitForFunction(() => performance.getEntriesByName('vitrine:hydrated').length > 0).then(() => page.waitForTimeout(150));

const leave = (page) => page.goto('about:blank');

/** As when somebody turns to another tab, which this browser has no window for. */
const turn = (page, state) =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

/** What comes to be known of one view. */
async function view(site, which) {
  const found = () => site.views().find((view) => Object.entries(which).every(([name, value]) => view[name] === value));
  await expect.poll(found, { message: JSON.stringify(which) }).toBeTruthy();
  return found();
}

const withoutFetchLater = (page) => page.addInitScript(() => delete globalThis.fetchLater);

test('a view is sent when its page is left, in names alone', async ({ page, site }) => {
  await look(page, site, '/products?q=secret#secret');
  await page.mouse.click(40, 40);
  await page.waitForTimeout(100);

  await leave(page);

  const { body, headers, ...sent } = await view(site, { route: '/products' });
  expect(headers['content-type']).toMatch(/^text\/plain/);
  expect([headers.referer, headers.cookie, headers.origin]).toEqual([undefined, undefined, site.address]);
  expect(body).not.toContain('secret');
  expect(body.length).toBeLessThan(1_000);
  expect(sent).toMatchObject({ v: 1, view: expect.stringMatching(/^[a-z0-9]{8,32}$/), build: site.hash, navigation: 'navigate', device: 'desktop', viewport: 'wide', cache: 'network', left: true });
  for (const metric of ['lcp', 'fcp', 'ttfb', 'cls', 'inp', 'hydrated']) expect(sent.values, metric).toHaveProperty([metric]);
  expect(names.CONNECTIONS).toContain(sent.connection);
  for (const [metric, value] of Object.entries(sent.values)) {
    expect(names.METRICS).toContain(metric);
    expect(Number.isSafeInteger(value) && value >= 0, metric).toBe(true);
  }
  const { values } = sent;
  expect(values['lcp-ttfb'] + values['lcp-load-delay'] + values['lcp-load-time'] + values['lcp-render-delay']).toBe(values.lcp);
});

for (const later of [true, false]) {
  const how = later ? 'by a browser that sends by itself' : 'by a beacon';

  test(`a view is sent ${how} when its tab is closed`, async ({ page, site }) => {
    if (!later) await withoutFetchLater(page);
    await look(page, site, '/products');

    await page.close({ runBeforeUnload: true });

    expect((await view(site, { route: '/products' })).values).toHaveProperty('lcp');
  });

  test(`of a hundred views hardly any is lost ${how}, and none has come twice`, async ({ page, site }) => {
    test.slow();
    if (!later) await withoutFetchLater(page);
    const paths = ['/products', '/products/lamp', '/runs', '/review'];
    for (let number = 0; number < 100; number += 1) {
      await page.goto(site.address + paths[number % paths.length]);
      // Some are left before anything is measured, some after.
      if (number % 3 === 0) await page.waitForTimeout(60);
    }
    await leave(page);

    await expect.poll(() => site.views().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(98);

    expect(site.views().length).toBeLessThanOrEqual(100);
    const sent = site.beacons.map(({ view, part }) => `${view} ${part}`);
    expect(new Set(sent).size).toBe(sent.length);
  });
}

test('a page that is loaded anew and one that one comes back to are views of their own', async ({ page, site }) => {
  await look(page, site, '/products');
  await page.reload();
  await measured(page);
  await look(page, site, '/runs');
  await page.goBack();
  await measured(page);
  await leave(page);

  const views = [await view(site, { navigation: 'reload' }), await view(site, { navigation: 'back_forward' }), await view(site, { route: '/products', navigation: 'navigate' })];
  expect(new Set(views.map((sent) => sent.view)).size).toBe(3);
});

test('a page that was kept whole is a view of its own each time it is shown again', async ({ page, site }) => {
  await look(page, site, '/products');
  await turn(page, 'hidden');

  // As when the browser has kept it, which this one does not.
  await turn(page, 'visible');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await page.waitForTimeout(200);
  await leave(page);

  const [first, again] = [await view(site, { navigation: 'navigate' }), await view(site, { navigation: 'bfcache' })];
  expect(again.view).not.toBe(first.view);
  expect(again).toMatchObject({ route: '/products', cache: 'none', values: { ttfb: 0 } });
  expect(again.values.lcp).toBeLessThan(first.age * 1_000);
  expect(again.values).not.toHaveProperty('hydrated');
});

test('what was kept whole goes on to be measured when the app has gone to more routes than are remembered', async ({ page, site }) => {
  await look(page, site, '/review');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await page.waitForTimeout(200);
  await page.evaluate(async () => {
    for (let number = 0; number < 14; number += 1) {
      performance.mark('vitrine:route-start');
      history.pushState(null, '', number % 2 ? '/runs' : '/review');
      performance.mark('vitrine:view-ready');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  await page.click('#slow');
  await page.waitForTimeout(300);
  await leave(page);

  const again = await view(site, { navigation: 'bfcache' });
  await expect.poll(() => site.views().find(({ view }) => view === again.view).values.inp).toBeGreaterThanOrEqual(296_000);
  await expect.poll(() => site.views().length).toBe(16);
});

test('a page that the browser has kept whole comes back as a view of its own', async () => {
  const kept = `${ALIVE}<script>
    addEventListener('pageshow', ({ persisted }) => setTimeout(() => { location.href = persisted || sessionStorage.was ? '/usage' : '/runs'; sessionStorage.was = 1 }, 1000));
  </script>`;
  const back = `${ALIVE}<script>setTimeout(() => history.back(), 1000)</script>`;
  await drive({ '/products': kept, '/runs': back, '/usage': '' }, '/usage', async (site) => {
    const first = await view(site, { navigation: 'navigate', route: '/products' });
    await view(site, { route: '/runs' });
    await expect.poll(() => site.views().filter(({ route }) => route === '/products').length).toBe(2);
    const again = site.views().find(({ view, route }) => route === '/products' && view !== first.view);
    // One without a window keeps no pages.
    test.skip(again.navigation === 'back_forward', 'this browser keeps no pages');
    expect(again).toMatchObject({ navigation: 'bfcache', cache: 'none', values: { ttfb: 0 } });
    expect(again.values.lcp).toBeLessThan(1_000_000);
    expect(again.values).not.toHaveProperty('hydrated');
  });
});

test('a page that was made ahead counts from when it is looked at, and else not at all', async () => {
  const ahead = `${ALIVE}<script type="speculationrules">{"prerender":[{"source":"list","urls":["/products/lamp","/usage"],"eagerness":"immediate"}]}</script>
    <script>setTimeout(() => { location.href = '/products/lamp' }, 3000)</script>`;
  const made = `${ALIVE}<script>document.addEventListener('prerenderingchange', () => setTimeout(() => { location.href = '/runs' }, 1000))</script>`;
  await drive({ '/products': ahead, '/products/lamp': made, '/usage': ALIVE }, '/runs', async (site) => {
    const sent = await view(site, { route: '/products/:handle' });

    expect(sent.navigation).toBe('prerender');
    expect(sent.age).toBeLessThan(2_900);
    expect(sent.values).toMatchObject({ ttfb: 0, hydrated: 0 });
    expect(site.asked).toContain('GET /usage');
    expect(site.views().filter(({ route }) => route === '/usage')).toEqual([]);
  });
});

/** From `/products` to `last`, by themselves. */
async function drive(pages, last, check) {
  const site = await vitalsSite(pages);
  try {
    await driven(`${site.address}/products`, async () => {
      await expect.poll(() => site.asked.includes(`GET ${last}`), { timeout: 25_000 }).toBe(true);
      await check(site);
    });
  } finally {
    site.close();
  }
}

test('what is known is sent while the page is looked at, and again when more is', async ({ page, site }) => {
  site.settings = 'after=100';
  await look(page, site, '/review');
  const first = await view(site, { route: '/review' });

  await page.click('#slow');

  await expect.poll(() => site.views()[0].values.inp).toBeGreaterThan(100_000);
  const last = site.views()[0];
  expect([last.view, last.part > first.part, last.values.lcp]).toEqual([first.view, true, first.values.lcp]);
  // Whoever hears of it only now knows what somebody else has counted.
  expect([first.was, last.was]).toEqual([undefined, first.values]);
});

for (const later of [true, false]) {
  test(`a hidden page has sent what it knew, ${later ? 'by itself' : 'by a beacon'}`, async ({ page, site }) => {
    site.settings = 'after=100';
    if (!later) await withoutFetchLater(page);
    await look(page, site, '/review');
    await page.click('#slow');
    await page.waitForTimeout(200);
    await turn(page, 'hidden');
    const first = await view(site, { route: '/review' });
    expect(first.values.inp).toBeGreaterThan(100_000);
    // One may come back to it.
    expect(first).not.toHaveProperty('left');

    await turn(page, 'visible');
    await turn(page, 'hidden');
    await page.waitForTimeout(300);

    // Nothing has changed since.
    expect(site.views()).toEqual([first]);
  });
}

test('a route of the app is a view of its own', async ({ page, site }) => {
  await look(page, site, '/review');
  await page.click('#go');
  await page.waitForTimeout(400);
  await page.click('#slow');
  await page.waitForTimeout(300);
  await leave(page);

  const [first, soft] = [await view(site, { route: '/review' }), await view(site, { route: '/products/:handle' })];
  expect(soft).toMatchObject({ navigation: 'soft', cache: 'none' });
  expect(soft.values['view-ready']).toBeGreaterThan(0);
  expect(soft.values['data-ready']).toBeGreaterThanOrEqual(soft.values['view-ready'] + 45_000);
  expect(first.navigation).toBe('navigate');
  expect(first.values).not.toHaveProperty('view-ready');
  // What was slow was so on the second.
  expect(soft.values.inp).toBeGreaterThanOrEqual(296_000);
  expect(first.values.inp).toBeLessThan(soft.values.inp);
  expect(soft.body + first.body).not.toContain('secret');
});

test('more routes than are remembered are all sent', async ({ page, site }) => {
  await withoutFetchLater(page);
  await look(page, site, '/review');
  await page.evaluate(async () => {
    for (let number = 0; number < 30; number += 1) {
      performance.mark('vitrine:route-start');
      history.pushState(null, '', number % 2 ? '/runs' : `/runs/${number}`);
      performance.mark('vitrine:view-ready');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await leave(page);

  await expect.poll(() => site.views().length).toBe(31);
  expect(site.views().filter(({ route }) => route === '/runs')).toHaveLength(15);
  expect(site.views().filter(({ route }) => route === '/runs/:id')).toHaveLength(15);
});

for (const [who, before, settings] of [
  ['who asks not to be tracked', () => Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })],
  ['whose browser asks that for them', () => Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })],
  ['where it is turned off', () => {}, 'off'],
  ['who is none of the sample', () => {}, 'sample=0'],
]) {
  test(`nobody is measured ${who}`, async ({ page, site }) => {
    site.settings = settings ?? '';
    await page.addInitScript(() => {
      globalThis.watched = 0;
      globalThis.PerformanceObserver = class extends PerformanceObserver {
        constructor(...all) {
          super(...all);
          globalThis.watched += 1;
        }
      };
    });
    await page.addInitScript(before);
    await look(page, site, '/products');
    expect(await page.evaluate(() => globalThis.watched)).toBe(0);
    await turn(page, 'hidden');
    await leave(page);
    await page.waitForTimeout(300);

    expect(site.asked).toContain(`GET ${site.script}`);
    expect(site.beacons).toEqual([]);
  });
}

test('half of the pages are a half', async ({ page, site }) => {
  site.settings = 'sample=0.5';
  // By turns.
  await page.addInitScript(() => {
    let number = Number(name || 0);
    Math.random = () => (number++ % 2 ? 0.75 : 0.25);
    name = String(Number(name || 0) + 1);
  });
  for (let number = 0; number < 10; number += 1) await look(page, site, '/products');
  await leave(page);
  await page.waitForTimeout(300);

  expect(site.views()).toHaveLength(5);
});

for (const [what, without] of [
  ['nothing that notes down', () => delete globalThis.PerformanceObserver],
  ['no entries', () => { Performance.prototype.getEntriesByType = undefined }],
  ['none of what is newer', () => {
    for (const name of ['fetchLater', 'requestIdleCallback', 'PerformanceEventTiming', 'PerformanceSoftNavigation']) delete globalThis[name];
    Object.defineProperty(navigator, 'connection', { get: () => undefined });
  }],
  ['no room left for what is sent by itself', () => { globalThis.fetchLater = () => { throw new DOMException('full', 'QuotaExceededError') } }],
]) {
  test(`a browser that has ${what} has no error, and says what it can`, async ({ page, site }) => {
    await page.addInitScript(without);
    await page.goto(`${site.address}/products`);
    // Without marks a page is waited for.
    await page.waitForTimeout(2_400);
    await leave(page);

    const sent = await view(site, { route: '/products' });
    expect(names.CONNECTIONS).toContain(sent.connection);
    expect(names.CACHES).toContain(sent.cache);
  });
}

test('a browser that cannot send does nothing', async ({ page, site }) => {
  await page.addInitScript(() => {
    delete globalThis.fetchLater;
    delete Navigator.prototype.sendBeacon;
  });
  await look(page, site, '/products');
  await leave(page);
  await page.waitForTimeout(200);

  expect(site.beacons).toEqual([]);
});

test('errors are counted by kind, without their words', async ({ page, site }) => {
  await look(page, site, '/products');
  await page.evaluate((panic) => {
    setTimeout(() => { throw new Error('On purpose: secret') });
    Promise.reject(new Error('On purpose: secret'));
    Promise.reject(new Error('On purpose: secret'));
    setTimeout(() => new Function(panic)());
  }, PANIC);
  await page.waitForTimeout(100);
  await leave(page);

  const sent = await view(site, { route: '/products' });
  expect(sent.values).toMatchObject({ errors: 1, rejections: 2, panics: 1 });
  expect(sent.body).not.toContain('secret');
});

/** Waits until what the product's pages begin with has fetched the collector. */
const fetched = (page, site) => page.waitForFunction((script) => performance.getEntriesByType('resource').some(({ name }) => name.includes(script)), site.script);

test('what has failed before the collector was there is told with what fails later, each once', async ({ page, site }) => {
  site.begins = true;
  await page.goto(`${site.address}/runs/new`);
  await fetched(page, site);
  await page.waitForTimeout(150);
  await page.evaluate(() => setTimeout(() => { throw new Error('On purpose: secret') }));
  await page.waitForTimeout(100);
  expect(await page.evaluate(() => globalThis.earlyFailures.length)).toBe(0);
  await leave(page);

  const sent = await view(site, { route: '/runs/new' });
  expect(sent.values).toMatchObject({ panics: 1, rejections: 3, errors: 1 });
  expect(sent.body).not.toContain('secret');
});

test('of a page that never comes alive it is told that it failed, and no more is kept than some', async ({ page, site }) => {
  site.begins = true;
  await page.goto(`${site.address}/imports`);
  await fetched(page, site);
  await page.waitForTimeout(150);
  await leave(page);

  const sent = await view(site, { route: '/imports' });
  expect(sent.values.rejections).toBe(20);
  expect(sent.values).not.toHaveProperty('hydrated');
});

test('what has failed early is not told by somebody who asks not to be tracked', async ({ page, site }) => {
  site.begins = true;
  await page.addInitScript(() => Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' }));
  await page.goto(`${site.address}/runs/new`);
  await fetched(page, site);
  await page.waitForTimeout(150);
  await leave(page);
  await page.waitForTimeout(300);

  expect(site.asked).toContain(`GET ${site.script}`);
  expect(site.beacons).toEqual([]);
});

test('the age of the oldest edit that waits is told, and the most that there was', async ({ page, site }) => {
  await look(page, site, '/products');
  await page.evaluate(() => { document.documentElement.dataset.pendingSince = Date.now() - 5_000 });
  await page.waitForTimeout(50);
  await page.evaluate(() => { delete document.documentElement.dataset.pendingSince });
  await page.waitForTimeout(50);
  await page.evaluate(() => { document.documentElement.dataset.pendingSince = Date.now() - 1_000 });
  await leave(page);

  const { values } = await view(site, { route: '/products' });
  expect(values.pending).toBeGreaterThanOrEqual(5_000_000);
  expect(values.pending).toBeLessThan(7_000_000);
});

test('the module and when it was ready are told, and frames that took long', async ({ page, site }) => {
  await look(page, site, '/runs');
  await page.evaluate(async () => {
    await (await fetch('/pkg/vitrine.abc.wasm')).arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 20));
    performance.mark('vitrine:wasm-compiled');
    setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); document.body.append('painted') });
  });
  await page.waitForTimeout(400);
  await leave(page);

  const { values } = await view(site, { route: '/runs' });
  expect(values['wasm-downloaded']).toBeGreaterThan(0);
  expect(values['wasm-compiled']).toBeGreaterThanOrEqual(values['wasm-downloaded']);
  expect(values['long-frames']).toBeGreaterThanOrEqual(1);
  expect(values['long-frame-longest']).toBeGreaterThan(100_000);
});

test('before the page has come alive nothing is watched but marks', async ({ page, site }) => {
  await page.addInitScript(() => {
    globalThis.kinds = [];
    const { observe } = PerformanceObserver.prototype;
    PerformanceObserver.prototype.observe = function (options) {
      globalThis.kinds.push(options.type);
      return observe.call(this, options);
    };
  });
  site.asked.length = 0;
  await page.goto(`${site.address}/usage`);
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => globalThis.kinds)).toEqual(['mark']);

  await page.evaluate(() => performance.mark('vitrine:hydrated'));

  await expect.poll(() => page.evaluate(() => globalThis.kinds)).toContain('largest-contentful-paint');
});
