// How fast pages are for those who use them: measured in their browsers and sent to `/vitals`. No text, no address, nor who it is.
//
//   import("/pkg/vitals.HASH.js#sample=1&build=HASH+OF+THE+APP")
//
// `sample` is the share of pages that take part, `off` turns it off, `build` says what is measured (without it this file's own hash),
// `after` how many milliseconds a browser that sends by itself may wait. Nobody who asks not to be tracked is measured. Before the app has
// come alive nothing runs but what registers some listeners.
import { frames, marks } from "./marks.mjs";
import { cacheOf, navigationOf, opened, traceOf } from "./place.mjs";
import { begin, changed, waiting } from "./send.mjs";
import { add, at, open, refresh } from "./views.mjs";
import { vitals } from "./vital.mjs";
import { take } from "./watch.mjs";

/** How long after its load a page is waited for to come alive, in milliseconds. */
const COMES_ALIVE = 2e3;

const { sample = 1, off, build, after = 6e4 } = Object.fromEntries(new URLSearchParams(new URL(import.meta.url).hash.slice(1)));

if (off === undefined && navigator.doNotTrack !== "1" && !navigator.globalPrivacyControl && Math.random() < sample) {
  // A page that was made ahead counts from when it is looked at.
  if (document.prerendering) addEventListener("prerenderingchange", start, { once: true, capture: true });
  else start();
}

function start() {
  const entry = opened();
  open(navigationOf(entry), entry?.activationStart ?? 0, cacheOf(entry)).trace = traceOf(entry);
  begin(build ?? /\/vitals\.([\w-]+)\.js/.exec(import.meta.url)?.[1] ?? "unknown", +after);
  // Before web-vitals hears of it.
  addEventListener("pageshow", ({ persisted, timeStamp }) => persisted && (open("bfcache", timeStamp, "none"), changed()), true);
  const observer = new MutationObserver((changes) => changes.forEach(({ oldValue }) => waiting(oldValue)));
  observer.observe(document.documentElement, { attributeFilter: ["data-pending-since"], attributeOldValue: true });

  const comesAlive = new Promise((resolve) => {
    marks(resolve);
    const loaded = () => setTimeout(resolve, COMES_ALIVE);
    if (document.readyState === "complete") loaded();
    else addEventListener("load", loaded, { once: true });
  });
  // What the page has kept from before this was here, and who has listened until now: the same listener is not added twice.
  const failures = (globalThis.earlyFailures ??= []);
  failures.splice(0).forEach(failed);
  failures.handleEvent = failed;
  addEventListener("error", failures);
  addEventListener("unhandledrejection", failures);
  comesAlive.then(() =>
    (globalThis.requestIdleCallback ?? setTimeout)(() => {
      frames();
      // Without it web-vitals fails.
      if (performance.getEntriesByType) vitals();
    }),
  );
}

/** What Rust cannot go on from ends as an error of WebAssembly. */
function failed({ type, error, reason, timeStamp }) {
  take();
  refresh();
  add(at(timeStamp), (error ?? reason) instanceof WebAssembly.RuntimeError ? "panics" : type === "error" ? "errors" : "rejections");
  changed();
}
