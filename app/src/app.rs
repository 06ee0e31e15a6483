//! The document, and what of it lives in the browser.

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::{frame, routes::Pages, ui::at_once::at_once};

/// The pages, which the browser takes over. The frame around them stays as the server has written it.
#[component]
pub fn App() -> impl IntoView {
    frame::provide();
    at_once(view! {
        <Router>
            <Pages />
        </Router>
    })
}

/// The HTML document around the app.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};

    use crate::context::Appearance;

    provide_meta_context();
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
                {frame::frame(view! { <App /> })}
            </body>
        </html>
    }
}
