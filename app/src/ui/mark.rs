//! Moments that the script which measures pages looks for (`frontend/vitals`).

/// Notes that something has happened: `vitrine:hydrated`. A browser that cannot is not measured.
pub(crate) fn mark(name: &str) {
    if let Some(performance) = leptos::prelude::window().performance() {
        let _ = performance.mark(name);
    }
}
