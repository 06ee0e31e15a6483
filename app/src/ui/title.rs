//! The document's title.

/// Sets it while the page is there: `Lamp · Vitrine`.
pub(crate) fn title(text: impl Fn() -> String + Send + Sync + 'static) {
    let whole = move || format!("{} · Vitrine", text());
    // Rendered, it stands in the document's head and leaves nothing here.
    #[cfg(feature = "ssr")]
    {
        use leptos::prelude::*;
        // Leptos writes it as it is: a product's name must not become markup. And it writes it last, when what the page was
        // made of may be gone.
        let whole = whole().replace('&', "&amp;").replace('<', "&lt;");
        let _ = view! { <leptos_meta::Title text=whole /> }.to_html();
    }
    #[cfg(not(feature = "ssr"))]
    leptos::prelude::Effect::new(move |before: Option<()>| {
        leptos::prelude::document().set_title(&whole());
        // What has a title is there.
        #[cfg(feature = "hydrate")]
        if before.is_none() {
            super::mark::mark("vitrine:view-ready");
        }
        let _ = before;
    });
}
