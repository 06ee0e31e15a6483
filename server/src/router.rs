//! Every address the server answers. Pages are listed in `app/src/routes.rs`; server functions are
//! `/api/fn/...` and stand in the `api.rs` of their feature; the REST API is the rest of `/api`, in the crate `api`.

use app::app::{App, shell};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
};

use crate::http::{
    account, api, assets, briefs, errors, health, imports, pages, pictures, products, providers, runs, security, session, state::AppState, tokens,
    usage,
};

pub fn router(state: AppState) -> Router {
    let context = {
        let state = state.clone();
        move || pages::provide(&state)
    };
    let document = {
        let options = state.site.leptos.clone();
        move || shell(options.clone())
    };
    let signed_in = Router::new()
        .route("/products/{handle}", post(products::save))
        .route("/imports", post(imports::upload).layer(DefaultBodyLimit::disable()))
        .route("/imports/{id}/cancel", post(imports::cancel))
        .route("/imports/{id}/confirm", post(imports::confirm))
        .route("/imports/{id}/bad-rows.csv", get(imports::bad_rows))
        .route("/settings/brief", post(briefs::send))
        .route("/settings/providers", post(providers::send))
        .route("/settings/tokens", post(tokens::send))
        .route("/runs", post(runs::start))
        .route("/runs/{id}/{what}", post(runs::steer))
        .route("/usage/budget", post(usage::set_budget))
        .route("/usage/export.csv", get(usage::export))
        .route("/switch-store", post(account::switch_store))
        .leptos_routes_with_context(&state, generate_route_list(App), context, document)
        .layer(from_fn(session::require));
    let open = Router::new()
        .route("/", get(pages::home))
        .route("/sign-in", get(account::sign_in_page).post(account::sign_in))
        .route("/sign-out", post(account::sign_out))
        .route("/theme", post(account::theme));
    let compressed = || CompressionLayer::new().quality(CompressionLevel::Precise(4));
    let pages = signed_in
        .merge(open)
        .layer(from_fn_with_state(state.clone(), session::resolve))
        .layer(from_fn_with_state(state.clone(), security::refuse_cross_site))
        // Finished files are compressed when they are built; pictures and uploads are not worth it.
        .layer(compressed().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("image/"))));
    // Asked with a token, never with a cookie: no write from another site has anything to go by.
    let rest = api::router(&state).layer(compressed());
    let site = Router::new()
        .nest_service(::api::ROOT, rest)
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/pictures/demo/{file}", get(pictures::demo).layer(compressed()))
        .nest_service("/pkg", assets::hashed(&state.site.dir))
        .fallback_service(assets::public(state.clone()));
    pages.merge(site).layer(from_fn(security::headers)).layer(CatchPanicLayer::custom(errors::panicked)).with_state(state)
}
