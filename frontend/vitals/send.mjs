// How beacons leave. A beacon says all that is known of its view, and takes the place of those of the view before it.
import { connection, device, viewport } from "./place.mjs";
import { longest, refresh, restored, views } from "./views.mjs";
import { take } from "./watch.mjs";

const WHERE = "/vitals";
/** How long what has changed may wait for more, in milliseconds. */
const GATHER = 1e3;
/** How long a browser that sends by itself waits when the page is hidden: who looks elsewhere for a moment is back by then. */
const HIDDEN = 5e3;
/** So many views are open to news, beside the one that came back out of the browser's cache; the oldest of them have none any more. */
const MOST = 9;

let build, patience, timer;

/** `most` is how long a browser that sends by itself may keep what it has, in milliseconds. */
export function begin(ofBuild, most) {
  [build, patience] = [ofBuild, most];
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
  addEventListener("pagehide", left);
}

/** Something has changed: a browser that sends by itself is told soon. */
export function changed() {
  const kept = restored();
  for (const old of views.splice(1, views.length - MOST)) {
    // Of it web-vitals goes on to tell, as of the document.
    if (old === kept) views.splice(1, 0, old);
    else leave(old, patience);
  }
  if (globalThis.fetchLater) timer ??= setTimeout(each, GATHER, patience);
}

/** The oldest edit that waits on this device, when there is one, began to wait at `data-pending-since` of `<html>`, in milliseconds since 1970. */
export function waiting(since = document.documentElement.dataset.pendingSince) {
  if (since > 0) longest(refresh(), "pending", Date.now() - since);
}

/** The server need not wait for more of what there is: where the page comes back, it does as another view. */
function left() {
  for (const view of views) {
    view.left = true;
    // What the browser still has goes out with that; what is gone is not told once more.
    view.changed ||= view.waits?.activated === false;
  }
  flush();
}

/** Before the page is gone, or may be. */
function flush() {
  waiting();
  each(Math.min(HIDDEN, patience));
}

function each(soon) {
  clearTimeout(timer);
  timer = undefined;
  take();
  refresh();
  for (const view of views) leave(view, soon);
}

function leave(view, activateAfter) {
  if (!view.changed) return;
  view.changed = false;
  // What is sent for sure need not be counted by whoever hears only of what comes after it.
  if (view.waits?.activated) view.was = view.told;
  // Each has a number of its own: whether the one before was taken back in time, nobody can be sure.
  const body = JSON.stringify({
    v: 1,
    view: view.id,
    part: view.part++,
    route: view.route,
    build,
    navigation: view.navigation,
    connection: connection(),
    device: device(),
    viewport: viewport(),
    cache: view.cache,
    trace: view.trace,
    left: view.left,
    age: Math.round(performance.now() - view.start),
    values: view.values,
    was: view.was,
  });
  view.told = { ...view.values };
  view.later?.abort();
  view.waits = undefined;
  try {
    const { signal } = (view.later = new AbortController());
    // Neither who it is nor which address the page has.
    view.waits = fetchLater(WHERE, { method: "POST", body, activateAfter, signal, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    // There is no such thing, or no room left for it.
    if (navigator.sendBeacon?.(WHERE, body)) view.was = view.told;
  }
}
