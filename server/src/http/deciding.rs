//! Where a request reads.
//!
//! Looking about may be answered by a replica of the database that has what the person wrote. A request that may write decides by what it
//! reads: whether somebody was first, whether what it was decided upon is still there. It reads from the primary.

use axum::{extract::Request, middleware::Next, response::Response};

/// Lets requests that may write read from the primary.
pub(super) async fn on_primary(request: Request, next: Next) -> Response {
    if request.method().is_safe() { next.run(request).await } else { store::deciding(next.run(request)).await }
}
