// From a bad figure to what was done, and from a rule to somebody who sees to it: on a server of its own, whose owner may look, which keeps every trace and
// has one rule that is always broken.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { alive, test as base, expect, isMeasured, signIn } from '../support/fixtures.mjs';
import { Server } from '../support/server.mjs';

const region = (page, name) => page.getByRole('region', { name, exact: true });
const alert = (page) => region(page, 'Firing').locator('b', { hasText: 'Products are shown at all' });

const RULES = `
[[rule]]
id = "always"
name = "Products are shown at all"
kind = "threshold"
series = "http.duration"
only = { route = "GET /products" }
figure = "p95"
over_minutes = 30
for_minutes = 0
raise = 0.001
clear = 0.0005
unit = "milliseconds"
severity = "critical"
page = "/performance/requests"

[[channel]]
name = "ops"
webhook_env = "ALERT_WEBHOOK"
least = "warning"
`;

const test = base.extend({
  /** What webhooks are sent. */
  told: [
    async ({}, use) => {
      const told = [];
      const receiver = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) body += part;
        told.push(JSON.parse(body));
        response.end('ok');
      });
      await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening));
      told.address = `127.0.0.1:${receiver.address().port}`;
      await use(told);
      receiver.close();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ engine, told }, use) => {
      const server = await Server.make(engine);
      const rules = join(server.dir, 'alerts.toml');
      writeFileSync(rules, RULES);
      Object.assign(server.env, {
        VITRINE_TRACES_SHARE: '1',
        VITRINE_ALERTS_FILE: rules,
        VITRINE_ALLOW_WEBHOOK_HOSTS: told.address,
        ALERT_WEBHOOK: `http://${told.address}/hook`,
      });
      server.run(['demo', '--products', '2000']);
      await server.start();
      await use(server);
      await server.end();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** What was measured is written once a minute, and when a server stops. */
async function writeDown(page, server) {
  await page.goto('about:blank');
  await page.waitForTimeout(500);
  await server.stop();
  await server.start();
}

test('a slow page leads to its trace, from the browser to the statement', async ({ page, server }) => {
  test.setTimeout(90_000);
  await signIn(page);
  const timing = (await page.goto('/products')).headers()['server-timing'];
  const id = /trace;desc="00-([0-9a-f]{32})-/.exec(timing)?.[1];
  expect(id, timing).toBeTruthy();
  await alive(page);
  await page.keyboard.press('Tab');
  await isMeasured(page);
  await page.waitForTimeout(1_500);
  await writeDown(page, server);

  await page.goto('/performance/requests');
  await alive(page);
  await region(page, 'By route').getByRole('row', { name: /^GET \/products / }).getByRole('link', { name: 'show' }).click();
  await expect(page.getByRole('heading', { name: 'Traces', level: 1 })).toBeVisible();
  await expect(page.getByText('Only GET /products')).toBeVisible();
  const link = page.locator(`a[href="/performance/traces?id=${id}"]`).first();
  await link.focus();
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Browser: GET /products', level: 1 })).toBeVisible();
  const rows = region(page, 'What ran when');
  await rows.getByText('As a table').click();
  const names = await rows.getByRole('rowheader').allTextContents();
  const places = ['Browser: GET /products', 'waiting', 'GET /products', 'coming alive'].map((name) => names.findIndex((told) => told.trim() === name));
  expect(places, String(names)).toEqual([...places].sort((one, other) => one - other));
  expect(Math.min(...places), String(names)).toBe(0);
  expect(await rows.getByRole('cell', { name: 'statement' }).count(), String(names)).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Others of this route' }).click();
  await expect(page.getByRole('heading', { name: 'Traces', level: 1 })).toBeVisible();
});

test('a page that the app went to slowly is seen from the page loads, though no request has made it', async ({ page, server }) => {
  test.setTimeout(90_000);
  await signIn(page);
  await page.goto('/products');
  await alive(page);
  await isMeasured(page);
  await page.route('**/pkg/page_*.bin', async (route) => {
    await new Promise((done) => setTimeout(done, 1_500));
    await route.continue();
  });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Usage' }).click();
  await expect(page.getByRole('heading', { name: 'Usage', level: 1 })).toBeVisible();
  await page.waitForTimeout(500);
  await writeDown(page, server);

  await page.goto('/performance/traces?of=Browser: GET /usage');
  await page.locator('a[href^="/performance/traces?id="]').first().click();

  await expect(page.getByRole('heading', { name: 'Browser: GET /usage', level: 1 })).toBeVisible();
  const rows = region(page, 'What ran when');
  await rows.getByText('As a table').click();
  await expect(rows.getByRole('rowheader', { name: 'until the page stands' })).toBeVisible();
});

test('what fires is told, seen to, silenced, and tried by a button', async ({ page, server, told }) => {
  test.setTimeout(180_000);
  await signIn(page);
  await page.goto('/products');
  await writeDown(page, server);

  // Rules are looked at a quarter of a minute after a start, and each minute; of that which is under way nothing is looked at.
  await expect(async () => {
    await page.goto('/performance/alerts');
    await expect(alert(page)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await alive(page);
  await expect(region(page, 'Firing').getByText('critical')).toBeVisible();
  await expect.poll(() => told.map(({ text }) => text).join(' '), { timeout: 30_000 }).toContain('Products are shown at all');
  await region(page, 'Firing').getByRole('button', { name: 'I see to it' }).click();
  await expect(region(page, 'Firing').getByText('sees to it')).toBeVisible();

  await page.goto('/performance');
  await alive(page);
  await page.getByRole('link', { name: '1 alert fires' }).click();
  await region(page, 'Firing').getByRole('link', { name: 'Silence' }).click();
  await expect(page).toHaveURL(/silence=/);
  await alive(page);
  await page.getByLabel('For', { exact: true }).selectOption('An hour');
  await page.getByLabel('Why').fill('It is meant to.');
  await page.getByRole('button', { name: 'Silence it' }).click();
  await expect(region(page, 'Silenced').getByText('It is meant to.')).toBeVisible();
  await expect(region(page, 'Firing').getByText('Nothing is wrong')).toBeVisible();
  await page.getByRole('button', { name: 'End it' }).click();
  await expect(alert(page)).toBeVisible();

  const before = told.length;
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByRole('status').getByText('It arrived')).toBeVisible();
  expect(told.length).toBeGreaterThan(before);
});

/** A record of a load run, as `make load` leaves it. */
const record = (run, value) => ({
  schema: 1,
  suite: 'load',
  plan: 'list',
  engine: 'sqlite',
  at: new Date(Date.now() - (60 - run) * 3_600_000).toISOString().replace(/\.\d+/, ''),
  machine: { cores: 2, processor: 'A processor', memory_mb: 8000, kernel: '6', os: 'Debian' },
  build: { revision: run.toString(16).padStart(7, '0'), dirty: false },
  results: [{ name: 'p95', unit: 'ms', better: 'less', values: [value] }],
});

/** A server that answers slower the more is asked, up to 1,000 requests a second. */
const step = (rate) => {
  const answered = Math.min(rate, 1_000);
  const mean = rate < 1_000 ? 5 / (1 - rate / 1_000) : 2_000;
  return {
    rate,
    seconds: 10,
    answered_per_second: answered,
    validation: false,
    total: { requests: rate * 10, per_second: answered, error_share: 0, latency_ms: { mean, p95: 3 * mean } },
    processor: { seconds: 10, generator_share: 0.1, server_seconds: (answered / 1_000) * 18, database_seconds: null },
  };
};

test('runs of the lab are kept, what got slower is seen to, and a stepped run says how many people it holds', async ({ page, server }) => {
  const files = Array.from({ length: 40 }, (_, run) => join(server.dir, `record-${run}.json`));
  files.forEach((file, run) => writeFileSync(file, JSON.stringify(record(run, run < 20 ? 10 : 14))));
  server.run(['lab', 'add', ...files]);
  const stepped = join(server.dir, 'stepped.json');
  const steps = [100, 300, 500, 700, 800, 900, 950, 1_200, 1_500].map(step);
  const machine = { cores: 2, processor: 'A processor' };
  writeFileSync(stepped, JSON.stringify({ schema: 1, plan: 'capacity', at: '2026-11-27T04:00:31Z', target: 'sqlite', products: 50_000, machine, steps }));
  server.run(['capacity', 'add', stepped]);
  await signIn(page);

  await page.goto('/performance/lab');
  await alive(page);
  const change = region(page, 'Changes');
  await expect(change.getByText('From 10 to 14 (40 % more)')).toBeVisible();
  await change.getByRole('button', { name: /Accept as new baseline/ }).click();
  await expect(region(page, 'Seen to').getByText('Accepted as the new baseline by')).toBeVisible();
  await expect(change.getByText('Nothing has changed')).toBeVisible();

  await page.getByRole('navigation', { name: 'Places of performance' }).getByRole('link', { name: 'Capacity' }).click();
  await expect(page.getByText('People at p95 < 200 ms')).toBeVisible();
  await expect(page.getByText('A forecast needs peaks of 3 different days')).toBeVisible();
});

test('figures are held against the build before', async ({ page }) => {
  await signIn(page);
  await page.goto('/performance');
  await alive(page);
  await page.getByRole('navigation', { name: 'Compared with' }).getByRole('link', { name: 'the build before' }).click();
  await expect(page).toHaveURL('/performance?against=build');
  await expect(page.getByText('No build has served before this one')).toBeVisible();
  await page.getByRole('navigation', { name: 'How far back' }).getByRole('link', { name: '1 hour' }).click();
  await expect(page).toHaveURL('/performance?range=1h&against=build');
});
