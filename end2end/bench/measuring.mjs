// What measuring costs: how soon beacons of browsers are taken in when there are many, and what it adds to what the server does.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../support/server.mjs';
import { reportOf } from './load.mjs';
import { figure } from './report.mjs';

export function measuringBench(engine) {
  const beacons = reportOf('beacons', engine, 1).total;
  figure('beacons at 5,000 a second, p99', beacons.latency_ms.p99, 'ms', 1);
  figure('beacons at 5,000 a second, errors', beacons.error_share * 100, '%', 0);

  const costs = costsOf();
  figure('measuring, of the instructions of a request, the most', Math.max(...costs.requests.map(({ percent }) => percent)), '%', 1);
  figure('measuring, of a processor while nobody asks', costs.at_rest_percent, '%', 1);
}

/** What it costs as scripts/measuring-costs counts it; whether that is too much is said by the figures. */
function costsOf() {
  // Those of the bench are of another catalogue, in which Valgrind would take hours.
  const env = { ...process.env, PRODUCTS: '', FIGURES: '' };
  const done = spawnSync(join(root, 'scripts/measuring-costs'), ['--json'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.error) throw done.error;
  if (![0, 1].includes(done.status)) throw new Error(`what measuring costs was not counted: code ${done.status}`);
  const costs = JSON.parse(done.stdout.trim().split('\n').at(-1));
  const percents = [costs.at_rest_percent, ...costs.requests.map(({ percent }) => percent)];
  // Of no figure the most is less than any limit.
  if (percents.length < 2 || !percents.every(Number.isFinite)) throw new Error(`scripts/measuring-costs said ${done.stdout}`);
  return costs;
}
