// Writes beside each of the browser's files what it is when it is compressed, as small as it gets: once at build time instead of
// with every answer. The server sends what a browser likes best.
//
//   node scripts/compress.mjs target/site
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import zlib from "node:zlib";

const { constants } = zlib;
const begun = performance.now();
const forms = {
  ".br": (bytes) =>
    zlib.brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  ".zst": zstd(),
  ".gz": (bytes) => zlib.gzipSync(bytes, { level: 9 }),
};
const compressed = /\.(png|jpg|webp|avif|woff2)$/;
let made = 0;
for (const file of files(process.argv[2])) {
  const bytes = compressed.test(file) ? undefined : readFileSync(file);
  for (const [end, compress] of Object.entries(forms)) {
    if (bytes && isNewer(file + end, file)) continue;
    const form = bytes && compress?.(bytes, file);
    // What is hardly smaller is not worth undoing.
    if (form && form.length < bytes.length * 0.95) {
      writeFileSync(file + end, form);
      made += 1;
    } else {
      rmSync(file + end, { force: true });
    }
  }
}
console.log(`compress: ${made} files in ${Math.round(performance.now() - begun)} ms`);

/** Node's own where it has it, which is from 22.15 on; else the program of that name. */
function zstd() {
  if (zlib.zstdCompressSync) return (bytes) => zlib.zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } });
  if (spawnSync("zstd", ["--version"]).status === 0) {
    return (_, file) => {
      const run = spawnSync("zstd", ["-19", "--quiet", "--stdout", file], { maxBuffer: 1 << 30 });
      if (run.status !== 0) throw new Error(`compress: zstd failed on ${file}: ${run.stderr}`);
      return run.stdout;
    };
  }
  console.log("compress: no zstd, as neither this Node nor this machine has it; brotli is smaller, and known to every browser");
}

function isNewer(form, file) {
  const made = statSync(form, { throwIfNoEntry: false });
  return made !== undefined && made.mtimeMs >= statSync(file).mtimeMs;
}

/** Every file that is no form of another. */
function* files(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (!/\.(br|gz|zst)$/.test(entry.name)) yield path;
  }
}
