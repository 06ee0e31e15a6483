use leptos::prelude::*;

/// A bar that is true: what is done of all there is.
#[component]
pub(crate) fn Progress(#[prop(into)] done: Signal<u64>, #[prop(into)] of: Signal<u64>, #[prop(into)] label: String) -> impl IntoView {
    // Thousandths, since a file may have more bytes than the attribute has exact numbers.
    let value = move || match of.get() {
        0 => 0,
        of => (u128::from(done.get().min(of)) * 1_000 / u128::from(of)) as u64,
    };
    view! { <progress class="progress" max="1000" value=move || value().to_string() aria-label=label></progress> }
}
