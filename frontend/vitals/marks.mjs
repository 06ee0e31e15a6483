// What the app marks, and frames that took long.
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
        time(view, "view-ready", startTime - view.start);
        break;
      case "vitrine:data-ready":
        time(view, "data-ready", startTime - view.start);
        break;
      case "vitrine:wasm-compiled":
        loaded("wasm-compiled", startTime);
        break;
      case "vitrine:hydrated":
        loaded("hydrated", startTime);
        alive();
        break;
      default:
        return;
    }
    refresh();
    changed();
  });
}

/** Of a page that was made ahead, what was done before somebody looked at it took no time. */
function loaded(what, moment) {
  const [view] = views;
  const since = (moment) => Math.max(moment - view.start, 0);
  time(view, what, since(moment));
  const module = performance.getEntriesByType("resource").find(({ name }) => /\/vitrine\.[^/]*\.wasm$/.test(name));
  if (module) time(view, "wasm-downloaded", since(module.responseEnd));
}

export function frames() {
  watch("long-animation-frame", ({ startTime, duration, blockingDuration }) => {
    const view = at(startTime);
    add(view, "long-frames");
    add(view, "long-frame-blocking", Math.round(blockingDuration * 1e3));
    longest(view, "long-frame-longest", duration);
    changed();
  });
}
