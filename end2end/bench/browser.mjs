// The browser: bytes of a cold load, largest paint and hydration on a slow phone, a drag across all rows.
import { chromium } from '@playwright/test';
import { launchOptions } from '../support/chromium.mjs';
import { figure, percentile } from './report.mjs';

// 1.6 Mbit/s and 150 ms.
const SLOW = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };

export async function browserBench(server, products) {
  const browser = await chromium.launch(launchOptions);
  try {
    await bytes(browser, server);
    await slow(browser, server);
    await drag(browser, server, products);
  } finally {
    await browser.close();
  }
}

async function bytes(browser, server) {
  const page = await signedIn(browser, server, { width: 1440, height: 900 });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const requests = new Map();
  cdp.on('Network.responseReceived', ({ requestId, response }) => requests.set(requestId, { url: response.url, bytes: 0 }));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (requests.has(requestId)) requests.get(requestId).bytes = encodedDataLength;
  });
  await page.goto(`${server.address}/products`, { waitUntil: 'networkidle' });
  await page.waitForSelector('html.hydrated', { state: 'attached' });
  const all = [...requests.values()].filter((request) => request.url.startsWith('http'));
  const total = all.reduce((sum, request) => sum + request.bytes, 0);
  for (const request of all.sort((a, b) => b.bytes - a.bytes).slice(0, 8)) console.log(`  ${String(request.bytes).padStart(8)}  ${new URL(request.url).pathname}`);
  figure('/products cold and signed in, everything on the wire', total / 1_000, 'kB', 200);
  const document = all.find((request) => new URL(request.url).pathname === '/products');
  figure('the same: the document', document.bytes / 1_000, 'kB', 12);
  const foreign = all.filter((request) => /page_(?!products|common)\w+\./.test(request.url)).length;
  figure('/products: chunks of other pages in it', foreign, '', 0);
  await page.context().close();
}

async function slow(browser, server) {
  const paints = [];
  const hydrations = [];
  const shifts = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const page = await signedIn(browser, server, { width: 390, height: 844 });
    await page.addInitScript(() => {
      window.measured = { lcp: 0, cls: 0, hydrated: 0 };
      new PerformanceObserver((list) => (window.measured.lcp = list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true });
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.measured.cls += entry.value))).observe({ type: 'layout-shift', buffered: true });
      new MutationObserver(() => {
        if (!window.measured.hydrated && document.documentElement.classList.contains('hydrated')) window.measured.hydrated = performance.now();
      }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
    });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', SLOW);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.goto(`${server.address}/products`);
    await page.waitForFunction(() => window.measured.hydrated > 0, null, { timeout: 30_000 });
    await page.waitForTimeout(500);
    const measured = await page.evaluate(() => window.measured);
    paints.push(measured.lcp);
    hydrations.push(measured.hydrated);
    shifts.push(measured.cls);
    await page.context().close();
  }
  figure('/products, 1.6 Mbit/s, 150 ms, processor slowed 4 times: LCP', Math.min(...paints) / 1_000, 's', 0.8);
  figure('the same: hydrated', Math.min(...hydrations) / 1_000, 's', 2.5);
  figure('the same: layout shift', Math.min(...shifts), '', 0);
}

async function drag(browser, server, products) {
  const page = await signedIn(browser, server, { width: 1440, height: 900 });
  await page.goto(`${server.address}/products?sort=title`);
  await page.waitForSelector('html.hydrated', { state: 'attached' });
  await page.waitForTimeout(1_000);
  const worst = [];
  const blanks = [];
  const nodes = [];
  const frames = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const measured = await page.evaluate(async (forwards) => {
      const grid = document.querySelector('[role=grid]');
      const whole = grid.scrollHeight - grid.clientHeight;
      const next = () => new Promise((done) => requestAnimationFrame(done));
      const frames = [];
      let before = await next();
      for (let step = 1; step <= 120; step += 1) {
        // Not to the very end: somewhere in the middle of the rows.
        grid.scrollTop = whole * (forwards ? (step / 120) * 0.77 : 0.77 - (step / 120) * 0.5);
        const now = await next();
        frames.push(now - before);
        before = now;
      }
      const stopped = performance.now();
      while (!grid.hasAttribute('data-filled') && performance.now() - stopped < 5_000) await next();
      return { frames, blank: performance.now() - stopped, nodes: document.querySelectorAll('[role=grid] *').length };
    }, turn % 2 === 0);
    worst.push(Math.max(...measured.frames));
    frames.push(...measured.frames);
    blanks.push(measured.blank);
    nodes.push(measured.nodes);
  }
  figure(`a drag across ${products.toLocaleString('en')} rows: worst frame`, Math.min(...worst), 'ms', 50);
  figure('the same: 95th percentile of frames', percentile(frames, 0.95), 'ms', null);
  figure('the same: rows filled after it stops', Math.max(...blanks), 'ms', 100);
  figure('the same: nodes of the grid', Math.max(...nodes), '', 2_000);
  await page.context().close();
}

async function signedIn(browser, server, viewport) {
  const context = await browser.newContext({ viewport });
  const [name, value] = server.cookie.split('=');
  await context.addCookies([{ name, value, url: server.address }]);
  return context.newPage();
}
