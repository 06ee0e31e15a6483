//! Short notes that something was done, with the way back.

use std::time::Duration;

use leptos::prelude::*;

/// Long enough to read it and to reach the button.
const STAYS: Duration = Duration::from_secs(10);

/// What a page has told lately. `U` is what a page can undo.
pub(crate) struct Toasts<U: 'static>(RwSignal<Vec<Toast<U>>>);

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
        Self(RwSignal::new(Vec::new()))
    }

    pub(crate) fn tell(self, words: impl Into<String>, undo: Option<U>) {
        let words = words.into();
        let number = self.0.try_update(|all| {
            let number = all.last().map_or(0, |last| last.number + 1);
            all.push(Toast { number, words, undo });
            number
        });
        if let Some(number) = number {
            set_timeout(move || self.close(number), STAYS);
        }
    }

    fn close(self, number: u32) {
        self.0.try_update(|all| all.retain(|toast| toast.number != number));
    }
}

#[component]
pub(crate) fn ToastList<U: Clone + Send + Sync + 'static>(toasts: Toasts<U>, undo: Callback<U>) -> impl IntoView {
    view! {
        <div class="toasts" role="status">
            <For each=move || toasts.0.get() key=|toast| toast.number let(toast)>
                <div class="toast">
                    <span class="grow">{toast.words}</span>
                    {toast
                        .undo
                        .map(|what| {
                            let again = move |_| {
                                toasts.close(toast.number);
                                undo.run(what.clone());
                            };
                            view! { <button type="button" class="btn ghost" on:click=again>"Undo"</button> }
                        })}
                </div>
            </For>
        </div>
    }
}
