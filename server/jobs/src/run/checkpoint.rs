//! What a run keeps in the database beside what everybody may read of it.

use domain::money::Cost;
use serde::{Deserialize, Serialize};
use store::words::records::RunCheckpoint;

use super::spread::Spread;

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Checkpoint {
    #[serde(flatten)]
    pub(crate) run: RunCheckpoint,
    /// Somebody has looked at the sample and let the run go on.
    pub(crate) sample_seen: bool,
    /// Of all products that are done, skipped ones too.
    pub(crate) tokens_in: Spread,
    pub(crate) tokens_out: Spread,
    pub(crate) cost: Spread,
}

impl Checkpoint {
    /// A product more is done, and took this.
    pub(crate) fn add(&mut self, tokens_in: u64, tokens_out: u64, cost: Cost) {
        self.tokens_in.add(tokens_in as f64);
        self.tokens_out.add(tokens_out as f64);
        self.cost.add(cost.0 as f64);
    }

    pub(crate) fn done(&self) -> u64 {
        let progress = &self.run.progress;
        progress.written + progress.skipped + progress.failed
    }
}
