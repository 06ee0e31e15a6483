// The list: windows at any depth, in any order, filtered or not; search. Over HTTP, with totals and facets.
import { figure, figureOf, percentile } from './report.mjs';
import { residentMegabytes } from './start.mjs';

const SORTS = ['title', '-title', 'vendor', '-vendor', 'price', '-price', 'updated', '-updated'];
const WORDS = ['lamp', 'blue', 'oak', 'ta', 'side table', 'hearth', 'cotton shirt', 'x', 'mug', 'leather', 'wal', 'kit', '4', 'wool sock', 'zzzz'];

export async function listBench(server, products) {
  const vendors = await values(server, 'vendor');
  const types = await values(server, 'type');
  const random = seeded(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const filters = [
    () => `status=${pick(['active', 'draft', 'archived'])}`,
    () => `vendor=${encodeURIComponent(pick(vendors))}`,
    () => `type=${encodeURIComponent(pick(types))}&status=active`,
    () => `missing=${pick(['description', 'image', 'seo'])}`,
    () => `price_min=${Math.floor(random() * 5_000)}&price_max=${5_000 + Math.floor(random() * 50_000)}`,
    () => `vendor=${encodeURIComponent(pick(vendors))}&vendor=${encodeURIComponent(pick(vendors))}&missing=seo`,
  ];

  await figures(server, 'window of 50, unfiltered, any sort and depth', 400, 20, () => [`sort=${pick(SORTS)}`, Math.floor(random() * products)]);
  await figures(server, 'window of 50, filtered, any sort and depth', 400, 20, () => [`${pick(filters)()}&sort=${pick(SORTS)}`, Math.floor(random() * products * 0.2)]);
  await figures(server, 'search as one types, any sort', 300, 50, () => [`q=${encodeURIComponent(pick(WORDS))}&sort=${pick(SORTS)}`, 0]);
  await figures(server, 'search within a filter, first time asked', 300, 50, () => [`q=${encodeURIComponent(pick(WORDS))}&${pick(filters)()}`, 0]);
  figure(`${server.engine}: resident memory of the server after the lists`, residentMegabytes(server), 'MB', 150);
}

async function figures(server, what, count, budget, ask) {
  const windows = [];
  const facets = [];
  for (let turn = 0; turn < count; turn += 1) {
    const [query, start] = ask();
    windows.push(await timed(server, `/api/fn/products/list?address=${encodeURIComponent(query)}&start=${start}&count=50`));
    facets.push(await timed(server, `/api/fn/products/facets?address=${encodeURIComponent(query)}`));
  }
  const together = windows.map((window, at) => window + facets[at]);
  const p95 = (times) => percentile(times, 0.95);
  figureOf(`${server.engine}: ${what}, with total: p95`, windows, p95, 'ms', budget);
  figureOf(`${server.engine}: ${what}, with total and facets: p95`, together, p95, 'ms', budget);
}

async function timed(server, path) {
  const begun = performance.now();
  const answer = await fetch(server.address + path, { headers: { cookie: server.cookie } });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - begun;
}

/** The commonest values of a facet, as the page shows them. */
async function values(server, facet) {
  const html = await (await fetch(`${server.address}/products`, { headers: { cookie: server.cookie } })).text();
  const found = [...html.matchAll(/<input[^>]*>/g)].map((match) => match[0]).filter((input) => input.includes(`name="${facet}"`));
  return found.map((input) => /value="([^"]*)"/.exec(input)[1].replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'"));
}

function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
