//! What the script calls.

use wasm_bindgen::prelude::wasm_bindgen;

#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Milliseconds. A browser gives a worker some minutes at most, and wakes it again later when it says that it was not done.
const MOST: u64 = 20_000;

/// Sends what can be sent; how many changes of whoever is signed in wait still.
#[wasm_bindgen]
pub async fn drain() -> usize {
    device::drain_everything(MOST).await
}
