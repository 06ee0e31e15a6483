//! Where browsers say how fast pages were. Nothing is looked at here but how long it is: a browser does not wait for what comes of it, and
//! no request has to wait for a beacon.

use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
};
use measuring::metric;
use vitals::beacon::MOST_BYTES;

use super::state::AppState;

/// `POST /vitals`: 204 once it is taken, 413 for what is no beacon by its length, 503 while there is too much to do.
pub(crate) async fn receive(State(state): State<AppState>, request: Request) -> StatusCode {
    let (Some(beacons), Some(recorder)) = (&state.beacons, state.measuring.recorder()) else { return StatusCode::NO_CONTENT };
    if announced(request.headers()) > MOST_BYTES {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    // Where somebody waits for their turn, beacons are what goes first.
    if state.limits.figures().waiting > 0 {
        recorder.record_many(metric::BEACONS, "shed", "", 0, 1);
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let Ok(beacon) = to_bytes(request.into_body(), MOST_BYTES).await else { return StatusCode::PAYLOAD_TOO_LARGE };
    if beacons.take(beacon) {
        return StatusCode::NO_CONTENT;
    }
    recorder.record_many(metric::BEACONS, "shed", "", 0, 1);
    StatusCode::SERVICE_UNAVAILABLE
}

fn announced(headers: &HeaderMap) -> usize {
    headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0)
}
