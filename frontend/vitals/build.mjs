// The collector as one file, as `scripts/browser/build.mjs` and the tests have it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "../../end2end/node_modules/esbuild/lib/main.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// Everybody fetches it, and it shows nobody anything.
const MOST_KB = 6;

/** The collector: its text, the hash by which it is named, and its size in kB when it is compressed. `target` is the browsers that it is for. */
export async function collector(target = ["chrome123", "firefox120", "safari17.5"]) {
  const { outputFiles } = await build({
    entryPoints: [here("collector.mjs")],
    nodePaths: [here("../../end2end/node_modules")],
    plugins: [{ name: "without", setup: (build) => build.onLoad({ filter: /web-vitals\/dist\/modules\// }, without) }],
    bundle: true,
    minify: true,
    // What web-vitals has for itself.
    mangleProps: /^_[a-z]/i,
    legalComments: "none",
    banner: { js: "/*! with web-vitals by Google, Apache-2.0, changed */" },
    format: "esm",
    target,
    write: false,
  });
  const text = outputFiles[0].text;
  const size = brotliCompressSync(text).length / 1_000;
  if (size > MOST_KB) throw new Error(`the collector of vitals is ${size.toFixed(2)} kB compressed, and may be ${MOST_KB}`);
  return { hash: createHash("sha256").update(text).digest("base64url").slice(0, 22), text, size };
}

/** What of web-vitals is for attributes that are not sent: which element it was, how far the page was loaded, which script ran, whether that is good. */
const NOT_SENT = {
  "lib/bindReporter.js": [
    [/const getRating = [\s\S]*?\n\};/, ""],
    [/metric\.rating = .*;/, ""],
  ],
  "lib/getSelector.js": [[/^[\s\S]*$/, "export const getSelector = () => '';"]],
  "lib/getLoadState.js": [[/^[\s\S]*$/, "export const getLoadState = () => '';"]],
  "attribution/onLCP.js": [
    // Those are for pages that fetch more than 250 files; it would begin before anybody is asked whether they want to be measured.
    [/const resourceBuffer = \[\];\nobserve\([\s\S]*?\n\}\);/, ""],
    [/if \(opts\.resourceBufferSize != undefined\) \{[^}]*\}/, ""],
    [/resourceBuffer\.findLast\(isLCPResource\) \|\|/, ""],
    [/const lcpTargetMap = new WeakMap\(\);/, ""],
    [/lcpEntryManager\._onBeforeProcessingEntry = [\s\S]*?(?=const attributeLCP = )/, ""],
    [/attribution\.target = .*;/, ""],
    [/attribution\.lcpEntry = .*;/, ""],
    [/if \(lcpEntry\.url\) \{[^}]*\}/, ""],
    [/if \(lcpResourceEntry\) \{[^}]*\}/, ""],
    [/\n *navigationEntry,/, ""],
  ],
  "attribution/onINP.js": [
    [/let pendingLoAFs = \[\];/, ""],
    [/const interactionTargetMap = new WeakMap\(\);/, ""],
    [/const handleLoAFEntries = [\s\S]*?(?=\/\*\*\n     \* Groups entries)/, ""],
    [/const intersectingLoAFs = new Set\(\);[\s\S]*?(?=cleanupPending = false;)/, ""],
    [/interactionManager\._onAfterProcessingINPCandidate = saveInteractionTarget;/, ""],
    [/const getIntersectingLoAFs = [\s\S]*?(?=const attributeINP = )/, ""],
    [/const longAnimationFrameEntries = .*;/, ""],
    [/const interaction = .*;/, ""],
    [/interactionTarget: .*,/, ""],
    [/interactionType: [\s\S]*?(?=inputDelay: processingStart)/, ""],
    [/processedEventEntries: \[\],/, ""],
    [/const processedEventEntries = [\s\S]*?\}\);/, ""],
    [/if \(opts\.includeProcessedEventEntries\) \{[^}]*\}/, ""],
    [/entries: opts\.includeProcessedEventEntries .*,/, ""],
    [/loadState: getLoadState\(navStartTime\),/, ""],
    [/loadState: getLoadState\(firstEntry\.startTime\),/, ""],
    [/longAnimationFrameEntries: \[\],/, ""],
    [/longestScript: undefined,[\s\S]*?totalUnattributedDuration: undefined,/, ""],
    [/attributeLoAFDetails\(attribution\);/, ""],
    [/observe\(\['long-animation-frame'\], handleLoAFEntries, opts\);/, ""],
  ],
};

function without({ path }) {
  const text = readFileSync(path, "utf8");
  const cuts = Object.entries(NOT_SENT).find(([name]) => path.endsWith(`/dist/modules/${name}`))?.[1] ?? [];
  return {
    contents: cuts.reduce((text, [what, by]) => {
      if (!what.test(text)) throw new Error(`${what} is not in ${path}; see what its new version has`);
      return text.replace(what, by);
    }, text),
  };
}
