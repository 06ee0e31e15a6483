// What measuring costs, in instructions, which do not wobble as milliseconds do: a server without it (VITRINE_MEASURING=off) and one with it under
// Valgrind, asked the same of the same products. Exit code: 0 when each figure is below what it may cost, 1 when one is not, 3 when it could
// not be counted.
//
//   COUNT      requests of a burst (40), of which there are nine for each figure; the middle one counts
//   STARTS     how often each server is started (3): how a process has it by chance stays with it
//   IDLE       seconds for which nobody asks anything (125)
//   PERCENT    what it may cost (1)
//   PRODUCTS   in the catalogue (1,000)
//   FIGURES    only those with this in their name
//
// With --json the last line of what it says is made for programs, and the rest goes to stderr.
//
// What it adds is counted where a connection is served, from the first byte of a request to the last of its answer. What is done beside that goes by
// the clock and weighs many times more beside a server that is so slow; and what SQLite does differs by some percent from start to start. It is
// a share of all that the server without it does. What is done by the clock is told by itself, of a server that runs as it does, in milliseconds
// of its processor. Instructions of the system are not counted.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, Server } from '../support/server.mjs';
import { FIGURES, ready } from './compare/figures.mjs';
import { Line } from './compare/line.mjs';

const number = (name, otherwise) => {
  const value = Number(process.env[name] || otherwise);
  if (!(value >= 0)) throw new Error(`${name} is ${process.env[name]}. Give a number.`);
  return value;
};

const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1_000));
const BURSTS = 9;
/** Where hyper serves a connection. */
const SERVED = '*h1::dispatch::Dispatcher*poll_catch*';
/** Of each figure that of the middle start. */
const byFigure = (starts) => starts[0].map((_, at) => middle(starts.map((sums) => sums[at])));
const thousands = (sum) => Math.round(sum).toLocaleString('en');
const isJson = process.argv.includes('--json');
const write = isJson ? console.error : console.log;

try {
  process.exitCode = await judged();
} catch (error) {
  console.error(`measuring-costs: ${error.message}`);
  process.exitCode = 3;
}

async function judged() {
  const [count, may, products] = [number('COUNT', 40), number('PERCENT', 1), number('PRODUCTS', 1_000)];
  const figures = FIGURES.filter(({ name }) => name.includes(process.env.FIGURES ?? ''));
  if (figures.length === 0) throw new Error(`No figure has "${process.env.FIGURES}" in its name.`);
  const server = await Server.make('sqlite');
  try {
    server.env.VITRINE_RATE_LIMIT = 'off';
    server.run(['demo', '--products', String(products)]);
    // Both have the same products with the same names: how much a page is depends on them.
    server.backUp();
    const starts = number('STARTS', 3);
    const counts = { all: [], without: [], withIt: [] };
    for (let start = 0; start < starts; start += 1) {
      counts.all.push(await counted(server, figures, count, { measuring: 'off' }));
      counts.without.push(await counted(server, figures, count, { measuring: 'off', within: SERVED }));
      counts.withIt.push(await counted(server, figures, count, { measuring: 'on', within: SERVED }));
    }
    const requests = told(figures, byFigure(counts.all), byFigure(counts.without), byFigure(counts.withIt), may);
    const seconds = number('IDLE', 125);
    const [off, on] = [await atRest(server, seconds, 'off'), await atRest(server, seconds, 'on')];
    const [a, b] = [off, on].map((ms) => ((ms / seconds) * 60).toFixed(1));
    const share = (on - off) / seconds / 10;
    write(`At rest it takes ${b} ms of a processor a minute, and ${a} ms without: ${share.toFixed(3)} % of one processor.`);
    if (isJson) console.log(JSON.stringify({ requests, at_rest_percent: share }));
    return [...requests.map(({ percent }) => percent), share].every((percent) => percent < may) ? 0 : 1;
  } finally {
    await server.end();
  }
}

/** Instructions a request of each figure; only those `within` a function and what it calls, where one is named. */
async function counted(server, figures, count, { measuring, within }) {
  const out = join(server.dir, 'counted');
  const starter = `${out}.sh`;
  const only = within ? `--collect-atstart=no "--toggle-collect=${within}"` : '';
  writeFileSync(starter, `#!/bin/sh\nexec valgrind --tool=callgrind --instr-atstart=no ${only} --callgrind-out-file="${out}" "${program}" "$@"\n`);
  chmodSync(starter, 0o755);
  server.program = starter;
  // The program starts itself anew where the last one is not set, and is no more under Valgrind then.
  Object.assign(server.env, { VITRINE_MEASURING: measuring, MIMALLOC_PURGE_DELAY: '0' });
  await server.start();
  const line = new Line(server.address, server.process.pid);
  const ground = await ready(line);
  // As most browsers ask.
  ground.cookie['accept-encoding'] = 'gzip, deflate, br, zstd';
  const say = (...words) => tell(server.process.pid, ...words);
  let dumps = 0;
  const burst = async (asks) => {
    say('zero');
    await line.burst(count, asks);
    say('dump');
    dumps += 1;
    const total = Number(/^totals: (\d+)/m.exec(readFileSync(`${out}.${dumps}`, 'utf8'))?.[1]);
    if (!(total > 0)) throw new Error(`Valgrind has counted nothing${within ? ` within ${within}: perhaps it is called otherwise by now` : ''}.`);
    return total / count;
  };
  const sums = [];
  for (const figure of figures) {
    const asks = figure.asks(ground);
    // Caches fill, code is loaded.
    await line.burst(100, asks);
    say('instrumentation', 'on');
    const bursts = [];
    while (bursts.length < BURSTS) bursts.push(await burst(asks));
    say('instrumentation', 'off');
    sums.push(middle(bursts));
  }
  line.close();
  await server.stop();
  server.putBack();
  return sums;
}

/** Milliseconds of a processor that a server takes while nobody asks anything. */
async function atRest(server, seconds, measuring) {
  server.program = program;
  server.env.VITRINE_MEASURING = measuring;
  await server.start();
  const line = new Line(server.address, server.process.pid);
  await wait(10);
  const before = line.spent();
  await wait(seconds);
  const spent = line.spent() - before;
  line.close();
  await server.stop();
  return spent;
}

/** Says what each figure costs, and hands it back. */
function told(figures, all, without, withIt, may) {
  write('| figure | instructions a request | of which measuring | it costs |');
  write('|---|--:|--:|--:|');
  const costs = figures.map(({ name }, at) => {
    const added = withIt[at] - without[at];
    const percent = (added / all[at]) * 100;
    write(`| ${name} | ${thousands(all[at] + added)} | ${thousands(added)} | ${percent.toFixed(2)} % |`);
    return { name, percent };
  });
  const isWell = costs.every(({ percent }) => percent < may);
  write(isWell ? `Measuring costs less than ${may} %.` : `TOO DEAR: measuring may cost ${may} %.`);
  return costs;
}

/** The value that is neither the least nor the most. */
function middle(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Says something to Valgrind. */
function tell(process, ...words) {
  const done = spawnSync('vgdb', [`--pid=${process}`, ...words], { encoding: 'utf8' });
  if (done.error) throw new Error(`Valgrind could not be spoken to: ${done.error.message}. Run scripts/setup --tests.`);
  if (done.status !== 0) throw new Error(`Valgrind did not hear "${words.join(' ')}": ${done.stderr}`);
}
