//! Several processes on one tier that they share, which is well, slow, full or gone.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use cache::{Served, Shared, SharedError, Sharing, Tier};
use tokio::{sync::broadcast, time::sleep};

use crate::support::{ANN, BEN, HandClock, NEVER_EARLY, Process, Seen, Shop};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    /// Answers, after a second.
    Slow,
    Gone,
    /// Keeps nothing new.
    Full,
    /// Loses messages.
    Deaf,
    /// Answers with something else than what was put.
    Mad,
}

/// What processes share, in memory.
struct Pool {
    entries: Mutex<HashMap<Vec<u8>, Bytes>>,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
    told: broadcast::Sender<Bytes>,
}

impl Pool {
    fn new() -> Arc<Self> {
        Arc::new(Self { entries: Mutex::default(), mood: Mutex::new(Mood::Well), asked: AtomicUsize::new(0), told: broadcast::channel(64).0 })
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn answer(&self) -> Result<Mood, SharedError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Slow => sleep(Duration::from_secs(1)).await,
            Mood::Gone => return Err(SharedError::Unreachable("connection refused".into())),
            _ => {}
        }
        Ok(mood)
    }
}

#[async_trait]
impl Shared for Pool {
    async fn get(&self, key: &[u8]) -> Result<Option<Bytes>, SharedError> {
        match self.answer().await? {
            Mood::Mad => Ok(Some(Bytes::from_static(b"nonsense"))),
            _ => Ok(self.entries.lock().unwrap().get(key).cloned()),
        }
    }

    async fn put(&self, key: &[u8], value: Bytes, _: Duration) -> Result<(), SharedError> {
        if self.answer().await? == Mood::Full {
            return Err(SharedError::Refused("OOM command not allowed".into()));
        }
        self.entries.lock().unwrap().insert(key.to_vec(), value);
        Ok(())
    }

    async fn put_new(&self, key: &[u8], value: Bytes, _: Duration) -> Result<bool, SharedError> {
        if self.answer().await? == Mood::Full {
            return Err(SharedError::Refused("OOM command not allowed".into()));
        }
        let mut entries = self.entries.lock().unwrap();
        let is_new = !entries.contains_key(key);
        entries.entry(key.to_vec()).or_insert(value);
        Ok(is_new)
    }

    async fn remove(&self, key: &[u8]) -> Result<(), SharedError> {
        self.answer().await?;
        self.entries.lock().unwrap().remove(key);
        Ok(())
    }

    async fn tell(&self, message: Bytes) -> Result<(), SharedError> {
        if self.answer().await? != Mood::Deaf {
            let _ = self.told.send(message);
        }
        Ok(())
    }

    fn told(&self) -> broadcast::Receiver<Bytes> {
        self.told.subscribe()
    }
}

fn processes<const N: usize>(pool: &Arc<Pool>) -> [Process; N] {
    let (shop, clock) = (Shop::new(4), Arc::<HandClock>::default());
    std::array::from_fn(|_| Process::of(shop.clone(), clock.clone(), Some(pool.clone()), NEVER_EARLY))
}

/// What goes on behind an answer.
async fn a_moment() {
    sleep(Duration::from_millis(20)).await;
}

#[tokio::test]
async fn what_one_process_has_made_the_others_need_not() {
    let [one, other] = processes(&Pool::new());
    one.list(ANN).await;
    a_moment().await;

    let answer = other.list(BEN).await;

    assert_eq!((answer.value, answer.outcome.tier), (Some(Seen(vec![0; 4])), Tier::Shared));
    assert_eq!(other.list(BEN).await.outcome.tier, Tier::Memory);
    assert_eq!((one.shop.loads(), other.cache.counted()[0].shared_hits), (1, 1));
    // Until it changes.
    one.write(2, ANN);
    let changed = other.list(ANN).await;
    assert_eq!((changed.value, changed.outcome.tier), (Some(Seen(vec![0, 0, 1, 0])), Tier::Origin));
}

#[tokio::test]
async fn of_many_processes_one_makes_it() {
    let processes: [Process; 8] = processes(&Pool::new());
    let shop = processes[0].shop.clone();
    let slow = |process: &Process| {
        let (process, shop) = (process.clone(), shop.clone());
        tokio::spawn(async move {
            let load = move || async move {
                sleep(Duration::from_millis(25)).await;
                Ok::<_, ()>(shop.load_list())
            };
            process.list_by(ANN, load).await.unwrap().outcome.tier
        })
    };

    let answers: Vec<_> = processes.iter().map(slow).collect();

    let mut made = 0;
    for answer in answers {
        made += usize::from(answer.await.unwrap() == Tier::Origin);
    }
    assert_eq!((made, shop.loads()), (1, 1));
}

#[tokio::test]
async fn who_makes_something_for_long_is_not_waited_for() {
    let [one, other] = processes(&Pool::new());
    let shop = one.shop.clone();
    let stuck = {
        let one = one.clone();
        tokio::spawn(async move {
            let load = || async {
                sleep(Duration::from_mins(10)).await;
                Err(())
            };
            one.list_by(ANN, load).await.map(|_| ())
        })
    };
    a_moment().await;
    let begun = Instant::now();

    let answer = other.list(BEN).await;

    assert_eq!((answer.outcome.tier, shop.loads()), (Tier::Origin, 1));
    assert!(begun.elapsed() < Duration::from_millis(300), "{:?}", begun.elapsed());
    stuck.abort();
}

#[tokio::test]
async fn processes_tell_each_other_what_has_changed() {
    let [one, other] = processes(&Pool::new());
    other.one(0, BEN).await;
    other.list(BEN).await;
    let loads = one.shop.loads();

    one.write(1, ANN);
    a_moment().await;

    assert_eq!(other.one(0, BEN).await.outcome.served, Served::Hit);
    assert_eq!(other.list(BEN).await.outcome.served, Served::Stale);
    assert_eq!(one.shop.loads(), loads);
    // The author is the same person everywhere.
    assert_eq!(other.list(ANN).await.value, Some(Seen(vec![0, 1, 0, 0])));
}

#[tokio::test]
async fn a_message_that_is_lost_makes_nothing_wrong() {
    let pool = Pool::new();
    let [one, other] = processes(&pool);
    other.one(0, BEN).await;
    other.list(BEN).await;
    pool.becomes(Mood::Deaf);

    one.write(0, ANN);
    a_moment().await;

    assert_eq!(other.one(0, BEN).await.value, Some(Seen(vec![1])));
    assert_eq!(other.list(BEN).await.value, Some(Seen(vec![1, 0, 0, 0])));
}

#[tokio::test]
async fn a_slow_one_is_left_alone() {
    let pool = Pool::new();
    let [process] = processes(&pool);
    pool.becomes(Mood::Slow);
    let begun = Instant::now();

    for _ in 0..50 {
        process.write(0, ANN);
        assert_eq!(process.list(ANN).await.value.unwrap().0[0], process.shop.version());
    }

    assert!(begun.elapsed() < Duration::from_millis(250), "{:?}", begun.elapsed());
    assert!(pool.asked() < 10, "asked {} times", pool.asked());
    pool.becomes(Mood::Well);
    process.clock.advance(Duration::from_secs(5));
    process.list(ANN).await;
    process.write(0, ANN);
    process.list(ANN).await;
    a_moment().await;
    assert!(!pool.entries.lock().unwrap().is_empty());
}

#[tokio::test]
async fn whether_a_slow_one_is_well_again_one_alone_finds_out() {
    let pool = Pool::new();
    let [process] = processes(&pool);
    pool.becomes(Mood::Slow);
    for _ in 0..3 {
        process.write(0, ANN);
        process.list(ANN).await;
    }
    a_moment().await;
    process.clock.advance(Duration::from_secs(5));
    let before = pool.asked();

    let looks: Vec<_> = (1..=50).map(|number| tokio::spawn(look(process.clone(), number))).collect();
    for look in looks {
        look.await.unwrap();
    }

    assert!((1..=2).contains(&(pool.asked() - before)), "asked {} times", pool.asked() - before);
}

/// Another list each.
async fn look(process: Process, number: u32) {
    let (shop, asked) = (process.shop.clone(), cache::Asked { version: process.shop.version(), by: Some(ANN) });
    process.cache.get(&crate::support::List(number), asked, move || async move { Ok::<_, ()>(shop.load_list()) }).await.unwrap();
}

#[tokio::test]
async fn one_that_is_gone_or_mad_costs_speed_alone() {
    for mood in [Mood::Gone, Mood::Mad] {
        let pool = Pool::new();
        let [process] = processes(&pool);
        pool.becomes(mood);
        for _ in 0..20 {
            process.write(0, ANN);
            assert_eq!(process.list(ANN).await.value.unwrap().0[0], process.shop.version(), "{mood:?}");
        }
        assert_eq!(process.list(ANN).await.outcome.served, Served::Hit);
        process.write(0, ANN);
        let told = process.list(ANN).await.outcome.cache_status();
        let expected = if mood == Mood::Gone { "vitrine-redis; fwd=miss; detail=unavailable" } else { "vitrine-redis; fwd=miss; stored" };
        assert!(told.starts_with(expected), "{told}");
    }
}

#[tokio::test]
async fn a_full_one_is_still_asked() {
    let pool = Pool::new();
    let [one, other] = processes(&pool);
    one.list(ANN).await;
    a_moment().await;
    pool.becomes(Mood::Full);
    for number in 1..20 {
        let shop = one.shop.clone();
        let asked = cache::Asked { version: 0, by: Some(ANN) };
        let answer = one.cache.get(&crate::support::List(number), asked, move || async move { Ok::<_, ()>(shop.load_list()) }).await.unwrap();
        assert_eq!((answer.outcome.tier, answer.outcome.sharing), (Tier::Origin, Sharing::Unavailable));
    }

    assert_eq!(other.list(ANN).await.outcome.tier, Tier::Shared);
}

#[tokio::test]
async fn a_load_that_fails_gives_its_turn_back() {
    let pool = Pool::new();
    let [one, other] = processes(&pool);
    assert!(one.list_by(ANN, || async { Err("away") }).await.is_err());
    a_moment().await;
    assert!(pool.entries.lock().unwrap().is_empty());
    let begun = Instant::now();

    other.list(ANN).await;

    assert!(begun.elapsed() < Duration::from_millis(40), "{:?}", begun.elapsed());
}
