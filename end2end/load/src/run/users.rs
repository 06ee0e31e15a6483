//! A closed model: people come and go as the stages say, and each waits for an answer, thinks, and goes on.
//!
//! Of our own, as what there is (goose) ends a time with the head of an answer, and counts from when a request was sent; it would also bring
//! a second HTTP client.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    task::JoinHandle,
    time::{Duration, Instant, sleep},
};

use super::person::{Company, Person, Seen};
use crate::{
    ask::Asks,
    ground::Scene,
    measure::{Recorder, Summary},
    plan::Users,
    schedule,
};

/// Between two looks at how many people there are to be.
const LOOK: Duration = Duration::from_millis(20);

pub(super) async fn run(scene: &Arc<Scene>, plan: &Users) -> anyhow::Result<Summary> {
    let begun = Instant::now();
    let lasts = schedule::length(&plan.stages);
    let most = plan.stages.iter().map(|stage| stage.to).fold(plan.start, f64::max).ceil() as usize;
    let plateaus = schedule::plateaus(plan.start, &plan.stages);
    let recorder = Arc::new(Recorder::new(begun, lasts, plan.warm_up.0, None)?.with_plateaus(plateaus)?);
    let company = Arc::new(Company {
        scene: scene.clone(),
        recorder: recorder.clone(),
        asks: Asks::new(scene.site.host.clone(), plan.addresses),
        seen: Seen::default(),
        wanted: AtomicUsize::new(0),
        most: most.max(1),
        think: plan.think.0,
        timeout: plan.timeout.0,
    });
    let mut people: Vec<Option<JoinHandle<anyhow::Result<()>>>> = (0..most).map(|_| None).collect();
    let mut visit = 0;
    while let Some(level) = schedule::level(plan.start, &plan.stages, begun.elapsed()) {
        let wanted = level.ceil() as usize;
        recorder.set_level(level.ceil());
        company.wanted.store(wanted, Ordering::Relaxed);
        for (n, place) in people.iter_mut().take(wanted).enumerate() {
            if place.as_ref().is_none_or(JoinHandle::is_finished) {
                if let Some(gone) = place.take() {
                    gone.await??;
                }
                visit += 1;
                *place = Some(tokio::spawn(Person::new(company.clone(), n, visit).live()));
            }
        }
        sleep(LOOK).await;
    }
    let ended = Instant::now();
    company.wanted.store(0, Ordering::Relaxed);
    for person in people.into_iter().flatten() {
        person.await??;
    }
    Ok(recorder.finish(ended))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::Call,
        plan::{Addresses, Span},
        run::stub,
        schedule::Stage,
    };

    #[tokio::test]
    async fn people_come_go_round_and_leave() {
        let scene = Arc::new(stub::scene(Instant::now()).await);
        let stage = |millis, to| Stage { lasts: Span(Duration::from_millis(millis)), to };
        let plan = Users {
            stages: vec![stage(200, 3.0), stage(400, 3.0), stage(200, 0.0)],
            start: 0.0,
            think: Span(Duration::from_millis(10)),
            warm_up: Span::default(),
            addresses: Addresses::Versioned,
            timeout: Span(Duration::from_secs(10)),
        };

        let summary = run(&scene, &plan).await.unwrap();

        assert_eq!(summary.calls.keys().copied().collect::<Vec<_>>(), [Call::Login, Call::List, Call::Look, Call::Search, Call::Open, Call::Edit]);
        assert_eq!(summary.calls[&Call::Login].counted.requests, 3);
        assert_eq!(summary.total.counted.failures.len(), 0, "{:?}", summary.total.counted.failures);
        assert!(summary.calls[&Call::List].counted.good > 3);
    }
}
