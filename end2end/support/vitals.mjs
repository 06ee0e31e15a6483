// A site of static pages that has the collector of vitals in it, and takes its beacons: neither Vitrine's server nor its program is needed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collector } from '../../frontend/vitals/build.mjs';
import { launchOptions } from './chromium.mjs';

/**
 * Starts one. `pages` says, by path, what stands in a page's body; what is not there has an empty one. Whatever else is posted is kept, too. Where
 * `begins` is set, pages have what the product's own begin with in the place of the collector.
 */
export async function vitalsSite(pages) {
  const { hash, text } = await collector();
  const site = { beacons: [], posted: [], asked: [], settings: '', begins: false, script: `/pkg/vitals.${hash}.js`, hash };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const answer = (type, body, headers = {}) => response.writeHead(200, { 'content-type': type, ...headers }).end(body);
    site.asked.push(`${request.method} ${pathname}`);
    if (request.method === 'POST') {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        if (pathname === '/vitals') site.beacons.push({ ...JSON.parse(body), body, headers: request.headers });
        else site.posted.push(JSON.parse(body));
        response.writeHead(204).end();
      });
    } else if (pathname === site.script) {
      answer('text/javascript', text, { 'cache-control': 'public, max-age=31536000, immutable' });
    } else if (pathname.endsWith('.svg')) {
      answer('image/svg+xml', PICTURE);
    } else if (pathname.endsWith('.wasm')) {
      answer('application/wasm', Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]));
    } else {
      answer('text/html', document(site, pages[pathname] ?? ''));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.address = `http://127.0.0.1:${server.address().port}`;
  site.close = () => {
    server.closeAllConnections();
    server.close();
  };
  /** The last that is known of each view. */
  site.views = () => {
    const views = new Map();
    for (const beacon of site.beacons) {
      if (!(views.get(beacon.view)?.part > beacon.part)) views.set(beacon.view, beacon);
    }
    return [...views.values()];
  };
  return site;
}

/** A browser that drives itself, from an address on, until `done`: no page is kept or made ahead for whoever looks into it. */
export async function driven(address, done) {
  const profile = mkdtempSync(join(tmpdir(), 'vitals-'));
  const flags = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, address];
  const browser = spawn(launchOptions.executablePath, [...launchOptions.args, ...flags], { stdio: 'ignore' });
  const ended = once(browser, 'exit');
  try {
    return await done();
  } finally {
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** With as much in it as a photograph has: browsers do not count what says little for its size. */
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="500"><rect width="800" height="500" fill="teal"/>${Array.from(
  { length: 400 },
  (_, number) => `<circle cx="${(number * 137) % 800}" cy="${(number * 71) % 500}" r="${3 + (number % 17)}" fill="hsl(${number % 360} 60% 50%)"/>`,
).join('')}</svg>`;

/** What begins to measure a page of the product, as its server writes it. */
function beginning({ script, hash }) {
  const source = readFileSync(new URL('../../app/src/context.rs', import.meta.url), 'utf8');
  const [, begin] = /const BEGIN_MEASURING: &str = "([^"]*)";/.exec(source);
  return begin.replace(/\\\n\s*/g, '').replace('SCRIPT', script).replace('SHARE', '1').replace('BUILD', hash);
}

const measuring = (site) =>
  site.begins ? `<script>${beginning(site)}</script>` : `<script type="module" async fetchpriority="low" src="${site.script}#${site.settings}"></script>`;

const document = (site, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">
${measuring(site)}</head>
<body><main id="main"><h1>A page that somebody reads</h1><p>With some words in it.</p></main>${body}</body></html>`;
