//! What this server measures of itself: requests as they are answered, other figures every ten seconds, and all of it written to the
//! database once a minute. A request costs some hundred nanoseconds; a database that is away or full costs nothing but what was measured
//! meanwhile, of which an hour or so is kept.

mod asking;
mod beacons;
mod browsers;
mod counted;
mod disk;
mod heard;
mod housekeeping;
mod jumps;
mod lost;
mod process;
mod profiles_port;
mod providers;
mod pushed;
mod routes;
mod sent;
mod since_start;
mod telling;
mod together;
mod traced;
mod traces_port;
mod units;
mod writing;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{extract::Request as HttpRequest, http::StatusCode, response::Response};
use domain::clock::Clock;
use measuring::{Recorder, Series, Sketch, metric};
use traces::{Outcome, Recording};

pub(crate) use self::{
    beacons::{Beacons, door},
    disk::busy_seconds,
    process::workers,
    profiles_port::KeptProfiles,
    pushed::pushed,
    routes::Routes,
    telling::Telling,
    traced::Traced,
    traces_port::KeptTraces,
    units::{STEPS, Told, Unit, names, told, unit},
    writing::{Handle, Watched, start},
};
use self::{routes::Route, since_start::SinceStart};

use crate::SystemClock;

/// Counts what happens here.
pub(crate) struct Measuring {
    /// None: nothing is measured (`VITRINE_MEASURING=off`).
    is_on: Option<Arc<Traced>>,
    routes: Routes,
    in_flight: AtomicU64,
    /// Locked while the recorder is emptied, so that nothing is missing from both.
    since_start: Mutex<SinceStart>,
}

/// A request that is under way.
pub(crate) struct Request<'a> {
    measuring: &'a Measuring,
    /// Whether it takes as long as somebody else likes: it says nothing of how fast this server is.
    waits: bool,
    /// None where nothing is measured.
    measured: Option<(Route, Recording)>,
}

/// Sent away when there is too much to do, and then in floods: of them no trace is kept, so that others are.
const BEACONS: &str = "POST /vitals";

impl Measuring {
    /// Without traces nothing is measured.
    pub(crate) fn new(traced: Option<Arc<Traced>>, routes: Routes) -> Self {
        let now = u64::try_from(SystemClock.now().micros()).unwrap_or(0);
        Self { is_on: traced, routes, in_flight: AtomicU64::new(0), since_start: Mutex::new(SinceStart::new(now)) }
    }

    /// None where nothing is measured.
    pub(crate) fn recorder(&self) -> Option<&Recorder> {
        self.is_on.as_ref().map(|traced| traced.recorder())
    }

    /// None where nothing is measured.
    pub(crate) fn traced(&self) -> Option<&Arc<Traced>> {
        self.is_on.as_ref()
    }

    /// What was counted since it was last taken. `tell` is told of it, and of all there was since the start.
    fn take(&self, tell: impl FnOnce(&SinceStart, &[(Series, Sketch)])) -> Vec<(Series, Sketch)> {
        let Some(recorder) = self.recorder() else { return Vec::new() };
        let mut since_start = self.since_start();
        let taken = recorder.take();
        since_start.add(&taken);
        tell(&since_start, &taken);
        taken
    }

    /// All there was since the start, up to now, by its names.
    pub(crate) fn all(&self) -> BTreeMap<Series, Sketch> {
        let Some(recorder) = self.recorder() else { return BTreeMap::new() };
        let since_start = self.since_start();
        since_start.with(&recorder.present())
    }

    fn since_start(&self) -> MutexGuard<'_, SinceStart> {
        self.since_start.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to measure a request.
    pub(crate) fn request(&self, request: &HttpRequest, begun: Instant) -> Request<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let measured = self.traced().map(|traced| {
            let route = self.routes.find(request.method(), request.uri());
            let waits = waits(&route, request.uri().query());
            (route, waits, traced.begin(route, request.headers(), waits, begun))
        });
        let waits = measured.as_ref().is_some_and(|(_, waits, _)| *waits);
        let measured = measured.map(|(route, _, recording)| (route, recording));
        Request { measuring: self, waits, measured }
    }

    fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }
}

impl Request<'_> {
    /// Does the work of it: what happens in it is noted.
    pub(crate) fn recorded<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        traces::recorded(self.measured.as_ref().map(|(_, recording)| recording), work)
    }

    /// What `Server-Timing` tells of an answer; none where that is for nobody, or not known.
    pub(crate) fn server_timing(&self, response: &Response) -> Option<String> {
        let (route, recording) = self.measured.as_ref()?;
        traced::may_be_told(*route, response.status()).then(|| recording.server_timing(!traced::is_for_everybody(response)))
    }

    /// It is answered.
    pub(crate) fn answered(mut self, response: &mut Response) {
        let (Some(traced), Some((route, recording))) = (&self.measuring.is_on, self.measured.take()) else { return };
        let recorder = traced.recorder();
        let status = response.status();
        if !self.waits || status.is_server_error() {
            recorder.record(metric::HTTP_DURATION, route.name, class(status), served(&recording));
        }
        sent::count(response, route.name, traced);
        recorder.record(metric::RUNTIME_POLL, route.name, "", recording.longest_poll());
        let asked = recording.asked();
        recorder.record(metric::HTTP_STATEMENTS, route.name, "", asked.count.into());
        traced.look_at(route, asked);
        if route.name == BEACONS {
            recording.forget();
        } else {
            recording.finish(Outcome::Answered(status.as_u16()));
        }
    }
}

/// Also when whoever asked has gone away.
impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.measuring.in_flight.fetch_sub(1, Ordering::Relaxed);
        let (Some(traced), Some((route, recording))) = (&self.measuring.is_on, self.measured.take()) else { return };
        if !self.waits {
            traced.recorder().record(metric::HTTP_DURATION, route.name, metric::GIVEN_UP, served(&recording));
        }
        if route.name == BEACONS {
            recording.forget();
        }
    }
}

/// How long the server took, in microseconds: without the network, over which the body came.
fn served(recording: &Recording) -> u64 {
    let (took, received) = recording.took();
    took.saturating_sub(received)
}

/// Forms that wait for somebody else's server, or for time to pass, say so in their address (`http/limits/visit.rs`).
fn waits(route: &Route, query: Option<&str>) -> bool {
    query == Some("waits") && (route.name.starts_with("POST /settings/") || route.name.starts_with("POST /performance/"))
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
    use axum::{body::Body, response::IntoResponse};
    use futures::FutureExt;

    use super::*;

    fn measuring(is_on: bool) -> Measuring {
        Measuring::new(is_on.then(|| Arc::new(Traced::for_tests())), Routes::of([("GET", "/products/{handle}")]))
    }

    fn get(path: &str) -> HttpRequest {
        HttpRequest::get(path).body(Body::empty()).unwrap()
    }

    #[test]
    fn a_request_is_counted_by_its_route_and_class_and_is_under_way_until_it_is_answered() {
        let measuring = measuring(true);
        let request = measuring.request(&get("/products/lamp"), Instant::now());
        assert_eq!(measuring.in_flight(), 1);

        request.answered(&mut (StatusCode::NOT_FOUND, "x".repeat(512)).into_response());

        let mut taken = measuring.recorder().unwrap().take();
        taken.sort_by(|one, other| one.0.cmp(&other.0));
        let told: Vec<_> =
            taken.iter().map(|(series, sketch)| (series.metric.as_str(), series.of.as_str(), series.class.as_str(), sketch.sum())).collect();
        let of = "GET /products/{handle}";
        assert_eq!((told[0], told[2]), (("http.bytes", of, "", 512), ("http.statements", of, "", 0)));
        assert_eq!((told[1].0, told[1].1, told[1].2, told.len()), ("http.duration", of, "4xx", 4));
        assert_eq!((told[3].0, told[3].1), ("runtime.poll", of));
        assert_eq!(measuring.in_flight(), 0);
    }

    #[test]
    fn how_long_somebody_else_took_is_not_how_long_this_server_took() {
        let measuring =
            Measuring::new(Some(Arc::new(Traced::for_tests())), Routes::of([("POST", "/performance/{place}"), ("POST", "/products/{handle}")]));
        for address in ["/performance/bottlenecks?waits", "/products/lamp?waits"] {
            let asked = HttpRequest::post(address).body(Body::empty()).unwrap();
            measuring.request(&asked, Instant::now()).answered(&mut ().into_response());
        }
        let asked = HttpRequest::post("/performance/alerts?waits").body(Body::empty()).unwrap();
        measuring.request(&asked, Instant::now()).answered(&mut StatusCode::INTERNAL_SERVER_ERROR.into_response());

        let taken = measuring.recorder().unwrap().take();

        let took: Vec<_> = taken.iter().filter(|(series, _)| series.metric == metric::HTTP_DURATION).map(|(series, _)| series.of.as_str()).collect();
        // That it failed is its own.
        assert_eq!(took.len(), 2, "{took:?}");
        assert!(took.contains(&"POST /products/{handle}") && taken.iter().any(|(series, _)| series.class == "5xx"), "{taken:?}");
    }

    #[test]
    fn whoever_goes_away_is_not_under_way_any_more_and_where_it_is_off_nothing_is_counted() {
        let measuring = measuring(false);

        drop(measuring.request(&get("/products/lamp"), Instant::now()));

        assert_eq!((measuring.in_flight(), measuring.recorder().is_none()), (0, true));
    }

    #[tokio::test]
    async fn whoever_goes_away_is_counted_with_how_long_they_waited() {
        let measuring = measuring(true);
        let request = measuring.request(&get("/products/lamp"), Instant::now());
        let work = request.recorded(std::future::pending::<()>());

        let answered = tokio::time::timeout(Duration::from_millis(20), work).await;
        drop(request);

        assert!(answered.is_err() && measuring.in_flight() == 0);
        let taken = measuring.recorder().unwrap().take();
        assert_eq!((taken.len(), &taken[0].0), (1, &Series::new(metric::HTTP_DURATION, "GET /products/{handle}", metric::GIVEN_UP)));
        assert!(taken[0].1.sum() >= 20_000, "{taken:?}");
    }

    #[tokio::test]
    async fn how_long_a_body_took_to_come_is_not_how_long_this_server_took() {
        let measuring = Measuring::new(Some(Arc::new(Traced::for_tests())), Routes::of([("POST", "/sync/v1/push")]));
        let asked = HttpRequest::post("/sync/v1/push").body(Body::empty()).unwrap();
        let request = measuring.request(&asked, Instant::now());
        let receive = async {
            let _receiving = traces::receiving();
            tokio::time::sleep(Duration::from_millis(300)).await;
        };

        request.recorded(receive).await;
        request.answered(&mut ().into_response());

        let taken = measuring.recorder().unwrap().take();
        let took = taken.iter().find(|(series, _)| series.metric == metric::HTTP_DURATION).unwrap().1.sum();
        let head = measuring.traced().unwrap().kept().latest(None, 1).remove(0);
        assert!(took < 250_000 && head.duration_us < 250_000, "{took} {head:?}");
    }

    #[test]
    fn a_beacon_that_is_sent_away_takes_no_room_of_traces() {
        let measuring = Measuring::new(Some(Arc::new(Traced::for_tests())), Routes::of([("POST", BEACONS.split_once(' ').unwrap().1)]));
        let asked = HttpRequest::post("/vitals").body(Body::empty()).unwrap();

        measuring.request(&asked, Instant::now()).answered(&mut StatusCode::SERVICE_UNAVAILABLE.into_response());

        assert_eq!(measuring.traced().unwrap().kept().latest(None, 9), []);
        assert!(measuring.recorder().unwrap().take().iter().any(|(series, _)| series.class == "5xx"));
    }

    #[tokio::test]
    async fn what_happens_in_a_request_is_told_and_kept() {
        let measuring = measuring(true);
        let request = measuring.request(&get("/products/lamp"), Instant::now());
        let work = async {
            for _ in 0..12 {
                traces::happened(traces::Kind::Statement, || "VARIANTS", Instant::now(), Duration::from_micros(9), false, &[]);
            }
        };

        request
            .recorded(async {
                work.await;
                std::thread::sleep(Duration::from_millis(3));
                tokio::time::sleep(Duration::from_millis(100)).await;
            })
            .await;
        let mut answer = "made".into_response();
        let timing = request.server_timing(&answer).unwrap();
        request.answered(&mut answer);

        assert!(timing.starts_with("db;dur=0.108;desc=12, total;dur=") && timing.contains(", trace;desc=\"00-"), "{timing}");
        let taken = measuring.recorder().unwrap().take();
        let of = |metric: &str| taken.iter().find(|(series, _)| series.metric == metric).unwrap().1.sum();
        let repeated = taken.iter().find(|(series, _)| series.metric == metric::HTTP_REPEATED).map(|(_, sketch)| sketch.count());
        assert_eq!((of(metric::HTTP_STATEMENTS), repeated), (12, Some(1)));
        // What it waited for kept nobody.
        let kept = of(metric::RUNTIME_POLL);
        assert!(kept >= 3_000 && kept + 15_000 <= of(metric::HTTP_DURATION), "{kept} of {}", of(metric::HTTP_DURATION));
        let kept = measuring.traced().unwrap().kept().latest(Some("GET /products/{handle}"), 9);
        assert_eq!((kept.len(), kept[0].statements, kept[0].is_repeated), (1, 12, true));
    }

    /// `cargo test -p server --release --lib -- --ignored --nocapture what_measuring_costs`
    #[test]
    #[ignore = "prints nanoseconds, which somebody reads"]
    fn what_measuring_costs() {
        const REQUESTS: u32 = 20_000;
        let traced = Traced::new(0.0, [7; 24], None);
        let on = Measuring::new(Some(Arc::new(traced)), Routes::of([("GET", "/products/{handle}")]));
        for (name, measuring) in [("off", measuring(false)), ("on", on)] {
            let least = (0..25).map(|_| nanoseconds(&measuring, REQUESTS)).min().unwrap_or_default();
            println!("measuring is {name}: {} ns a request with five statements", least / u128::from(REQUESTS));
        }
    }

    fn nanoseconds(measuring: &Measuring, requests: u32) -> u128 {
        let asked = get("/products/lamp");
        let began = Instant::now();
        for _ in 0..requests {
            let request = measuring.request(&asked, Instant::now());
            let work = async {
                for name in ["SESSION", "PRODUCT", "VARIANTS", "IMAGES", "VERSIONS"] {
                    traces::happened(traces::Kind::Statement, || name, Instant::now(), Duration::from_micros(9), false, &[("rows", 1_u32.into())]);
                }
            };
            request.recorded(work).now_or_never();
            let mut answer = ().into_response();
            std::hint::black_box(request.server_timing(&answer));
            request.answered(&mut answer);
        }
        began.elapsed().as_nanos()
    }
}
