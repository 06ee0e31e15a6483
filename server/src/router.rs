//! Every address the server answers. Pages are listed in `app/src/routes.rs`; server functions are
//! `/api/fn/...` and stand in the `api.rs` of their feature; the REST API is the rest of `/api`, in the crate `api`.

use app::app::{every_page, shell, without_page};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use tower::Layer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
};

use crate::http::{
    account, api, assets, briefs, devices, envelope, errors, health, imports, limits, metrics, negotiation, pages, performance, pictures, products,
    profile, providers, report, runs, security, session, state::AppState, tokens, usage, vitals, webhooks, whole, worker,
};

pub fn router(state: AppState) -> Router {
    let context = {
        let state = state.clone();
        move || pages::provide(&state)
    };
    let document = {
        let (options, assets) = (state.site.leptos.clone(), state.site.assets.clone());
        move || shell(options.clone(), assets.clone())
    };
    // For when there is no network: the service worker keeps it.
    let without_page = {
        let (state, options, assets) = (state.clone(), state.site.leptos.clone(), state.site.assets.clone());
        render_app_async_with_context(move || pages::provide_shell(&state), move || without_page(options.clone(), assets.clone()))
    };
    let signed_in = Router::new()
        .route("/offline", get(without_page))
        .route("/products/{handle}", post(products::save))
        .route("/imports", post(imports::upload).layer(DefaultBodyLimit::disable()))
        .route("/imports/{id}/cancel", post(imports::cancel))
        .route("/imports/{id}/confirm", post(imports::confirm))
        .route("/imports/{id}/bad-rows.csv", get(imports::bad_rows))
        .route("/settings/brief", post(briefs::send))
        .route("/settings/providers", post(providers::send))
        .route("/settings/tokens", post(tokens::send))
        .route("/settings/webhooks", post(webhooks::send))
        .route("/runs", post(runs::start))
        .route("/runs/{id}/{what}", post(runs::steer))
        .route("/usage/budget", post(usage::set_budget))
        .route("/usage/export.csv", get(usage::export))
        .route("/performance/report.md", get(report::report_as_markdown))
        .route("/performance/report.csv", get(report::report_as_csv))
        .route("/performance/profile.pb", get(profile::for_pprof))
        .route("/performance/profile.txt", get(profile::collapsed))
        .route("/performance/{place}", post(performance::send))
        .route("/switch-store", post(account::switch_store))
        .leptos_routes_with_context(&state, generate_route_list(every_page), context, document)
        .layer(from_fn(session::require))
        .layer(from_fn(whole::compressed));
    let open = Router::new()
        .route("/", get(pages::home))
        .route("/sign-in", get(account::sign_in_page).post(account::sign_in))
        .route("/sign-out", post(account::sign_out))
        .route("/theme", post(account::theme))
        .route("/sync/v1/push", post(devices::push))
        .route("/sync/v1/pull", post(devices::pull))
        .route("/sync/v1/rows", post(devices::rows))
        .route("/sync/v1/poke", get(devices::poke));
    // Cheaply, and only what is worth it: finished files are compressed when they are built, pictures are small as they are. What
    // is compressed already stays so.
    let worth_it = SizeAbove::new(1_024).and(NotForContentType::IMAGES).and(NotForContentType::SSE);
    let compressed = || CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(worth_it.clone());
    let pages = signed_in
        .merge(open)
        .layer(from_fn_with_state(state.clone(), session::resolve))
        .layer(from_fn_with_state(state.clone(), security::refuse_cross_site))
        .layer(compressed());
    // Asked with a token, never with a cookie: no write from another site has anything to go by.
    let (rest, at_hand) = api::router(&state);
    let rest = from_fn(negotiation::tell).layer(compressed().layer(rest));
    let site = Router::new()
        .nest_service(::api::ROOT, rest)
        .route("/api/problems/rate-limited", get(limits::rate_limited_explained))
        .route("/api/problems/overloaded", get(limits::overloaded_explained))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/vitals", post(vitals::receive).layer(from_fn_with_state(state.clone(), security::refuse_cross_site)))
        .route("/sw.js", get(worker::script).layer(compressed()))
        .route("/pictures/demo/{file}", get(pictures::demo).layer(compressed()))
        .nest_service("/pkg", assets::hashed(&state.site))
        .fallback_service(assets::public(state.clone()));
    let whole = pages.merge(site).with_state(state.clone());
    Router::new().fallback_service(from_fn_with_state((state, at_hand), envelope::around).layer(whole))
}

/// What is answered on the address for figures, and nowhere else.
pub fn figures(state: &AppState) -> Router {
    Router::new()
        .route("/metrics", get(metrics::exposition))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(CatchPanicLayer::custom(errors::panicked))
        .with_state(metrics::Metrics::of(state))
}
