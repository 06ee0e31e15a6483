// Page views: the document's own, one each time it comes back out of the browser's cache, and one for each route that the app goes to.
import { routeOf } from "./place.mjs";

/** In the order in which they began. The first is the document's. */
export const views = [];

/** Begins one, and gives it. `start` is in the page's own time, in milliseconds. */
export function open(navigation, start, cache) {
  const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  views.push({ id, navigation, start, cache, part: 0, values: {}, changed: true, segments: {} });
  return refresh();
}

/** The view that was open at a moment. */
export function at(time) {
  return views.findLast(({ start }) => start <= time) ?? views[0];
}

/** The view that the document last came back as out of the browser's cache. */
export function restored() {
  return views.findLast(({ navigation }) => navigation === "bfcache");
}

/** Looks at which route the page is by now, which is that of the view that is open: it begins before the address changes. */
export function refresh() {
  const view = views.at(-1);
  view.route = routeOf(location.pathname);
  return view;
}

export function set(view, metric, value) {
  if (value >= 0 && view.values[metric] !== value) {
    view.values[metric] = value;
    view.changed = true;
  }
}

/** Milliseconds, which go out as whole microseconds. */
export function time(view, metric, milliseconds) {
  set(view, metric, Math.round(milliseconds * 1e3));
}

/** The longest, in milliseconds. */
export function longest(view, metric, milliseconds) {
  time(view, metric, Math.max(milliseconds, (view.values[metric] ?? 0) / 1e3));
}

export function add(view, metric, amount = 1) {
  set(view, metric, (view.values[metric] ?? 0) + amount);
}
