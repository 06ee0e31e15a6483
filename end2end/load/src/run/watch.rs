//! A look at the processes now and then, while a run goes on.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::{
    task::JoinHandle,
    time::{Duration, Instant, MissedTickBehavior, interval},
};

use crate::measure::{BUSY, Meter, Moment, Processor};

const EVERY: Duration = Duration::from_secs(2);

/// What was seen at a look, of the time since the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// In seconds since the run began.
    pub at: f64,
    /// Of one core.
    pub generator: f64,
    pub server: Option<f64>,
    pub database: Option<f64>,
    pub memory_mb: Option<f64>,
}

pub struct Watch {
    meter: Meter,
    begun: Moment,
    looks: Arc<Mutex<Vec<Watched>>>,
    task: JoinHandle<()>,
}

impl Watch {
    pub fn start(meter: Meter) -> Self {
        let begun = meter.read();
        let looks = Arc::<Mutex<Vec<Watched>>>::default();
        let seen = looks.clone();
        let task = tokio::spawn(async move {
            let start = Instant::now();
            let mut before = begun;
            let mut ticks = interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.tick().await;
            loop {
                ticks.tick().await;
                let now = meter.read();
                let look = Watched::of(start.elapsed().as_secs_f64(), &now.since(&before, 0));
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(look);
                before = now;
            }
        });
        Self { meter, begun, looks, task }
    }

    /// `requests` are all since the start.
    pub fn stop(self, requests: u64) -> (Processor, Vec<Watched>) {
        self.task.abort();
        let processor = self.meter.read().since(&self.begun, requests);
        let looks = std::mem::take(&mut *self.looks.lock().unwrap_or_else(PoisonError::into_inner));
        (processor, looks)
    }
}

impl Watched {
    fn of(at: f64, processor: &Processor) -> Self {
        let share = |seconds: Option<f64>| seconds.map(|seconds| seconds / processor.seconds.max(0.001));
        Self {
            at,
            generator: processor.generator_share,
            server: share(processor.server_seconds),
            database: share(processor.database_seconds),
            memory_mb: processor.memory_mb,
        }
    }
}

/// How many megabytes the server has grown by since the first third: before it, caches fill and threads start.
pub fn growth(watched: &[Watched]) -> Option<f64> {
    let settled = watched.get(watched.len() / 3)?.memory_mb?;
    Some(watched.last()?.memory_mb? - settled)
}

/// A generator that is busy for seconds is late in them, whatever it was on the whole.
pub fn busy_moments(watched: &[Watched]) -> Option<String> {
    let busy = watched.iter().filter(|look| look.generator > BUSY).count();
    (busy > 0).then(|| {
        let seconds = busy as u64 * EVERY.as_secs();
        format!("For {seconds} s the generator took more than 80 % of its core: what is measured there is also the generator.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(generator: f64, memory_mb: f64) -> Watched {
        Watched { generator, memory_mb: Some(memory_mb), ..Watched::default() }
    }

    #[test]
    fn memory_grows_from_the_first_third_on() {
        let looks: Vec<Watched> = [50.0, 80.0, 100.0, 101.0, 102.0, 104.0].map(|memory| look(0.1, memory)).to_vec();
        assert_eq!(growth(&looks).map(|growth| growth.round() as i64), Some(4));
        assert_eq!(growth(&[]), None);
    }

    #[test]
    fn busy_moments_are_told() {
        assert_eq!(busy_moments(&[look(0.5, 0.0), look(0.7, 0.0)]), None);
        assert!(busy_moments(&[look(0.9, 0.0), look(0.1, 0.0), look(0.95, 0.0)]).unwrap().starts_with("For 4 s"));
    }
}
