//! A clock that is moved by hand, chance that is chosen, and a shop whose changes are counted.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use cache::{Answer, Asked, Cache, Chance, Change, Failed, Key, Lifetime, Made, Namespace, Options, Shared, Tag, Value};
use domain::clock::{Clock, Timestamp};
use serde::Serialize;

pub(crate) const SHOP: u128 = 7;
pub(crate) const ANN: u128 = 1;
pub(crate) const BEN: u128 = 2;

pub(crate) const FRESH: Duration = Duration::from_secs(30);
pub(crate) const GRACE: Duration = Duration::from_mins(1);
pub(crate) const TOLERANCE: Duration = Duration::from_millis(300);

#[derive(Default)]
pub(crate) struct HandClock {
    moved: AtomicI64,
    /// Since when it runs by itself, if it does.
    running: Option<Instant>,
}

impl HandClock {
    pub(crate) fn running() -> Arc<Self> {
        Arc::new(Self { moved: AtomicI64::new(0), running: Some(Instant::now()) })
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.moved.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }

    pub(crate) fn set_back(&self, by: Duration) {
        self.moved.fetch_sub(by.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        let run = self.running.map_or(0, |since| since.elapsed().as_micros() as i64);
        Timestamp::from_micros(1_700_000_000_000_000 + self.moved.load(Ordering::SeqCst) + run)
    }
}

/// Always the same.
pub(crate) struct Fraction(pub(crate) f64);

impl Chance for Fraction {
    fn fraction(&self) -> f64 {
        self.0
    }
}

/// By which nothing is refreshed early.
pub(crate) const NEVER_EARLY: f64 = 1.0;

/// For each member the version of its last change, as whoever loaded it saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen(pub(crate) Vec<u64>);

impl Value for Seen {
    fn weight(&self) -> usize {
        self.0.len() * 8
    }

    fn write(&self, to: &mut Vec<u8>) {
        self.0.iter().for_each(|version| to.extend(version.to_be_bytes()));
    }

    fn read(from: Bytes) -> Option<Self> {
        let versions = from.chunks(8).map(|chunk| chunk.try_into().ok().map(u64::from_be_bytes));
        versions.collect::<Option<Vec<u64>>>().map(Self)
    }
}

/// Everything in the shop.
#[derive(Serialize)]
pub(crate) struct List(pub(crate) u32);

/// One member of it.
#[derive(Serialize)]
pub(crate) struct One(pub(crate) usize);

const fn namespace(name: &'static str, id: u8) -> Namespace {
    Namespace { name, id, version: 1, lifetime: Lifetime { fresh: FRESH, grace: GRACE }, tolerance: TOLERANCE }
}

impl Key for List {
    type Value = Seen;

    const NAMESPACE: Namespace = namespace("list", 0);

    fn group(&self) -> u128 {
        SHOP
    }
}

impl Key for One {
    type Value = Seen;

    const NAMESPACE: Namespace = namespace("one", 1);

    fn group(&self) -> u128 {
        SHOP
    }
}

/// The database: what is true.
pub(crate) struct Shop {
    versions: Mutex<(u64, Vec<u64>)>,
    pub(crate) loads: AtomicUsize,
}

impl Shop {
    pub(crate) fn new(members: usize) -> Arc<Self> {
        Arc::new(Self { versions: Mutex::new((0, vec![0; members])), loads: AtomicUsize::new(0) })
    }

    pub(crate) fn version(&self) -> u64 {
        self.versions.lock().unwrap().0
    }

    pub(crate) fn list(&self) -> Vec<u64> {
        self.versions.lock().unwrap().1.clone()
    }

    /// Changes a member.
    pub(crate) fn write(&self, member: usize, by: u128) -> Change {
        let mut versions = self.versions.lock().unwrap();
        versions.0 += 1;
        let version = versions.0;
        versions.1[member] = version;
        Change { group: SHOP, version, member: member as u128, by }
    }

    pub(crate) fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }

    pub(crate) fn load_list(&self) -> Made<Seen> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        Made { value: Some(Seen(self.list())), tag: Tag::Group }
    }

    pub(crate) fn load_one(&self, member: usize) -> Made<Seen> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        Made { value: Some(Seen(vec![self.list()[member]])), tag: Tag::Member(member as u128) }
    }
}

/// A process with its cache, on a shop that others may have as well.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) cache: Cache,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) shop: Arc<Shop>,
}

static PROCESSES: AtomicU64 = AtomicU64::new(1);

impl Process {
    pub(crate) fn alone() -> Self {
        Self::with_chance(NEVER_EARLY)
    }

    pub(crate) fn with_chance(fraction: f64) -> Self {
        Self::of(Shop::new(4), Arc::default(), None, fraction)
    }

    /// Needs a runtime.
    pub(crate) fn of(shop: Arc<Shop>, clock: Arc<HandClock>, shared: Option<Arc<dyn Shared>>, fraction: f64) -> Self {
        let process = PROCESSES.fetch_add(1, Ordering::SeqCst);
        let options = Options { memory_bytes: 1 << 20, shared, clock: clock.clone(), chance: Arc::new(Fraction(fraction)), process };
        Self { cache: Cache::new(options), clock, shop }
    }

    /// Changes a member here, and says so.
    pub(crate) fn write(&self, member: usize, by: u128) {
        let change = self.shop.write(member, by);
        self.cache.changed(change);
    }

    pub(crate) async fn list(&self, by: u128) -> Answer<Seen> {
        let shop = self.shop.clone();
        self.list_by(by, move || async move { Ok::<_, Infallible>(shop.load_list()) }).await.unwrap()
    }

    pub(crate) async fn list_by<E, L, F>(&self, by: u128, load: L) -> Result<Answer<Seen>, Failed<E>>
    where
        E: Clone + Send + Sync + 'static,
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Made<Seen>, E>> + Send + 'static,
    {
        let asked = Asked { version: self.shop.version(), by: Some(by) };
        self.cache.get(&List(0), asked, load).await
    }

    pub(crate) async fn list_at_hand(&self, by: u128) -> Option<Answer<Seen>> {
        self.cache.at_hand(&List(0), Asked { version: self.shop.version(), by: Some(by) }).await
    }

    pub(crate) async fn one(&self, member: usize, by: u128) -> Answer<Seen> {
        let shop = self.shop.clone();
        let asked = Asked { version: self.shop.version(), by: Some(by) };
        self.cache.get(&One(member), asked, move || async move { Ok::<_, Infallible>(shop.load_one(member)) }).await.unwrap()
    }

    /// Waits until so much was loaded.
    pub(crate) async fn loaded(&self, times: usize) {
        for _ in 0..1_000 {
            if self.shop.loads() >= times {
                // What was loaded is kept in the next moment.
                tokio::time::sleep(Duration::from_millis(5)).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("loaded {} times, not {times}", self.shop.loads());
    }
}
