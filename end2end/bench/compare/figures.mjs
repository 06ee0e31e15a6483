// What is measured of a build. Both are asked the same, in the same order: whatever is different in the answers is the builds'.

const OWNER = { email: 'owner@demo.test', password: 'vitrine-demo' };
const STATUSES = ['active', 'draft', 'archived'];
const SORTS = ['title', '-title', 'price', '-updated'];
/** What is looked at and changed, one after the other. */
const PRODUCTS = 50;

/**
 * A figure's `asks` is given what `ready` has made of a server, and gives a function that makes the next request. A figure goes on where
 * it was: what is asked for the first time is asked for the first time in each burst.
 */
export const FIGURES = [
  {
    name: 'a list of 20 in the API, never asked before',
    asks: (ground) => () => {
      const turn = (ground.lists += 1);
      return { path: `/api/v1/products?limit=20&status=${pick(STATUSES, turn)}&sort=${pick(SORTS, turn)}&${unlike(turn)}`, headers: ground.bearer };
    },
  },
  {
    name: 'a search in the API, never asked before',
    asks: (ground) => () => {
      const turn = (ground.searches += 1);
      return { path: `/api/v1/products?limit=20&q=${pick(['lamp', 'oak', 'wool', 'ta'], turn)}&${unlike(turn)}`, headers: ground.bearer };
    },
  },
  { name: 'the page of the list', asks: (ground) => () => ({ path: '/products', headers: ground.cookie }) },
  {
    name: "a product's page",
    asks: (ground) => () => ({ path: `/products/${pick(ground.handles, (ground.pages += 1))}`, headers: ground.cookie }),
  },
  {
    name: 'a change of a title in the API',
    asks: (ground) => () => {
      const turn = (ground.changes += 1);
      const headers = { ...ground.bearer, 'content-type': 'application/merge-patch+json', 'if-match': '*' };
      return { method: 'PATCH', path: `/api/v1/products/${pick(ground.handles, turn)}`, headers, body: JSON.stringify({ title: `Compared ${turn}` }) };
    },
  },
];

/** Signs the owner of the demo store in, for pages and for the API, and finds some products. */
export async function ready(line) {
  const form = new URLSearchParams(OWNER).toString();
  const signed = await line.ask('/sign-in', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form });
  const session = signed.headers['set-cookie']?.[0].split(';')[0];
  if (!session) throw new Error(`signing in was answered with ${signed.status}`);
  const login = await line.ask('/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(OWNER) });
  if (login.status !== 200) throw new Error(`the login was answered with ${login.status}`);
  const bearer = { authorization: `Bearer ${JSON.parse(login.text()).token}` };
  const list = await line.ask(`/api/v1/products?limit=${PRODUCTS}&sort=title&fields=handle`, { headers: bearer });
  if (list.status !== 200) throw new Error(`the list was answered with ${list.status}`);
  const handles = JSON.parse(list.text()).products.map((product) => product.handle);
  // The index is built when it is needed; the pages are those that a browser is sent.
  const cookie = { cookie: session, accept: 'text/html', 'accept-encoding': 'br' };
  return { bearer, cookie, handles, lists: 0, searches: 0, pages: 0, changes: 0 };
}

/** On a server that was started again: what was asked already is not asked again. */
export async function signInAgain(line, ground) {
  const { bearer, cookie } = await ready(line);
  Object.assign(ground, { bearer, cookie });
}

/** No two questions are the same, so that no answer is kept; what they ask for is: nothing costs as much as that. */
const unlike = (turn) => `price_max=${100_000 + turn}`;

const pick = (list, turn) => list[turn % list.length];
