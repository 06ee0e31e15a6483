// Two builds side by side: servers of both on the same made-up catalogue, asked in turns (A B B A ...), and what was measured told to the
// program that judges (server/regressions). Exit code: 0 when nothing got worse, 1 when something did, 2 when something could not be
// decided, 3 when there was no comparison.
//
//   BIN_BASE, SITE_BASE   the program of the build before, and its files of the browser; BIN_NEW, SITE_NEW of the present one
//   NAME_BASE, NAME_NEW   what they are called
//   JUDGE                 the program that judges; target/release/compare
//   PAIRS, BURST          how many pairs (20), each the least of three bursts on both sides, and how many requests are a burst (200)
//   FIGURES               only those with this in their name
//   PRODUCTS              in the catalogue (10,000)
//   MAY_GROW              by how many percent a count of bytes may grow (0)
//   OUT                   where the samples are put (target/compare/samples.json)
//   SAMPLES               a file of samples: nothing is measured, it is judged alone
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program, root, Server } from '../support/server.mjs';
import { Line } from './compare/line.mjs';
import { FIGURES, ready, signInAgain } from './compare/figures.mjs';
import { inTurns } from './compare/turns.mjs';

/** Of so many bursts the least counts: what disturbs one makes it slower and never faster. */
const LEAST_OF = 3;

const set = (name, otherwise) => process.env[name] || otherwise;
const number = (name, otherwise) => {
  const value = Number(set(name, otherwise));
  if (!(value >= 0)) throw new Error(`${name} is ${process.env[name]}. Give a number.`);
  return value;
};

try {
  const file = set('SAMPLES') ?? (await measured());
  const done = spawnSync(set('JUDGE', join(root, 'target/release/compare')), [], { input: readFileSync(file), stdio: ['pipe', 'inherit', 'inherit'] });
  if (done.error) throw done.error;
  process.exitCode = done.status ?? 3;
} catch (error) {
  console.error(`compare: ${error.message}`);
  process.exitCode = 3;
}

/** Measures, and says in which file the samples are. */
async function measured() {
  const [pairs, burst, products] = [number('PAIRS', 20), number('BURST', 200), number('PRODUCTS', 10_000)];
  const builds = [
    { name: set('NAME_BASE', 'the base'), program: set('BIN_BASE'), site: set('SITE_BASE') },
    { name: set('NAME_NEW', 'the present tree'), program: set('BIN_NEW', program), site: set('SITE_NEW') },
  ];
  if (!builds[0].program) throw new Error('BIN_BASE is not set. Use scripts/compare, or name the program of the build before.');
  for (const build of builds) {
    if (!existsSync(build.program)) throw new Error(`${build.program} is not there. Build it, or name another one.`);
    // Where a build leaves them: target/site beside target/release/vitrine.
    build.site ??= join(dirname(build.program), '../site');
  }
  const servers = [];
  try {
    const lines = [];
    for (const build of builds) {
      const server = await Server.make('sqlite', build.program);
      servers.push(server);
      if (existsSync(build.site)) server.env.VITRINE_SITE_DIR = build.site;
      // Of neither anything else than its work is measured.
      server.env.VITRINE_RATE_LIMIT = 'off';
      for (const name of ['VITRINE_LOG', 'VITRINE_REDIS_URL', 'VITRINE_DATABASE_REPLICA_URLS', 'VITRINE_METRICS_ADDRESS']) delete server.env[name];
      server.run(['demo', '--products', String(products)]);
      await server.start();
      lines.push(new Line(server.address, server.process.pid));
    }
    const grounds = [];
    for (const line of lines) grounds.push(await ready(line));
    const figures = [];
    const wanted = FIGURES.filter(({ name }) => name.includes(set('FIGURES', '')));
    if (wanted.length === 0) throw new Error(`FIGURES is "${set('FIGURES')}", and no figure has that in its name. There are: ${FIGURES.map(({ name }) => name).join(', ')}.`);
    for (const figure of wanted) {
      const begun = performance.now();
      const sides = lines.map((_, side) => () => lines[side].burst(burst, figure.asks(grounds[side])));
      // Caches fill, code is loaded.
      const warm = async () => {
        for (const side of sides) await side();
      };
      await warm();
      const [base, now] = await inTurns(pairs, LEAST_OF, sides, async () => {
        for (const [side, server] of servers.entries()) {
          lines[side].close();
          await server.stop();
          await server.start();
          lines[side] = new Line(server.address, server.process.pid);
          await signInAgain(lines[side], grounds[side]);
        }
        await warm();
      });
      figures.push({ name: figure.name, unit: 'ms', base: base.map((one) => one.ms), new: now.map((one) => one.ms) });
      if ([...base, ...now].every((one) => one.processor !== null)) {
        figures.push({ name: `${figure.name}: processor`, unit: 'ms', base: base.map((one) => one.processor), new: now.map((one) => one.processor) });
      }
      console.error(`${figure.name}: ${base.length + now.length} bursts in ${Math.round((performance.now() - begun) / 1_000)} s`);
    }
    lines.forEach((line) => line.close());
    const out = set('OUT', join(root, 'target/compare/samples.json'));
    mkdirSync(dirname(out), { recursive: true });
    const samples = { base: builds[0].name, new: builds[1].name, least_of: LEAST_OF, figures, counters: counters(builds) };
    writeFileSync(out, `${JSON.stringify(samples, null, 1)}\n`);
    return out;
  } finally {
    // The second one is ended also where the first one has panicked.
    const ended = await Promise.allSettled(servers.map((server) => server.end()));
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** What a first visit to the list fetches of a build's files, each as small as it is sent: bytes do not wobble. */
function counters(builds) {
  const counted = builds.map(({ site }) => bytes(site));
  const kinds = [...new Set(counted.flatMap((one) => Object.keys(one)))];
  return kinds.map((name) => {
    const [base, now] = counted.map((one) => one[name] ?? null);
    return { name: `first load: ${name}`, unit: 'bytes', base, new: now, may_grow_percent: number('MAY_GROW', 0) };
  });
}

function bytes(site) {
  const names = join(site, 'hash.txt');
  if (!existsSync(names)) return {};
  const hashes = Object.fromEntries([...readFileSync(names, 'utf8').matchAll(/^(\w+): (\S+)$/gm)].map(([, kind, hash]) => [kind, hash]));
  // Files of builds before lie there too: which are this one's is said by its names, and by the link to the pages.
  const link = `__wasm_split.${hashes.js}.js`;
  const pages = readFileSync(join(site, 'pkg', link), 'utf8');
  const page = (name) => new RegExp(String.raw`page_${name}\.[\w-]+\.bin`).exec(pages)?.[0];
  const files = {
    'the first WebAssembly': [`vitrine.${hashes.wasm}.wasm`],
    'its script': [`vitrine.${hashes.js}.js`, link],
    'the style': [`vitrine.${hashes.css}.css`],
    'the page of the list': [page('common'), page('products')].filter(Boolean),
  };
  return Object.fromEntries(Object.entries(files).map(([kind, names]) => [kind, names.reduce((sum, name) => sum + sent(site, name), 0)]));
}

/** A file that is hardly smaller when it is compressed has no such form. */
function sent(site, name) {
  const plain = join(site, 'pkg', name);
  return statSync(existsSync(`${plain}.br`) ? `${plain}.br` : plain).size;
}
