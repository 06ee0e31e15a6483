// Import: how many products a second, in how much memory.
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { program, Server } from '../support/server.mjs';
import { figure } from './report.mjs';

/** A catalogue file of so many products, made by filling a demo store and exporting it. */
export function makeFile(dir, products) {
  const file = join(dir, 'catalogue.csv');
  const env = { ...process.env, VITRINE_DATA_DIR: join(dir, 'data') };
  delete env.VITRINE_DATABASE_URL;
  const made = Object.create(Server.prototype, { env: { value: env } });
  made.run(['demo', '--products', String(products)]);
  made.run(['export', file, '--store', 'demo']);
  console.log(`the file has ${products.toLocaleString('en')} products and ${Math.round(statSync(file).size / 1e6)} MB`);
  return file;
}

export async function importBench(engine, file, products) {
  const server = await Server.make(engine);
  server.run(['demo', '--products', '1']);
  server.run(['store', 'add', 'bench', '--name', 'Bench']);
  server.run(['user', 'add', '--email', 'bench@test.test', '--store', 'bench', '--role', 'owner'], { input: 'bench-password-1\n' });

  const begun = performance.now();
  const peak = await peakMegabytes(spawn(program, ['import', file, '--store', 'bench'], { env: server.env, stdio: ['ignore', 'ignore', 'inherit'] }));
  const seconds = (performance.now() - begun) / 1_000;

  figure(`${engine}: import of ${products.toLocaleString('en')} products`, products / seconds, 'products/s', 10_000, { least: true });
  figure(`${engine}: resident memory of the import, highest`, peak, 'MB', 200);
  return server;
}

async function peakMegabytes(child) {
  let peak = 0;
  const sample = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1_024);
    } catch {
      // It has just ended.
    }
  }, 100);
  const code = await new Promise((done) => child.once('exit', done));
  clearInterval(sample);
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return peak;
}
