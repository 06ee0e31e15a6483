//! What this server measures of itself: requests as they are answered, other figures every ten seconds, and all of it written to the
//! database once a minute. A request costs some hundred nanoseconds; a database that is away or full costs nothing but what was measured
//! meanwhile, of which an hour or so is kept.

mod beacons;
mod counted;
mod process;
mod routes;
mod writing;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use axum::http::{Method, StatusCode};
use measuring::{Recorder, metric};

pub(crate) use self::{
    beacons::{Beacons, door},
    routes::Routes,
    writing::{Handle, Watched, start},
};

/// Counts what happens here.
pub(crate) struct Measuring {
    /// None: nothing is measured (`VITRINE_MEASURING=off`).
    recorder: Option<Recorder>,
    routes: Routes,
    in_flight: AtomicU64,
}

/// A request that is under way.
pub(crate) struct Request<'a> {
    measuring: &'a Measuring,
    begun: Instant,
    /// None where nothing is measured.
    route: Option<&'a str>,
}

/// Series of each thread that are told apart.
const MOST_SERIES: usize = 2_000;

impl Measuring {
    pub(crate) fn new(is_on: bool, routes: Routes) -> Self {
        Self { recorder: is_on.then(|| Recorder::new(MOST_SERIES)), routes, in_flight: AtomicU64::new(0) }
    }

    /// None where nothing is measured.
    pub(crate) const fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    /// Begins to measure a request.
    pub(crate) fn request(&self, method: &Method, path: &str, begun: Instant) -> Request<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let route = self.recorder.is_some().then(|| self.routes.find(method, path));
        Request { measuring: self, begun, route }
    }

    fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }
}

impl Request<'_> {
    /// It is answered; `length` is that of the body where it is known.
    pub(crate) fn answered(self, status: StatusCode, length: Option<u64>) {
        let (Some(recorder), Some(route)) = (&self.measuring.recorder, self.route) else { return };
        recorder.record(metric::HTTP_DURATION, route, class(status), microseconds(self.begun.elapsed()));
        if let Some(length) = length {
            recorder.record(metric::HTTP_BYTES, route, "", length);
        }
    }
}

/// Also when whoever asked has gone away.
impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.measuring.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measuring(is_on: bool) -> Measuring {
        Measuring::new(is_on, Routes::of([("GET", "/products/{handle}")]))
    }

    #[test]
    fn a_request_is_counted_by_its_route_and_class_and_is_under_way_until_it_is_answered() {
        let measuring = measuring(true);
        let request = measuring.request(&Method::GET, "/products/lamp", Instant::now());
        assert_eq!(measuring.in_flight(), 1);

        request.answered(StatusCode::NOT_FOUND, Some(512));

        let mut taken = measuring.recorder().unwrap().take();
        taken.sort_by(|one, other| one.0.cmp(&other.0));
        let told: Vec<_> =
            taken.iter().map(|(series, sketch)| (series.metric.as_str(), series.of.as_str(), series.class.as_str(), sketch.count())).collect();
        assert_eq!(told, [("http.bytes", "GET /products/{handle}", "", 1), ("http.duration", "GET /products/{handle}", "4xx", 1)]);
        assert_eq!(measuring.in_flight(), 0);
    }

    #[test]
    fn whoever_goes_away_is_not_under_way_any_more_and_where_it_is_off_nothing_is_counted() {
        let measuring = measuring(false);

        drop(measuring.request(&Method::GET, "/products/lamp", Instant::now()));

        assert_eq!((measuring.in_flight(), measuring.recorder().is_none()), (0, true));
    }
}
