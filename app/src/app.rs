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

/// The HTML document around the app. `assets` stands before the addresses of hashed files: empty when they come from where the page is.
///
/// A view without a type: whoever renders it does not compile it once more for each way in which it is rendered.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions, assets: String) -> AnyView {
    whole(options, assets, || frame::frame(view! { <App /> }, false).into_any())
}

/// The same document for `/offline`, which is no page: the browser goes on from there to the address it is at.
#[cfg(feature = "ssr")]
pub fn without_page(options: LeptosOptions, assets: String) -> AnyView {
    whole(options, assets, || frame::frame(view! { <App /> }, true).into_any())
}

#[cfg(feature = "ssr")]
fn whole(options: LeptosOptions, assets: String, body: impl FnOnce() -> AnyView) -> AnyView {
    use leptos::nonce::use_nonce;
    use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};

    use crate::context::{Appearance, MeasuredBy};

    provide_meta_context();
    let theme = use_context::<Appearance>().and_then(|appearance| appearance.theme);
    let measured = use_context::<MeasuredBy>();
    let begins = measured.map_or_else(|| KEEP_OFFER.to_owned(), |MeasuredBy(begin)| format!("{KEEP_OFFER};{begin}"));
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <HashedStylesheet options=options.clone() id="style" root=assets.clone() />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <script nonce=use_nonce() inner_html=begins></script>
                <AutoReload options=options.clone() />
                <HydrationScripts options root=assets />
                <MetaTags />
            </head>
            <body>
                {body()}
            </body>
        </html>
    }
    .into_any()
}

/// A browser offers to install the app before anything of ours runs, and once: `device/install.rs` looks later whether it has.
#[cfg(feature = "ssr")]
const KEEP_OFFER: &str = "addEventListener('beforeinstallprompt',e=>{e.preventDefault();self.installOffer=e})";

/// The app by itself, in which the server looks for its pages.
#[cfg(feature = "ssr")]
pub fn every_page() -> AnyView {
    App().into_any()
}
