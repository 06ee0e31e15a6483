//! The browser's entry: hydrates the page that the server has sent.

#![recursion_limit = "512"] // a page is one deeply nested type

use leptos::prelude::window;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page once this module has been loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        // Without its chunk the page stays as the server has sent it: links and forms work.
        let path = window().location().pathname().unwrap_or_default();
        if app::preload(&path).await {
            // Not `hydrate_lazy`: the page's chunk is here, and the code for waiting for one inside every view is a tenth
            // of the first chunk.
            leptos::mount::hydrate_body(app::app::App);
        }
    });
}
