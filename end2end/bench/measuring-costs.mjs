// What measuring costs, in instructions, which do not wobble as milliseconds do: a server without it (VITRINE_MEASURING=off) and then one with it
// under Valgrind, asked the same of the same products. Exit code: 0 when each figure is below what it may cost, 1 when one is not, 3 when it could not be counted.
//
//   COUNT      requests of a burst (40), of which there are nine for each figure
//   STARTS     how often each of them is started (3): how a process has it by chance stays with it
//   IDLE       seconds for which nobody asks anything (125), each time
//   PERCENT    what it may cost (1)
//   PRODUCTS   in the catalogue (1,000)
//   FIGURES    only those with this in their name
//
// Instructions of the system are not counted. What is done by the clock would weigh many times more beside a server that is so slow. Of bursts the
// middle one counts, in which nothing of every minute falls; what is done more often is counted while nobody asks anything, and taken off by the
// time. What all of it comes to is told by itself, of a server that runs as it does, in milliseconds of its processor.
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
/** Of each figure that of the middle start. */
const byFigure = (starts) => starts[0].map((_, at) => middle(starts.map((sums) => sums[at])));
const thousands = (sum) => Math.round(sum).toLocaleString('en');

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
    const seconds = number('IDLE', 125);
    const sums = { off: [], on: [] };
    for (let start = 0; start < number('STARTS', 3); start += 1) {
      for (const measuring of ['off', 'on']) {
        sums[measuring].push(await counted(server, figures, { count, seconds, measuring, start }));
        server.putBack();
      }
    }
    const isWell = told(figures, byFigure(sums.off), byFigure(sums.on), may);
    const [off, on] = [await atRest(server, seconds, 'off'), await atRest(server, seconds, 'on')];
    const [a, b] = [off, on].map((ms) => ((ms / seconds) * 60).toFixed(1));
    const share = (on - off) / seconds / 10;
    console.log(`At rest it takes ${b} ms of a processor a minute, and ${a} ms without: ${share.toFixed(3)} % of one processor.`);
    return isWell && share < may ? 0 : 1;
  } finally {
    await server.end();
  }
}

/** Instructions a request of each figure. */
async function counted(server, figures, { count, seconds, measuring, start }) {
  const out = join(server.dir, `measuring-${measuring}-${start}`);
  const starter = `${out}.sh`;
  writeFileSync(starter, `#!/bin/sh\nexec valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file="${out}" "${program}" "$@"\n`);
  chmodSync(starter, 0o755);
  server.program = starter;
  // The program starts itself anew where the last one is not set, and is no more under Valgrind then.
  Object.assign(server.env, { VITRINE_MEASURING: measuring, MIMALLOC_PURGE_DELAY: '0' });
  await server.start();
  const line = new Line(server.address, server.process.pid);
  const ground = await ready(line);
  // As most browsers ask.
  ground.cookie['accept-encoding'] = 'gzip, deflate, br, zstd';
  let dumps = 0;
  const during = async (work) => {
    tell(server.process.pid, 'zero');
    const begun = performance.now();
    await work();
    const took = (performance.now() - begun) / 1e3;
    tell(server.process.pid, 'dump');
    dumps += 1;
    return { took, all: Number(/^totals: (\d+)/m.exec(readFileSync(`${out}.${dumps}`, 'utf8'))?.[1]) };
  };
  const bursts = [];
  for (const figure of figures) {
    const asks = figure.asks(ground);
    // Caches fill, code is loaded.
    await line.burst(100, asks);
    tell(server.process.pid, 'instrumentation', 'on');
    bursts.push(await times(BURSTS, () => during(() => line.burst(count, asks))));
  }
  const rest = middle((await times(BURSTS, () => during(() => wait(seconds / BURSTS)))).map(({ took, all }) => all / took));
  line.close();
  await server.stop();
  return bursts.map((each) => middle(each.map(({ took, all }) => (all - rest * took) / count)));
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

function told(figures, without, withIt, may) {
  console.log('| figure | instructions a request, without | with | it costs |');
  console.log('|---|--:|--:|--:|');
  const costs = figures.map(({ name }, at) => {
    const percent = (withIt[at] / without[at] - 1) * 100;
    console.log(`| ${name} | ${thousands(without[at])} | ${thousands(withIt[at])} | ${percent.toFixed(2)} % |`);
    return percent;
  });
  const isWell = costs.every((percent) => percent < may);
  console.log(isWell ? `Measuring costs less than ${may} %.` : `TOO DEAR: measuring may cost ${may} %.`);
  return isWell;
}

/** The value that is neither the least nor the most. */
function middle(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

async function times(count, act) {
  const done = [];
  while (done.length < count) done.push(await act());
  return done;
}

/** Says something to Valgrind. */
function tell(process, ...words) {
  const done = spawnSync('vgdb', [`--pid=${process}`, ...words], { encoding: 'utf8' });
  if (done.error) throw new Error(`Valgrind could not be spoken to: ${done.error.message}. Run scripts/setup --tests.`);
  if (done.status !== 0) throw new Error(`Valgrind did not hear "${words.join(' ')}": ${done.stderr}`);
}
