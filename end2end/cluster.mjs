// Several processes, as scripts/cluster starts them: two servers behind nginx on one PostgreSQL with a replica, and Redis. Somebody
// who signs in on one is known on the other, an edit is seen there within half a second, Redis and the replica go away and cost
// nothing but speed, and a roll over both under load fails no request and loses no write. Fails with what did not hold.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './support/server.mjs';

const PORT = Number(process.env.CLUSTER_TEST_PORT ?? 3290);
const BEHIND = 'http://127.0.0.1';
const [NGINX, ONE, OTHER] = [0, 1, 2].map((number) => `${BEHIND}:${PORT + number}`);
const OWNER = { email: 'owner@cluster.test', password: 'vitrine-cluster' };
const VIEWER = { email: 'viewer@cluster.test', password: 'correct-horse-battery' };
/** Until everybody sees an edit, on whichever server. */
const SEEN_WITHIN_MS = 500;
/** Of the usual limits; a token has a burst of 600 points then, and gets 50 a second. */
const RATE_LIMIT = 10;
const BURST = 600 * RATE_LIMIT;
const JSON_BODY = { 'content-type': 'application/json' };

const begun = performance.now();
const dir = mkdtempSync(join(tmpdir(), 'vitrine-cluster-'));
// PostgreSQL has a user of its own where this one is root.
chmodSync(dir, 0o711);
const settings = { ...process.env, CLUSTER_DIR: dir, CLUSTER_PORT: String(PORT), CLUSTER_PRODUCTS: '500', VITRINE_RATE_LIMIT: String(RATE_LIMIT) };
const everyday = new http.Agent({ keepAlive: true });

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end().finally(() => process.exit(1)));
try {
  await step('up', () => cluster('up'));
  const people = await step('a session of one server is known on the other, and its end too', sessions);
  await step('a token of one server is good on the other', () => tokens(people));
  await step(`an edit is seen on the other server within ${SEEN_WITHIN_MS} ms`, () => edits(people));
  await step('through nginx everybody reads what they have just written', () => ownWrites(people));
  await step('limits are counted together', sharedLimits);
  await step('figures are not for everybody', figures);
  await step('without Redis it goes on', () => without('redis', 'kill', people));
  await step('without the replica it goes on', () => without('replica', 'stop', people));
  await step('a roll fails no request and loses no write', () => roll(people));
  await step('nobody has panicked', noPanics);
} catch (error) {
  console.log(error.stack);
  for (const name of ['server-1', 'server-2', 'nginx']) console.log(`\n${name}:\n${log(name).split('\n').slice(-15).join('\n')}`);
  process.exitCode = 1;
} finally {
  await end();
  everyday.destroy();
}
console.log(`after ${Math.round((performance.now() - begun) / 1_000)} s`);

/** Both directions: signed in here and read there, signed out there and unknown here. */
async function sessions() {
  const cookie = await signIn(ONE, OWNER);
  const [known, unknown] = [await ask(OTHER, '/products', { cookie }), await ask(OTHER, '/products')];
  const handles = [...new Set([...known.text.matchAll(/href="\/products\/([^"?/]+)/g)].map((match) => match[1]))];
  assert.equal(known.status, 200);
  assert.ok(handles.length >= 10, `only ${handles.length} products on the page`);
  assert.equal(unknown.status, 303);

  const passing = await signIn(NGINX, OWNER);
  assert.equal((await ask(ONE, '/products', { cookie: passing })).status, 200);
  assert.equal((await ask(OTHER, '/sign-out', { method: 'POST', cookie: passing })).status, 303);
  assert.equal((await ask(ONE, '/products', { cookie: passing })).status, 303);
  return { cookie, handles };
}

async function tokens(people) {
  writeFileSync(join(dir, 'password'), VIEWER.password);
  await cluster('vitrine', 'user', 'add', '--email', VIEWER.email, '--store', 'demo', '--role', 'viewer', '--password-file', join(dir, 'password'));
  people.owner = await logIn(ONE, OWNER);
  people.viewer = await logIn(OTHER, VIEWER);

  assert.equal((await ask(OTHER, '/api/v1/products?limit=1', { token: people.owner })).status, 200);
  assert.equal((await ask(ONE, '/api/v1/products?limit=1', { token: people.viewer })).status, 200);
  assert.equal((await ask(OTHER, '/api/v1/products?limit=1', { token: `${people.owner}x` })).status, 401);
}

/** Somebody else looks, in every way there is; what they look at is kept already. */
async function edits({ cookie, owner, viewer, handles }) {
  const handle = handles[0];
  const views = [
    [`/api/v1/products/${handle}`, { token: viewer }],
    ['/api/v1/products?limit=20', { token: viewer }],
    [`/api/v1/products/${handle}`, { token: owner }],
    [`/products/${handle}`, { cookie }],
    ['/products', { cookie }],
  ];
  const slowest = [];
  for (let round = 0; round < 4; round += 1) {
    const [here, there] = round % 2 === 0 ? [ONE, OTHER] : [OTHER, ONE];
    for (const [path, who] of [...views, ...views]) assert.equal((await ask(there, path, who)).status, 200, path);
    const title = `Kestrel ${randomUUID().slice(0, 8)}`;

    await patch(here, handle, title, owner);

    const answered = performance.now();
    assert.equal(JSON.parse((await ask(here, `/api/v1/products/${handle}`, { token: owner })).text).title, title, 'its author sees it at once');
    const times = await Promise.all(views.map(([path, who]) => until(async () => (await ask(there, path, who)).text.includes(title), `${title} at ${path}`)));
    slowest.push(Math.round(Math.max(...times) - answered));
  }
  console.log(`  seen after at most ${slowest.join(', ')} ms`);
  assert.ok(Math.max(...slowest) <= SEEN_WITHIN_MS);
}

async function ownWrites({ owner, handles }) {
  const more = [owner, await logIn(NGINX, OWNER), await logIn(NGINX, OWNER)];
  for (let turn = 0; turn < 30; turn += 1) {
    const token = more[turn % more.length];
    const title = `Own ${turn}`;
    await patch(NGINX, handles[1], title, token);
    assert.equal(JSON.parse((await ask(NGINX, `/api/v1/products/${handles[1]}`, { token })).text).title, title);
  }
}

/** What was spent at one server is missing at the other. A server that is busy may have counted alone for a moment: then once more. */
async function sharedLimits() {
  for (let attempt = 0; ; attempt += 1) {
    const token = await logIn(ONE, VIEWER);
    const since = performance.now();
    // A batch costs ten points, whatever comes of it: a viewer may send none.
    await Promise.all(Array.from({ length: 100 }, () => ask(ONE, '/api/v1/products/batch', { method: 'POST', headers: JSON_BODY, body: '{}', token })));
    const answer = await ask(OTHER, '/api/v1/products?limit=1', { token });
    const remaining = Number(/"token";r=(\d+)/.exec(answer.headers.ratelimit)?.[1]);
    const back = ((performance.now() - since) / 1_000) * 50 * RATE_LIMIT;
    console.log(`  ${BURST - remaining} of 1000 points are missing, ${Math.round(back)} have come back`);
    if (remaining <= BURST - 1_000 + back + 10 && remaining < BURST - 200) return;
    assert.ok(attempt < 4, 'each server counts for itself');
  }
}

async function figures() {
  const answer = await ask(NGINX, '/metrics');
  assert.deepEqual([answer.status, answer.headers.server, answer.headers['server-timing']], [404, 'nginx', undefined]);
}

/** Everything is asked of everybody for two seconds, while a part is away and when it is back. */
async function without(part, how, { cookie, owner, handles }) {
  const asked = async () => {
    for (const server of [NGINX, ONE, OTHER]) {
      const title = `Without ${part} ${randomUUID().slice(0, 8)}`;
      await patch(server, handles[2], title, owner);
      assert.equal(JSON.parse((await ask(server, `/api/v1/products/${handles[2]}`, { token: owner })).text).title, title);
      for (const path of ['/products', '/products?q=lamp', `/products/${handles[2]}`]) assert.equal((await ask(server, path, { cookie })).status, 200, path);
      assert.equal((await ask(server, '/api/v1/products?q=lamp', { token: owner })).status, 200);
      assert.equal((await ask(server, '/readyz')).status, 200);
    }
    await logIn(ONE, OWNER);
  };
  await asked();
  const serving = count(/a replica serves reads/g);

  await cluster(how, part);
  for (const ends = performance.now() + 2_000; performance.now() < ends; ) await asked();
  await cluster('start', part);
  await asked();

  if (part === 'replica') await until(() => ['server-1', 'server-2'].every((name) => count(/a replica serves reads/g, name) > serving / 2), 'the replica serving again', 10_000);
}

async function roll({ cookie, owner, handles }) {
  const clients = [owner];
  while (clients.length < 10) clients.push(await logIn(NGINX, OWNER));
  const last = JSON.parse((await ask(ONE, '/api/v1/changes?after=9000000000', { token: owner })).text).last;
  const processes = () => ['server-1', 'server-2'].map((name) => readFileSync(join(dir, `${name}.pid`), 'utf8'));
  const before = processes();
  const told = { asked: 0, failed: [], slowest: 0, written: new Map() };
  const unready = new Set();
  let on = true;
  const readers = clients.map((token, index) => load(told, 50, () => on, (turn, agent) => {
    const paths = ['/api/v1/products?limit=20', `/api/v1/products/${handles[index]}`, '/api/v1/products?q=lamp&limit=5'];
    return turn % 4 === 3 ? ask(NGINX, '/products', { cookie, agent }) : ask(NGINX, paths[turn % 3], { token, agent });
  }));
  const writers = clients.slice(0, 6).map((token, index) => {
    const handle = handles[3 + index];
    const written = [];
    told.written.set(handle, written);
    return load(told, 100, () => on, async (turn, agent) => {
      const title = `Roll ${index} ${turn}`;
      const answer = await patch(NGINX, handle, title, token, agent);
      if (answer.status === 200) written.push(title);
      return answer;
    });
  });
  const watch = (async () => {
    while (on) {
      // While it says that it is not ready it answers as before.
      for (const server of [ONE, OTHER]) {
        if ((await ask(server, '/readyz').catch(() => null))?.status === 503 && (await ask(server, '/healthz').catch(() => null))?.status === 200) unready.add(server);
      }
      await pause(200);
    }
  })();

  await pause(1_000);
  await cluster('roll');
  await pause(1_000);
  on = false;
  await Promise.all([...readers, ...writers, watch]);

  console.log(`  ${told.asked} requests, ${told.failed.length} failed, the slowest took ${Math.round(told.slowest)} ms`);
  assert.deepEqual(told.failed, []);
  assert.ok(told.asked > 1_000);
  assert.ok(processes().every((now, index) => now !== before[index]), 'both are other processes than before');
  assert.deepEqual([...unready].sort(), [ONE, OTHER], 'each said that it was not ready before it was gone');
  const titles = await titlesSince(last, owner);
  for (const [handle, written] of told.written) {
    assert.ok(written.length > 20, `${handle} was written ${written.length} times`);
    // In their order, each once, none missing.
    assert.deepEqual(titles.get(handle), written);
    for (const server of [ONE, OTHER]) assert.equal(JSON.parse((await ask(server, `/api/v1/products/${handle}`, { token: owner })).text).title, written.at(-1));
  }
}

/** Asks on one connection, again and again, until told to stop; whatever is no success is a failure. */
async function load(told, pauseMs, goesOn, request) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = 0; goesOn(); turn += 1) {
    const since = performance.now();
    try {
      const answer = await request(turn, agent);
      if (answer.status !== 200) told.failed.push(`${answer.status} ${answer.text.slice(0, 200)}`);
    } catch (error) {
      told.failed.push(String(error));
    }
    told.asked += 1;
    told.slowest = Math.max(told.slowest, performance.now() - since);
    await pause(pauseMs);
  }
  agent.destroy();
}

/** The titles that products were given since a change, from the log. */
async function titlesSince(after, token) {
  const titles = new Map();
  for (let more = true; more; ) {
    const part = JSON.parse((await ask(ONE, `/api/v1/changes?limit=1000&after=${after}`, { token })).text);
    for (const change of part.changes) {
      if (change.field === 'title') titles.set(change.handle, [...(titles.get(change.handle) ?? []), change.after]);
    }
    ({ last: after, more } = part);
  }
  return titles;
}

function noPanics() {
  for (const name of ['server-1', 'server-2']) assert.deepEqual(log(name).split('\n').filter((line) => line.includes('panicked')), []);
}

async function signIn(server, { email, password }) {
  const answer = await ask(server, '/sign-in', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: String(new URLSearchParams({ email, password })) });
  assert.equal(answer.status, 303, 'signing in');
  return answer.headers['set-cookie'][0].split(';')[0];
}

async function logIn(server, credentials) {
  const answer = await ask(server, '/api/v1/auth/login', { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ ...credentials, store: 'demo' }) });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).token;
}

/** Gives a product another title; sent again with its key it would be done once. */
async function patch(server, handle, title, token, agent) {
  const headers = { 'content-type': 'application/merge-patch+json', 'if-match': '*', 'idempotency-key': randomUUID() };
  const answer = await ask(server, `/api/v1/products/${handle}`, { method: 'PATCH', headers, body: JSON.stringify({ title }), token, agent });
  // Under load it is counted and not thrown.
  if (!agent) assert.equal(answer.status, 200, answer.text);
  return answer;
}

function ask(server, path, { method = 'GET', headers = {}, body, cookie, token, agent = everyday } = {}) {
  const all = { accept: path.startsWith('/api/') ? 'application/json' : 'text/html', ...headers };
  if (cookie) all.cookie = cookie;
  if (token) all.authorization = `Bearer ${token}`;
  if (body) all['content-length'] = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const request = http.request(server + path, { method, headers: all, agent, timeout: 20_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
      response.on('aborted', () => reject(new Error(`${method} ${path} was cut off`)));
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${path} was not answered`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** Waits until something holds, and tells when it did. */
async function until(holds, what, most = 5_000) {
  for (const ends = performance.now() + most; ; ) {
    if (await holds()) return performance.now();
    assert.ok(performance.now() < ends, `waited in vain for ${what}`);
    await pause(15);
  }
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

function log(name) {
  const file = join(dir, `${name}.log`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function count(pattern, ...names) {
  return (names.length > 0 ? names : ['server-1', 'server-2']).reduce((sum, name) => sum + [...log(name).matchAll(pattern)].length, 0);
}

async function cluster(...args) {
  const child = spawn(join(root, 'scripts/cluster'), args, { env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`scripts/cluster ${args.join(' ')} ended with ${code}:\n${output}`);
}

async function step(name, work) {
  const since = performance.now();
  const result = await work();
  console.log(`${name} (${((performance.now() - since) / 1_000).toFixed(1)} s)`);
  return result;
}

/** Whatever was started is ended. */
async function end() {
  await cluster('down', '--erase').catch((error) => console.log(error.message));
}
