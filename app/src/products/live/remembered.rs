//! The lists one has seen, kept while one looks at a product, so that coming back shows at once what was there.

use std::cell::RefCell;

use crate::products::state::{left::Left, pages::Pages, picks::Picks};

#[derive(Default)]
pub(super) struct Remembered {
    pub(super) pages: Pages,
    /// Where the keyboard was.
    pub(super) left: Option<Left>,
    pub(super) picks: Picks,
}

thread_local! {
    static REMEMBERED: RefCell<Remembered> = RefCell::default();
}

pub(super) fn take() -> Remembered {
    REMEMBERED.take()
}

pub(super) fn keep(remembered: Remembered) {
    REMEMBERED.set(remembered);
}
