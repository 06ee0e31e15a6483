// The line that fails on purpose does so: what is proved by a fault is proved only if there was one.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { cutAfter, cutBefore, elsewhere, hangs, late, portal, Proxy, status, swapped, truncated, twice } from '../support/proxy.mjs';

let server;
let proxy;
let heard;

test.beforeEach(async () => {
  heard = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push(body);
    response.setHeader('told', 'yes');
    if (request.url === '/bit-by-bit') {
      response.write('one ');
      setTimeout(() => response.end('two'), 300);
    } else response.end(request.url === '/large' ? 'x'.repeat(100_000) : `heard ${body} at ${request.url}`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  proxy = await Proxy.to(`http://127.0.0.1:${server.address().port}`);
});

test.afterEach(async () => {
  await proxy.end();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const post = (path, body, options) => fetch(`${proxy.address}${path}`, { method: 'POST', body, redirect: 'manual', ...options });

test('without a fault everything goes through as it is, and is counted', async () => {
  const answer = await post('/a?b=c', 'text');

  expect([answer.status, answer.headers.get('told'), await answer.text()]).toEqual([200, 'yes', 'heard text at /a?b=c']);
  expect([proxy.count('/a'), proxy.count('/b')]).toEqual([1, 0]);
});

test('what is told bit by bit arrives bit by bit', async () => {
  const parts = (await fetch(`${proxy.address}/bit-by-bit`)).body.getReader();

  expect(Buffer.from((await parts.read()).value).toString()).toBe('one ');
  expect(Buffer.from((await parts.read()).value).toString()).toBe('two');
});

test('a connection is cut before the server has heard, or after it has answered', async () => {
  const before = proxy.when('/before', cutBefore());
  const after = proxy.when('/after', cutAfter(), { times: 1 });

  await expect(post('/before', 'lost')).rejects.toThrow();
  expect([heard, before.met]).toEqual([[], 1]);
  await expect(post('/after', 'done')).rejects.toThrow();
  expect([heard, after.met, after.statuses]).toEqual([['done'], 1, [200]]);
  expect((await post('/after', 'again')).status).toBe(200);
});

test('a request comes late, or twice, or after the one that was sent later', async () => {
  proxy.when('/late', late(200));
  proxy.when('/twice', twice());
  const both = proxy.when('/swapped', swapped());

  const begun = Date.now();
  expect((await post('/late', 'late')).status).toBe(200);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(195);
  expect(await (await post('/twice', 'twice')).text()).toBe('heard twice at /twice');
  const first = post('/swapped', 'first');
  await wait(100);
  await post('/swapped', 'second');
  await first;
  await both.happened(2);
  expect(heard).toEqual(['late', 'twice', 'twice', 'second', 'first']);
});

test('of an answer a part arrives', async () => {
  proxy.when('/cut', truncated(0.5));
  proxy.when('/short', truncated(0.5, { clean: true }));

  await expect(post('/cut', 'x').then((answer) => answer.text())).rejects.toThrow();
  expect(await (await post('/short', 'x')).text()).toBe('heard x ');
});

test('somebody else answers', async () => {
  proxy.when('/portal', portal());
  proxy.when('/elsewhere', elsewhere('http://portal.test/'));
  proxy.when('/busy', status(503, { retryAfter: 7, headers: { by: 'us' } }), { holds: 'poison' });

  expect(await (await post('/portal', 'x')).text()).toContain('Welcome');
  expect((await post('/elsewhere', 'x')).headers.get('location')).toBe('http://portal.test/');
  const busy = await post('/busy', 'some poison');
  expect([busy.status, busy.headers.get('retry-after'), busy.headers.get('by')]).toEqual([503, '7', 'us']);
  expect((await post('/busy', 'harmless')).status).toBe(200);
  expect(heard).toEqual(['harmless']);
});

test('nobody answers', async () => {
  const silence = proxy.when('/hangs', hangs());

  await expect(post('/hangs', 'x', { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
  expect(silence.met).toBe(1);
});

test('there is no network, and then there is', async () => {
  proxy.cut();
  await expect(post('/a', 'x')).rejects.toThrow();
  expect(heard).toEqual([]);

  proxy.mend();
  expect((await post('/a', 'x')).status).toBe(200);
});

test('answers come as slowly as they are to', async () => {
  proxy.rate = 200_000;

  const begun = Date.now();
  await (await post('/large', 'x')).text();
  expect(Date.now() - begun).toBeGreaterThanOrEqual(450);
});

test('what was to go wrong and never has is a failure', async () => {
  const never = proxy.when('/never', cutBefore());

  await expect(never.happened(1, 100)).rejects.toThrow('has happened 0 times');
  await expect(proxy.end()).rejects.toThrow('never has');
  proxy = await Proxy.to('http://127.0.0.1:1');
});
