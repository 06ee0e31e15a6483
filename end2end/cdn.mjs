// A cache in front: Varnish before the release server, and hashed files from an origin of their own. Fails when something private is
// kept, when a page does not come alive, or when what was purged is still old.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import config from './playwright.config.mjs';
import { Server, root } from './support/server.mjs';

const OWNER = 'cdn@test.test';
const PASSWORD = 'correct-horse-battery';
const SECRET = 'purge-secret';

const dir = mkdtempSync(join(tmpdir(), 'vitrine-cdn-'));
const site = copyOfSite();
const [serverPort, varnishPort] = [await freePort(), await freePort()];
// The same Varnish by two names, which are two origins.
const front = `http://127.0.0.1:${varnishPort}`;
const assets = `http://localhost:${varnishPort}`;

const server = await Server.make('sqlite');
Object.assign(server.env, {
  VITRINE_ADDR: `127.0.0.1:${serverPort}`,
  VITRINE_SITE_DIR: site,
  VITRINE_ASSET_BASE_URL: assets,
  VITRINE_TRUSTED_PROXIES: '127.0.0.1',
  VITRINE_PURGE_URL: `${front}/`,
  VITRINE_PURGE_METHOD: 'PURGE',
  VITRINE_PURGE_SECRET: SECRET,
});
let varnish;
let browser;
let failure = null;
try {
  server.run(['demo', '--products', '300']);
  server.run(['user', 'add', '--email', OWNER, '--store', 'demo', '--role', 'owner'], { input: `${PASSWORD}\n` });
  varnish = await startVarnish();
  await server.start();
  await logged(/told to ask again/, 1);
  await reached();
  const cookie = await signIn();
  for (const story of [hashedFilesAreKept, pagesComeAlive, whatIsPrivateIsKeptByNobody, whatIsPurgedIsFresh, aReleaseIsSeenAtOnce]) {
    const begun = Date.now();
    await story(cookie);
    console.log(`${story.name}: ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
  }
} catch (error) {
  failure = error;
} finally {
  await browser?.close();
  await server.end().catch((error) => (failure ??= error));
  await ended(varnish);
  rmSync(dir, { recursive: true, force: true });
}
if (failure) {
  console.error(failure);
  process.exit(1);
}

/** The first who asks is answered by the server, everybody after that by Varnish; each form by itself. */
async function hashedFilesAreKept(cookie) {
  const page = await (await get('/products', { cookie })).text();
  const names = [...new Set([...page.matchAll(/["']([^"'<>;]*\/pkg\/[^"'<>;]+)["']/g)].map((found) => found[1]))];
  assert.ok(names.length >= 3 && names.every((name) => name.startsWith(`${assets}/pkg/`)), `hashed files of the page: ${names}`);
  for (const coding of ['br', 'gzip', 'identity']) {
    for (const name of names) {
      const [first, second] = [await fetched(name, coding), await fetched(name, coding)];
      assert.deepEqual([first.cache, second.cache, second.status], ['MISS', 'HIT', 200], `${name} as ${coding}`);
      assert.equal(second.headers.get('content-encoding') ?? 'identity', coding, name);
      assert.equal(second.headers.get('access-control-allow-origin'), '*', name);
      assert.equal(second.headers.get('cache-control'), 'public, max-age=31536000, immutable', name);
    }
  }
}

/** In a browser whose pages fetch their code from the other origin: none of it from their own, and nothing is complained of. */
async function pagesComeAlive() {
  browser = await chromium.launch(config.use.launchOptions);
  const page = await (await browser.newContext({ baseURL: front })).newPage();
  const complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => /\/pkg\//.test(request.url()) && complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  const files = [];
  page.on('response', (response) => response.url().includes('/pkg/') && files.push(response));

  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(OWNER);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/products/);
  await page.waitForSelector('html.hydrated', { state: 'attached' });
  const rail = (name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
  await page.locator('.row:not(.skel) a').first().click();
  await page.getByLabel('Title', { exact: true }).waitFor();
  for (const name of ['Review', 'Runs', 'Usage', 'Settings']) {
    await rail(name).click();
    await page.getByRole('heading', { name, exact: true }).first().waitFor();
  }
  const timed = await page.evaluate((from) => performance.getEntriesByType('resource').filter(({ name, decodedBodySize }) => name.startsWith(from) && decodedBodySize > 0).length, assets);

  assert.deepEqual(complaints, []);
  for (const chunk of ['common', 'products', 'product', 'review', 'runs', 'usage', 'settings']) {
    assert.ok(files.some((file) => file.url().includes(`/page_${chunk}.`)), `the chunk of ${chunk} was not fetched`);
  }
  for (const file of files) {
    assert.ok(file.url().startsWith(`${assets}/pkg/`) && file.status() === 200, `${file.status()} ${file.url()}`);
  }
  assert.ok(timed > 0, 'what files weigh is not told to the page (Timing-Allow-Origin)');
  await browser.close();
  browser = undefined;
}

/** Asked the same with a cookie, another one and none, each is answered for themselves: Varnish keeps what it is let. */
async function whatIsPrivateIsKeptByNobody(cookie) {
  const other = await signIn();
  for (const path of ['/products', '/settings', '/api/fn/products/list?address=&start=0&count=20']) {
    const replies = [];
    for (const who of [cookie, other, cookie]) replies.push(await get(path, { cookie: who }));
    const nobody = await get(path);
    assert.deepEqual(replies.map(({ status }) => status), [200, 200, 200], path);
    assert.notEqual(nobody.status, 200, `${path} was given to somebody who is not signed in`);
    for (const reply of [...replies, nobody]) assert.equal(cacheOf(reply), 'MISS', path);
    const nonces = replies.map((reply) => /nonce-([^']+)/.exec(reply.headers.get('content-security-policy'))?.[1]);
    if (nonces[0]) assert.equal(new Set(nonces).size, 3, `${path}: a nonce was used twice`);
  }
  const body = JSON.stringify({ email: OWNER, password: PASSWORD });
  const { token } = await (await get('/api/v1/auth/login', { method: 'POST', body, 'content-type': 'application/json' })).json();
  const list = await get('/api/v1/products', { authorization: `Bearer ${token}` });
  const again = await get('/api/v1/products', { authorization: `Bearer ${token}` });
  const refused = await get('/api/v1/products');
  assert.deepEqual([list.status, again.status, refused.status, cacheOf(list), cacheOf(again)], [200, 200, 401, 'MISS', 'MISS']);
  for (const path of ['/sign-in', '/nowhere.svg', '/pkg/gone.js']) {
    assert.deepEqual([cacheOf(await get(path)), cacheOf(await get(path))], ['MISS', 'MISS'], path);
  }
}

/** What may be kept is, until Varnish is told; a stranger cannot tell it anything. */
async function whatIsPurgedIsFresh() {
  const kept = ['/icons.svg', '/pictures/demo/1-1.svg', '/api/v1/openapi.json', '/api/v1/docs'];
  const asked = async () => Promise.all(kept.map(async (path) => cacheOf(await get(path))));
  await asked();
  assert.deepEqual(await asked(), ['HIT', 'HIT', 'HIT', 'HIT']);

  server.env.VITRINE_PURGE_SECRET = 'a guess';
  assert.match(server.run(['purge'], { code: 1 }), /answered 403 Forbidden/);
  server.env.VITRINE_PURGE_SECRET = SECRET;
  assert.deepEqual(await asked(), ['HIT', 'HIT', 'HIT', 'HIT']);

  server.run(['purge']);
  assert.deepEqual(await asked(), ['MISS', 'MISS', 'MISS', 'MISS']);
}

/** Files of the next release: one that was missing is there, one that has changed is not kept, and pages name the new ones. */
async function aReleaseIsSeenAtOnce() {
  const chunk = '/pkg/page_next.0123456789012345678901.bin';
  const style = '/pkg/vitrine.nextnextnextnextnextne.css';
  assert.deepEqual([(await get(chunk)).status, await (await get('/news.txt')).text(), cacheOf(await get('/news.txt'))], [404, 'old', 'HIT']);

  writeFileSync(join(site, chunk), 'next');
  writeFileSync(join(site, style), 'body { color: black }');
  const names = readFileSync(join(site, 'hash.txt'), 'utf8');
  writeFileSync(join(site, 'hash.txt'), names.replace(/^css: .*$/m, 'css: nextnextnextnextnextne'));
  writeFileSync(join(site, 'news.txt'), 'new');
  const told = readFileSync(server.log, 'utf8').match(/told to ask again/g).length;
  await server.stop();
  // While the server is away, files go on.
  assert.deepEqual([await (await get('/news.txt')).text(), (await get('/healthz')).status], ['old', 503]);
  await server.start();
  await logged(/told to ask again/, told + 1);
  await reached();

  assert.deepEqual([(await get(chunk)).status, await (await get('/news.txt')).text()], [200, 'new']);
  assert.ok((await (await get('/sign-in')).text()).includes(`"${assets}${style}"`), 'the sign-in page names the style sheet of the release before');
  const [first, second] = [await fetched(assets + style, 'identity'), await fetched(assets + style, 'identity')];
  assert.deepEqual([first.cache, second.cache], ['MISS', 'HIT']);
}

function get(path, { method = 'GET', body, ...headers } = {}) {
  return fetch(front + path, { method, body, headers, redirect: 'manual' });
}

async function fetched(address, coding) {
  const reply = await fetch(address, { headers: { 'accept-encoding': coding } });
  await reply.arrayBuffer();
  return { status: reply.status, headers: reply.headers, cache: cacheOf(reply) };
}

function cacheOf(reply) {
  return reply.headers.get('x-cache');
}

async function signIn() {
  const answer = await fetch(`${front}/sign-in`, { method: 'POST', body: new URLSearchParams({ email: OWNER, password: PASSWORD }), redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  assert.ok(cookie, `signing in answered ${answer.status}`);
  return cookie;
}

/** Waits until Varnish asks the server again: it lets one that was away alone for a moment. */
async function reached() {
  for (let tries = 0; tries < 400; tries += 1) {
    if ((await get('/healthz')).ok) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error('Varnish does not reach the server');
}

/** Waits until the server has logged a line so many times. */
async function logged(line, times) {
  for (let tries = 0; tries < 400; tries += 1) {
    if ((readFileSync(server.log, 'utf8').match(new RegExp(line, 'g')) ?? []).length >= times) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`the server has not logged ${line}: ${readFileSync(server.log, 'utf8')}`);
}

/** The browser's files, to which a release can be added. */
function copyOfSite() {
  const [from, to] = [join(root, 'target/site'), join(dir, 'site')];
  mkdirSync(join(to, 'pkg'), { recursive: true });
  for (const { name } of readdirSync(from, { withFileTypes: true }).filter((file) => file.isFile())) cpSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(from, 'pkg'))) symlinkSync(join(from, 'pkg', name), join(to, 'pkg', name));
  writeFileSync(join(to, 'news.txt'), 'old');
  return to;
}

async function startVarnish() {
  const program = ['varnishd', '/usr/sbin/varnishd'].find((name) => spawnSync(name, ['-V']).status === 0);
  if (!program) throw new Error('varnishd is not there. Run scripts/setup --tests.');
  const rules = join(dir, 'varnish.vcl');
  const example = readFileSync(join(root, 'end2end/support/varnish.vcl'), 'utf8');
  // The first lines tell what is to be filled in.
  writeFileSync(rules, example.replace(/^#.*\n/gm, '').replace('SERVER_PORT', serverPort).replace('SECRET', SECRET));
  const options = ['-F', '-j', 'none', '-n', join(dir, 'varnish'), '-a', `127.0.0.1:${varnishPort}`, '-f', rules, '-s', 'malloc,64m', '-p', 'http_gzip_support=off'];
  const log = [];
  const started = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [started.stdout, started.stderr]) stream.on('data', (piece) => log.push(piece));
  for (let tries = 0; tries < 400 && started.exitCode === null; tries += 1) {
    if (await fetch(`${front}/healthz`).then(() => true, () => false)) return started;
    await new Promise((done) => setTimeout(done, 50));
  }
  await ended(started);
  throw new Error(`Varnish did not start: ${log.join('')}`);
}

async function ended(program) {
  if (!program || program.exitCode !== null) return;
  const exit = new Promise((done) => program.once('exit', done));
  program.kill();
  await exit;
}

function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
