//! Connections that never pause: each asks again as soon as it is answered. So many answers a second come of it, and each costs so much,
//! when there is always something to do. How long somebody waits is told by the other models: here those who wait hold back what would come next.

use std::{cell::RefCell, sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::time::Instant;

use super::{
    Outcome, Thresholds,
    deck::{Dealt, Deck, Free},
    watch::{self, Watch},
};
use crate::{
    ask::{Asks, check, found},
    ground::Scene,
    http::Connection,
    measure::{Processor, Recorder, Sample, Summary},
    plan::{Addresses, Pressed},
    tell::note,
    verdict,
};

pub(super) async fn run(scene: &Arc<Scene>, plan: &Pressed, thresholds: &Thresholds) -> anyhow::Result<Outcome> {
    let watch = Watch::start(scene.meter);
    let mut best: Option<(Summary, Processor)> = None;
    for _ in 0..plan.rounds {
        let (summary, processor) = round(scene, plan).await?;
        let counted = &summary.total.counted;
        note(format!(
            "  {:.0}/s, {:.3} ms of processor each, errors {:.2} %, generator {:.0} %",
            counted.per_second,
            processor.ms_per_request.unwrap_or_default(),
            counted.error_share * 100.0,
            processor.generator_share * 100.0
        ));
        if best.as_ref().is_none_or(|(_, best)| processor.ms_per_request < best.ms_per_request) {
            best = Some((summary, processor));
        }
    }
    let (_, watched) = watch.stop(0);
    let (summary, processor) = best.ok_or_else(|| anyhow::anyhow!("There are no rounds in the plan."))?;
    Ok(Outcome {
        judged: verdict::judge(thresholds, &summary, &processor, watch::growth(&watched)),
        said: vec![format!("The best of {} rounds is told.", plan.rounds)],
        broken: verdict::nothing_asked(&summary).into_iter().collect(),
        void: None,
        summary: Some(summary),
        processor,
        watched,
        steps: Vec::new(),
        kill: None,
        capacity: None,
    })
}

async fn round(scene: &Arc<Scene>, plan: &Pressed) -> anyhow::Result<(Summary, Processor)> {
    let mut connections = Vec::new();
    for number in 0..plan.connections {
        let connected = scene.site.connect(number).await;
        connections.push(connected.map_err(|failed| anyhow::anyhow!("Nobody answers at {}: {}", scene.site.address, failed.example))?);
    }
    let free = Free::new(&scene.products);
    let deck = RefCell::new(Deck::new(scene, Asks::new(scene.site.host.clone(), Addresses::Versioned), plan.mix.clone()));
    let before = scene.meter.read();
    let begun = Instant::now();
    let recorder = Recorder::new(begun, plan.each.0, Duration::ZERO, None)?;
    let ends = begun + plan.each.0;
    let done = join_all(connections.into_iter().map(|connection| again_and_again(connection, &deck, &free, &recorder, ends))).await;
    done.into_iter().collect::<anyhow::Result<()>>()?;
    let summary = recorder.finish(Instant::now());
    let processor = scene.meter.read().since(&before, summary.all_requests);
    Ok((summary, processor))
}

async fn again_and_again(
    mut connection: Connection,
    deck: &RefCell<Deck<'_>>,
    free: &Free,
    recorder: &Recorder,
    ends: Instant,
) -> anyhow::Result<()> {
    while Instant::now() < ends {
        let Dealt { call, request, product } = deck.borrow_mut().deal(free)?;
        let due = Instant::now();
        let outcome = connection.ask(request).await;
        let ended = Instant::now();
        let bytes = outcome.as_ref().map_or(0, |answer| answer.body.len());
        let found = outcome.as_ref().ok().and_then(found);
        let broken = outcome.is_err();
        let failed = outcome.and_then(|answer| check(call, &answer)).err();
        if let Some(product) = product {
            free.give_back(product, None);
        }
        recorder.add(&Sample { call, due, taken_up: due, ended, bytes, found, failed });
        if broken {
            break;
        }
    }
    Ok(())
}
