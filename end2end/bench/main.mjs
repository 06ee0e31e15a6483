// Measures every bar and prints it beside its budget. QUICK=1 takes 50,000 products instead of a million,
// which shows that the benches work and nothing about the bars.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserBench } from './browser.mjs';
import { deviceBench } from './device.mjs';
import { importBench, makeFile } from './import.mjs';
import { killsBench } from './kills.mjs';
import { keep } from './lab.mjs';
import { listBench } from './list.mjs';
import { loadBench } from './load.mjs';
import { measuringBench } from './measuring.mjs';
import { on, print, report } from './report.mjs';
import { quarterBench } from './quarter.mjs';
import { startBench } from './start.mjs';
import { wordsBench } from './words.mjs';
import { worldsBench } from './worlds.mjs';

const products = process.env.QUICK ? 50_000 : Number(process.env.PRODUCTS ?? 1_000_000);
const engines = (process.env.ENGINES ?? 'sqlite,postgres').split(',');
const began = new Date();
const work = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));

try {
  worldsBench();
  const file = makeFile(work, products);
  for (const engine of engines) {
    on(engine);
    const server = await importBench(engine, file, products);
    try {
      await startBench(server, products);
      await listBench(server, products);
      // What a browser does is the same on both engines.
      if (engine === engines[0]) await browserBench(server, products);
      await wordsBench(server, 'bench', products);
    } finally {
      await server.end();
    }
    await quarterBench(engine);
    await deviceBench(engine);
    // It is the browser that is killed.
    if (engine === engines[0]) await killsBench(engine);
    loadBench(engine, Boolean(process.env.QUICK));
    // It is measured in memory and written once a minute: which database it goes to hardly matters.
    if (engine === 'sqlite' && !process.env.QUICK) measuringBench(engine);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
print();
const kept = keep(report.lines, `${products} products`, engines.join(' and '), began);
if (kept) console.log(`\nKept for the lab: ${kept}`);
process.exit(report.missed ? 1 : 0);
