//! Plain forms of pages: what was sent is read, and where it cannot be accepted the page is shown again with what was
//! typed and what is wrong with it. Such a form goes to the address of its page, where the browser goes on from it.

use app::{app::shell, forms::Form};
use axum::{
    RequestExt,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::provide_context;
use ports::{Access, error::AppError};

use super::{errors, pages, session, state::AppState};

/// Who has sent a form, what is in it, and the rest of the request, which the page may be shown with.
pub(crate) struct Received {
    pub(crate) access: Access,
    pub(crate) form: Form,
    parts: Parts,
}

pub(crate) async fn receive(request: Request) -> Result<Received, AppError> {
    let access = session::access(&request)?;
    let (parts, body) = request.into_parts();
    let mut read = Request::new(body);
    read.headers_mut().clone_from(&parts.headers);
    *read.method_mut() = parts.method.clone();
    let axum::Form(pairs) = read
        .extract::<axum::Form<Vec<(String, String)>>, _>()
        .await
        .map_err(|_| AppError::Invalid("The form was not understood. Reload the page and try again.".into()))?;
    let form = Form::sent(pairs);
    let store = form.text("store");
    if !store.is_empty() && store != access.store.to_string() {
        let elsewhere = "You have gone to another store in another tab. Nothing was changed. Reload the page, and do it there.";
        return Err(AppError::Invalid(elsewhere.into()));
    }
    Ok(Received { access, form, parts })
}

/// What follows from a form.
pub(crate) enum Answer<S> {
    /// It is done; the browser goes on to this address.
    Done(&'static str),
    /// The page it was sent from, with this in its context.
    Page(StatusCode, S),
}

pub(crate) async fn answer<S: Clone + Send + Sync + 'static>(state: &AppState, parts: Parts, answer: Result<Answer<S>, AppError>) -> Response {
    match answer {
        Ok(Answer::Done(address)) => Redirect::to(address).into_response(),
        Ok(Answer::Page(status, sent)) => page(state, parts, status, sent).await,
        Err(error) => errors::page(state, &error),
    }
}

/// The page at the address the form was sent to, with `sent` in its context.
async fn page<S: Clone + Send + Sync + 'static>(state: &AppState, parts: Parts, status: StatusCode, sent: S) -> Response {
    let (options, assets, context) = (state.site.leptos.clone(), state.site.assets.clone(), state.clone());
    let provide = move || {
        pages::provide(&context);
        provide_context(sent.clone());
    };
    let render = leptos_axum::render_app_async_with_context(provide, move || shell(options.clone(), assets.clone()));
    let mut response = render(Request::from_parts(parts, Body::empty())).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Received {
    pub(crate) fn split(self) -> (Access, Form, Parts) {
        (self.access, self.form, self.parts)
    }
}

/// What a refused form is answered with.
pub(crate) const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
