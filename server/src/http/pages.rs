//! What a page finds in its context.

use app::{
    context::{Appearance, Now, Visitor},
    tokens::PublicUrl,
};
use axum::{
    http::{HeaderName, HeaderValue, header, request::Parts},
    response::Redirect,
};
use domain::{
    clock::Clock,
    worker::{WHOSE, whose},
};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::ResponseOptions;

use super::{security, state::AppState};
use crate::SystemClock;

/// The products are where one starts.
pub(crate) async fn home() -> Redirect {
    Redirect::to("/products")
}

/// The frame without a page, which the service worker keeps for one person.
pub(crate) fn provide_shell(state: &AppState) {
    provide(state);
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.insert_header(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
}

/// Puts ports, time, visitor and look into context, for pages and server functions alike.
pub(crate) fn provide(state: &AppState) {
    provide_context(state.ports.clone());
    provide_context(Now(SystemClock.now()));
    provide_context(PublicUrl(state.config.public_url.clone()));
    if let Some(measured) = &state.measured_by {
        provide_context(measured.clone());
    }
    let parts = use_context::<Parts>();
    let found = |parts: &Parts| (parts.extensions.get::<Visitor>().cloned(), parts.extensions.get::<Appearance>().cloned());
    let (visitor, appearance) = parts.as_ref().map(found).unwrap_or_default();
    provide_context(visitor.unwrap_or_default());
    provide_context(appearance.unwrap_or_default());
    tell_whose(parts.as_ref());
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&security::content_security_policy(Some(&nonce), &state.site.assets))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Says for whom a server function answers: a browser that keeps the answer must not show it to somebody else.
fn tell_whose(parts: Option<&Parts>) {
    let Some(parts) = parts.filter(|parts| parts.uri.path().starts_with("/api/fn/")) else { return };
    let access = parts.extensions.get::<Visitor>().and_then(|visitor| visitor.access.as_ref());
    if let (Some(access), Some(response)) = (access, use_context::<ResponseOptions>())
        && let Ok(whose) = HeaderValue::from_str(&whose(access.store, access.user))
    {
        response.insert_header(HeaderName::from_static(WHOSE), whose);
    }
}
