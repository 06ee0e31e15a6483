// Makes the service worker's script of the WebAssembly that cargo has built: what binds it, the module itself as text, and what registers
// its listeners, in one file. A browser starts a worker again without a network, and updates it as one: there is nothing beside it that
// could be missing or of another build. The server puts the list of files before it (server/src/http/worker.rs).
//
//   node scripts/browser/worker.mjs SERVICE_WORKER.wasm target/site.next
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { transformSync } from "../../end2end/node_modules/esbuild/lib/main.js";
import { optimised } from "./optimise.mjs";

const [wasm, site] = process.argv.slice(2);
// Every page that is opened without its worker running waits for it.
const MOST_KB = 25;

const work = mkdtempSync(join(tmpdir(), "vitrine-worker-"));
try {
  const options = ["--target=no-modules", "--no-typescript", "--out-name=worker", `--out-dir=${work}`];
  execFileSync("wasm-bindgen", [...options, wasm], { stdio: ["ignore", "inherit", "inherit"] });
  const bound = readFileSync(join(work, "worker.js"), "utf8");
  const short = shortened(bound);
  // As long as before, so that what counts letters in the module still does.
  const module = optimised(Buffer.from(short(readFileSync(join(work, "worker_bg.wasm"), "latin1")), "latin1"));
  const listeners = readFileSync("frontend/service-worker/src/worker.js", "utf8");
  const binding = transformSync(`${short(bound)}\n${listeners}`, { minify: true, target: ["chrome123", "firefox120", "safari17.5"] }).code;
  const code = `const DRAINER="/pkg/${drainer()}",MODULE=${asText(module)};${binding}`;
  const compressed = brotliCompressSync(code);
  const size = compressed.length / 1_000;
  console.log(`worker: ${(code.length / 1_000).toFixed(1)} kB, compressed ${size.toFixed(1)} kB, of which the module is ${(module.length / 1_000).toFixed(1)} kB`);
  if (size > MOST_KB) throw new Error(`the service worker is ${size.toFixed(1)} kB compressed, and may be ${MOST_KB}`);
  mkdirSync(site, { recursive: true });
  writeFileSync(join(site, "sw.js"), code);
  // Never sent, as the server puts the list before it: it says what the worker weighs (scripts/budgets).
  writeFileSync(join(site, "sw.js.br"), compressed);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The script that sends what waits (drainer.mjs), of this build alone. */
function drainer() {
  const scripts = readdirSync(join(site, "pkg")).filter((name) => /^drainer\..*\.js$/.test(name));
  if (scripts.length !== 1) throw new Error("make the drainer first: drainer.mjs");
  return scripts[0];
}

/** What writes zeros and a number for each hash in the names that both parts have of each other, as a hash cannot be compressed. */
function shortened(text) {
  const hashes = [...new Set(text.match(/(?<=_h?)[0-9a-f]{16}(?![0-9a-z])/g))];
  return (text) => hashes.reduce((text, hash, at) => text.replaceAll(hash, String(at).padStart(hash.length, "0")), text);
}

/** A letter a byte, which compresses by a third better than base64: there the same bytes are other letters wherever they stand. */
function asText(bytes) {
  const escapes = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\x00" };
  return `"${bytes.toString("latin1").replace(/["\\\n\r\0]/g, (letter) => escapes[letter])}"`;
}
