// Before this stand FILES, from the server, the module as text, and what binds it. Listeners are registered at once, as a browser
// takes none later; the module is there when the first of them is called.
let there;
const rust = () => {
  if (!there) {
    wasm_bindgen.initSync({ module: Uint8Array.from(MODULE, (letter) => letter.charCodeAt(0)) });
    wasm_bindgen.begin(FILES);
    there = wasm_bindgen;
  }
  return there;
};
for (const kind of ["install", "activate", "message", "fetch"]) self.addEventListener(kind, (event) => rust()[`on_${kind}`](event));
// A page is asked for while the worker is started.
self.addEventListener("activate", (event) => event.waitUntil(self.registration.navigationPreload?.enable()));
