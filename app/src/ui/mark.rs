//! Moments that the script which measures pages looks for (`frontend/vitals`). Of those that come again within a view the first counts.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

/// Notes that something has happened: `vitrine:hydrated`. A browser that cannot is not measured.
#[cfg(feature = "hydrate")]
pub(crate) fn mark(name: &str) {
    if let Some(performance) = window().performance() {
        let _ = performance.mark(name);
    }
}

/// The data of the page's view stand in it, or will once what is just being drawn is there.
pub(crate) fn data_ready() {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| mark("vitrine:data-ready"));
}
