// What a quarter of a year of a busy server costs whoever looks at it: the whole pages of /performance, over 90 days and the 90 before.
//
//   node bench/quarter.mjs        on both engines; or those that ENGINES names
import { fileURLToPath } from 'node:url';
import { Server } from '../support/server.mjs';
import { fillQuarter } from './fill-quarter.mjs';
import { figureOf, percentile, print, report } from './report.mjs';

const BUDGET = 200;
/** Each with its range; the rest of the pages show the same series, or have none. */
const PAGES = [
  '/performance',
  '/performance/vitals',
  '/performance/vitals?by=device',
  '/performance/requests',
  '/performance/database',
  '/performance/caches',
  '/performance/bottlenecks',
  '/performance/report',
];

export async function quarterBench(engine) {
  const server = await Server.make(engine);
  try {
    server.run(['demo', '--products', '300']);
    console.log(`  ${fillQuarter(server).toLocaleString('en')} measurements of 180 days`);
    await server.start();
    const cookie = await signIn(server);
    for (const page of PAGES) {
      const address = `${page}${page.includes('?') ? '&' : '?'}range=90d`;
      const times = [];
      for (let turn = 0; turn < 30; turn += 1) times.push(await answered(server, cookie, address));
      figureOf(`${engine}: ${page} over 90 days of a busy server, p95 of 30`, times, (some) => percentile(some, 0.95), 'ms', BUDGET);
    }
  } finally {
    await server.end();
  }
}

async function answered(server, cookie, path) {
  const begun = performance.now();
  const answer = await fetch(`${server.address}${path}`, { headers: { cookie } });
  const page = await answer.text();
  if (answer.status !== 200 || page.includes('class="failed"')) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - begun;
}

async function signIn(server) {
  const body = new URLSearchParams({ email: 'owner@demo.test', password: 'vitrine-demo' });
  const answer = await fetch(`${server.address}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('set-cookie').split(';')[0];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const engine of (process.env.ENGINES ?? 'sqlite,postgres').split(',')) await quarterBench(engine);
  print();
  process.exit(report.missed ? 1 : 0);
}
