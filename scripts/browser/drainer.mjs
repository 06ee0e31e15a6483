// Makes the drainer's files of the WebAssembly that cargo has built: a script that binds the module, which the service worker imports while it
// is installed (a browser takes none later), and the module beside it, which is fetched when there is something to send, or before that
// with the rest of the build.
//
//   node scripts/browser/drainer.mjs DRAINER.wasm target/site.next
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { transformSync } from "../../end2end/node_modules/esbuild/lib/main.js";
import { optimised } from "./optimise.mjs";

const [wasm, site] = process.argv.slice(2);
// Nobody waits for it, but phones fetch it with every build.
const MOST_KB = 90;

const work = mkdtempSync(join(tmpdir(), "vitrine-drainer-"));
try {
  const options = ["--target=no-modules", "--no-typescript", "--out-name=drainer", `--out-dir=${work}`];
  execFileSync("wasm-bindgen", [...options, wasm], { stdio: ["ignore", "inherit", "inherit"] });
  const module = optimised(readFileSync(join(work, "drainer_bg.wasm")));
  const moduleName = `drainer.${digest(module)}.wasm`;
  // The worker's own binding has the same name.
  const text = `self.drain = (() => { ${readFileSync(join(work, "drainer.js"), "utf8")}
    return async (load) => { await wasm_bindgen({ module_or_path: load("/pkg/${moduleName}") }); return wasm_bindgen.drain(); };
  })();`;
  const script = transformSync(text, { minify: true, target: ["chrome123", "firefox120", "safari17.5"] }).code;
  const scriptName = `drainer.${digest(script)}.js`;
  const size = (brotliCompressSync(module).length + brotliCompressSync(script).length) / 1_000;
  console.log(`drainer: ${((module.length + script.length) / 1_000).toFixed(1)} kB, compressed ${size.toFixed(1)} kB`);
  if (size > MOST_KB) throw new Error(`the drainer is ${size.toFixed(1)} kB compressed, and may be ${MOST_KB}`);
  writeFileSync(join(site, "pkg", moduleName), module);
  writeFileSync(join(site, "pkg", scriptName), script);
  // The script the browser keeps with the worker.
  appendFileSync(join(site, "files.txt"), `${module.length} ${moduleName}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function digest(content) {
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}
