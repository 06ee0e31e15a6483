// What a bench found, as a record of the lab: `capacity::lab` in server/capacity has the schema, `vitrine lab add` reads it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;

/** Writes the record to target/lab; the path of it, or nothing where there is no revision or no figure. */
export function keep(lines, plan, engine, began) {
  const build = built();
  const record = build && recordOf(lines, { plan, engine, began, build, machine: machine() });
  if (!record) return undefined;
  const folder = join(root, 'target', 'lab');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `bench-${record.at.replace(/\D/g, '')}.json`);
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`);
  return path;
}

/** Of figures that were measured several times each is a repeat; what is no number could not be had. */
export function recordOf(lines, { plan, engine, began, build, machine }) {
  const results = new Map();
  for (const { what, value, unit, least, spread } of lines) {
    if (!Number.isFinite(value)) continue;
    const name = what.slice(0, 200);
    const known = results.get(name);
    if (known) known.values.push(value);
    else results.set(name, { name, unit, better: least ? 'more' : 'less', values: [value], ...(Number.isFinite(spread) && { spread }) });
  }
  if (results.size === 0) return undefined;
  const at = `${began.toISOString().slice(0, 19)}Z`;
  return { schema: 1, suite: 'bench', plan, engine, at, machine, build, results: [...results.values()].slice(0, 500) };
}

/** As `capacity::lab::Machine::of` reads it, so that a bench and a load run have the same. */
function machine() {
  const cpuinfo = text('/proc/cpuinfo');
  const value = (name) => cpuinfo.split('\n').find((line) => line.split(':')[0].trim() === name)?.split(/:(.*)/s)[1].trim() || undefined;
  const arm = value('CPU implementer') && value('CPU part') && `implementer ${value('CPU implementer')}, part ${value('CPU part')}`;
  const memory = /^MemTotal:\s*(\d+)\s*kB/m.exec(text('/proc/meminfo'));
  const os = /^PRETTY_NAME=["']?(.*?)["']?\s*$/m.exec(text('/etc/os-release'));
  return {
    cores: availableParallelism(),
    processor: named(value('model name') ?? value('cpu model') ?? value('Hardware') ?? arm),
    memory_mb: memory ? Math.floor(Number(memory[1]) / 1024) : 0,
    kernel: named(text('/proc/sys/kernel/osrelease')),
    os: named(os?.[1]),
  };
}

function named(text = '') {
  return text.split(/\s+/).filter(Boolean).join(' ').slice(0, 200) || 'unknown';
}

function text(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function built() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { revision: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain') !== '' };
  } catch {
    // Of what it was built is not known, so that nothing can be held against it.
    return undefined;
  }
}
