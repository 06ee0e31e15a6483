//! Something that is done a little later, unless something else is to be done instead before.

use std::time::Duration;

use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
};

#[derive(Clone, Copy)]
pub(crate) struct Later(StoredValue<Option<TimeoutHandle>>);

impl Default for Later {
    fn default() -> Self {
        Self::new()
    }
}

impl Later {
    /// Nothing is done any more once the page it was made for is gone.
    pub(crate) fn new() -> Self {
        let later = Self(StoredValue::new(None));
        on_cleanup(move || later.replace(None));
        later
    }

    pub(crate) fn run(self, wait: Duration, what: impl FnOnce() + 'static) {
        self.replace(set_timeout_with_handle(what, wait).ok());
    }

    fn replace(self, next: Option<TimeoutHandle>) {
        if let Some(Some(before)) = self.0.try_update_value(|timer| std::mem::replace(timer, next)) {
            before.clear();
        }
    }
}
