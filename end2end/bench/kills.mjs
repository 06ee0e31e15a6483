// A browser is killed again and again in the very moment in which it says that an edit is saved on the device. How many of them are lost, and how
// many are made twice? Both may be none.
//
//   node bench/kills.mjs        200 times; 20 with QUICK=1, or as often as KILLS says
import { chromium } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { launchOptions } from '../support/chromium.mjs';
import { Killed, typeAndKill } from '../support/killed.mjs';
import { Proxy } from '../support/proxy.mjs';
import { Server } from '../support/server.mjs';
import { figure, print, report } from './report.mjs';
import { signedIn } from './rows.mjs';

const KILLS = Number(process.env.KILLS ?? (process.env.QUICK ? 20 : 200));
const PATIENCE = 30_000;

export async function killsBench(engine) {
  const server = await Server.make(engine);
  const browser = await chromium.launch(launchOptions);
  const killed = new Killed();
  server.run(['demo', '--products', '3000']);
  await server.start();
  const line = await Proxy.to(server.address);
  let [lost, twice] = [0, 0];
  try {
    const context = await signedIn(browser, line.address);
    const [cookie] = await context.cookies();
    for (let turn = 0; turn < KILLS; turn += 1) {
      const list = await (await context.request.get(`/products?sort=title&start=${turn}`)).text();
      const href = /<a [^>]*href="(\/products\/[^"]+)"/.exec(list)[1].replaceAll('&amp;', '&');
      // In a word, as the history tells what has changed word by word.
      const text = `killed${turn}killed`;
      await typeAndKill(killed, { address: line.address, href, text, cookie, line, offline: turn % 2 === 0 });
      const count = await arrived(context, href, text);
      await killed.kill();
      if (count === 0) lost += 1;
      if (count > 1) twice += 1;
      if (count !== 1) console.log(`  after ${turn} kills: ${text} at ${href} is in the history ${count} times`);
    }
  } finally {
    await killed.end();
    await browser.close();
    await line.end();
    await server.end();
  }
  figure(`${KILLS} times killed right after "Saved on this device": edits lost`, lost, '', 0);
  figure('the same: made twice', twice, '', 0);
}

/** How often a change is in the history, once it is there, and a while later. */
async function arrived(context, href, text) {
  const until = Date.now() + PATIENCE;
  const count = async () => (await (await context.request.get(href)).text()).split(new RegExp(`<ins>[^<]*${text}`)).length - 1;
  while ((await count()) === 0 && Date.now() < until) await new Promise((done) => setTimeout(done, 100));
  await new Promise((done) => setTimeout(done, 300));
  return count();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await killsBench((process.env.ENGINES ?? 'sqlite').split(',')[0]);
  print();
  process.exit(report.missed ? 1 : 0);
}
