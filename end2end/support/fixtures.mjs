// What a test is given: a running server with a demo store, people with every role, and a page that must
// stay free of errors.
import { test as base, expect, request } from '@playwright/test';
import { Server } from './server.mjs';

export { expect };

export const PASSWORD = 'correct-horse-battery';
export const PRODUCTS = 3_000;

/** Which server a browser context asks. */
const serverOf = new WeakMap();

export const test = base.extend({
  engine: ['sqlite', { option: true, scope: 'worker' }],

  /** One server a worker. Tests that change a product take one of their own by number. */
  server: [
    async ({ engine }, use) => {
      const server = await Server.make(engine);
      server.run(['demo', '--products', String(PRODUCTS)]);
      server.run(['store', 'add', 'second', '--name', 'Second store', '--currency', 'USD']);
      for (const role of ['editor', 'reviewer', 'viewer']) {
        server.run(['user', 'add', '--email', `${role}@test.test`, '--name', `Test ${role}`, '--store', 'demo', '--role', role], { input: `${PASSWORD}\n` });
      }
      server.run(['user', 'add', '--email', 'owner@second.test', '--name', 'Second Owner', '--store', 'second', '--role', 'owner'], { input: `${PASSWORD}\n` });
      await server.start();
      await use(server);
      await server.end();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  baseURL: async ({ server }, use) => use(server.address),

  /** Errors of the console that a test expects: texts of which one must be in the message. */
  expectedErrors: [[], { option: true }],

  context: async ({ context, server }, use) => {
    serverOf.set(context, server.address);
    await use(context);
  },

  page: async ({ page, expectedErrors }, use) => {
    const errors = watch(page);
    await use(page);
    const unexpected = errors.filter((error) => !expectedErrors.some((expected) => error.includes(expected)));
    expect(unexpected, 'errors in the console').toEqual([]);
  },
});

/** Collects what a page reports as an error. */
export function watch(page) {
  const errors = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /panicked|hydration/i.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}

const OWNER = 'owner@demo.test';
const passwordOf = (email) => (email === OWNER ? 'vitrine-demo' : PASSWORD);

/** Cookies of those who have signed in, by server and email: a password is checked slowly on purpose. */
const sessions = new Map();

/** Signs somebody in without opening a page, which would cost as much as most of what is tested then. */
export async function signIn(page, email = OWNER, password = passwordOf(email)) {
  const context = page.context();
  const at = `${serverOf.get(context)} ${email}`;
  if (!sessions.has(at)) {
    // Apart from the page: signing in ends the session that one has, which may be one that other tests go on with.
    const apart = await request.newContext({ baseURL: serverOf.get(context) });
    const answer = await apart.post('/sign-in', { form: { email, password }, maxRedirects: 0 });
    expect(answer.status(), await answer.text()).toBe(303);
    sessions.set(at, (await apart.storageState()).cookies);
    await apart.dispose();
  }
  await context.addCookies(sessions.get(at));
}

/** Signs somebody in as people do, which leads to the products, with a session of their own. */
export async function signInOnPage(page, email = OWNER, password = passwordOf(email)) {
  await page.context().clearCookies({ name: 'vitrine_session' });
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/products/);
}

/** Waits until the page has come alive. */
export const alive = (page) => page.waitForSelector('html.hydrated', { state: 'attached' });

/** The script that measures is there: whenever the page is left it says what it knows. What is after the `#` are its settings. */
export const isMeasured = (page) =>
  page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /\/vitals\.[^/#]*\.js(#|$)/.test(name)));

/** Opens an address and waits until its page has come alive. */
export async function open(page, address) {
  await page.goto(address);
  await alive(page);
}

/**
 * A page's line to an address of the server, which is cut by `isCut`. It is laid before the page is opened: Chromium says that a route is
 * in place before a page that lives has heard of it, and what such a page sends next may still come through.
 */
export async function lineTo(page, address) {
  const line = { isCut: false, refused: 0 };
  await page.route(address, (route) => {
    if (!line.isCut) return route.continue();
    line.refused += 1;
    return route.abort();
  });
  return line;
}

/** Another person's browser. What it reports as an error fails the test, but for texts that are expected. */
export async function another(browser, server, email, { expected = [], ...options } = {}) {
  const context = await browser.newContext({ baseURL: server.address, viewport: { width: 1440, height: 900 }, ...options });
  serverOf.set(context, server.address);
  const page = await context.newPage();
  const errors = watch(page);
  await signIn(page, email);
  const close = async () => {
    await context.close();
    expect(errors.filter((error) => !expected.some((text) => error.includes(text))), 'errors in the console').toEqual([]);
  };
  return { page, close };
}

/** A store of its own for a test; the email of its owner. */
export function newStore(server, slug) {
  const owner = `${slug}@test.test`;
  server.run(['store', 'add', slug, '--name', `Store ${slug}`]);
  server.run(['user', 'add', '--email', owner, '--store', slug, '--role', 'owner'], { input: `${PASSWORD}\n` });
  return owner;
}

/** Sends a form as its page would; the answer itself, not where it leads. */
export function post(page, address, form = {}) {
  return page.request.post(address, { form, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0 });
}
