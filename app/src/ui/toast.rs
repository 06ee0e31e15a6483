//! Short notes that something was done, with the way back.

use std::time::Duration;

use leptos::prelude::*;

use super::{at_once::at_once, list::list};

/// Long enough to read it and to reach the button.
const STAYS: Duration = Duration::from_secs(10);

/// What a page has told lately. `U` is what a page can undo.
pub(crate) struct Toasts<U: 'static> {
    shown: RwSignal<Vec<Toast<U>>>,
    /// The number of the latest. It never goes back: an older toast's timer must not close a newer one.
    latest: StoredValue<u32>,
}

#[derive(Clone)]
struct Toast<U> {
    number: u32,
    words: String,
    undo: Option<U>,
}

impl<U> Clone for Toasts<U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<U> Copy for Toasts<U> {}

impl<U: Clone + Send + Sync + 'static> Toasts<U> {
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), latest: StoredValue::new(0) }
    }

    pub(crate) fn tell(self, words: impl Into<String>, undo: Option<U>) {
        let words = words.into();
        let next = self.latest.try_update_value(|latest| {
            *latest += 1;
            *latest
        });
        // None when the page has gone.
        let Some(number) = next else { return };
        self.shown.try_update(|all| all.push(Toast { number, words, undo }));
        set_timeout(move || self.close(number), STAYS);
    }

    fn close(self, number: u32) {
        self.shown.try_update(|all| all.retain(|toast| toast.number != number));
    }
}

#[component]
pub(crate) fn ToastList<U: Clone + Send + Sync + 'static>(toasts: Toasts<U>, undo: Callback<U>) -> impl IntoView {
    let toast = move |number: u32| {
        let toast = toasts.shown.with_untracked(|all| all.iter().find(|toast| toast.number == number).cloned());
        toast.map_or_else(|| ().into_any(), |toast| shown(toasts, toast, undo))
    };
    at_once(view! {
        <div class="toasts" role="status">
            {list(move || toasts.shown.with(|all| all.iter().map(|toast| toast.number).collect()), toast)}
        </div>
    })
}

fn shown<U: Clone + Send + Sync + 'static>(toasts: Toasts<U>, toast: Toast<U>, undo: Callback<U>) -> AnyView {
    let Toast { number, words, undo: what } = toast;
    let button = what.map(|what| {
        let again = move |_| {
            toasts.close(number);
            undo.run(what.clone());
        };
        view! { <button type="button" class="btn ghost" on:click=again>"Undo"</button> }
    });
    at_once(view! { <div class="toast"><span class="grow">{words}</span>{button}</div> })
}
