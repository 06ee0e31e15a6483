//! How jobs stand, in words, and how long they will still take.

use std::collections::BTreeMap;

use domain::ids::JobId;
use ports::jobs::{JobKind, JobState, JobView, Progress};

use crate::ui::{format::number, time::span};

/// A job's state as a badge: its tone and its word.
pub(super) fn badge(job: &JobView) -> (&'static str, String) {
    match job.state {
        JobState::Queued if job.cancelling => ("off", "Cancelling".to_owned()),
        JobState::Queued => ("off", "Waiting".to_owned()),
        JobState::Running if job.cancelling => ("busy", "Cancelling".to_owned()),
        JobState::Running => ("busy", "Running".to_owned()),
        JobState::Done if job.progress.bad > 0 => ("warn", bad_rows(job.progress.bad)),
        JobState::Done => ("ok", "Done".to_owned()),
        JobState::Failed => ("bad", "Failed".to_owned()),
        JobState::Cancelled => ("off", "Cancelled".to_owned()),
    }
}

fn bad_rows(count: u64) -> String {
    if count == 1 { "1 bad row".to_owned() } else { format!("{} bad rows", number(count)) }
}

/// What a finished job came to, in a line.
pub(super) fn outcome(job: &JobView) -> String {
    if job.state == JobState::Failed {
        return job.message.clone();
    }
    let Progress { created, changed, .. } = job.progress;
    let (new, other) = match job.kind {
        JobKind::Import | JobKind::Optimise => ("new", "changed"),
        JobKind::DryRun => ("would be new", "would change"),
    };
    match (created, changed) {
        (0, 0) if job.state == JobState::Cancelled => "Nothing was written".to_owned(),
        (0, 0) => "Nothing was different".to_owned(),
        (created, 0) => format!("{} {new}", number(created)),
        (0, changed) => format!("{} {other}", number(changed)),
        (created, changed) => format!("{} {new}, {} {other}", number(created), number(changed)),
    }
}

/// Products looked at so far.
pub(super) const fn looked_at(progress: &Progress) -> u64 {
    progress.created + progress.changed + progress.unchanged + progress.skipped
}

pub(super) const fn kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Import => "Import",
        JobKind::DryRun => "Dry run",
        JobKind::Optimise => "Run",
    }
}

/// How long a finished job took: `in 4 s`.
pub(super) fn took(job: &JobView) -> String {
    match (job.started_at, job.finished_at) {
        (Some(start), Some(end)) => format!("in {}", span(((end.micros() - start.micros()).max(0) as u64).div_ceil(1_000_000))),
        _ => String::new(),
    }
}

/// How fast jobs are, seen from here: server and browser need not agree on the time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pace(BTreeMap<JobId, Seen>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    first: (i64, u64),
    last: (i64, u64),
}

impl Pace {
    /// Notes how far the running jobs are at a moment, in milliseconds.
    pub fn note<'a>(&mut self, jobs: impl Iterator<Item = &'a JobView>, now: i64) {
        let mut seen = BTreeMap::new();
        for job in jobs.filter(|job| job.state == JobState::Running) {
            let here = (now, job.progress.bytes);
            let first = self.0.get(&job.id).map_or(here, |seen| seen.first);
            seen.insert(job.id, Seen { first, last: here });
        }
        self.0 = seen;
    }

    /// How long a job will still take, once it was watched for two seconds: `1 min left`.
    pub fn left(&self, job: &JobView) -> Option<String> {
        let Seen { first, last } = self.0.get(&job.id)?;
        let (millis, bytes) = (last.0 - first.0, last.1.checked_sub(first.1)?);
        if millis < 2_000 || bytes == 0 {
            return None;
        }
        let rest = job.progress.bytes_total.saturating_sub(last.1);
        let seconds = u128::from(rest) * millis as u128 / u128::from(bytes) / 1_000;
        Some(format!("{} left", span(seconds.min(u128::from(u64::MAX)) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;

    use super::*;

    fn job(state: JobState, progress: Progress) -> JobView {
        JobView {
            id: JobId::new(Timestamp::from_micros(1), [1; 10]),
            kind: JobKind::Import,
            state,
            subject: "lamps.csv".into(),
            who: "Mara".into(),
            created_at: Timestamp::from_micros(0),
            started_at: Some(Timestamp::from_micros(0)),
            finished_at: Some(Timestamp::from_micros(3_200_000)),
            progress,
            message: String::new(),
            cancelling: false,
        }
    }

    #[test]
    fn the_rest_is_reckoned_from_what_was_seen() {
        let at = |bytes| job(JobState::Running, Progress { bytes, bytes_total: 10_000, ..Progress::default() });
        let mut pace = Pace::default();

        pace.note([at(1_000)].iter(), 0);
        assert_eq!(pace.left(&at(1_000)), None);
        pace.note([at(2_000)].iter(), 4_000);
        assert_eq!(pace.left(&at(2_000)).as_deref(), Some("32 s left"));

        // A job that started anew goes back.
        pace.note([at(500)].iter(), 8_000);
        assert_eq!(pace.left(&at(500)), None);
        pace.note([].iter(), 9_000);
        assert_eq!(pace, Pace::default());
    }

    #[test]
    fn a_finished_job_says_what_came_of_it() {
        let done = |created, changed, bad| job(JobState::Done, Progress { created, changed, bad, ..Progress::default() });

        assert_eq!(outcome(&done(214, 1_902, 0)), "214 new, 1,902 changed");
        assert_eq!(outcome(&done(0, 0, 0)), "Nothing was different");
        assert_eq!(outcome(&JobView { kind: JobKind::DryRun, ..done(214, 1, 0) }), "214 would be new, 1 would change");
        assert_eq!(badge(&done(1, 0, 12)), ("warn", "12 bad rows".into()));
        assert_eq!(took(&done(0, 0, 0)), "in 4 s");
    }
}
