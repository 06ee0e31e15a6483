// Puts the chunks of a page into one file.
//
// The splitter makes a chunk for every set of pages that need the same code: with nine pages a hundred, most of a few hundred
// bytes, and a page fetches eighty of them. Each costs a request, its headers, and the beginnings of a WebAssembly module, which
// together are several times what is in it. So what a page needs is fetched as two files, each compressed as a whole:
// `common`, of what the list and half of the pages need, and the page's own.
import { optimised } from "./optimise.mjs";

/**
 * Of the splitter's link, and a function that reads a chunk by its name: a link that loads pages from files, and those files by
 * their names.
 */
export function pack(link, read, digest) {
  const { chunks, pages, head } = parsed(link);
  const files = new Map();
  const done = new Map();
  // Pages share most of their chunks.
  const small = (from) => done.get(from) ?? done.set(from, optimised(read(from))).get(from);

  const users = new Map([...chunks.keys()].map((chunk) => [chunk, pages.filter((page) => page.needs.includes(chunk)).length]));
  // The list is where people land: it fetches nothing that it does not need.
  const landing = pages.find((page) => page.name === "products");
  const common = joined("common", [...chunks.keys()].filter((chunk) => users.get(chunk) * 2 >= pages.length && landing.needs.includes(chunk)));
  const own = pages.map((page) => ({ page, ...joined(page.name, page.needs.filter((chunk) => !common.parts.has(chunk)), page.own) }));

  const loaders = own.map((made) => `export const __wasm_split_load_${made.page.name} = wrapAsyncCb(load("./${made.name}", "${made.page.name}"));`);
  return { link: `${head}${LOADER.replace("COMMON", () => JSON.stringify(`./${common.name}`))}${loaders.join("\n")}\n`, files };

  /** Joins chunks, and the page's own module behind them, into one file, which begins with a line of what is in it; its name, and that. */
  function joined(name, needs, page) {
    const parts = new Map();
    const bytes = [];
    const add = (part, from) => {
      const content = small(from);
      parts.set(part, content.length);
      bytes.push(content);
    };
    for (const need of needs) add(need, chunks.get(need));
    if (page) add(name, page);
    const contents = [...parts].map(([part, length]) => `${part.replace("__chunk_", "")} ${length}`).join(",");
    const whole = Buffer.concat([Buffer.from(`${contents}\n`), ...bytes]);
    const made = `page_${name}.${digest(whole)}.bin`;
    files.set(made, whole);
    return { name: made, parts };
  }
}

/** What the splitter has written: each chunk's file, then each page's with the chunks it needs. */
function parsed(link) {
  const file = String.raw`new URL\("\./([^"]+)", import\.meta\.url\)`;
  const chunks = new Map([...link.matchAll(new RegExp(String.raw`const (__chunk_\d+) = makeLoad\(\(\) => \{\s*const src = fetch\(${file}`, "g"))].map((found) => [found[1], found[2]]));
  const pages = [...link.matchAll(new RegExp(String.raw`export const __wasm_split_load_(\w+) = wrapAsyncCb\(makeLoad\(\(\) => \{\s*const src = fetch\(${file}[\s\S]*?\n, \[([^\]]*)\]\)\);`, "g"))].map(
    ([, name, own, needs]) => ({ name, own, needs: needs.split(",").map((need) => need.trim()).filter(Boolean) }),
  );
  const head = link.slice(0, link.indexOf("function makeLoad("));
  const exports = [...link.matchAll(/export const (\w+)/g)].map((found) => found[1]);
  if (chunks.size === 0 || !pages.some((page) => page.name === "products") || !head.includes("getSharedImports") || exports.length !== pages.length) {
    throw new Error("the link is not what pack.mjs was written for; see what the splitter's new version writes");
  }
  return { chunks, pages, head };
}

const LOADER = `
// A part that is there stays; one that failed to load is loaded anew when it is asked for again.
const kept = new Map();
function once(key, make) {
  if (!kept.has(key)) {
    const made = make();
    kept.set(key, made);
    made.catch(() => kept.delete(key));
  }
  return kept.get(key);
}
function fetched(url) {
  return once(url, async () => {
    const answer = await fetch(new URL(url, import.meta.url));
    if (!answer.ok) throw new Error(\`\${url}: \${answer.status}\`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    let at = bytes.indexOf(10) + 1;
    const contents = new TextDecoder().decode(bytes.subarray(0, at)).trim().split(",");
    return new Map(contents.map((entry) => entry.split(" ")).map(([part, length]) => [part, bytes.subarray(at, (at += Number(length)))]));
  });
}
const common = COMMON;
const load = (page, name) => async () => {
  const [shared, own] = await Promise.all([fetched(common), fetched(page)]);
  const there = (part, bytes) => once(part, () => WebAssembly.instantiate(bytes, getSharedImports()));
  const parts = [...shared, ...own].filter(([part]) => part !== name);
  await Promise.all(parts.map(([part, bytes]) => there(part, bytes)));
  await there(name, own.get(name));
};
`;
