// Makes the browser's files of a release in target/site.next: splits the WebAssembly that cargo has built into what every page needs and
// a file for each page, writes the JavaScript that binds it, bundles the style and what measures pages, and names each file by what is in it.
//
//   node scripts/browser/build.mjs FRONTEND.wasm
//
// `cargo leptos build` would do it too. To compile that takes as long as all else that a release is made with, and what is wanted of it
// is the splitter, which is a small program of its own. It is there for `make dev`.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "../../end2end/node_modules/esbuild/lib/main.js";
import { bundle } from "../../end2end/node_modules/lightningcss/node/index.mjs";
import { collector } from "../../frontend/vitals/build.mjs";
import { shortened } from "./names.mjs";
import { optimised } from "./optimise.mjs";
import { pack } from "./pack.mjs";

const NEXT = "target/site.next";
// The oldest that have all the site needs; the same as `browserquery` in Cargo.toml.
const BROWSERS = { chrome: [123, 0], firefox: [120, 0], safari: [17, 5] };

const work = mkdtempSync("target/browser-");
try {
  const parts = [program(process.argv[2]), style("style/main.css"), await vitals()];
  write(new Map(parts.flatMap(({ files }) => [...files])), Object.assign({}, ...parts.map(({ names }) => names)));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The browser's program: its module, the JavaScript that binds it, the link to the pages, and those. */
function program(wasm) {
  execFileSync("wasm-split-cli", [wasm, work, "--out-name", "vitrine"], { stdio: ["ignore", "inherit", "inherit"] });
  const bound = join(work, "bound");
  const options = ["--target=web", "--keep-lld-exports", "--no-demangle", "--out-name=vitrine", `--out-dir=${bound}`];
  execFileSync("wasm-bindgen", [...options, join(work, "vitrine.wasm")], { stdio: ["ignore", "inherit", "inherit"] });
  if (existsSync(join(bound, "snippets"))) throw new Error("a crate brings JavaScript of its own, which is not looked after here");

  const [main, script] = shortened(optimised(readFileSync(join(bound, "vitrine_bg.wasm"))), readFileSync(join(bound, "vitrine.js"), "utf8"), "./vitrine_bg.js");
  const pages = pack(readFileSync(join(work, "__wasm_split.js"), "utf8"), (name) => readFileSync(join(work, name)), digest);
  // Each names the other: what is in both names both.
  const both = digest(script + pages.link);
  const named = (text, imported, name) => minified(replaced(text, new RegExp(String.raw`(from\s*["']\./)${imported}(["'])`, "g"), `$1${name}$2`));
  return {
    names: { js: both, wasm: digest(main) },
    files: new Map([
      ...pages.files,
      [`vitrine.${digest(main)}.wasm`, main],
      [`vitrine.${both}.js`, named(script, String.raw`__wasm_split\.js`, `__wasm_split.${both}.js`)],
      [`__wasm_split.${both}.js`, named(pages.link, String.raw`vitrine\.js`, `vitrine.${both}.js`)],
    ]),
  };
}

function style(file) {
  const targets = Object.fromEntries(Object.entries(BROWSERS).map(([name, [major, minor]]) => [name, (major << 16) | (minor << 8)]));
  const { code } = bundle({ filename: file, minify: true, targets });
  return { names: { css: digest(code) }, files: new Map([[`vitrine.${digest(code)}.css`, code]]) };
}

/** What measures pages in the browsers of those who use them. */
async function vitals() {
  const { hash, text, size } = await collector(targets());
  console.log(`vitals: ${(text.length / 1_000).toFixed(1)} kB, compressed ${size.toFixed(1)} kB`);
  return { names: { vitals: hash }, files: new Map([[`vitals.${hash}.js`, text]]) };
}

function minified(text) {
  return transformSync(text, { minify: true, format: "esm", target: targets() }).code;
}

/** The oldest browsers, as esbuild has them. */
function targets() {
  return Object.entries(BROWSERS).map(([name, version]) => name + version.join("."));
}

function replaced(text, pattern, by) {
  if (!pattern.test(text)) throw new Error(`${pattern} is not in what was to be changed; see what its new version writes`);
  return text.replace(pattern, by);
}

/** With what is served as it is, and the names by which the server finds today's. */
function write(files, names) {
  rmSync(NEXT, { recursive: true, force: true });
  cpSync("public", NEXT, { recursive: true });
  mkdirSync(join(NEXT, "pkg"));
  for (const [name, content] of files) writeFileSync(join(NEXT, "pkg", name), content);
  // What the service worker has to fetch is told from what builds before have left.
  const list = [...files].map(([name, content]) => `${Buffer.byteLength(content)} ${name}\n`).sort();
  writeFileSync(join(NEXT, "files.txt"), list.join(""));
  writeFileSync(join(NEXT, "hash.txt"), Object.entries(names).map(([kind, name]) => `${kind}: ${name}\n`).join(""));
  console.log(`browser: ${files.size} files`);
}

function digest(content) {
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}
