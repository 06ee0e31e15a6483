//! The pictures of the demo catalogue, drawn when they are asked for.

use axum::{
    Extension,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::shared::Shared;

/// `GET /pictures/demo/{n}-{view}.svg`
pub(crate) async fn demo(Path(file): Path<String>) -> Response {
    let numbers = file.strip_suffix(".svg").and_then(|name| name.split_once('-'));
    let Some((Ok(n), Ok(view))) = numbers.map(|(n, view)| (n.parse(), view.parse())) else {
        return (StatusCode::NOT_FOUND, "There is no such picture.\n").into_response();
    };
    (Extension(Shared::Demo), [(header::CONTENT_TYPE, "image/svg+xml")], demo_catalogue::picture(n, view)).into_response()
}
