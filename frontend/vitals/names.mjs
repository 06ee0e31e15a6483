// Every name that a beacon may have in it. `app/vitals/src/names.rs` has the same ones, and a test of that crate reads this file: a list here is an
// array of strings that is written out.

/** Pages by their pattern, as in app/src/routes.rs; what has no variable part before what has. */
export const ROUTES = [
  "/",
  "/sign-in",
  "/offline",
  "/products",
  "/products/:handle",
  "/products/:handle/versions",
  "/review",
  "/runs",
  "/runs/new",
  "/runs/:id",
  "/imports",
  "/imports/:id",
  "/changes",
  "/usage",
  "/performance",
  "/performance/:place",
  "/settings/brief",
  "/settings/providers",
  "/settings/tokens",
  "/settings/webhooks",
  "/settings",
  "other",
];

/** How a page view has begun. */
export const NAVIGATIONS = ["navigate", "reload", "back_forward", "bfcache", "prerender", "soft"];

/** As `navigator.connection.effectiveType` has it; who saves data counts as that alone. */
export const CONNECTIONS = ["slow-2g", "2g", "3g", "4g", "save-data", "unknown"];

export const DEVICES = ["phone", "tablet", "desktop"];

/** Up to 640, 960 and 1440 CSS pixels wide, and more. */
export const VIEWPORTS = ["narrow", "medium", "wide", "huge"];

/** Where the document came from. */
export const CACHES = ["worker", "cache", "prefetch", "network", "none", "unknown"];

/** What is measured; units are in names.rs. */
export const METRICS = [
  "lcp",
  "lcp-ttfb",
  "lcp-load-delay",
  "lcp-load-time",
  "lcp-render-delay",
  "inp",
  "inp-input-delay",
  "inp-processing",
  "inp-presentation",
  "cls",
  "fcp",
  "ttfb",
  "wasm-downloaded",
  "wasm-compiled",
  "hydrated",
  "view-ready",
  "data-ready",
  "long-frames",
  "long-frame-longest",
  "long-frame-blocking",
  "errors",
  "rejections",
  "panics",
  "pending",
];

/** Marks (`performance.mark`) that the app sets. */
export const MARKS = ["vitrine:wasm-compiled", "vitrine:hydrated", "vitrine:route-start", "vitrine:view-ready", "vitrine:data-ready"];
