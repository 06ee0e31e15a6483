// Start: how long until the first page is answered, and how much memory is resident.
import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../support/server.mjs';
import { deviation, figure } from './report.mjs';

export async function startBench(server) {
  await server.start();
  server.cookie = await signIn(server);
  await server.stop();

  const times = [];
  for (let turn = 0; turn < 3; turn += 1) {
    if (turn > 0) await server.stop();
    const begun = performance.now();
    server.log = join(server.dir, 'server.log');
    const log = openSync(server.log, 'a');
    server.process = spawn(program, ['serve'], { env: server.env, stdio: ['ignore', log, log] });
    while (!(await firstPage(server))) await new Promise((done) => setTimeout(done, 5));
    times.push(performance.now() - begun);
  }
  figure(`${server.engine}: start to the first page of products answered`, Math.min(...times) / 1_000, 's', 1, { spread: deviation(times) / 1_000 });

  // Until the list index is there.
  const begun = performance.now();
  await fetch(`${server.address}/products?sort=title`, { headers: { cookie: server.cookie } }).then((answer) => answer.text());
  figure(`${server.engine}: then until any list is answered`, (performance.now() - begun) / 1_000, 's', null);
  figure(`${server.engine}: resident memory of the server`, residentMegabytes(server), 'MB', 150);
}

export function residentMegabytes(server) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1_024;
}

async function firstPage(server) {
  return fetch(`${server.address}/products`, { headers: { cookie: server.cookie }, redirect: 'manual' }).then(
    async (answer) => answer.status === 200 && (await answer.text()).includes('role="grid"'),
    () => false,
  );
}

async function signIn(server) {
  const body = new URLSearchParams({ email: 'bench@test.test', password: 'bench-password-1' });
  const answer = await fetch(`${server.address}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  return answer.headers.get('set-cookie').split(';')[0];
}
