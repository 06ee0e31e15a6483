// What a page view is put under: nothing in here is a text of the page or of its address.
import { ROUTES } from "./names.mjs";

/** The pattern of a page's address. */
export function routeOf(path) {
  const parts = path.replace(/(.)\/+$/, "$1").split("/");
  return ROUTES.find((route) => fits(route.split("/"), parts)) ?? "other";
}

function fits(pattern, parts) {
  return pattern.length === parts.length && pattern.every((part, at) => (part[0] === ":" ? parts[at] : part === parts[at]));
}

/** The document's own entry, where the browser tells of it. */
export function opened() {
  return performance.getEntriesByType?.("navigation")[0];
}

export function navigationOf(entry) {
  return entry?.activationStart > 0 ? "prerender" : entry?.type === "prerender" ? "navigate" : (entry?.type ?? "navigate");
}

/** Where the document came from. What went through the worker may be from anywhere. */
export function cacheOf(entry) {
  if (!entry) return "unknown";
  if (entry.workerStart > 0) return "worker";
  if (entry.deliveryType === "navigational-prefetch") return "prefetch";
  if (entry.deliveryType === "cache") return "cache";
  if (!(entry.transferSize >= 0)) return "unknown";
  return entry.transferSize > 0 ? "network" : entry.decodedBodySize > 0 ? "cache" : "unknown";
}

/** Which trace the server made the document in, where it tells. */
export function traceOf(entry) {
  return entry?.serverTiming?.find(({ name }) => name === "trace")?.description;
}

export function connection() {
  const { saveData, effectiveType } = navigator.connection ?? {};
  return saveData ? "save-data" : (effectiveType ?? "unknown");
}

/** By what one points with, and how wide the screen is when it is held upright. */
export function device() {
  if (!matchMedia("(pointer: coarse)").matches) return "desktop";
  return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
}

export function viewport() {
  return innerWidth <= 640 ? "narrow" : innerWidth <= 960 ? "medium" : innerWidth <= 1440 ? "wide" : "huge";
}
