// The server under load: the plans of end2end/load that have a bar, each with a server of its own, and what their reports say.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/server.mjs';
import { figure } from './report.mjs';

export function loadBench(engine, quick) {
  const run = (plan) => reportOf(plan, engine, quick ? 0.1 : 1);

  const fresh = run('fresh-list');
  figure(`${engine}: lists of 20 made anew that are answered, 32 connections`, fresh.total.per_second, '/s', 3_000, { least: true });
  figure(`${engine}: processor time of such a list, server and database`, fresh.processor.ms_per_request, 'ms', 0.4);

  const kept = run('bare').thresholds[0].measured * 100;
  figure(`${engine}: a list that is kept, beside a bare handler with the same bytes`, kept, '%', 50, { least: true });

  const stress = run('stress');
  const thousand = stress.levels.at(-1).total;
  figure(`${engine}: ${stress.levels.at(-1).level} people on the journey, p95`, thousand.latency_ms.p95, 'ms', 50);
  figure(`${engine}: ${stress.levels.at(-1).level} people on the journey, p99`, thousand.latency_ms.p99, 'ms', 150);
  figure(`${engine}: ${stress.levels.at(-1).level} people on the journey, errors`, thousand.error_share * 100, '%', 0);
  figure(`${engine}: their reads of the API for which no product was asked of the database`, stress.total.hit_share * 100, '%', 95, { least: true });

  const overload = run('overload');
  const three = overload.steps.at(-1);
  const peak = Math.max(...overload.steps.map((step) => step.total.per_second));
  const good = overload.total.in_time / overload.seconds;
  // Numbers of the run stand beside names and not in them: by its name a figure is held against the same one of another run.
  console.log(`  at ${Math.round(three.rate)}/s`);
  figure(`${engine}: answered in time at three times what it can take, of its peak`, (good / peak) * 100, '%', 90, { least: true });

  const { kill } = run('kill');
  console.log(`  ${kill.restarts} kills, ${kill.edits_acknowledged} writes acknowledged`);
  figure(`${engine}: writes lost in kills`, kill.lost, '', 0);
  figure(`${engine}: writes done twice`, kill.twice, '', 0);
}

/** Runs a plan; whether it passes is said by the figures. */
export function reportOf(plan, engine, scale) {
  const out = join(root, 'target/load');
  const done = spawnSync(join(root, 'scripts/load'), [plan, '--out', out, '--scale', String(scale)], {
    env: { ...process.env, ENGINE: engine },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (![0, 1, 2].includes(done.status)) throw new Error(`the plan ${plan} did not run: code ${done.status}`);
  const newest = readdirSync(join(out, plan)).filter((name) => name.endsWith('.json')).sort().at(-1);
  const report = JSON.parse(readFileSync(join(out, plan, newest), 'utf8'));
  if (report.verdict === 'void') console.log(`${plan}: the generator was too busy: ${report.sentences[0]}`);
  return report;
}
