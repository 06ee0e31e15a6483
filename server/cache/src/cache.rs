//! A lookup from beginning to end.

use std::{
    any::Any,
    future::Future,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::clock::Clock;
use moka::{Expiry, notification::RemovalCause};
use tokio::{
    runtime::Handle,
    sync::broadcast::error::RecvError,
    time::{sleep, timeout},
};

use crate::{
    Chance, Change, Counted, Key, Namespace, Outcome, Served, Shared, Sharing, Tag, Tier, Value,
    bounded::Bounded,
    early::{BETA, is_due},
    entry::{Entry, HeadOf, OfAnotherType},
    flights::{Boarded, Flights, Landed, Landing, Loaded, Ticket, Trouble},
    key::{Encoded, encode, namespace_of},
    news,
    stats::{Stats, add},
    tags::{Standing, Tags},
};

/// The cache of a process; clones share it.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

pub struct Options {
    /// What the entries in memory may take.
    pub memory_bytes: u64,
    /// Where processes share what they have made.
    pub shared: Option<Arc<dyn Shared>>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// Tells this process from others; by chance.
    pub process: u64,
}

/// Who asks, and what they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The version of the key's group, read before in the very place that a load reads from: nothing older is answered.
    pub version: u64,
    /// The person: what they have changed themselves they see at once. None for anybody who must see everything at once.
    pub by: Option<u128>,
}

/// What a load came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made<V> {
    /// None when there is nothing, which is kept as well.
    pub value: Option<V>,
    pub tag: Tag,
}

#[derive(Clone, Debug)]
pub struct Answer<V> {
    pub value: Option<V>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed<E> {
    #[error("{0}")]
    Load(E),
    /// The load has panicked, or has not come to its end; the log has it.
    #[error("what was asked for could not be made")]
    Lost,
}

struct Inner {
    memory: moka::future::Cache<Encoded, Arc<Entry>>,
    tags: Tags,
    flights: Arc<Flights>,
    shared: Option<Bounded>,
    stats: Arc<Stats>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    process: u64,
    /// What goes on behind a request runs there.
    runtime: Handle,
}

/// What a lookup is about.
#[derive(Clone)]
struct Wanted {
    encoded: Encoded,
    namespace: Namespace,
    group: u128,
    asked: Asked,
    /// Only what was made later than that moment is news.
    than: i64,
}

/// How an entry may be used.
enum Use {
    Fresh {
        left: Duration,
    },
    /// Somebody else has changed it so long ago.
    Behind {
        by: Duration,
    },
    Stale,
    No,
}

impl Use {
    const fn served(&self) -> Option<Served> {
        match self {
            Self::Fresh { .. } => Some(Served::Hit),
            Self::Behind { .. } | Self::Stale => Some(Served::Stale),
            Self::No => None,
        }
    }
}

/// What is given from memory.
struct Held<V> {
    value: Option<V>,
    entry: Arc<Entry>,
    served: Served,
    /// Whether it is to be made anew meanwhile.
    refresh: bool,
}

/// After a refresh has failed.
const TRY_AGAIN: i64 = 1_000_000;

/// A load is given up after that: longer than any statement may take.
const LONGEST_LOAD: Duration = Duration::from_secs(40);

/// For how long one process alone makes something, if it does not end before.
const LEASE: Duration = Duration::from_secs(2);

/// How long the others wait for it, and how often they look.
const WAIT_FOR_OTHERS: Duration = Duration::from_millis(60);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How far the clocks of two machines may be apart, in microseconds.
const CLOCKS_APART: i64 = 5_000_000;

impl Cache {
    /// Must be called where tokio runs.
    pub fn new(options: Options) -> Self {
        let Options { memory_bytes, shared, clock, chance, process } = options;
        let stats = Arc::new(Stats::default());
        let counted = stats.clone();
        let memory = moka::future::Cache::builder()
            .max_capacity(memory_bytes)
            .weigher(|key: &Encoded, entry: &Arc<Entry>| weight(key, entry))
            .expire_after(Hard)
            .eviction_listener(move |key: Arc<Encoded>, entry: Arc<Entry>, cause| {
                let counts = counted.by_id(namespace_of(&key));
                counts.bytes.fetch_sub(i64::from(weight(&key, &entry)), std::sync::atomic::Ordering::Relaxed);
                if cause == RemovalCause::Size {
                    add(&counts.evictions);
                }
            })
            .build();
        let news = shared.as_ref().map(|shared| shared.told());
        let shared = shared.map(|shared| Bounded::new(shared, clock.clone()));
        let runtime = Handle::current();
        let inner = Arc::new(Inner { memory, tags: Tags::default(), flights: Arc::default(), shared, stats, clock, chance, process, runtime });
        if let Some(news) = news {
            inner.runtime.spawn(listen(Arc::downgrade(&inner), news));
        }
        Self { inner }
    }

    /// What is behind a key: kept, or loaded by whoever is first. The load goes on when who asked goes away.
    pub async fn get<K, E, L, F>(&self, key: &K, asked: Asked, load: L) -> Result<Answer<K::Value>, Failed<E>>
    where
        K: Key,
        E: Clone + Send + Sync + 'static,
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Made<K::Value>, E>> + Send + 'static,
    {
        let begun = Instant::now();
        let inner = &self.inner;
        let (namespace, group) = (K::NAMESPACE, key.group());
        inner.tags.named(group, asked.version, inner.now());
        let Some(encoded) = encode(key) else { return self.past(&namespace, load).await };
        let mut wanted = Wanted { encoded, namespace, group, asked, than: i64::MIN };

        if let Some(Held { value, entry, served, refresh }) = inner.in_memory::<K::Value>(&wanted).await {
            if refresh {
                wanted.than = entry.head.made_at;
                self.refresh::<K::Value, E, L, F>(wanted, entry.clone(), load);
            }
            inner.stats.of(&namespace).served(served, Tier::Memory, false);
            return Ok(Answer { value, outcome: inner.outcome(served, Tier::Memory, &entry, begun).noted(&namespace, begun) });
        }

        let (landing, joined) = match inner.flights.board(&wanted.encoded, asked.version) {
            Boarded::Joined(landing) => (landing, true),
            Boarded::Leads(ticket, landing) => {
                self.lead::<K::Value, E, L, F>(wanted, ticket, None, load);
                (landing, false)
            }
        };
        let Loaded { entry, tier, sharing } = landed(landing).await?;
        let value = entry.value::<K::Value>().map_err(|OfAnotherType| Failed::Lost)?;
        inner.stats.of(&namespace).served(Served::Miss, tier, joined);
        let mut outcome = inner.outcome(Served::Miss, tier, &entry, begun);
        (outcome.joined, outcome.sharing) = (joined, sharing);
        if tier == Tier::Origin {
            let load = Duration::from_micros(entry.head.cost).min(outcome.took);
            outcome.took -= load;
            outcome.load = Some(load);
        }
        Ok(Answer { value, outcome: outcome.noted(&namespace, begun) })
    }

    /// What is behind a key, if it is in memory and nothing is to be done for it; else it has to be asked for by [`Self::get`].
    pub async fn at_hand<K: Key>(&self, key: &K, asked: Asked) -> Option<Answer<K::Value>> {
        let begun = Instant::now();
        let inner = &self.inner;
        let (namespace, group) = (K::NAMESPACE, key.group());
        inner.tags.named(group, asked.version, inner.now());
        let wanted = Wanted { encoded: encode(key)?, namespace, group, asked, than: i64::MIN };
        let Held { value, entry, served, .. } = inner.in_memory::<K::Value>(&wanted).await.filter(|held| !held.refresh)?;
        inner.stats.of(&namespace).served(served, Tier::Memory, false);
        Some(Answer { value, outcome: inner.outcome(served, Tier::Memory, &entry, begun).noted(&namespace, begun) })
    }

    /// A change that this process has made: other processes are told.
    pub fn changed(&self, change: Change) {
        let inner = &self.inner;
        inner.tags.made(&change, inner.now());
        if inner.shared.is_some()
            && let Some(message) = news::write(inner.process, &change)
        {
            let this = self.inner.clone();
            inner.runtime.spawn(async move {
                if let Some(shared) = &this.shared {
                    let _ = shared.ask(shared.shared().tell(message)).await;
                }
            });
        }
    }

    /// Forgets what is in memory.
    pub fn clear(&self) {
        self.inner.memory.invalidate_all();
    }

    /// Does what waits to be done in memory, such as making room: figures are exact afterwards.
    pub async fn settle(&self) {
        self.inner.memory.run_pending_tasks().await;
    }

    /// The counts of every namespace that was asked for.
    pub fn counted(&self) -> Vec<Counted> {
        self.inner.stats.all()
    }

    /// Loads without looking anything up.
    async fn past<V, E, L, F>(&self, namespace: &Namespace, load: L) -> Result<Answer<V>, Failed<E>>
    where
        L: FnOnce() -> F,
        F: Future<Output = Result<Made<V>, E>>,
    {
        let begun = Instant::now();
        let made = load().await.map_err(Failed::Load)?;
        let (served, tier) = (Served::Bypass, Tier::Origin);
        self.inner.stats.of(namespace).served(served, tier, false);
        let (age, took, load) = (Duration::ZERO, Duration::ZERO, Some(begun.elapsed()));
        let outcome = Outcome { served, tier, age, ttl: 0, joined: false, sharing: Sharing::None, took, load };
        Ok(Answer { value: made.value, outcome })
    }

    /// Makes an entry anew in the background, unless somebody is at it.
    fn refresh<V, E, L, F>(&self, wanted: Wanted, old: Arc<Entry>, load: L)
    where
        V: Value,
        E: Clone + Send + Sync + 'static,
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Made<V>, E>> + Send + 'static,
    {
        if let Boarded::Leads(ticket, _) = self.inner.flights.board(&wanted.encoded, wanted.asked.version) {
            self.lead::<V, E, L, F>(wanted, ticket, Some(old), load);
        }
    }

    /// In a task of its own: whoever asked may go away, others wait too.
    fn lead<V, E, L, F>(&self, wanted: Wanted, ticket: Ticket, old: Option<Arc<Entry>>, load: L)
    where
        V: Value,
        E: Clone + Send + Sync + 'static,
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Made<V>, E>> + Send + 'static,
    {
        let inner = self.inner.clone();
        let is_waited_for = old.is_none();
        let load = async move {
            if let Some(old) = &old {
                // Whatever becomes of it, the next try is not at once.
                old.try_again_at(inner.now().saturating_add(TRY_AGAIN));
            }
            let namespace = wanted.namespace;
            if let Ok(landed) = timeout(LONGEST_LOAD, inner.fly(wanted, load)).await {
                ticket.land(landed.map_err(|error| Arc::new(error) as Trouble));
            } else {
                // Those who wait learn it when the ticket is dropped.
                add(&inner.stats.of(&namespace).errors);
                tracing::error!(namespace = namespace.name, seconds = LONGEST_LOAD.as_secs(), "a load was given up, as it took too long");
            }
        };
        // What is made anew behind an answer is no part of it.
        let request = traces::current().filter(|_| is_waited_for);
        match request {
            Some(request) => self.inner.runtime.spawn(request.scope(load)),
            None => self.inner.runtime.spawn(load),
        };
    }
}

impl Inner {
    fn now(&self) -> i64 {
        self.clock.now().micros()
    }

    /// What memory has that may be given.
    async fn in_memory<V: Value>(&self, wanted: &Wanted) -> Option<Held<V>> {
        let entry = self.memory.get(&wanted.encoded).await?;
        let usable = self.usable(&entry, wanted);
        let served = usable.served()?;
        let value = entry.value::<V>().ok()?;
        let is_due = match usable {
            Use::Fresh { left } => is_due(BETA, Duration::from_micros(entry.head.cost), left, self.chance.fraction()),
            Use::Behind { by } => by >= wanted.namespace.tolerance / 2,
            Use::Stale => true,
            Use::No => false,
        };
        let refresh = is_due && entry.may_be_tried(self.now(), TRY_AGAIN);
        Some(Held { value, entry, served, refresh })
    }

    fn usable(&self, entry: &Entry, wanted: &Wanted) -> Use {
        let now = self.now();
        let age = now.saturating_sub(entry.head.made_at);
        if age < -CLOCKS_APART {
            // Made in the future: the clock was set back, and nothing is known of its age.
            return Use::No;
        }
        let age = micros(age);
        if age >= entry.lifetime.hard() {
            return Use::No;
        }
        let version = wanted.asked.version;
        match self.tags.standing(wanted.group, entry.holds_for(), version, entry.head.tag, wanted.asked.by) {
            Standing::Outdated => return Use::No,
            Standing::Behind { since } => {
                // A change that is still to come: the clock was set back, and nobody knows for how long it has been there.
                return match u64::try_from(now.saturating_sub(since)).map(Duration::from_micros) {
                    Ok(by) if by < wanted.namespace.tolerance => Use::Behind { by },
                    _ => Use::No,
                };
            }
            Standing::Current => entry.holds_also_for(version),
        }
        match entry.lifetime.fresh.checked_sub(age) {
            Some(left) if !left.is_zero() => Use::Fresh { left },
            _ => Use::Stale,
        }
    }

    fn outcome(&self, served: Served, tier: Tier, entry: &Entry, begun: Instant) -> Outcome {
        let age = micros(self.now().saturating_sub(entry.head.made_at));
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let ttl = match entry.lifetime.fresh.checked_sub(age) {
            Some(left) if served != Served::Stale => seconds(left),
            _ => -seconds(age.saturating_sub(entry.lifetime.fresh)).max(1),
        };
        Outcome { served, tier, age, ttl, joined: false, sharing: Sharing::None, took: begun.elapsed(), load: None }
    }

    /// The shared tier, then the load.
    async fn fly<V, E, L, F>(self: &Arc<Self>, wanted: Wanted, load: L) -> Result<Loaded, E>
    where
        V: Value,
        L: FnOnce() -> F,
        F: Future<Output = Result<Made<V>, E>>,
    {
        let (mut leased, mut sharing) = (false, Sharing::None);
        if let Some(shared) = &self.shared {
            match self.made_by_others::<V>(shared, &wanted).await {
                Found::Entry(entry) => return Ok(Loaded { entry, tier: Tier::Shared, sharing: Sharing::Reached }),
                Found::Nothing => sharing = Sharing::Reached,
                Found::NoAnswer => sharing = Sharing::Unavailable,
            }
            match shared.ask(shared.shared().put_new(&lease_of(&wanted), Bytes::from_static(b"1"), LEASE)).await {
                Some(true) => leased = true,
                Some(false) => {
                    let theirs = async {
                        loop {
                            sleep(LOOK_AGAIN).await;
                            if let Found::Entry(entry) = self.made_by_others::<V>(shared, &wanted).await {
                                return entry;
                            }
                        }
                    };
                    if let Ok(entry) = timeout(WAIT_FOR_OTHERS, theirs).await {
                        return Ok(Loaded { entry, tier: Tier::Shared, sharing: Sharing::Reached });
                    }
                }
                None => sharing = Sharing::Unavailable,
            }
        }
        let lease = leased.then(|| Lease { inner: self.clone(), key: lease_of(&wanted) });
        let counts = self.stats.of(&wanted.namespace);
        add(&counts.loads);
        let begun = Instant::now();
        let made = load().await.inspect_err(|_| add(&counts.errors))?;
        let cost = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let head = HeadOf { made_at: self.now(), cost, made_from: wanted.asked.version, tag: made.tag };
        let entry = Arc::new(Entry::new(made.value, head, wanted.namespace.lifetime));
        self.keep(&wanted.encoded, &wanted.namespace, entry.clone()).await;
        if self.shared.is_some() {
            let (this, entry) = (self.clone(), entry.clone());
            // Nobody waits for that.
            self.runtime.spawn(async move {
                if let (Some(shared), Some(bytes)) = (&this.shared, entry.write::<V>()) {
                    let _ = shared.ask(shared.shared().put(&named(&wanted), bytes, wanted.namespace.lifetime.hard())).await;
                }
                drop(lease);
            });
        }
        Ok(Loaded { entry, tier: Tier::Origin, sharing })
    }

    /// What another process has made, when it is as good as what would be made now.
    async fn made_by_others<V: Value>(&self, shared: &Bounded, wanted: &Wanted) -> Found {
        let Some(answer) = shared.ask(shared.shared().get(&named(wanted))).await else { return Found::NoAnswer };
        let entry = answer.and_then(|bytes| Entry::read::<V>(&bytes, wanted.namespace.lifetime)).map(Arc::new);
        let is_good = |entry: &Arc<Entry>| entry.head.made_at > wanted.than && matches!(self.usable(entry, wanted), Use::Fresh { .. });
        let Some(entry) = entry.filter(is_good) else { return Found::Nothing };
        self.keep(&wanted.encoded, &wanted.namespace, entry.clone()).await;
        Found::Entry(entry)
    }

    /// Puts an entry into memory, unless there is one of a later version: a load that took long is no news.
    async fn keep(&self, key: &Encoded, namespace: &Namespace, entry: Arc<Entry>) {
        let version = entry.head.made_from;
        if self.memory.get(key).await.is_some_and(|known| known.head.made_from > version) {
            return;
        }
        self.stats.of(namespace).bytes.fetch_add(i64::from(weight(key, &entry)), std::sync::atomic::Ordering::Relaxed);
        self.memory.insert(key.clone(), entry).await;
    }
}

/// What there is in the tier that processes share.
enum Found {
    Entry(Arc<Entry>),
    /// Nothing that is good enough.
    Nothing,
    NoAnswer,
}

/// Given back when the work is done, or has failed.
struct Lease {
    inner: Arc<Inner>,
    key: Vec<u8>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (inner, key) = (self.inner.clone(), std::mem::take(&mut self.key));
        self.inner.runtime.spawn(async move {
            if let Some(shared) = &inner.shared {
                let _ = shared.ask(shared.shared().remove(&key)).await;
            }
        });
    }
}

/// Moka drops what nobody may see any more.
struct Hard;

impl Expiry<Encoded, Arc<Entry>> for Hard {
    fn expire_after_create(&self, _: &Encoded, entry: &Arc<Entry>, _: Instant) -> Option<Duration> {
        Some(entry.lifetime.hard())
    }

    fn expire_after_update(&self, _: &Encoded, entry: &Arc<Entry>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.lifetime.hard())
    }
}

/// Listens to other processes as long as the cache lives.
async fn listen(inner: Weak<Inner>, mut news: tokio::sync::broadcast::Receiver<Bytes>) {
    loop {
        let message = match news.recv().await {
            Ok(message) => message,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let Some(inner) = inner.upgrade() else { return };
        if let Some(change) = news::read(inner.process, &message) {
            inner.tags.heard(&change, inner.now());
        }
    }
}

async fn landed<E: Clone + Send + Sync + 'static>(mut landing: Landing) -> Result<Loaded, Failed<E>> {
    let landed: Option<Landed> = match landing.wait_for(Option::is_some).await {
        Ok(landed) => (*landed).clone(),
        Err(_) => None,
    };
    match landed {
        Some(Ok(loaded)) => Ok(loaded),
        Some(Err(trouble)) => Err(read_trouble(&*trouble)),
        None => Err(Failed::Lost),
    }
}

fn read_trouble<E: Clone + 'static>(trouble: &(dyn Any + Send + Sync)) -> Failed<E> {
    trouble.downcast_ref::<E>().map_or(Failed::Lost, |error| Failed::Load(error.clone()))
}

fn weight(key: &Encoded, entry: &Entry) -> u32 {
    u32::try_from(key.len() + entry.weight).unwrap_or(u32::MAX)
}

fn named(wanted: &Wanted) -> Vec<u8> {
    [wanted.namespace.name.as_bytes(), b":", &wanted.encoded].concat()
}

/// Of a version: who knows of a later one does not wait for what is made of this.
fn lease_of(wanted: &Wanted) -> Vec<u8> {
    [b"lease:", &named(wanted)[..], &wanted.asked.version.to_be_bytes()].concat()
}

/// Negative is none.
fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
