//! Something that a button asks the server for: once at a time, with the reason beside it where it was not done.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};
use ports::error::AppError;

use super::at_once::{at_once, sometimes};

#[derive(Clone, Copy)]
pub(crate) struct Asking {
    on_its_way: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
}

impl Asking {
    pub(crate) fn new() -> Self {
        Self { on_its_way: RwSignal::new(false), failed: RwSignal::new(None) }
    }

    /// Asks, unless it is on its way. `then` is told what was answered, or that it failed.
    pub(crate) fn ask<T: 'static>(self, request: impl Future<Output = Result<T, AppError>> + 'static, then: impl FnOnce(Option<T>) + 'static) {
        if self.on_its_way.get_untracked() {
            return;
        }
        self.on_its_way.set(true);
        spawn_local(async move {
            let answer = request.await;
            let (answer, failed) = match answer {
                Ok(answer) => (Some(answer), None),
                Err(error) => (None, Some(error.to_string())),
            };
            self.failed.try_set(failed);
            self.on_its_way.try_set(false);
            then(answer);
        });
    }

    /// Why it cannot even be asked for.
    pub(crate) fn refuse(self, sentence: String) {
        self.failed.set(Some(sentence));
    }

    pub(crate) fn has_failed(self) -> bool {
        self.failed.with(Option::is_some)
    }

    /// The button's `aria-disabled`.
    pub(crate) fn disabled(self) -> Option<&'static str> {
        self.on_its_way.get().then_some("true")
    }

    /// Why it was not done.
    pub(crate) fn reason(self) -> impl IntoView {
        sometimes(move || self.failed.get().map(|sentence| at_once(view! { <p class="error" role="alert">{sentence}</p> })))
    }
}
