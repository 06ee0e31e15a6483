//! The page to read about the API and to try it. It draws itself from the document, with scripts and styles of its own: the ready-made ones
//! weigh a hundred times as much.

use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse, Response},
};

use crate::options::Api;

/// `GET /v1/docs`
pub(crate) async fn page(State(api): State<Api>) -> Html<String> {
    Html(include_str!("docs/docs.html").replace("{stylesheet}", &api.options.stylesheet))
}

/// `GET /v1/docs/docs.js`
pub(crate) async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("docs/docs.js")).into_response()
}

/// `GET /v1/docs/docs.css`
pub(crate) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("docs/docs.css")).into_response()
}
