//! Traces that this process keeps in memory: of each route the latest, the slowest of each hour, and those that failed. They are kept as bytes,
//! so that what they take is known.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    encoding,
    id::TraceId,
    model::{Kind, Outcome, Trace, Why},
};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct KeptOptions {
    /// All together. What is over goes in this order: the oldest of the latest, of the failed, of the slowest.
    pub bytes: usize,
    /// Of each route.
    pub latest: usize,
    pub failed: usize,
    /// Of each route and hour.
    pub slowest: usize,
    pub hours: u64,
}

#[derive(Debug)]
pub struct Kept {
    options: KeptOptions,
    inner: Mutex<Inner>,
}

/// What a list tells of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// As it is written in an address.
    pub id: String,
    pub title: String,
    pub kind: Kind,
    /// Microseconds since 1970.
    pub begun_at: u64,
    /// How long the server took, without waiting for the body.
    pub duration_us: u64,
    pub outcome: Outcome,
    pub why: Why,
    pub statements: u32,
    /// Whether a statement ran again and again.
    pub is_repeated: bool,
}

/// What is held at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    pub traces: usize,
    pub bytes: usize,
    /// Had to go because there was too much, since the start.
    pub pushed_out: u64,
}

/// As many parts of one trace are given at most: whoever asks chooses its id, and may choose the same for everything.
pub const MOST_FRAGMENTS: usize = 32;

#[derive(Debug, Default)]
struct Inner {
    entries: BTreeMap<u64, Entry>,
    by_id: HashMap<TraceId, Vec<u64>>,
    routes: HashMap<Arc<str>, Route>,
    /// By the best reason they are kept for: which goes first.
    order: [BTreeSet<u64>; 3],
    bytes: usize,
    next: u64,
    pushed_out: u64,
}

#[derive(Debug)]
struct Entry {
    id: TraceId,
    title: Arc<str>,
    head: Head,
    body: Bytes,
    lists: u8,
}

#[derive(Debug, Default)]
struct Route {
    latest: VecDeque<u64>,
    failed: VecDeque<u64>,
    /// By hour; the slowest first.
    slowest: BTreeMap<u64, Vec<(u64, u64)>>,
}

const LATEST: u8 = 1;
const FAILED: u8 = 2;
const SLOWEST: u8 = 4;

const HOUR: u64 = 3_600_000_000;

/// What an entry takes beside its bytes: places in lists, the head.
const OVERHEAD: usize = size_of::<Entry>() + 64 + 32 + 160;

impl Default for KeptOptions {
    fn default() -> Self {
        Self { bytes: 16 * 1_024 * 1_024, latest: 20, failed: 20, slowest: 10, hours: 24 }
    }
}

impl Kept {
    pub fn new(options: KeptOptions) -> Self {
        Self { options, inner: Mutex::default() }
    }

    pub fn put(&self, trace: &Trace) {
        let body = Bytes::from(encoding::encode(trace));
        self.inner().put(trace, body, &self.options);
    }

    /// The slowest that began in a range of microseconds since 1970, of a route (`GET /products`) or of all of them.
    pub fn worst(&self, route: Option<&str>, range: Range<u64>, most: usize) -> Vec<Head> {
        // How long a page took in a browser is for the network and the device to say, too: beside requests of all routes it would be all there is.
        let is_asked = |entry: &Entry| route.is_some() || entry.head.kind != Kind::Browser;
        let mut heads = self.inner().heads(route, |entry| range.contains(&entry.head.begun_at) && is_asked(entry));
        heads.sort_by(|one, other| other.duration_us.cmp(&one.duration_us).then(other.begun_at.cmp(&one.begun_at)));
        heads.truncate(most);
        heads
    }

    /// Those that failed, the latest first.
    pub fn failed(&self, route: Option<&str>, range: Range<u64>, most: usize) -> Vec<Head> {
        self.newest(route, most, |entry| entry.head.why.failed && range.contains(&entry.head.begun_at))
    }

    /// The latest, whatever became of them.
    pub fn latest(&self, route: Option<&str>, most: usize) -> Vec<Head> {
        self.newest(route, most, |_| true)
    }

    /// Routes of which something is kept, in alphabetical order, and how much.
    pub fn routes(&self) -> Vec<(Arc<str>, usize)> {
        let inner = self.inner();
        let mut routes: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for entry in inner.entries.values() {
            *routes.entry(entry.title.clone()).or_default() += 1;
        }
        routes.into_iter().collect()
    }

    /// The parts of a trace, in the order in which they were kept: the latest [`MOST_FRAGMENTS`].
    pub fn by_id(&self, id: TraceId) -> Vec<Trace> {
        let bodies: Vec<_> = {
            let inner = self.inner();
            let places = inner.by_id.get(&id).map_or(&[][..], Vec::as_slice);
            let latest = &places[places.len().saturating_sub(MOST_FRAGMENTS)..];
            latest.iter().filter_map(|place| inner.entries.get(place)).map(|entry| entry.body.clone()).collect()
        };
        bodies.iter().filter_map(|body| encoding::decode(body).ok()).collect()
    }

    /// Whether a part of a trace that began in a range of microseconds since 1970 is kept, and there is room for another.
    pub fn goes_on(&self, id: TraceId, begun: Range<u64>) -> bool {
        let inner = self.inner();
        let Some(places) = inner.by_id.get(&id).filter(|places| places.len() < MOST_FRAGMENTS) else { return false };
        places.iter().filter_map(|place| inner.entries.get(place)).any(|entry| begun.contains(&entry.head.begun_at))
    }

    pub fn holding(&self) -> Holding {
        let inner = self.inner();
        Holding { traces: inner.entries.len(), bytes: inner.bytes, pushed_out: inner.pushed_out }
    }

    fn newest(&self, route: Option<&str>, most: usize, of: impl Fn(&Entry) -> bool) -> Vec<Head> {
        let mut heads = self.inner().heads(route, of);
        heads.sort_by_key(|head| std::cmp::Reverse(head.begun_at));
        heads.truncate(most);
        heads
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn put(&mut self, trace: &Trace, body: Bytes, options: &KeptOptions) {
        let title = self.title(trace);
        let place = self.next;
        self.next += 1;
        self.bytes += body.len() + OVERHEAD;
        self.by_id.entry(trace.id).or_default().push(place);
        self.entries.insert(place, Entry { id: trace.id, title: title.clone(), head: Head::new(trace), body, lists: 0 });
        let mut gone = Vec::new();
        let route = self.routes.entry(title).or_default();
        let mut lists = LATEST;
        gone.extend(joined(&mut route.latest, place, options.latest).map(|gone| (gone, LATEST)));
        if trace.why.failed {
            lists |= FAILED;
            gone.extend(joined(&mut route.failed, place, options.failed).map(|gone| (gone, FAILED)));
        }
        lists |= SLOWEST;
        gone.extend(route.may_be_slowest(trace, place, options).into_iter().map(|gone| (gone, SLOWEST)));
        self.hold(place, lists);
        for (place, list) in gone {
            self.release(place, list);
        }
        while self.bytes > options.bytes {
            let Some(place) = self.order.iter().find_map(|order| order.first().copied()) else { break };
            self.forget(place);
            self.pushed_out += 1;
        }
    }

    fn title(&self, trace: &Trace) -> Arc<str> {
        let title = trace.title();
        self.routes.get_key_value(title.as_str()).map_or_else(|| Arc::from(title.as_str()), |(title, _)| title.clone())
    }

    fn hold(&mut self, place: u64, lists: u8) {
        let Some(entry) = self.entries.get_mut(&place) else { return };
        if entry.lists != 0 {
            self.order[entry.rank()].remove(&place);
        }
        entry.lists = lists;
        if lists == 0 {
            self.forget(place);
        } else {
            let rank = entry.rank();
            self.order[rank].insert(place);
        }
    }

    fn release(&mut self, place: u64, list: u8) {
        if let Some(entry) = self.entries.get(&place) {
            self.hold(place, entry.lists & !list);
        }
    }

    /// Takes an entry out of everything.
    fn forget(&mut self, place: u64) {
        let Some(entry) = self.entries.remove(&place) else { return };
        self.bytes -= entry.body.len() + OVERHEAD;
        if entry.lists != 0 {
            self.order[entry.rank()].remove(&place);
        }
        if let Some(places) = self.by_id.get_mut(&entry.id) {
            places.retain(|known| *known != place);
            if places.is_empty() {
                self.by_id.remove(&entry.id);
            }
        }
        if let Some(route) = self.routes.get_mut(&entry.title) {
            route.forget(place, entry.lists, entry.head.begun_at / HOUR);
            if route.is_empty() {
                self.routes.remove(&entry.title);
            }
        }
    }

    fn heads(&self, route: Option<&str>, of: impl Fn(&Entry) -> bool) -> Vec<Head> {
        let entries = self.entries.values().filter(|entry| route.is_none_or(|route| *entry.title == *route) && of(entry));
        entries.map(|entry| entry.head.clone()).collect()
    }
}

impl Entry {
    /// What goes first. What browsers say pushes out nothing that the server has seen itself.
    fn rank(&self) -> usize {
        match self.head.kind {
            Kind::Browser => 0,
            _ if self.lists & SLOWEST != 0 => 2,
            _ if self.lists & FAILED != 0 => 1,
            _ => 0,
        }
    }
}

impl Route {
    /// Takes it in among the slowest of its hour, and gives what is no longer among them: it itself, maybe, and hours that are long ago.
    fn may_be_slowest(&mut self, trace: &Trace, place: u64, options: &KeptOptions) -> Vec<u64> {
        let hour = trace.begun_at / HOUR;
        let slowest = self.slowest.entry(hour).or_default();
        let took = trace.served_us();
        let at = slowest.partition_point(|(duration, _)| *duration >= took);
        slowest.insert(at, (took, place));
        let mut gone: Vec<_> = slowest.split_off(slowest.len().min(options.slowest)).into_iter().map(|(_, place)| place).collect();
        let newest = self.slowest.last_key_value().map_or(hour, |(hour, _)| *hour);
        while let Some(first) = self.slowest.first_entry()
            && first.key().saturating_add(options.hours) <= newest
        {
            gone.extend(first.remove().into_iter().map(|(_, place)| place));
        }
        gone
    }

    fn forget(&mut self, place: u64, lists: u8, hour: u64) {
        if lists & LATEST != 0 {
            self.latest.retain(|known| *known != place);
        }
        if lists & FAILED != 0 {
            self.failed.retain(|known| *known != place);
        }
        if lists & SLOWEST != 0
            && let Some(slowest) = self.slowest.get_mut(&hour)
        {
            slowest.retain(|(_, known)| *known != place);
        }
        self.slowest.retain(|_, slowest| !slowest.is_empty());
    }

    fn is_empty(&self) -> bool {
        self.latest.is_empty() && self.failed.is_empty() && self.slowest.is_empty()
    }
}

impl Head {
    pub fn new(trace: &Trace) -> Self {
        Self {
            id: trace.id.to_string(),
            title: trace.title(),
            kind: trace.kind,
            begun_at: trace.begun_at,
            duration_us: trace.served_us(),
            outcome: trace.outcome,
            why: trace.why,
            statements: trace.statements(),
            is_repeated: trace.repeated().next().is_some(),
        }
    }
}

/// Joins a line of at most so many, and says who has to leave it.
fn joined(line: &mut VecDeque<u64>, place: u64, most: usize) -> Option<u64> {
    line.push_back(place);
    if line.len() > most { line.pop_front() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::SpanId, name::Name};

    fn trace(number: u64) -> Trace {
        Trace {
            id: TraceId::new(u128::from(number % 5) + 1).unwrap(),
            span: SpanId::new(1).unwrap(),
            parent: None,
            kind: Kind::Request,
            method: None,
            route: Name::parse(&format!("/{}", number % 7)).unwrap(),
            begun_at: number * HOUR / 4,
            duration_us: number % 13,
            outcome: Outcome::Done,
            why: Why { failed: number.is_multiple_of(3), ..Why::default() },
            sums: Default::default(),
            spans: Vec::new(),
            tallies: Vec::new(),
        }
    }

    #[test]
    fn what_has_gone_is_in_no_list_any_more() {
        let kept = Kept::new(KeptOptions { bytes: 12_000, latest: 3, failed: 3, slowest: 1, hours: 4 });

        for number in 0..2_000 {
            kept.put(&trace(number));
        }

        let inner = kept.inner();
        let on_lists: usize = inner.order.iter().map(BTreeSet::len).sum();
        let by_id: usize = inner.by_id.values().map(Vec::len).sum();
        assert_eq!((on_lists, by_id), (inner.entries.len(), inner.entries.len()));
        assert!(inner.pushed_out > 0 && inner.routes.values().all(|route| route.latest.len() <= 3 && !route.is_empty()));
        let listed = |route: &Route| {
            route.latest.iter().chain(&route.failed).chain(route.slowest.values().flatten().map(|(_, place)| place)).copied().collect::<Vec<_>>()
        };
        assert!(inner.routes.values().flat_map(listed).all(|place| inner.entries.contains_key(&place)));
    }

    #[test]
    fn a_trace_goes_on_where_a_part_of_it_began_lately_and_there_is_room() {
        let kept = Kept::new(KeptOptions { latest: 100, ..KeptOptions::default() });
        let part = |span| Trace { id: TraceId::new(1).unwrap(), span: SpanId::new(span).unwrap(), begun_at: 1_000, ..trace(0) };
        kept.put(&part(1));

        let goes_on = |id, begun| kept.goes_on(TraceId::new(id).unwrap(), begun);
        assert_eq!([goes_on(1, 900..1_100), goes_on(1, 1_001..2_000), goes_on(2, 900..1_100)], [true, false, false]);
        for span in 2..=MOST_FRAGMENTS as u64 {
            kept.put(&part(span));
        }
        assert!(!goes_on(1, 900..1_100));
    }
}
