// Clippy on our own crates, as each was compiled last (see scripts/rustc): without a warning, or it fails. What it has looked at since is left alone.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const NOTES = ["target/release/clippy", "target/front/wasm32-unknown-unknown/wasm-release/clippy", "target/worker/wasm32-unknown-unknown/wasm-release/clippy"];
// Where what comes of it goes, and in which form it is told.
const OWN = /^--(emit|error-format|json|color|diagnostic-width)=|^(incremental|extra-filename)=/;

// By name of crate and of target, whether it has tests: what is compiled of it now. Another branch leaves notes behind, of what is not.
const { packages } = JSON.parse(execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { encoding: "utf8", maxBuffer: 1 << 26 }));
const targets = new Map(
  packages.flatMap(({ name, targets }) =>
    targets.map(({ name: target, test, kind }) => [`${name}.${target.replaceAll("-", "_")}`, { test, isExample: kind.includes("example") }]),
  ),
);

// While they are being compiled.
const withoutTests = process.argv.includes("--without-tests");

// What each driver's rules are: it is asked once.
const known = new Map();

const notes = NOTES.filter((folder) => existsSync(folder)).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => !name.endsWith(".seen") && !(withoutTests && name.endsWith(".test")))
    .map((name) => join(folder, name)),
);
if (notes.length === 0) throw new Error("Nothing of ours is compiled yet: run scripts/build first.");
const queue = notes.map(read).filter((unit) => unit && !seen(unit));
let next = 0;
let failed = 0;
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`clippy: ${queue.length} of ${notes.length} looked at`);
process.exit(failed === 0 ? 0 : 1);

function read(note) {
  const text = readFileSync(note, "utf8");
  const middle = text.indexOf("\0\0");
  const [around, how] = [text.slice(0, middle), text.slice(middle + 2)];
  const [folder, rustc, ...given] = how.split("\0").slice(0, -1);
  const source = given.find((argument) => argument.endsWith(".rs"));
  const libraries = given.filter((argument, at) => given[at - 1] === "--extern" && argument.includes("=")).map((library) => library.slice(library.indexOf("=") + 1));
  // Of a crate that is not there any more, or compiled with one that is not.
  if (!current(note) || !source || ![source, ...libraries].every((path) => existsSync(join(folder, path)) || existsSync(path))) {
    rmSync(note);
    return undefined;
  }
  const env = Object.fromEntries(around.split("\0").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  // Nobody shares the work with it any more.
  delete env.CARGO_MAKEFLAGS;
  const driver = join(dirname(rustc), "clippy-driver");
  return { note, folder, env, rustc, driver: existsSync(driver) ? driver : "clippy-driver", given };
}

function current(note) {
  const [name, target, kind] = basename(note).split(".");
  const known = targets.get(`${name}.${target}`);
  // The tests compile examples as tests; one that somebody has run is as old as that.
  if (known?.isExample) return kind === "test";
  return kind === "test" ? known?.test === true : known !== undefined;
}

// By which clippy, and by which rules.
function rules(driver) {
  if (!known.has(driver)) {
    const version = execFileSync(driver, ["--version"], { encoding: "utf8" });
    known.set(driver, createHash("sha256").update(version).update(readFileSync("clippy.toml")).digest("hex"));
  }
  return known.get(driver);
}

function seen({ note, driver }) {
  const stamp = `${note}.seen`;
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(note).mtimeMs && readFileSync(stamp, "utf8") === rules(driver);
}

async function work() {
  for (let unit = queue[next++]; unit; unit = queue[next++]) {
    const begun = new Date();
    const said = await look(unit);
    if (said === undefined) {
      writeFileSync(`${unit.note}.seen`, rules(unit.driver));
    } else {
      failed += 1;
      console.error(`${unit.env.CARGO_PKG_NAME} (${unit.note.split(".").pop()}, ${new Date() - begun} ms)\n${said}`);
    }
  }
}

// What it says, when it says something.
function look({ folder, env, rustc, driver, given }) {
  const out = mkdtempSync(join(tmpdir(), "clippy-"));
  const kept = [];
  for (let at = 0; at < given.length; at += 1) {
    if (given[at] === "--out-dir") at += 1;
    else if (given[at] === "-C" && OWN.test(given[at + 1])) at += 1;
    else if (!OWN.test(given[at])) kept.push(given[at]);
  }
  const color = process.stderr.isTTY ? "always" : "never";
  const asked = [rustc, ...kept, "--emit=metadata", "--out-dir", out, "--error-format=human", `--color=${color}`, "-Dwarnings"];
  return new Promise((resolve) => {
    const running = spawn(driver, asked, { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    running.stderr.setEncoding("utf8").on("data", (text) => (said += text));
    running.on("error", (error) => resolve(error.message));
    running.on("close", (status) => {
      rmSync(out, { recursive: true, force: true });
      resolve(status === 0 ? undefined : said);
    });
  });
}
