// Of page views of the product's own pages hardly any is lost: what they begin with fetches the collector once they have come alive, people leave them soon,
// and the server counts what it hears of. On a server of its own, whose figures tell how many that were.
import { readFileSync } from 'node:fs';
import { alive, test as base, expect, signIn } from '../support/fixtures.mjs';
import { Server } from '../support/server.mjs';

const ROUNDS = 6;
/** Nobody leaves a page sooner that they have looked at, in milliseconds. */
const GLANCE = 500;
/** Of a hundred views so many are to be heard of. */
const DELIVERED = 98;

const test = base.extend({
  server: [
    async ({ engine }, use) => {
      const server = await Server.make(engine);
      server.env.VITRINE_METRICS_ADDRESS = '127.0.0.1:0';
      server.run(['demo', '--products', '2000']);
      await server.start();
      server.figures = /Figures for Prometheus are at (http:\S+)/.exec(readFileSync(server.log, 'utf8'))[1];
      await use(server);
      await server.end();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** How many views of each route the server has heard of. */
async function heard(server) {
  const figures = await fetch(server.figures).then((answer) => answer.text());
  const lines = figures.matchAll(/^vitrine_vitals_views_total\{route="([^"]+)"\} (\d+)$/gm);
  return new Map(Array.from(lines, ([, route, count]) => [route, Number(count)]));
}

/** The view that the app has gone to stands with its data, as the page itself has marked it. `views` is how many it has gone to in this document. */
const stands = (page, views) =>
  page.waitForFunction((views) => {
    const of = (name) => performance.getEntriesByName(`vitrine:${name}`);
    const [begun, ...ready] = ['route-start', 'view-ready', 'data-ready'].map(of);
    return begun.length === views && ready.every((marks) => marks.at(-1)?.startTime >= begun.at(-1).startTime);
  }, views);

test('of views of pages of the product hardly any is lost, and none is told of twice or as another', async ({ page, context, server }) => {
  test.setTimeout(240_000);
  await signIn(page);
  const asked = new Map();
  const asks = (route) => asked.set(route, (asked.get(route) ?? 0) + 1);
  const link = (region, name) => page.getByRole('navigation', { name: region }).getByRole('link', { name, exact: true });
  const goes = [
    [() => link('Main', 'Review'), '/review'],
    [() => link('Main', 'Runs'), '/runs'],
    [() => link('Main', 'Imports'), '/imports'],
    [() => link('Main', 'Usage'), '/usage'],
    [() => link('Main', 'Settings'), '/settings'],
    [() => page.getByRole('link', { name: 'Performance', exact: true }), '/performance'],
    [() => link('Places of performance', 'Page loads'), '/performance/:place'],
    [() => link('Places of performance', 'Caches'), '/performance/:place'],
    [() => link('Main', 'Products'), '/products'],
    [() => page.locator('.row:not(.skel) a').first(), '/products/:handle'],
  ];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Documents, of which each is left for the next.
    for (const route of ['/products', '/imports', '/usage', '/products']) {
      await page.goto(route);
      asks(route);
      await alive(page);
      await page.waitForTimeout(GLANCE);
    }
    // Routes of the app.
    await page.evaluate(() => { globalThis.isTheSame = true });
    for (const [at, [to, route]] of goes.entries()) {
      await to().click();
      asks(route);
      await test.step(route, () => stands(page, at + 1));
    }
    expect(await page.evaluate(() => globalThis.isTheSame), 'no page was loaded anew').toBe(true);
    await page.reload();
    asks('/products/:handle');
    await alive(page);
    await page.waitForTimeout(GLANCE);
    // Tabs that are closed.
    for (const route of ['/products', '/review', '/settings']) {
      const tab = await context.newPage();
      await tab.goto(route);
      asks(route);
      await alive(tab);
      await tab.waitForTimeout(GLANCE);
      await tab.close({ runBeforeUnload: true });
    }
  }
  await page.goto('about:blank');
  const views = [...asked.values()].reduce((sum, count) => sum + count, 0);

  const all = (heard) => [...heard.values()].reduce((sum, count) => sum + count, 0);
  await expect.poll(async () => all(await heard(server)), { timeout: 15_000 }).toBeGreaterThanOrEqual(Math.ceil((views * DELIVERED) / 100));

  for (const [route, count] of await heard(server)) expect(count, route).toBeLessThanOrEqual(asked.get(route) ?? 0);
});
