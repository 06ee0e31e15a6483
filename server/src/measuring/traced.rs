//! Requests as traces: which are kept, here and for the table, and what is said of those that ask the same again and again.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::Response,
};
use domain::clock::Clock;
use measuring::{Recorder, metric};
use traces::{
    Begin, Kept, KeptOptions, Kind, MANY, Options, Parent, Recording, Share, Statements, Trace, TraceParent, Tracer, Why, export::Exporter,
};

use super::{browsers::Allowance, heard, routes::Route};
use crate::SystemClock;

/// Records requests, and what else is done.
pub(crate) struct Traced {
    /// Counts what is measured: the tracer hears of a part of that.
    recorder: Arc<Recorder>,
    tracer: Tracer,
    pub(super) sink: Arc<Sink>,
    /// When it was last told of a route that it asks the same again and again.
    told: Mutex<HashMap<&'static str, Instant>>,
    /// How many of browsers alone may be kept.
    pub(super) of_browsers: Allowance,
}

/// Where traces go that are kept.
pub(crate) struct Sink {
    kept: Kept,
    waiting: Waiting,
    exporter: Option<Exporter>,
}

/// Traces that are to be written to the table: of each route some of the slowest and some that failed.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<HashMap<String, Vec<Arc<Trace>>>>);

/// Series of each thread that are told apart, half of them of whatever browsers say.
const MOST_SERIES: usize = 4_000;

/// Of a route in a minute, and of all routes.
const MOST_OF_ROUTE: usize = 12;
const MOST_WAITING: usize = 240;

/// What a page asks for so soon after it was begun is kept with it, where it is kept, in microseconds.
const OPENING: u64 = 60_000_000;

/// A route is told of once in so long.
const TOLD_EVERY: Duration = Duration::from_mins(1);

/// What is sent while a request is made takes as long as whoever sends it likes.
const SENDING: Duration = Duration::from_mins(10);

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

impl Traced {
    /// `share` of those with which nothing is wrong are kept; `seed` is chance; `exporter` brings all that are kept to a collector.
    pub(crate) fn new(share: f64, seed: [u8; 24], exporter: Option<Exporter>) -> Self {
        let sink = Arc::new(Sink { kept: Kept::new(KeptOptions::default()), waiting: Waiting::default(), exporter });
        let options = Options { share: Share::new(share, 0), ..Options::default() };
        let recorder = Arc::new(Recorder::new(MOST_SERIES));
        let keep = {
            let sink = sink.clone();
            move |trace| sink.keep(trace)
        };
        let hear = {
            let recorder = recorder.clone();
            move |heard| heard::count(&recorder, heard)
        };
        let tracer = Tracer::listening(options, seed, keep, hear);
        Self { recorder, tracer, sink, told: Mutex::default(), of_browsers: Allowance::default() }
    }

    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self::new(1.0, [7; 24], None)
    }

    #[cfg(test)]
    pub(super) fn begin_for_tests(&self, began: Instant) -> Recording {
        self.begin(Route { name: "GET /products", method: Some("GET"), path: "/products" }, &HeaderMap::new(), false, began)
    }

    pub(super) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub(crate) const fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    pub(crate) fn kept(&self) -> &Kept {
        &self.sink.kept
    }

    pub(super) fn waiting(&self) -> &Waiting {
        &self.sink.waiting
    }

    /// Begins to record a request.
    pub(super) fn begin(&self, route: Route, headers: &HeaderMap, waits: bool, began: Instant) -> Recording {
        let at = u64::try_from(SystemClock.now().micros()).unwrap_or(0);
        let slow = (waits || route.name == "POST /imports").then_some(SENDING);
        let parent = headers.get(TRACEPARENT).map(|_| self.parent(headers, at)).unwrap_or_default();
        self.tracer.begin(Begin { kind: Kind::Request, method: route.method, route: route.path, parent, at, began, slow })
    }

    /// A statement that a request runs again and again is told of.
    pub(super) fn look_at(&self, route: Route, asked: Statements) {
        let Some((statement, count)) = asked.most.filter(|(_, count)| *count > MANY) else { return };
        self.recorder().record(metric::HTTP_REPEATED, route.name, "", 0);
        if self.is_to_be_told(route.name) {
            tracing::warn!(route = route.name, statement, count, "a request ran a statement again and again; what it reads should be read at once");
        }
    }

    fn is_to_be_told(&self, route: &'static str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = told.get(route).is_none_or(|at| at.elapsed() >= TOLD_EVERY);
        if is_due {
            told.insert(route, Instant::now());
        }
        is_due
    }

    /// Who asked, as they say. Whether it is kept is for this server to say: it is where the page is that it belongs to.
    fn parent(&self, headers: &HeaderMap, at: u64) -> Option<Parent> {
        let context: TraceParent = headers.get(TRACEPARENT)?.to_str().ok()?.parse().ok()?;
        Some(Parent { context, is_kept: self.kept().goes_on(context.trace, at.saturating_sub(OPENING)..at.saturating_add(1)) })
    }
}

impl Sink {
    /// Keeps a trace: here at once, soon in the table, and at a collector.
    pub(crate) fn keep(&self, trace: Trace) {
        let trace = Arc::new(trace);
        self.kept.put(&trace);
        self.waiting.put(trace.clone());
        if let Some(exporter) = &self.exporter {
            exporter.trace(trace);
        }
    }
}

/// Whether kinds of work and their number may be told of an answer. Where it is refused, they could tell why; of a password, whose it is.
pub(super) fn may_be_told(route: Route, status: StatusCode) -> bool {
    (status.is_success() || status.is_redirection()) && route.path != "/sign-in" && !route.path.ends_with("/auth/login")
}

/// Whether a cache that people share may keep an answer: the trace of one is nothing to the others.
pub(super) fn is_for_everybody(response: &Response) -> bool {
    let says = response.headers().get(header::CACHE_CONTROL).and_then(|says| says.to_str().ok());
    says.is_some_and(|says| says.contains("public"))
}

impl Waiting {
    pub(super) fn put(&self, trace: Arc<Trace>) {
        let mut routes = self.routes();
        let count: usize = routes.values().map(Vec::len).sum();
        let of_route = routes.entry(trace.title()).or_default();
        of_route.push(trace);
        if of_route.len() > MOST_OF_ROUTE {
            of_route.remove(least(of_route));
        } else if count >= MOST_WAITING {
            remove_least(&mut routes);
        }
    }

    /// What is to be written now.
    pub(super) fn take(&self) -> Vec<Arc<Trace>> {
        std::mem::take(&mut *self.routes()).into_values().flatten().collect()
    }

    /// What could not be written waits for the next time.
    pub(super) fn put_back(&self, traces: Vec<Arc<Trace>>) {
        for trace in traces {
            self.put(trace);
        }
    }

    fn routes(&self) -> MutexGuard<'_, HashMap<String, Vec<Arc<Trace>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one of a route that tells least. Those that failed and those that were slow do not push each other out.
fn least(traces: &[Arc<Trace>]) -> usize {
    let is_failed = |trace: &&Arc<Trace>| trace.why.failed;
    let many_failed = traces.iter().filter(is_failed).count() > MOST_OF_ROUTE / 2;
    let among = traces.iter().enumerate().filter(|(_, trace)| trace.why.failed == many_failed);
    among.min_by_key(|(_, trace)| worth(trace)).map_or(0, |(at, _)| at)
}

/// Removes the one of all that tells least: of several, one of the route that has the most.
fn remove_least(routes: &mut HashMap<String, Vec<Arc<Trace>>>) {
    let least = routes.iter().flat_map(|(route, traces)| {
        traces.iter().enumerate().map(move |(at, trace)| {
            let (reason, rest) = worth(trace);
            ((reason, Reverse(traces.len()), rest), route, at)
        })
    });
    let Some((route, at)) = least.min_by_key(|(worth, ..)| *worth).map(|(_, route, at)| (route.clone(), at)) else { return };
    if let Some(traces) = routes.get_mut(&route) {
        traces.remove(at);
        if traces.is_empty() {
            routes.remove(&route);
        }
    }
}

/// What was chosen by chance tells less than what was slow, and that less than what failed. Of those the latest tell the most, of the others the longest.
fn worth(trace: &Trace) -> (u8, u64) {
    match trace.why {
        Why { failed: true, .. } => (2, trace.begun_at),
        Why { slow: true, .. } => (1, trace.served_us()),
        _ => (0, trace.served_us()),
    }
}

#[cfg(test)]
mod tests {
    use axum::{http::HeaderValue, response::IntoResponse};
    use traces::{Name, Outcome, TraceId};

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const ROUTE: Route = Route { name: "GET /products", method: Some("GET"), path: "/products" };
    const CALL: Route = Route { name: "GET /api/fn/product", method: Some("GET"), path: "/api/fn/product" };

    fn asked_by(parent: &str) -> HeaderMap {
        HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_str(parent).unwrap())])
    }

    #[test]
    fn whoever_asks_says_which_trace_it_is_of_and_not_that_it_is_kept() {
        let traced = Traced::new(0.0, [7; 24], None);

        for _ in 0..50 {
            traced.begin(ROUTE, &asked_by(PARENT), false, Instant::now()).finish(Outcome::Answered(200));
        }
        assert_eq!(traced.kept().latest(None, 9), []);
        traced.begin(ROUTE, &asked_by(PARENT), false, Instant::now()).finish(Outcome::Answered(500));

        let kept = traced.kept().latest(Some("GET /products"), 9);
        assert_eq!(kept.iter().map(|head| head.id.as_str()).collect::<Vec<_>>(), [&PARENT[3..35]]);
    }

    #[test]
    fn what_a_page_asks_for_is_kept_with_the_page_up_to_so_many() {
        let traced = Traced::new(0.0, [7; 24], None);
        let page = traced.begin(ROUTE, &HeaderMap::new(), false, Instant::now());
        let told = page.response().unwrap().to_string();
        page.finish(Outcome::Answered(500));

        for _ in 0..100 {
            traced.begin(CALL, &asked_by(&told), false, Instant::now()).finish(Outcome::Answered(200));
        }

        let parts = traced.kept().by_id(TraceId::parse(&told[3..35]).unwrap());
        assert!(parts.len() > 1 && parts.len() <= traces::MOST_FRAGMENTS, "{}", parts.len());
        assert!(parts[1..].iter().all(|part| part.parent == Some(parts[0].span) && part.route.as_str() == CALL.path));
    }

    #[test]
    fn a_job_that_is_recorded_is_measured() {
        let traced = Traced::new(0.0, [7; 24], None);
        let begin = Begin { kind: Kind::Job, method: None, route: "import", parent: None, at: 1, began: Instant::now(), slow: None };

        traced.tracer().begin(begin).finish(Outcome::Done);

        let taken = traced.recorder().take();
        let mut told: Vec<_> = taken.iter().map(|(series, _)| (series.metric.as_str(), series.of.as_str(), series.class.as_str())).collect();
        told.sort_unstable();
        assert_eq!(told, [("job.duration", "import", "done"), ("runtime.poll", "import", "job")]);
    }

    #[test]
    fn a_route_that_asks_again_and_again_is_told_of_once_a_minute() {
        let traced = Traced::for_tests();

        assert_eq!([traced.is_to_be_told("GET /a"), traced.is_to_be_told("GET /a"), traced.is_to_be_told("GET /b")], [true, false, true]);
    }

    #[test]
    fn an_answer_for_everybody_names_no_trace_and_a_refusal_or_a_password_tells_of_no_work() {
        let with = |cache: &'static str| [(header::CACHE_CONTROL, cache)].into_response();

        assert!(
            is_for_everybody(&with("public, max-age=3600"))
                && !is_for_everybody(&with("private, no-cache"))
                && !is_for_everybody(&().into_response())
        );
        assert!(may_be_told(ROUTE, StatusCode::OK) && may_be_told(ROUTE, StatusCode::NOT_MODIFIED) && !may_be_told(ROUTE, StatusCode::FORBIDDEN));
        for path in ["/sign-in", "/api/auth/login", "/api/v1/auth/login"] {
            assert!(!may_be_told(Route { path, ..ROUTE }, StatusCode::OK), "{path}");
        }
    }

    #[test]
    fn of_each_route_the_slowest_and_those_that_failed_wait_to_be_written() {
        let traced = Traced::for_tests();
        for number in 0..40_u16 {
            let route = Route { path: if number % 2 == 0 { "/a" } else { "/b" }, ..ROUTE };
            let status = if number < 20 { 503 } else { 200 };
            traced.begin(route, &HeaderMap::new(), false, Instant::now()).finish(Outcome::Answered(status));
        }

        let waiting = traced.waiting().take();

        let of = |path: &str, failed: bool| waiting.iter().filter(|trace| trace.route.as_str() == path && trace.why.failed == failed).count();
        assert_eq!([of("/a", true), of("/a", false), of("/b", true), of("/b", false)], [6, 6, 6, 6]);
        assert!(traced.waiting().take().is_empty());
    }

    fn put(waiting: &Waiting, route: &'static str, begun_at: u64, why: Why) {
        let trace = Trace { route: Name::fixed(route), begun_at, why, ..a_trace() };
        waiting.put(Arc::new(trace));
    }

    fn a_trace() -> Trace {
        let kept = Traced::for_tests();
        let request = kept.begin_for_tests(Instant::now());
        let id = request.id().unwrap();
        request.finish(Outcome::Answered(200));
        kept.kept().by_id(id).remove(0)
    }

    #[test]
    fn when_too_much_waits_what_chance_has_chosen_goes_before_what_was_slow_and_that_before_what_failed() {
        let (waiting, [sampled, slow, failed]) = (Waiting::default(), WHYS);
        for number in 0..MOST_WAITING as u64 {
            put(&waiting, traces::intern(&format!("/{}", number / 8)), number, if number % 8 == 0 { sampled } else { slow });
        }

        put(&waiting, "/the only one", 1, failed);
        for number in 0..60 {
            put(&waiting, traces::intern(&format!("/late {}", number / 8)), 1_000 + number, slow);
        }

        let waited = waiting.take();
        let count = |why: Why| waited.iter().filter(|trace| trace.why == why).count();
        assert_eq!((waited.len(), count(sampled), count(failed)), (MOST_WAITING, 0, 1));
    }

    const WHYS: [Why; 3] = [
        Why { sampled: true, slow: false, failed: false },
        Why { sampled: false, slow: true, failed: false },
        Why { sampled: false, slow: false, failed: true },
    ];
}
