// What measuring costs, in instructions, which do not wobble as milliseconds do: a server without it (VITRINE_MEASURING=off) and then one with it
// under Valgrind, asked the same of the same products. Exit code: 0 when each figure is below what it may cost, 1 when one is not, 3 when it could not be counted.
//
//   COUNT      requests of a burst (50), of which there are eight for each figure
//   STARTS     how often each of them is started (3): how a process has it by chance stays with it
//   IDLE       seconds for which nobody asks anything (130; 0: this is left out)
//   PERCENT    what it may cost (1)
//   PRODUCTS   in the catalogue (1,000)
//   FIGURES    only those with this in their name
//
// Instructions of the system are not counted. Of several bursts the least counts: in others falls what is done every ten seconds and every minute,
// which weighs many times more beside a server that is so slow. What that comes to is told by a server that nobody asks anything, in milliseconds
// of its processor.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, Server } from '../support/server.mjs';
import { FIGURES, ready } from './compare/figures.mjs';
import { Line } from './compare/line.mjs';

const LEAST_OF = 8;

const number = (name, otherwise) => {
  const value = Number(process.env[name] || otherwise);
  if (!(value >= 0)) throw new Error(`${name} is ${process.env[name]}. Give a number.`);
  return value;
};

const thousands = (sum) => Math.round(sum).toLocaleString('en');

try {
  process.exitCode = await judged();
} catch (error) {
  console.error(`measuring-costs: ${error.message}`);
  process.exitCode = 3;
}

async function judged() {
  const [count, may, products] = [number('COUNT', 50), number('PERCENT', 1), number('PRODUCTS', 1_000)];
  const figures = FIGURES.filter(({ name }) => name.includes(process.env.FIGURES ?? ''));
  if (figures.length === 0) throw new Error(`No figure has "${process.env.FIGURES}" in its name.`);
  const server = await Server.make('sqlite');
  try {
    server.env.VITRINE_RATE_LIMIT = 'off';
    server.run(['demo', '--products', String(products)]);
    // Both have the same products with the same names: how much a page is depends on them.
    server.backUp();
    const least = { off: figures.map(() => Infinity), on: figures.map(() => Infinity) };
    for (let start = 0; start < number('STARTS', 3); start += 1) {
      for (const measuring of ['off', 'on']) {
        const sums = await counted(server, figures, count, measuring, start);
        least[measuring] = sums.map((sum, at) => Math.min(sum, least[measuring][at]));
        server.putBack();
      }
    }
    const code = told(figures, least.off, least.on, may);
    const seconds = number('IDLE', 130);
    if (seconds > 0) {
      const [off, on] = [await atRest(server, seconds, 'off'), await atRest(server, seconds, 'on')];
      const [a, b] = [off, on].map((ms) => ((ms / seconds) * 60).toFixed(1));
      console.log(`At rest it takes ${b} ms of a processor a minute, and ${a} ms without: ${((on - off) / seconds / 10).toFixed(3)} % of one processor.`);
    }
    return code;
  } finally {
    await server.end();
  }
}

/** Instructions a request of each figure. */
async function counted(server, figures, count, measuring, start) {
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
  const sums = [];
  let dumps = 0;
  for (const figure of figures) {
    const asks = figure.asks(ground);
    // Caches fill, code is loaded.
    await line.burst(100, asks);
    tell(server.process.pid, 'instrumentation', 'on');
    let least = Infinity;
    for (let burst = 0; burst < LEAST_OF; burst += 1) {
      tell(server.process.pid, 'zero');
      await line.burst(count, asks);
      tell(server.process.pid, 'dump');
      dumps += 1;
      least = Math.min(least, Number(/^totals: (\d+)/m.exec(readFileSync(`${out}.${dumps}`, 'utf8'))?.[1]) / count);
    }
    tell(server.process.pid, 'instrumentation', 'off');
    sums.push(least);
  }
  line.close();
  await server.stop();
  return sums;
}

/** Milliseconds of a processor that a server takes while nobody asks anything. */
async function atRest(server, seconds, measuring) {
  server.program = program;
  server.env.VITRINE_MEASURING = measuring;
  await server.start();
  const line = new Line(server.address, server.process.pid);
  const wait = (time) => new Promise((done) => setTimeout(done, time * 1_000));
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
  return isWell ? 0 : 1;
}

/** Says something to Valgrind. */
function tell(process, ...words) {
  const done = spawnSync('vgdb', [`--pid=${process}`, ...words], { encoding: 'utf8' });
  if (done.error) throw new Error(`Valgrind could not be spoken to: ${done.error.message}. Run scripts/setup --tests.`);
  if (done.status !== 0) throw new Error(`Valgrind did not hear "${words.join(' ')}": ${done.stderr}`);
}
