// What the app marks, frames that took long, and when its module was there.
import { changed } from "./send.mjs";
import { add, at, longest, open, refresh, time, views } from "./views.mjs";
import { watch } from "./watch.mjs";

/** Calls back once the page has come alive. */
export function marks(alive) {
  watch("mark", ({ name, startTime }) => {
    const view = at(startTime);
    switch (name) {
      case "vitrine:route-start":
        open("soft", startTime, "none");
        break;
      case "vitrine:view-ready":
      case "vitrine:data-ready": {
        // Where one goes on within the page, its data are there again; in one that the browser had kept whole they were there from the beginning.
        const metric = name.slice(8);
        if (view.navigation !== "bfcache" && !(metric in view.values)) time(view, metric, startTime - view.start);
        break;
      }
      case "vitrine:wasm-compiled":
        once("wasm-compiled", startTime);
        break;
      case "vitrine:hydrated":
        once("hydrated", startTime);
        alive();
        break;
      default:
        return;
    }
    refresh();
    changed();
  });
}

/** What is done once a page. Of one that was made ahead, what was done before somebody looked at it took no time. */
function once(what, moment) {
  const [view] = views;
  time(view, what, Math.max(moment - view.start, 0));
}

/** Frames, and the app's module: what need not be known before the page has come alive. */
export function frames() {
  watch("long-animation-frame", ({ startTime, duration, blockingDuration }) => {
    const view = at(startTime);
    add(view, "long-frames");
    add(view, "long-frame-blocking", Math.round(blockingDuration * 1e3));
    longest(view, "long-frame-longest", duration);
    changed();
  });
  watch("resource", ({ name, responseEnd }) => {
    if (/\/vitrine\.[^/]*\.wasm$/.test(name)) {
      once("wasm-downloaded", responseEnd);
      changed();
    }
  });
}
