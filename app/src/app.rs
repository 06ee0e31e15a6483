//! The document and what every page has in common.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;

use crate::{codec::PostcardCodec, context::Visitor, frame::Frame, routes::Pages, ui::at_once::at_once};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let me = SharedValue::<_, PostcardCodec>::new_with_encoding(|| use_context::<Visitor>().and_then(|visitor| visitor.me)).into_inner();
    at_once(view! {
        <Title formatter=|title: String| if title.is_empty() { "Vitrine".to_owned() } else { format!("{title} · Vitrine") } />
        <Router>
            <Frame me=me>
                <Pages />
            </Frame>
        </Router>
    })
}

/// The HTML document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use leptos_meta::{HashedStylesheet, MetaTags};

    use crate::context::Appearance;

    let theme = use_context::<Appearance>().and_then(|appearance| appearance.theme);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <HashedStylesheet options=options.clone() id="style" />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
