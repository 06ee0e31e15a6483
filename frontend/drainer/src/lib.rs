//! Sends what waits on this device when the browser wakes the service worker for that, maybe after the last tab was closed. It is a module of its own:
//! the worker's is read each time that one starts, and this one when there is something to send.
//!
//! `scripts/browser/drainer.mjs` makes a script of it, and the worker's (`frontend/service-worker/src/worker.js`) calls that.

#[cfg(target_arch = "wasm32")]
mod drain;
