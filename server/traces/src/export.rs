//! Brings traces, metrics and lines of the log to a collector: in batches, beside whatever else the program does, and without ever making it
//! wait. What a collector does not take in time is thrown away and counted, the oldest first.
//!
//! How bytes get there is for a [`Carry`] to say, so that nothing here knows of HTTP.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout},
};

use crate::{
    id::mix,
    model::Trace,
    otlp::{self, Log, Metric, Resource, Signal},
};

/// Takes a body to a collector.
pub trait Carry: Send + Sync {
    /// Sends a body as `application/json` to a path behind the address of the collector.
    fn carry(&self, path: &'static str, body: Bytes) -> impl Future<Output = Result<(), NotSent>> + Send;
}

/// Why a body was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotSent {
    /// What the collector answered; none where nobody answered.
    pub status: Option<u16>,
    /// What it said in `Retry-After`: [`retry_after`] reads it.
    pub retry_after: Option<Duration>,
    pub why: String,
}

#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// Of each signal, how many wait at most: traces, metrics, lines.
    pub most_waiting: usize,
    /// How many are sent at once, and how long they wait for others.
    pub batch: usize,
    pub every: Duration,
    /// For one answer.
    pub timeout: Duration,
    /// How often one body is sent at most.
    pub attempts: u32,
    /// How long is waited before the second time; twice as long each time after that, and never longer than `longest_wait`, whatever
    /// `Retry-After` says.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// How long what waits is still sent for when the program ends.
    pub at_the_end: Duration,
}

/// Takes in what is to be told. A clone is the same.
#[derive(Clone, Debug)]
pub struct Exporter(Arc<Shared>);

/// Sends it: [`Worker::run`] is for a task of its own.
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    chance: u64,
}

/// What became of one signal, in traces, metrics or lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub waiting: u64,
    pub sent: u64,
    /// There was no room for them.
    pub dropped: u64,
    /// No collector took them.
    pub failed: u64,
}

#[derive(Debug)]
struct Shared {
    resource: Resource,
    options: ExportOptions,
    queues: [Queue; 3],
    closing: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Queue {
    items: Mutex<VecDeque<Item>>,
    enough: Notify,
    sent: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
}

#[derive(Debug)]
enum Item {
    Trace(Arc<Trace>),
    Metric(Metric),
    Log(Log),
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            most_waiting: 2_048,
            batch: 256,
            every: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            attempts: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(2),
            at_the_end: Duration::from_secs(3),
        }
    }
}

impl NotSent {
    /// Nobody answered.
    pub fn unanswered(why: impl Into<String>) -> Self {
        Self { status: None, retry_after: None, why: why.into() }
    }

    /// Whether it may go better later, as the protocol says.
    fn is_for_now(&self) -> bool {
        matches!(self.status, None | Some(429 | 502 | 503 | 504))
    }
}

/// How long a `Retry-After` asks to wait: seconds, or a date, of which one that is past asks for nothing.
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    httpdate::parse_http_date(value).ok().map(|date| date.duration_since(now).unwrap_or_default())
}

/// What takes in and what sends. `chance` is a seed, so that processes that were sent away do not all come back at once.
pub fn exporter(resource: Resource, options: ExportOptions, chance: u64) -> (Exporter, Worker) {
    let options = ExportOptions { batch: options.batch.max(1), attempts: options.attempts.max(1), ..options };
    let shared = Arc::new(Shared { resource, options, queues: Default::default(), closing: watch::Sender::new(false) });
    (Exporter(shared.clone()), Worker { shared, chance })
}

impl Exporter {
    pub fn trace(&self, trace: Arc<Trace>) {
        self.0.put(Signal::Traces, Item::Trace(trace));
    }

    pub fn metrics(&self, metrics: impl IntoIterator<Item = Metric>) {
        for metric in metrics {
            self.0.put(Signal::Metrics, Item::Metric(metric));
        }
    }

    pub fn log(&self, log: Log) {
        self.0.put(Signal::Logs, Item::Log(log));
    }

    pub fn exported(&self, signal: Signal) -> Exported {
        let queue = self.0.queue(signal);
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Exported { waiting: queue.items().len() as u64, sent: of(&queue.sent), dropped: of(&queue.dropped), failed: of(&queue.failed) }
    }

    /// Says that the program ends: the worker sends what waits, and is done.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }
}

impl Shared {
    fn queue(&self, signal: Signal) -> &Queue {
        &self.queues[signal as usize]
    }

    fn put(&self, signal: Signal, item: Item) {
        let queue = self.queue(signal);
        let waiting = {
            let mut items = queue.items();
            items.push_back(item);
            if items.len() > self.options.most_waiting {
                items.pop_front();
                queue.dropped.fetch_add(1, Ordering::Relaxed);
            }
            items.len()
        };
        if waiting >= self.options.batch {
            queue.enough.notify_one();
        }
    }

    fn body(&self, signal: Signal, items: &[Item]) -> Bytes {
        let body = match signal {
            Signal::Traces => otlp::traces(&self.resource, items.iter().filter_map(Item::trace)),
            Signal::Metrics => otlp::metrics(&self.resource, items.iter().filter_map(Item::metric)),
            Signal::Logs => otlp::logs(&self.resource, items.iter().filter_map(Item::log)),
        };
        body.into()
    }
}

impl Queue {
    fn items(&self) -> MutexGuard<'_, VecDeque<Item>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, most: usize) -> Vec<Item> {
        let mut items = self.items();
        let most = items.len().min(most);
        items.drain(..most).collect()
    }
}

impl Item {
    fn trace(&self) -> Option<&Trace> {
        if let Self::Trace(trace) = self { Some(trace) } else { None }
    }

    fn metric(&self) -> Option<&Metric> {
        if let Self::Metric(metric) = self { Some(metric) } else { None }
    }

    fn log(&self) -> Option<&Log> {
        if let Self::Log(log) = self { Some(log) } else { None }
    }
}

impl Worker {
    /// Sends until [`Exporter::close`], and then what waits, for as long as the options say. `trouble` is told why something was thrown
    /// away, once a batch.
    pub async fn run(self, carrier: impl Carry, trouble: impl Fn(Signal, usize, &NotSent) + Send + Sync) {
        let [traces, metrics, logs] = Signal::ALL.map(|signal| self.tell(signal, &carrier, &trouble));
        let all = async { tokio::join!(traces, metrics, logs) };
        let mut closing = self.shared.closing.subscribe();
        let too_late = async {
            let _ = closing.wait_for(|closing| *closing).await;
            sleep(self.shared.options.at_the_end).await;
        };
        tokio::select! {
            _ = all => {}
            () = too_late => {}
        }
        // Nobody sends it any more.
        for queue in &self.shared.queues {
            let left = queue.take(usize::MAX).len() as u64;
            queue.failed.fetch_add(left, Ordering::Relaxed);
        }
    }

    async fn tell(&self, signal: Signal, carrier: &impl Carry, trouble: &(impl Fn(Signal, usize, &NotSent) + Send + Sync)) {
        let queue = self.shared.queue(signal);
        let options = &self.shared.options;
        let mut closing = self.shared.closing.subscribe();
        let mut chance = mix(self.chance ^ signal as u64);
        loop {
            let is_closing = *closing.borrow();
            let items = queue.take(options.batch);
            if items.is_empty() {
                if is_closing {
                    return;
                }
                wait(queue, options.every, &mut closing).await;
                continue;
            }
            let lost = Lost { queue, count: items.len() as u64 };
            let body = self.shared.body(signal, &items);
            match self.deliver(signal, carrier, body, &mut closing, &mut chance).await {
                Ok(()) => lost.are_sent(),
                Err(error) => trouble(signal, items.len(), &error),
            }
            if !is_closing && queue.items().len() < options.batch {
                wait(queue, options.every, &mut closing).await;
            }
        }
    }

    async fn deliver(
        &self,
        signal: Signal,
        carrier: &impl Carry,
        body: Bytes,
        closing: &mut watch::Receiver<bool>,
        chance: &mut u64,
    ) -> Result<(), NotSent> {
        let options = &self.shared.options;
        let mut backoff = options.first_wait;
        for attempt in 1.. {
            let sent = timeout(options.timeout, carrier.carry(signal.path(), body.clone())).await;
            let error = match sent {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => NotSent::unanswered(format!("The collector did not answer within {} seconds.", options.timeout.as_secs_f64())),
            };
            if attempt >= options.attempts || !error.is_for_now() {
                return Err(error);
            }
            let until = Instant::now() + error.retry_after.unwrap_or_default().max(spread(backoff, chance)).min(options.longest_wait);
            backoff = backoff.saturating_mul(2).min(options.longest_wait);
            let was_closing = *closing.borrow();
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                // Once more at once, as there is not much time left.
                _ = closing.wait_for(|closing| *closing), if !was_closing => {}
            }
        }
        Ok(())
    }
}

/// What is under way, and lost unless it is sent: also when the program ends in the middle of it.
struct Lost<'a> {
    queue: &'a Queue,
    count: u64,
}

impl Lost<'_> {
    fn are_sent(mut self) {
        self.queue.sent.fetch_add(self.count, Ordering::Relaxed);
        self.count = 0;
    }
}

impl Drop for Lost<'_> {
    fn drop(&mut self) {
        self.queue.failed.fetch_add(self.count, Ordering::Relaxed);
    }
}

/// Until there is enough for a batch, or long enough was waited, or the program ends.
async fn wait(queue: &Queue, every: Duration, closing: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = queue.enough.notified() => {}
        () = sleep(every) => {}
        _ = closing.wait_for(|closing| *closing) => {}
    }
}

/// Between a half and the whole of it.
fn spread(wait: Duration, chance: &mut u64) -> Duration {
    *chance = mix(chance.wrapping_add(1));
    wait / 2 + (wait / 2).mul_f64((*chance >> 11) as f64 / (1_u64 << 53) as f64)
}
