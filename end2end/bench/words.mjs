// Better words at size: the review queue and a decision, usage, and a run beside somebody who scrolls through the list.
import { chromium } from '@playwright/test';
import { launchOptions } from '../support/chromium.mjs';
import { fillWords } from './fill-words.mjs';
import { figure, figureOf, percentile } from './report.mjs';

const VERSIONS = 200_000;
const OPEN = 50_000;
const CALLS = 1_000_000;
const RUN = 10_000;
const p95 = (times) => percentile(times, 0.95);

/** `store` is the short name of the store that the server's cookie is signed in to. */
export async function wordsBench(server, store, products) {
  const versions = Math.min(VERSIONS, products);
  const begun = performance.now();
  await server.stop();
  fillWords(server, store, { versions, open: Math.min(OPEN, Math.floor(versions / 4)), calls: CALLS });
  await server.start();
  console.log(`  ${versions.toLocaleString('en')} versions and ${CALLS.toLocaleString('en')} calls were written in ${Math.round((performance.now() - begun) / 1_000)} s`);

  await opened(server, 'the review queue opens (its page)', '/review', 100);
  await opened(server, 'the next ten suggestions', '/api/fn/review/queue?filter=&behind=&count=10', 100);
  await opened(server, '/usage over a million calls, 90 days', '/usage?days=90', 200);
  await opened(server, '/usage over a million calls, a year', '/usage?days=365', 200);
  await opened(server, '/runs with its picture of the store', '/runs', null);
  await decided(server);
  await run(server);
}

async function opened(server, what, path, budget) {
  const times = [];
  for (let turn = 0; turn < 30; turn += 1) times.push(await timed(server, path));
  figureOf(`${server.engine}: ${what}, p95 of 30`, times, p95, 'ms', budget);
}

/** From the key to the next suggestion on the screen. */
async function decided(server) {
  const browser = await chromium.launch(launchOptions);
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name, value] = server.cookie.split('=');
    await context.addCookies([{ name, value, url: server.address }]);
    const page = await context.newPage();
    await page.goto(`${server.address}/review`);
    await page.waitForSelector('.review[data-ready]');
    // The second suggestion has two descriptions of 10 kB that differ in two thirds, the first has short ones. What is written
    // between two marks is compared and made HTML of: no layout is in it.
    const written = await page.evaluate(() => {
      const at = (name) => performance.getEntriesByName(name).at(-1).startTime;
      const timed = (key) => {
        document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        return at('suggestion-written') - at('suggestion-begun');
      };
      const [long, short] = [[], []];
      for (let turn = 0; turn < 40; turn += 1) {
        long.push(timed('j'));
        short.push(timed('k'));
      }
      return { long, short, first: long[0] };
    });
    figure(`${server.engine}: two descriptions of 10 kB compared and marked, median of 40`, percentile(written.long, 0.5) - percentile(written.short, 0.5), 'ms', 5);
    figure(`${server.engine}: the same, the first time, with the rest of the suggestion`, written.first, 'ms', null);

    const times = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const before = await page.locator('.suggestion').getAttribute('data-review');
      times.push(
        await page.evaluate(async (before) => {
          const begun = performance.now();
          document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
          while (document.querySelector('.suggestion')?.dataset.review === before && performance.now() - begun < 5_000) await new Promise(requestAnimationFrame);
          return performance.now() - begun;
        }, before),
      );
      await page.waitForTimeout(60);
    }
    figureOf(`${server.engine}: the next suggestion on the screen after a decision, p95 of 30`, times, p95, 'ms', 50);
  } finally {
    await browser.close();
  }
}

/** A run with the writer that answers at once, and the list beside it. */
async function run(server) {
  const alone = await scrolled(server, 200);
  const body = new URLSearchParams({ form: '1', parts: 'title', again: '1' });
  for (const part of ['description', 'seo_title', 'seo_description']) body.append('parts', part);
  const begun = performance.now();
  const started = await fetch(`${server.address}/runs`, { method: 'POST', body, headers: { cookie: server.cookie, 'sec-fetch-site': 'same-origin' }, redirect: 'manual' });
  const address = started.headers.get('location');
  if (started.status !== 303 || !address.startsWith('/runs/')) throw new Error(`the run did not start: ${started.status} ${address}`);
  const during = [];
  let done = 0;
  while (done < RUN && performance.now() - begun < 120_000) {
    during.push(...(await scrolled(server, 10)));
    const page = await fetch(`${server.address}${address}`, { headers: { cookie: server.cookie } }).then((answer) => answer.text());
    done = Number(/([\d,]+) of [\d,]+/.exec(page)?.[1].replaceAll(',', '') ?? 0);
  }
  const seconds = (performance.now() - begun) / 1_000;
  await fetch(`${server.address}${address}/cancel`, { method: 'POST', headers: { cookie: server.cookie, 'sec-fetch-site': 'same-origin' }, redirect: 'manual' });
  figure(`${server.engine}: a run with a writer that answers at once`, done / seconds, 'products/s', 500, { least: true });
  figure(`${server.engine}: the list meanwhile, median, slower by`, (percentile(during, 0.5) / percentile(alone, 0.5) - 1) * 100, '%', 20);
}

async function scrolled(server, count) {
  const times = [];
  for (let turn = 0; turn < count; turn += 1) times.push(await timed(server, `/api/fn/products/list?address=sort%3Dtitle&start=${(turn * 7_919) % 40_000}&count=50`));
  return times;
}

async function timed(server, path) {
  const begun = performance.now();
  const answer = await fetch(`${server.address}${path}`, { headers: { cookie: server.cookie } });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - begun;
}
