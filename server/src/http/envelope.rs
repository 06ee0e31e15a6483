//! What is around every answer: limits before it, what it tells of itself after it. One layer does all of it, around the router as a whole:
//! a layer around each of its routes copies everything inside of it for every request.

use std::{panic::AssertUnwindSafe, time::Instant};

use ::api::AtHand;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;

use super::{caching, errors, limits, security, state::AppState};

pub(crate) async fn around(State((state, at_hand)): State<(AppState, AtHand)>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let measured = state.measuring.clone();
    let measured = measured.request(&request, begun);
    caching::accept_any(request.headers_mut());
    let answered = AssertUnwindSafe(measured.recorded(limits::guard(&state, &at_hand, request, next))).catch_unwind().await;
    // What a panic is answered with has the headers too.
    let mut response = answered.unwrap_or_else(errors::panicked);
    security::headers(&state, &mut response);
    let timing = measured.server_timing(&response);
    caching::tell(&mut response, begun, timing);
    measured.answered(&mut response);
    response
}
