//! An open model: requests come at their times, whatever became of those before. The time of each is counted from when it was due.

use std::{sync::Arc, thread, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{
    deck::{Dealt, Deck, Free},
    pace::pace,
};
use crate::{
    ask::{Asks, check, etag, found},
    call::Mix,
    failure::{Failed, Failure},
    ground::Scene,
    http::{Answer, Asked, Pool},
    measure::{Recorder, Sample, Summary},
    plan::{Addresses, Rate},
    schedule::{self, Arrivals, Schedule, Stage},
};

#[derive(Clone, Debug)]
pub(super) struct Load {
    pub(super) start: f64,
    pub(super) stages: Vec<Stage>,
    pub(super) arrivals: Arrivals,
    pub(super) connections: u32,
    pub(super) mix: Mix,
    pub(super) warm_up: Duration,
    pub(super) timeout: Duration,
    pub(super) in_time: Option<Duration>,
    /// Another one has requests come at other moments, of the same seed.
    pub(super) round: u64,
}

/// Between now and the first request, so that it is not late.
const RUN_UP: Duration = Duration::from_millis(50);

/// What requests share.
struct Shared {
    pool: Pool,
    recorder: Recorder,
    free: Free,
    timeout: Duration,
}

impl Load {
    pub(super) fn of(rate: &Rate) -> Self {
        Self {
            start: rate.start,
            stages: rate.stages.clone(),
            arrivals: rate.arrivals,
            connections: rate.connections,
            mix: rate.mix.clone(),
            warm_up: rate.warm_up.0,
            timeout: rate.timeout.0,
            in_time: None,
            round: 0,
        }
    }
}

pub(super) async fn run(scene: &Arc<Scene>, load: &Load) -> anyhow::Result<Summary> {
    let begun = Instant::now() + RUN_UP;
    let lasts = schedule::length(&load.stages);
    let plateaus = schedule::plateaus(load.start, &load.stages);
    let shared = Arc::new(Shared {
        pool: Pool::new(scene.site.clone(), load.connections),
        recorder: Recorder::new(begun, lasts, load.warm_up, load.in_time)?.with_plateaus(plateaus)?,
        free: Free::new(&scene.products),
        timeout: load.timeout,
    });
    let schedule = Schedule::new(load.start, &load.stages, load.arrivals, scene.seed.wrapping_add(load.round));
    let (sender, mut due) = mpsc::unbounded_channel();
    let pacer = thread::Builder::new().name("pace".into()).spawn(move || pace(begun.into_std(), schedule, &sender))?;
    let mut deck = Deck::new(scene, Asks::new(scene.site.host.clone(), Addresses::Versioned), load.mix.clone());
    // Every request holds one end; when nobody holds any, all have come to their end.
    let (running, mut all_ended) = mpsc::channel::<()>(1);
    while let Some(at) = due.recv().await {
        if let Some(level) = schedule::level(load.start, &load.stages, at) {
            shared.recorder.set_level(level);
        }
        let dealt = deck.deal(&shared.free)?;
        let (shared, running) = (shared.clone(), running.clone());
        tokio::spawn(async move {
            one(&shared, dealt, shared.recorder.begun() + at).await;
            drop(running);
        });
    }
    drop(running);
    all_ended.recv().await;
    // It has said its last word, or the loop above would not have ended.
    let _ = pacer.join();
    Ok(shared.recorder.finish(begun + lasts))
}

async fn one(shared: &Shared, dealt: Dealt, due: Instant) {
    let Dealt { call, request, product } = dealt;
    let taken_up = Instant::now();
    let outcome = match timeout_at(due + shared.timeout, ask(&shared.pool, request)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failed::new(Failure::Timeout, format!("{} took longer than {:?}", call.name(), shared.timeout))),
    };
    let ended = Instant::now();
    let bytes = outcome.as_ref().map_or(0, |answer| answer.body.len());
    let found = outcome.as_ref().ok().and_then(found);
    let checked = outcome.and_then(|answer| check(call, &answer).map(|()| answer));
    if let Some(product) = product {
        shared.free.give_back(product, checked.as_ref().ok().map(etag));
    }
    shared.recorder.add(&Sample { call, due, taken_up, ended, bytes, found, failed: checked.err() });
}

async fn ask(pool: &Pool, request: Asked) -> Result<Answer, Failed> {
    let mut taken = pool.take().await?;
    let answer = taken.connection.ask(request).await?;
    pool.give_back(taken);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{call::Call, plan::Span, run::stub};

    fn load(connections: u32, mix: Mix) -> Load {
        Load {
            start: 100.0,
            stages: vec![Stage { lasts: Span(Duration::from_millis(500)), to: 100.0 }],
            arrivals: Arrivals::Fixed,
            connections,
            mix,
            warm_up: Duration::ZERO,
            timeout: Duration::from_secs(10),
            in_time: None,
            round: 0,
        }
    }

    #[tokio::test]
    async fn a_stall_is_felt_by_everybody_who_comes_while_it_lasts() {
        let scene = Arc::new(stub::scene(Instant::now() + Duration::from_millis(350)).await);

        let summary = run(&scene, &load(2, Mix(BTreeMap::from([(Call::List, 1)])))).await.unwrap();

        // Two were on their way, and would be all that a generator saw which waits for its answers. Thirty were due.
        let counted = summary.total.counted;
        assert_eq!((counted.requests, counted.good), (50, 50), "{:?}", counted.failures);
        assert!(counted.latency_ms.max > 250.0 && counted.latency_ms.p50 > 20.0, "{:?}", counted.latency_ms);
    }

    #[tokio::test]
    async fn what_is_not_answered_in_time_is_counted_and_given_up() {
        let scene = Arc::new(stub::scene(Instant::now() + Duration::from_mins(1)).await);

        let summary = run(&scene, &Load { timeout: Duration::from_millis(100), ..load(4, Mix::default()) }).await.unwrap();

        let counted = summary.total.counted;
        assert_eq!((counted.requests, counted.good), (50, 0));
        assert_eq!(counted.failures[&Failure::Timeout].count, 50);
    }

    #[tokio::test]
    async fn every_call_of_the_mix_is_made() {
        let scene = Arc::new(stub::scene(Instant::now()).await);

        let summary = run(&scene, &load(4, Mix(Call::ALL.map(|call| (call, 1)).into()))).await.unwrap();

        assert_eq!(summary.calls.keys().copied().collect::<Vec<_>>(), Call::ALL);
        assert_eq!(summary.total.counted.good, 50, "{:?}", summary.total.counted.failures);
    }
}
