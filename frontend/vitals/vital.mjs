// What web-vitals measures.
import { onINP } from "web-vitals/attribution/onINP.js";
import { onLCP } from "web-vitals/attribution/onLCP.js";
import { onCLS } from "web-vitals/onCLS.js";
import { onFCP } from "web-vitals/onFCP.js";
import { onTTFB } from "web-vitals/onTTFB.js";
import { routeOf } from "./place.mjs";
import { changed } from "./send.mjs";
import { at, refresh, restored, set, views } from "./views.mjs";

/** What goes out of the whole, which is `value`, and of its parts, which are in its attribution. */
const NAMES = {
  LCP: { value: "lcp", timeToFirstByte: "lcp-ttfb", resourceLoadDelay: "lcp-load-delay", resourceLoadDuration: "lcp-load-time", elementRenderDelay: "lcp-render-delay" },
  INP: { value: "inp", inputDelay: "inp-input-delay", processingDuration: "inp-processing", presentationDelay: "inp-presentation" },
  CLS: { value: "cls" },
  FCP: { value: "fcp" },
  TTFB: { value: "ttfb" },
};

export function vitals() {
  // A navigation that the browser recognises by itself begins LCP, INP and CLS anew.
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(seen, { reportAllChanges: true, reportSoftNavs: true });
}

function seen(metric) {
  const { name, id, attribution } = metric;
  const [view, whole] = viewOf(metric);
  if (!whole && name !== "INP" && name !== "CLS") return;
  const of = (part) => Math.round((part === "value" ? metric : attribution)[part] * (name === "CLS" ? 1e4 : 1e3));
  const segments = (view.segments[name] ??= {});
  segments[id] = Object.entries(NAMES[name]).map(([part, metric]) => [metric, of(part)]);
  // Of a view that the browser has counted as several the worst is told, with its own parts.
  const worst = Object.values(segments).reduce((worst, segment) => (segment[0][1] > worst[0][1] ? segment : worst));
  for (const [metric, value] of worst) set(view, metric, value);
  changed();
}

/** The view that a metric is of, and whether it counts from where that began. */
function viewOf({ name, navigationType, navigationStartTime: start, navigationURL }) {
  if (navigationType === "back-forward-cache") return [restored(), true];
  if (navigationType !== "soft-navigation") return [views[0], true];
  // The browser counts from the click, and a change of the query too; the app says where it goes a moment after the click.
  refresh();
  const next = views.find((view) => view.start >= start);
  if (next?.navigation === "soft" && next.route === routeOf(new URL(navigationURL).pathname)) return [next, name !== "TTFB"];
  return [at(start)];
}
