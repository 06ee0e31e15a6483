// Before this stand FILES, from the server, DRAINER, the module as text, and what binds it. Listeners are registered at once, as a browser
// takes none later; the module is there when the first of them is called.
let there;
const rust = () => {
  if (!there) {
    wasm_bindgen.initSync({ module: Uint8Array.from(MODULE, (letter) => letter.charCodeAt(0)) });
    wasm_bindgen.begin(FILES, location.origin);
    there = wasm_bindgen;
  }
  return there;
};
for (const kind of ["install", "activate", "message", "fetch"]) self.addEventListener(kind, (event) => rust()[`on_${kind}`](event));
// A page is asked for while the worker is started.
self.addEventListener("activate", (event) => event.waitUntil(self.registration.navigationPreload?.enable()));
// What sends changes when no tab is open is asked for when there is something to send, and its script kept by the browser from now on: it takes none
// later. Without it tabs send all the same.
self.addEventListener("install", () => {
  try {
    importScripts(DRAINER);
  } catch {}
});
self.addEventListener("sync", (event) => event.waitUntil(sent()));
const sent = async () => {
  if (!self.drain) importScripts(DRAINER);
  const left = await drain(async (module) => (await caches.match(module)) ?? fetch(module));
  navigator.setAppBadge?.(left);
  // The browser tries again later.
  if (left) throw new Error("Changes wait still.");
};

// What the module asks of the browser, in one call each: bound one by one, they would be a quarter of the script.
self.ask = (address, cache) => fetch(address, { cache });
// `cacheName` makes no cache where there is none, as opening one would.
self.find = (cacheName, address) => caches.match(address, { cacheName, ignoreVary: true });
self.put = async (name, address, response) => (await caches.open(name)).put(address, response);
self.note = (name, address, text) => put(name, address, new Response(text));
self.drop = (name) => caches.delete(name);
// Whoever is signed in is the only one, so that nobody's rows stay behind. The outbox is no copy of anything, and stays.
self.forget = async () => {
  for (const { name } of (await indexedDB.databases?.()) ?? []) if (/^vitrine-(replica|shelf)-/.test(name)) indexedDB.deleteDatabase(name);
};
self.names = async () => (await caches.keys()).join("\n");
self.trim = async (name, most) => {
  const cache = await caches.open(name);
  // The oldest come first.
  for (const key of (await cache.keys()).slice(0, -most)) await cache.delete(key);
};
self.tabs = async () => (await clients.matchAll({ includeUncontrolled: true })).map(({ id }) => id).join("\n");
self.others_come = () => Boolean(registration.waiting ?? registration.installing);
self.take_over = () => skipWaiting();
self.claim = () => clients.claim();
self.says = (response, name) => response.headers.get(name) ?? "";
self.property = (request, name) => request[name];
self.text = (response) => response.text();
self.now = () => Date.now();
self.age = (response) => now() - Number(response.headers.get("kept-at") ?? NaN);
self.stamped = (response, text) => {
  const headers = new Headers(response.headers);
  // Of the answer as it came.
  for (const gone of ["content-encoding", "content-length"]) headers.delete(gone);
  headers.set("kept-at", now());
  return new Response(text, { headers });
};
// What the browser has asked for while it started the worker, where it does that.
self.open_page = async (event) => (await event.preloadResponse) ?? fetch(event.request);
