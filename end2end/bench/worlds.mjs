// The simulation of devices, network and server: how soon it has been through twenty thousand histories, and how soon everything is sent in them once the
// faults have ended. That all promises hold in each is what it asserts.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { figure } from './report.mjs';

const WORLDS = 20_000;

export function worldsBench() {
  const asked = ['test', '--release', '--package', 'domain', '--test', 'simulation', '--', '--nocapture', '--exact', 'p01_to_p15_hold_in_every_world'];
  const told = execFileSync('cargo', asked, {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, VITRINE_WORLDS: String(WORLDS) },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, seconds, drained] = /events in ([\d.]+) s; drained p99 (\d+) ms/.exec(told);
  figure(`${WORLDS.toLocaleString('en')} worlds of the simulation`, Number(seconds), 's', 60);
  figure('in them: everything is sent after faults have ended, 99th percentile', Number(drained) / 1_000, 's', 30);
}
