//! The service worker: answers pages from what it has kept when it can, or when the network cannot.
//!
//! What it decides are pure functions, which are tested natively: which request is treated how ([`requests`]), what of an answer
//! may be kept ([`answers`]), and what of all that was kept may go ([`caches`]). What asks the browser is compiled for it alone
//! (`events` and what it calls). `worker.js` registers its listeners in the script's first turn, which is the only one that a browser
//! takes them in.

pub mod answers;
pub mod caches;
pub mod requests;

/// A worker allocates little, and every byte of it is read each time it starts.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod events;
#[cfg(target_arch = "wasm32")]
mod files;
#[cfg(target_arch = "wasm32")]
mod pictures;
#[cfg(target_arch = "wasm32")]
mod shell;
