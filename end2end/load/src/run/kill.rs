//! The server is killed while programs write. Every acknowledged write is looked at afterwards: none may be lost, none done twice.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{Outcome, watch::Watch};
use crate::{
    ask::Asks,
    ground::{Program, Scene},
    measure::{Latencies, Percentiles},
    plan::{Addresses, Kill},
    run::writer::Writer,
    tell::note,
};

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KillCounts {
    pub restarts: u32,
    /// How many of them came while a write was on its way.
    pub while_writing: u32,
    pub edits_acknowledged: u64,
    pub products_made: u64,
    /// Writes whose answer was lost, and which were sent again with their key.
    pub sent_again: u64,
    /// Old writes that were sent again on purpose, behind newer ones.
    pub repeated: u64,
    /// Looks at what is there, each compared with what was acknowledged last.
    pub compared: u64,
    pub lost: u64,
    pub twice: u64,
    /// Writes that were never answered.
    pub unanswered: u64,
    /// Writes that were done, and of which it was answered that they were not.
    pub denied: u64,
    /// Writes that were answered otherwise than they should have been, though nothing is lost.
    pub misanswered: u64,
    /// The first of each.
    pub examples: Vec<String>,
    /// From the start of the process until it can answer, in milliseconds.
    pub ready_ms: Percentiles,
}

/// What writers share.
pub(super) struct Counter {
    pub(super) scene: Arc<Scene>,
    pub(super) asks: Asks,
    pub(super) stop: AtomicBool,
    /// Writes that are on their way.
    pub(super) on_the_way: AtomicU64,
    counts: Mutex<KillCounts>,
}

/// More examples than that nobody reads.
const EXAMPLES: usize = 20;
/// With fewer kills than this share in the middle of a write, the check has looked beside the point.
const WHILE_WRITING: f64 = 0.5;

impl Counter {
    pub(super) fn counts(&self) -> MutexGuard<'_, KillCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, which: impl FnOnce(&mut KillCounts) -> &mut u64) {
        *which(&mut self.counts()) += 1;
    }

    /// Counts something that should not have been.
    pub(super) fn find(&self, which: impl FnOnce(&mut KillCounts) -> &mut u64, example: String) {
        let mut counts = self.counts();
        *which(&mut counts) += 1;
        if counts.examples.len() < EXAMPLES {
            counts.examples.push(example);
        }
    }
}

pub(super) async fn run(scene: &Arc<Scene>, plan: &Kill, program: &mut Program) -> anyhow::Result<Outcome> {
    let watch = Watch::start(scene.meter);
    let counter = Arc::new(Counter {
        scene: scene.clone(),
        asks: Asks::new(scene.site.host.clone(), Addresses::Versioned),
        stop: AtomicBool::new(false),
        on_the_way: AtomicU64::new(0),
        counts: Mutex::default(),
    });
    let writers: Vec<_> = (0..plan.writers.max(1) as usize)
        .map(|number| tokio::spawn(Writer::new(counter.clone(), number, plan.writers.max(1) as usize).work()))
        .collect();
    let mut chance = StdRng::seed_from_u64(scene.seed);
    let mut ready = Latencies::new()?;
    let [from, to] = plan.alive.map(|span| span.0.as_secs_f64());
    for restart in 1..=plan.restarts {
        sleep(Duration::from_secs_f64(chance.random_range(from..=to.max(from)))).await;
        let writing = counter.on_the_way.load(Ordering::Relaxed) > 0;
        program.kill()?;
        let begun = Instant::now();
        program.start().await.with_context(|| format!("The server did not come back after it was killed {restart} times."))?;
        ready.add(begun.elapsed());
        let mut counts = counter.counts();
        counts.restarts = restart;
        counts.while_writing += u32::from(writing);
        if restart % 20 == 0 {
            note(format!("  killed {restart} times; {} edits acknowledged, {} lost, {} twice", counts.edits_acknowledged, counts.lost, counts.twice));
        }
    }
    counter.stop.store(true, Ordering::Relaxed);
    note("  every write that has no answer yet is sent until it has one");
    for writer in writers {
        writer.await??;
    }
    let total = super::writer::total(&counter).await?;
    let mut counts = counter.counts().clone();
    counts.ready_ms = ready.percentiles();
    let expected = scene.total + counts.products_made;
    let requests = counts.edits_acknowledged + counts.products_made;
    let (processor, watched) = watch.stop(requests);
    Ok(Outcome {
        summary: None,
        processor,
        watched,
        judged: Vec::new(),
        steps: Vec::new(),
        said: said(&counts),
        broken: broken(&counts, expected, total),
        capacity: None,
        kill: Some(counts),
        void: None,
    })
}

fn said(counts: &KillCounts) -> Vec<String> {
    let mut said = vec![format!(
        "Killed {} times, {} of them in the middle of a write. {} edits and {} new products were acknowledged; {} writes were sent again for want of an answer, {} old ones on purpose. {} comparisons.",
        counts.restarts, counts.while_writing, counts.edits_acknowledged, counts.products_made, counts.sent_again, counts.repeated, counts.compared
    )];
    if counts.misanswered > 0 {
        said.push(format!("{} writes were answered otherwise than they should have been; nothing is lost by it.", counts.misanswered));
    }
    said.extend(counts.examples.iter().cloned());
    said
}

fn broken(counts: &KillCounts, expected: u64, total: u64) -> Vec<String> {
    let mut broken = Vec::new();
    for (found, sentence) in [
        (counts.lost, "acknowledged writes are lost"),
        (counts.twice, "writes were done twice"),
        (counts.unanswered, "writes were never answered"),
        (counts.denied, "writes were done, and answered as if they were not"),
    ] {
        if found > 0 {
            broken.push(format!("{found} {sentence}."));
        }
    }
    // A creation that was answered wrongly is there or is not.
    if total < expected || total > expected + counts.misanswered {
        broken.push(format!("The store has {total} products; {expected} were there or made."));
    }
    if f64::from(counts.while_writing) < f64::from(counts.restarts) * WHILE_WRITING {
        broken.push(format!("Only {} of {} kills came in the middle of a write: the check says little.", counts.while_writing, counts.restarts));
    }
    if counts.edits_acknowledged == 0 {
        broken.push("No write was acknowledged: nothing was checked.".to_owned());
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine() -> KillCounts {
        KillCounts { restarts: 10, while_writing: 9, edits_acknowledged: 100, products_made: 5, ..KillCounts::default() }
    }

    #[test]
    fn nothing_lost_and_nothing_twice_is_fine() {
        assert!(broken(&fine(), 105, 105).is_empty());
    }

    #[test]
    fn each_thing_that_is_wrong_is_said() {
        let says = |counts: KillCounts, expected, total, about: &str| {
            let broken = broken(&counts, expected, total);
            assert!(broken.len() == 1 && broken[0].contains(about), "{broken:?}");
        };
        says(KillCounts { lost: 1, ..fine() }, 105, 105, "lost");
        says(KillCounts { twice: 1, ..fine() }, 105, 105, "twice");
        says(KillCounts { unanswered: 1, ..fine() }, 105, 105, "never answered");
        says(KillCounts { denied: 1, ..fine() }, 105, 105, "as if they were not");
        says(KillCounts { while_writing: 2, ..fine() }, 105, 105, "says little");
        says(KillCounts { edits_acknowledged: 0, ..fine() }, 105, 105, "nothing was checked");
        says(fine(), 105, 106, "106 products");
        says(fine(), 105, 104, "104 products");
        assert!(broken(&KillCounts { misanswered: 1, ..fine() }, 105, 106).is_empty());
    }
}
