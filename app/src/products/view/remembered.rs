//! The rows of the lists one has seen, kept while one looks at a product, so that coming back shows them
//! at once. In the browser only: a server's memory belongs to no one person.

use crate::products::state::pages::Pages;

#[cfg(feature = "hydrate")]
thread_local! {
    static REMEMBERED: std::cell::RefCell<Pages> = std::cell::RefCell::default();
}

pub(super) fn take() -> Pages {
    #[cfg(feature = "hydrate")]
    return REMEMBERED.take();
    #[cfg(not(feature = "hydrate"))]
    Pages::default()
}

pub(super) fn keep(pages: Pages) {
    #[cfg(feature = "hydrate")]
    REMEMBERED.set(pages);
    #[cfg(not(feature = "hydrate"))]
    drop(pages);
}
