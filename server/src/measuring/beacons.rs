//! What browsers say of page views: taken in at the door without a look, read by a task of its own, and let go of first when there is too
//! much to do.
//!
//! A view is told of several times, each time whole. What is known for good when it is first told (when it was drawn) counts at once;
//! what grows as long as somebody is there (the slowest answer to input) counts when nothing was heard of the view for a while.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use measuring::{ALL, OTHERS, Recorder, metric};
use store::Store;
use tokio::{
    sync::{mpsc, watch},
    time::interval,
};
use traces::browser::Viewed;
use vitals::{Beacon, Metric, Navigation};

use super::{Measuring, Traced};

/// The door.
#[derive(Clone)]
pub(crate) struct Beacons(mpsc::Sender<Bytes>);

/// What was taken in.
pub(crate) struct Arriving(mpsc::Receiver<Bytes>);

/// Views that something was heard of lately, and what is not counted of them.
struct Views {
    by_id: HashMap<String, View>,
    /// In the order they were first heard of.
    order: VecDeque<String>,
    most: usize,
    settles_after: Duration,
}

struct View {
    /// None once it is counted: what is heard of it after that is not.
    latest: Option<Beacon>,
    part: u16,
    /// What is counted for good.
    counted: HashSet<Metric>,
    heard_at: Instant,
}

/// Where what browsers say is told.
struct Telling<'a> {
    recorder: &'a Recorder,
    traced: Option<&'a Traced>,
}

/// Builds whose names are taken for true: anybody can send any.
struct Builds {
    known: HashSet<String>,
    asked_at: Option<Instant>,
}

/// Beacons that wait to be read. One is some hundred bytes.
const QUEUE: usize = 4_096;
/// Some ten megabytes.
const MOST_VIEWS: usize = 20_000;
/// A browser that sends by itself does so a minute after the last change.
const SETTLES_AFTER: Duration = Duration::from_mins(3);
const LOOKS_EVERY: Duration = Duration::from_secs(5);
const ASKS_EVERY: Duration = Duration::from_mins(1);

/// Metrics that are told apart by what people have in their hands.
const TOLD_APART: [Metric; 7] = [Metric::Lcp, Metric::Inp, Metric::Cls, Metric::Fcp, Metric::Ttfb, Metric::Hydrated, Metric::Pending];

/// The way in, and what comes out of it.
pub(crate) fn door() -> (Beacons, Arriving) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Beacons(sender), Arriving(receiver))
}

impl Beacons {
    /// Whether there was room for it.
    pub(crate) fn take(&self, beacon: Bytes) -> bool {
        self.0.try_send(beacon).is_ok()
    }
}

/// Reads what comes until the end of the program, and counts then what is known.
pub(super) async fn read(measuring: &Measuring, store: &Store, build: &str, mut arriving: Arriving, mut stopped: watch::Receiver<bool>) {
    let Some(recorder) = measuring.recorder() else { return };
    let telling = Telling { recorder, traced: measuring.traced().map(AsRef::as_ref) };
    let mut views = Views::new(MOST_VIEWS, SETTLES_AFTER);
    let mut builds = Builds { known: HashSet::from([build.to_owned()]), asked_at: None };
    let mut looks = interval(LOOKS_EVERY);
    loop {
        tokio::select! {
            beacon = arriving.0.recv() => {
                // Nobody can say anything any more: the router has gone before this.
                let Some(beacon) = beacon else { return views.settle_all(&telling) };
                hear(&telling, &mut views, &mut builds, store, &beacon).await;
            }
            _ = looks.tick() => views.settle(&telling, Instant::now()),
            () = ends(&mut stopped) => {
                while let Ok(beacon) = arriving.0.try_recv() {
                    hear(&telling, &mut views, &mut builds, store, &beacon).await;
                }
                return views.settle_all(&telling);
            }
        }
    }
}

/// What is borrowed of a watch must not be held over what is waited for next.
async fn ends(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn hear(telling: &Telling<'_>, views: &mut Views, builds: &mut Builds, store: &Store, bytes: &[u8]) {
    match vitals::read(bytes) {
        Ok(mut beacon) => {
            if !builds.know(store, &beacon.build).await {
                OTHERS.clone_into(&mut beacon.build);
            }
            views.hear(telling, beacon, Instant::now());
        }
        Err(refused) => {
            tracing::debug!(%refused, "somebody sends what is no beacon");
            telling.recorder.record_many(metric::BEACONS, "refused", refused.name(), 0, 1);
        }
    }
}

impl Builds {
    /// Another server of the same database may serve another build.
    async fn know(&mut self, store: &Store, build: &str) -> bool {
        if !self.known.contains(build) && self.asked_at.is_none_or(|at| at.elapsed() >= ASKS_EVERY) {
            self.asked_at = Some(Instant::now());
            if let Ok(deployments) = store.deployments().await {
                self.known.extend(deployments.into_iter().map(|one| one.build));
            }
        }
        self.known.contains(build)
    }
}

impl Views {
    fn new(most: usize, settles_after: Duration) -> Self {
        Self { by_id: HashMap::new(), order: VecDeque::new(), most, settles_after }
    }

    fn hear(&mut self, telling: &Telling<'_>, beacon: Beacon, now: Instant) {
        let recorder = telling.recorder;
        if let Some(view) = self.by_id.get_mut(&beacon.view) {
            if beacon.part <= view.part || view.latest.is_none() {
                recorder.record_many(metric::BEACONS, "twice", "", 0, 1);
                return;
            }
            (view.part, view.heard_at) = (beacon.part, now);
            recorder.record_many(metric::BEACONS, "taken", "", 0, 1);
            count(recorder, &beacon, &mut view.counted, is_for_good);
            view.latest = Some(beacon);
            return;
        }
        recorder.record_many(metric::BEACONS, "taken", "", 0, 1);
        while self.order.len() >= self.most {
            self.let_go(telling);
        }
        record(recorder, &beacon, metric::VIEWS, 0, true);
        let mut counted = HashSet::new();
        count(recorder, &beacon, &mut counted, is_for_good);
        self.order.push_back(beacon.view.clone());
        self.by_id.insert(beacon.view.clone(), View { part: beacon.part, latest: Some(beacon), counted, heard_at: now });
    }

    /// Counts the rest of those that nothing was heard of for a while.
    fn settle(&mut self, telling: &Telling<'_>, now: Instant) {
        for view in self.by_id.values_mut() {
            if now.duration_since(view.heard_at) >= self.settles_after {
                view.is_over(telling);
            }
        }
    }

    fn settle_all(&mut self, telling: &Telling<'_>) {
        self.by_id.values_mut().for_each(|view| view.is_over(telling));
    }

    /// The oldest.
    fn let_go(&mut self, telling: &Telling<'_>) {
        if let Some(mut view) = self.order.pop_front().and_then(|id| self.by_id.remove(&id)) {
            view.is_over(telling);
        }
    }
}

impl View {
    /// Counts the rest, and tells the trace of its document, where that is kept.
    fn is_over(&mut self, telling: &Telling<'_>) {
        let Some(beacon) = self.latest.take() else { return };
        count(telling.recorder, &beacon, &mut self.counted, |_| true);
        self.counted = HashSet::new();
        if let (Some(traced), Some(trace), Some(viewed)) = (telling.traced, &beacon.trace, viewed(&beacon)) {
            traced.viewed(trace, &on_the_server(beacon.route.name()), &viewed);
        }
    }
}

/// What a page's route is called here: `/products/{handle}` of `/products/:handle`.
fn on_the_server(page: &str) -> String {
    let parts = page.split('/').map(|part| part.strip_prefix(':').map_or_else(|| part.to_owned(), |name| format!("{{{name}}}")));
    parts.collect::<Vec<_>>().join("/")
}

/// How the document was opened; none where its answer was not measured.
fn viewed(beacon: &Beacon) -> Option<Viewed> {
    let value = |wanted: Metric| beacon.values.iter().find(|(metric, _)| *metric == wanted).map(|(_, value)| *value);
    Some(Viewed {
        answered: value(Metric::Ttfb)?,
        first_drawn: value(Metric::Fcp),
        largest_drawn: value(Metric::Lcp),
        fetched: value(Metric::WasmDownloaded),
        compiled: value(Metric::WasmCompiled),
        alive: value(Metric::Hydrated),
        data: value(Metric::DataReady),
    })
}

/// Whether it does not change any more once it is told.
const fn is_for_good(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::Lcp
            | Metric::LcpTtfb
            | Metric::LcpLoadDelay
            | Metric::LcpLoadTime
            | Metric::LcpRenderDelay
            | Metric::Fcp
            | Metric::Ttfb
            | Metric::WasmDownloaded
            | Metric::WasmCompiled
            | Metric::Hydrated
            | Metric::ViewReady
            | Metric::DataReady
    )
}

fn count(recorder: &Recorder, beacon: &Beacon, counted: &mut HashSet<Metric>, wanted: impl Fn(Metric) -> bool) {
    for (metric, value) in &beacon.values {
        if wanted(*metric) && counted.insert(*metric) {
            record(recorder, beacon, &series(*metric), *value, TOLD_APART.contains(metric));
        }
    }
}

fn series(metric: Metric) -> String {
    format!("{}{}", metric::VITALS, metric.name())
}

fn record(recorder: &Recorder, beacon: &Beacon, metric: &str, value: u64, is_told_apart: bool) {
    let route = beacon.route.name();
    recorder.record(metric, ALL, "", value);
    recorder.record(metric, route, "", value);
    if !is_told_apart {
        return;
    }
    for (dimension, name) in [("device", beacon.device.name()), ("connection", beacon.connection.name()), ("build", beacon.build.as_str())] {
        let class = format!("{dimension}:{name}");
        recorder.record(metric, ALL, &class, value);
        recorder.record(metric, route, &class, value);
    }
    let navigation = if beacon.navigation == Navigation::BackForward { "back" } else { beacon.navigation.name() };
    for (dimension, name) in [("navigation", navigation), ("viewport", beacon.viewport.name()), ("cache", beacon.cache.name())] {
        recorder.record(metric, ALL, &format!("{dimension}:{name}"), value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use traces::Outcome;
    use vitals::{Cache, Connection, Device, Route, Viewport};

    use super::*;

    fn beacon(view: &str, part: u16, values: &[(Metric, u64)]) -> Beacon {
        Beacon {
            view: view.into(),
            part,
            route: Route::Products,
            build: "abc".into(),
            navigation: Navigation::Navigate,
            connection: Connection::FourG,
            device: Device::Phone,
            viewport: Viewport::Narrow,
            cache: Cache::Network,
            trace: None,
            age_ms: 5_000,
            values: values.to_vec(),
            dropped: 0,
        }
    }

    fn telling(recorder: &Recorder) -> Telling<'_> {
        Telling { recorder, traced: None }
    }

    /// Counts and sums of what is of all, without dimensions; and of beacons.
    fn told(recorder: &Recorder) -> BTreeMap<String, (u64, u64)> {
        let all = recorder.take().into_iter().filter(|(series, _)| (series.of == ALL && series.class.is_empty()) || series.metric == metric::BEACONS);
        all.map(|(series, sketch)| (if series.metric == metric::BEACONS { series.of } else { series.metric }, (sketch.count(), sketch.sum())))
            .collect()
    }

    #[test]
    fn what_is_for_good_counts_at_once_and_what_grows_when_it_is_over() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10, Duration::from_mins(1));
        views.hear(&telling(&recorder), beacon("a", 0, &[(Metric::Lcp, 900), (Metric::Inp, 40)]), now);
        views.hear(&telling(&recorder), beacon("a", 1, &[(Metric::Lcp, 950), (Metric::Inp, 80)]), now);
        let at_once = told(&recorder);
        views.settle(&telling(&recorder), now + Duration::from_secs(61));

        let later = told(&recorder);

        assert_eq!((at_once.get("vitals.lcp"), at_once.get("vitals.inp"), at_once["vitals.views"]), (Some(&(1, 900)), None, (1, 0)));
        assert_eq!(later, BTreeMap::from([("vitals.inp".to_owned(), (1, 80))]));
    }

    #[test]
    fn a_beacon_that_comes_twice_or_late_counts_once() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10, Duration::from_mins(1));
        for part in [3, 3, 1] {
            views.hear(&telling(&recorder), beacon("a", part, &[(Metric::Cls, 100)]), now);
        }
        views.settle_all(&telling(&recorder));
        views.hear(&telling(&recorder), beacon("a", 9, &[(Metric::Cls, 900)]), now);
        views.settle_all(&telling(&recorder));

        let told = told(&recorder);

        assert_eq!((told["vitals.cls"], told["vitals.views"], told["taken"], told["twice"]), ((1, 100), (1, 0), (1, 0), (3, 0)));
    }

    #[test]
    fn a_flood_of_views_takes_the_room_of_some_and_every_one_counts() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10, Duration::from_mins(1));
        for view in 0..1_000 {
            views.hear(&telling(&recorder), beacon(&view.to_string(), 0, &[(Metric::Inp, 1)]), now);
        }
        assert_eq!((views.by_id.len(), views.order.len()), (10, 10));
        views.settle_all(&telling(&recorder));

        let told = told(&recorder);

        assert_eq!((told["vitals.inp"].0, told["vitals.views"].0), (1_000, 1_000));
    }

    #[test]
    fn a_view_is_told_apart_by_what_somebody_has_in_their_hands() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10, Duration::from_mins(1));
        views.hear(&telling(&recorder), beacon("a", 0, &[(Metric::Lcp, 900), (Metric::LcpTtfb, 5)]), now);

        let classes: Vec<String> = recorder
            .take()
            .into_iter()
            .filter(|(series, _)| series.metric == "vitals.lcp" && series.of == "/products")
            .map(|(series, _)| series.class)
            .collect();

        let mut sorted = classes;
        sorted.sort();
        assert_eq!(sorted, ["", "build:abc", "connection:4g", "device:phone"]);
    }

    #[test]
    fn what_a_browser_says_of_a_document_becomes_a_part_of_its_trace_once() {
        let (recorder, traced, now) = (Recorder::new(1_000), Traced::for_tests(), Instant::now());
        let telling = Telling { recorder: &recorder, traced: Some(&traced) };
        let request = traced.begin_for_tests(now);
        let id = request.id().unwrap();
        request.finish(Outcome::Answered(200));
        let of = |view: &str, trace: &str| Beacon {
            route: if view == "other" { Route::Product } else { Route::Products },
            trace: Some(trace.to_owned()),
            ..beacon(view, 0, &[(Metric::Ttfb, 5_000_000), (Metric::Lcp, 5_900_000)])
        };
        let mut views = Views::new(10, Duration::from_mins(1));
        for (view, trace) in [("other", id.to_string()), ("a", id.to_string()), ("b", id.to_string()), ("c", "0".repeat(31) + "1")] {
            views.hear(&telling, of(view, &trace), now);
        }

        views.settle_all(&telling);

        let told: Vec<(String, u64)> = traced.kept().by_id(id).iter().map(|part| (part.title(), part.duration_us)).collect();
        assert_eq!((told.len(), &told[1]), (2, &("Browser: GET /products".to_owned(), 5_900_000)));
        assert_eq!(traced.kept().holding().traces, 2);
    }

    #[test]
    fn how_long_edits_wait_is_told_apart_by_device() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10, Duration::from_mins(1));
        views.hear(&telling(&recorder), beacon("a", 0, &[(Metric::Pending, 900)]), now);
        views.settle_all(&telling(&recorder));

        let found =
            recorder.take().into_iter().find(|(series, _)| series.metric == metric::PENDING && series.of == ALL && series.class == "device:phone");

        assert_eq!(found.map(|(_, sketch)| sketch.sum()), Some(900));
    }

    #[test]
    fn a_full_door_lets_nobody_in() {
        let (beacons, _arriving) = door();

        let taken = (0..QUEUE + 10).filter(|_| beacons.take(Bytes::new())).count();

        assert_eq!(taken, QUEUE);
    }
}
