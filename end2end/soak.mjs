// Soak: 50 page loads at a time for two minutes against the release server, a third of them aborted
// midway. Fails on a panic, on an answer of 5xx, or when memory keeps growing.
import { readFileSync } from 'node:fs';
import { Server } from './support/server.mjs';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 120);
const PARALLEL = 50;

const server = await Server.make(process.env.SOAK_ENGINE ?? 'sqlite');
server.run(['demo', '--products', '5000']);
await server.start();
const cookie = await signIn();
const handles = await someHandles();
const addresses = [
  ...['/products', '/products?sort=title', '/products?q=lamp', '/products?status=draft&sort=-price', '/products?start=1500', '/imports', '/settings', '/products/not-there'],
  ...handles.map((handle) => `/products/${handle}`),
  '/api/fn/products/list?address=&start=900&count=100',
];

const counts = { whole: 0, aborted: 0, failed: 0 };
const failures = [];
const memory = [];
const ends = Date.now() + SECONDS * 1_000;
const sampler = setInterval(() => memory.push(residentMegabytes()), 500);
await Promise.all(Array.from({ length: PARALLEL }, (_, worker) => loop(worker)));
clearInterval(sampler);
memory.push(residentMegabytes());
await server.stop();
const log = readFileSync(server.log, 'utf8');
const panics = log.split('\n').filter((line) => line.includes('panicked'));
let ended = null;
await server.end().catch((error) => (ended = error));

// The first third is warming up: caches fill, threads start. Of what comes behind it the highest counts: pages are given back in between and taken
// again, so that single moments are some dozen megabytes apart.
const third = Math.floor(memory.length / 3);
const [before, after] = [memory.slice(third, 2 * third), memory.slice(2 * third)].map((some) => Math.max(...some));
const growth = after - before;
console.log(`${counts.whole} pages whole, ${counts.aborted} aborted, ${counts.failed} failed; memory ${before} to ${after} MB; ${panics.length} panics`);
if (failures.length > 0) console.log(failures.slice(0, 10).join('\n'));
if (panics.length > 0) console.log(panics.slice(0, 10).join('\n'));
if (counts.failed > 0 || panics.length > 0 || growth > 30 || ended || counts.whole < 100) process.exit(1);

async function loop(worker) {
  for (let turn = 0; Date.now() < ends; turn += 1) {
    const address = addresses[(worker * 7 + turn) % addresses.length];
    const abort = (worker + turn) % 3 === 0;
    const controller = new AbortController();
    try {
      const answer = await fetch(server.address + address, { headers: { cookie, accept: 'text/html' }, signal: controller.signal, redirect: 'manual' });
      if (answer.status >= 500) {
        counts.failed += 1;
        failures.push(`${answer.status} ${address}`);
      }
      if (abort) {
        const reader = answer.body.getReader();
        if (turn % 2 === 0) await reader.read();
        controller.abort();
        counts.aborted += 1;
      } else {
        await answer.arrayBuffer();
        counts.whole += 1;
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        counts.failed += 1;
        failures.push(`${address}: ${error.cause ?? error}`);
      }
    }
  }
}

async function signIn() {
  const body = new URLSearchParams({ email: 'owner@demo.test', password: 'vitrine-demo' });
  const answer = await fetch(`${server.address}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`signing in answered ${answer.status}`);
  return cookie;
}

async function someHandles() {
  const html = await (await fetch(`${server.address}/products`, { headers: { cookie } })).text();
  return [...new Set([...html.matchAll(/href="\/products\/([^"?]+)/g)].map((match) => match[1]))].slice(0, 20);
}

function residentMegabytes() {
  const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1_024);
}
