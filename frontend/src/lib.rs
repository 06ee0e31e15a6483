//! The browser's entry: hydrates the page that the server has sent, or the shell where it could not be reached.

#![recursion_limit = "512"] // a page is one deeply nested type

use leptos::{
    mount::hydrate_from,
    prelude::{document, window},
    web_sys::HtmlElement,
};
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

/// Room for the splitter. It cuts the data of the program into a piece for each chunk, aligns every piece, and when they do not
/// fit into the room there was before, it leaves all data in the first chunk, twice its size, with no more than a warning. Nothing
/// refers to these bytes, so they are in no chunk.
#[used]
static ROOM: [u8; 16_384] = [0xa5; 16_384];

/// Called by the page once this module has been loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    if let Some(performance) = window().performance() {
        let _ = performance.mark("vitrine:wasm-compiled");
    }
    wasm_bindgen_futures::spawn_local(async {
        let path = window().location().pathname().unwrap_or_default();
        let is_there = app::preload(&path).await;
        let Some(main) = document().get_element_by_id("main").and_then(|main| main.dyn_into::<HtmlElement>().ok()) else { return };
        // In a shell, what has no chunk says so itself.
        if app::enter_shell(&main) || is_there {
            // Without its chunk the page stays as the server has sent it: links and forms work.
            //
            // Not `hydrate_lazy`: the page's chunk is here, and the code for waiting for one inside every view is a tenth
            // of the first chunk.
            hydrate_from(main, app::app::App).forget();
        }
    });
}
