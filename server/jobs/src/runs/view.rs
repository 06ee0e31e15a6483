//! A run as it is shown.

use std::collections::HashMap;

use domain::{ids::ProviderId, money::Currency};
use ports::{
    error::AppError,
    jobs::JobState,
    runs::{RunProgress, RunView},
};
use store::{JobRow, words::records::RunParams};

use crate::{run::checkpoint::Checkpoint, state::from_json};

pub(super) fn run(job: &JobRow, names: &HashMap<ProviderId, String>, currency: Currency) -> Result<RunView, AppError> {
    let params: RunParams = from_json(&job.params)?;
    let checkpoint: Checkpoint = from_json(&job.progress)?;
    let progress = checkpoint.run.progress;
    let pace = u64::from(checkpoint.run.ms_per_product);
    let goes_on = job.state == JobState::Running && !job.paused && pace > 0;
    Ok(RunView {
        id: job.id,
        state: job.state,
        paused: job.paused && !job.state.is_over(),
        cancelling: job.cancel_requested && !job.state.is_over(),
        subject: job.subject.clone(),
        // Runs of the command line have nobody's name.
        who: if job.who.is_empty() { "the command line".to_owned() } else { job.who.clone() },
        created_at: job.created_at,
        started_at: job.started_at,
        finished_at: job.finished_at,
        message: job.message.clone(),
        progress,
        provider: names.get(&params.spec.provider).cloned().unwrap_or_default(),
        currency,
        seconds_left: goes_on.then(|| (left(&progress) * pace).div_ceil(1_000)),
    })
}

/// Products that are not done.
pub(super) fn left(progress: &RunProgress) -> u64 {
    progress.total.saturating_sub(progress.written + progress.skipped + progress.failed)
}
