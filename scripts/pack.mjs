// Puts the chunks of a page into one file.
//
// The splitter makes a chunk for every set of pages that need the same code: with nine pages a hundred, most of a few hundred
// bytes, and a page fetches eighty of them. Each costs a request, its headers, and the beginnings of a WebAssembly module, which
// together are several times what is in it. So what a page needs is fetched as two files, each compressed as a whole:
// `common`, of what the list and half of the pages need, and the page's own.
//
// They are optimised on the way, as `wasm-opt -Oz` does it, but without starting a program for each.
//
//   node scripts/pack.mjs target/site/pkg
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import binaryen from "../end2end/node_modules/binaryen/index.js";

const dir = process.argv[2];
const linkName = newest(readdirSync(dir).filter((name) => /^__wasm_split\..*\.js$/.test(name)));
const link = readFileSync(join(dir, linkName), "utf8");
if (!link.includes("makeLoad(")) {
  console.log("pack: packed already");
  process.exit(0);
}

// What the splitter has written: each chunk's file, then each page's with the chunks it needs.
const file = String.raw`new URL\("\./([^"]+)", import\.meta\.url\)`;
const chunks = new Map([...link.matchAll(new RegExp(String.raw`const (__chunk_\d+) = makeLoad\(\(\) => \{\s*const src = fetch\(${file}`, "g"))].map((found) => [found[1], found[2]]));
const pages = [...link.matchAll(new RegExp(String.raw`export const __wasm_split_load_(\w+) = wrapAsyncCb\(makeLoad\(\(\) => \{\s*const src = fetch\(${file}[\s\S]*?\n, \[([^\]]*)\]\)\);`, "g"))].map(
  ([, name, own, needs]) => ({ name, own, needs: needs.split(",").map((need) => need.trim()).filter(Boolean) }),
);
const head = link.slice(0, link.indexOf("function makeLoad("));
const exports = [...link.matchAll(/export const (\w+)/g)].map((found) => found[1]);
if (chunks.size === 0 || !pages.some((page) => page.name === "products") || !head.includes("getSharedImports") || exports.length !== pages.length) {
  console.error(`pack: ${linkName} is not what this script was written for; see what the splitter's new version writes`);
  process.exit(1);
}

const users = new Map([...chunks.keys()].map((chunk) => [chunk, pages.filter((page) => page.needs.includes(chunk)).length]));
// The list is where people land: it fetches nothing that it does not need.
const landing = pages.find((page) => page.name === "products");
const common = pack("common", [...chunks.keys()].filter((chunk) => users.get(chunk) * 2 >= pages.length && landing.needs.includes(chunk)));
const own = pages.map((page) => ({ name: page.name, ...pack(page.name, page.needs.filter((chunk) => !common.parts.has(chunk)), page.own) }));

const list = (made) => JSON.stringify([`./${made.name}`, [...made.parts]]);
write(
  linkName,
  `${head}
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
function fetched([url, parts]) {
  return once(url, async () => {
    const answer = await fetch(new URL(url, import.meta.url));
    if (!answer.ok) throw new Error(\`\${url}: \${answer.status}\`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    let at = 0;
    return new Map(parts.map(([part, length]) => [part, bytes.subarray(at, (at += length))]));
  });
}
const common = ${list(common)};
const load = (page, name) => async () => {
  const [shared, own] = await Promise.all([fetched(common), fetched(page)]);
  const there = (part, bytes) => once(part, () => WebAssembly.instantiate(bytes, getSharedImports()));
  const parts = [...shared, ...own].filter(([part]) => part !== name);
  await Promise.all(parts.map(([part, bytes]) => there(part, bytes)));
  await there(name, own.get(name));
};
${own.map((made, at) => `export const __wasm_split_load_${pages[at].name} = wrapAsyncCb(load(${list(made)}, "${pages[at].name}"));`).join("\n")}
`,
);
for (const name of [...chunks.values(), ...pages.map((page) => page.own)]) for (const end of ["", ".br", ".gz", ".zst"]) rmSync(join(dir, name + end), { force: true });
console.log(`pack: ${chunks.size} chunks and ${pages.length} pages are in ${own.length + 1} files`);

/** Joins chunks, and the page's own module behind them, into one file; its name, and what is in it with its length. */
function pack(name, needs, page) {
  const parts = new Map();
  const bytes = [];
  const add = (part, from) => {
    const content = optimised(readFileSync(join(dir, from)));
    parts.set(part, content.length);
    bytes.push(content);
  };
  for (const need of needs) add(need, chunks.get(need));
  if (page) add(name, page);
  const whole = Buffer.concat(bytes);
  const digest = createHash("sha256").update(whole).digest("base64url").slice(0, 22);
  const made = `page_${name}.${digest}.bin`;
  write(made, whole);
  return { name: made, parts };
}

/** The same module, smaller. */
function optimised(wasm) {
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  const module = binaryen.readBinary(wasm);
  module.setFeatures(module.getFeatures() | binaryen.Features.BulkMemory | binaryen.Features.NontrappingFPToInt);
  // What the first time leaves behind, the second takes away.
  module.optimize();
  module.optimize();
  module.runPasses(["strip-debug", "strip-producers", "strip-target-features"]);
  const made = module.emitBinary();
  module.dispose();
  return Buffer.from(made);
}

/** Writes a file and what it is when it is compressed. */
function write(name, content) {
  const bytes = Buffer.from(content);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  writeFileSync(join(dir, name), bytes);
  writeFileSync(join(dir, `${name}.br`), brotli);
  writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}

function newest(names) {
  if (names.length !== 1) {
    console.error(`pack: there should be one __wasm_split.*.js in ${dir}, and there are ${names.length}`);
    process.exit(1);
  }
  return names[0];
}
