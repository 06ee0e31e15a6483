//! Every page, with its address.

use leptos::prelude::*;
use leptos_router::{
    Lazy, SsrMode,
    components::{FlatRoutes, Route},
    path,
};

use crate::{
    briefs, changes, jobs, performance, product, products, providers, review, runs, settings, tokens, ui::notice::NotFound, usage, versions, webhooks,
};

#[component]
pub(crate) fn Pages() -> impl IntoView {
    crate::frame::keep_current();
    // `SsrMode::Async`: a page leaves the server whole, with its first rows in it.
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/products") view={Lazy::<products::ProductsPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/products/:handle") view={Lazy::<product::ProductPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/products/:handle/versions") view={Lazy::<versions::VersionsPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/review") view={Lazy::<review::ReviewPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/runs") view={Lazy::<runs::RunsPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/runs/new") view={Lazy::<runs::NewRunPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/runs/:id") view={Lazy::<runs::RunPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/imports") view={Lazy::<jobs::ImportsPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/imports/:id") view={Lazy::<jobs::ImportPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/changes") view={Lazy::<changes::ChangesPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/usage") view={Lazy::<usage::UsagePage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/performance") view={Lazy::<performance::PerformancePage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/performance/:place") view={Lazy::<performance::PerformancePage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/settings/brief") view={Lazy::<briefs::BriefPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/settings/providers") view={Lazy::<providers::ProvidersPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/settings/tokens") view={Lazy::<tokens::TokensPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/settings/webhooks") view={Lazy::<webhooks::WebhooksPage>::new()} ssr=SsrMode::Async />
            <Route path=path!("/settings") view={Lazy::<settings::SettingsPage>::new()} ssr=SsrMode::Async />
        </FlatRoutes>
    }
}

/// Fetches the chunk of the page at an address; whether it is there now.
#[cfg(feature = "hydrate")]
pub async fn preload(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["products"] => products::products::preload().await.is_ok(),
        ["products", _] => product::product::preload().await.is_ok(),
        ["products", _, "versions"] => versions::versions::preload().await.is_ok(),
        ["review"] => review::review::preload().await.is_ok(),
        ["runs"] => runs::runs::preload().await.is_ok(),
        ["runs", "new"] => runs::new_run::preload().await.is_ok(),
        ["runs", _] => runs::run::preload().await.is_ok(),
        ["imports"] => jobs::imports::preload().await.is_ok(),
        ["imports", _] => jobs::import::preload().await.is_ok(),
        ["changes"] => changes::changes::preload().await.is_ok(),
        ["usage"] => usage::usage::preload().await.is_ok(),
        ["performance"] | ["performance", _] => performance::performance::preload().await.is_ok(),
        ["settings", "brief"] => briefs::brief::preload().await.is_ok(),
        ["settings", "providers"] => providers::providers::preload().await.is_ok(),
        ["settings", "tokens"] => tokens::tokens::preload().await.is_ok(),
        ["settings", "webhooks"] => webhooks::webhooks::preload().await.is_ok(),
        ["settings"] => settings::settings::preload().await.is_ok(),
        _ => true,
    }
}
