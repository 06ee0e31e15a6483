//! What benches and load runs found, since when something is another value, and the port to look at it and to say what becomes of it.

use async_trait::async_trait;
use domain::clock::Timestamp;

use crate::{Access, error::AppError};

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bench or a load run.
    Lab,
    /// A stepped run, with how many people the server holds.
    Capacity,
}

/// A record as it is kept: JSON of the crate `capacity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabRecord {
    pub text: String,
    pub added_at: Timestamp,
}

/// Where something was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Lab,
    /// With people at work.
    Live,
}

/// Since then it is another value.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePoint {
    pub id: i64,
    pub metric: String,
    /// A route; of the lab what was run on which machine.
    pub subject: String,
    /// Of the lab; what is measured live is in the unit of its metric.
    pub unit: String,
    /// The first that has the new value.
    pub at: Timestamp,
    pub before: f64,
    pub after: f64,
    pub is_worse: bool,
    /// How many of three see it.
    pub votes: u32,
    pub builds: Builds,
    pub standing: Standing,
    pub found_at: Timestamp,
}

/// What served, or was measured, around a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Builds {
    /// The last one before; empty where it is not known.
    pub before: String,
    /// Those that began around it, the first first; none where none did.
    pub since: Vec<String>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has said anything.
    Open,
    Settled {
        how: Settlement,
        note: String,
        /// Who has; none when they are not there any more.
        by: Option<String>,
        at: Timestamp,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It is as it should be from now on: what comes is held against that.
    Accepted,
    /// Somebody sees to it, or it is known.
    Filed,
}

/// What was asked in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusyHour {
    /// When it began, in minutes since 1970.
    pub at: i64,
    pub requests: u64,
}

/// Records that are shown at most.
pub const MOST_RECORDS: u32 = 300;
/// Of a plan the latest are told: several where its engines were run one after the other.
pub const MOST_RUNS: u32 = 8;
/// Changes that are shown at most.
pub const MOST_CHANGES: u32 = 1_000;
/// Characters of a note.
pub const LONGEST_NOTE: usize = 1_000;

/// For whoever owns every store of the server, as with what it measures.
#[async_trait]
pub trait Lab: Send + Sync {
    /// The latest [`MOST_RECORDS`], the latest first.
    async fn lab_records(&self, who: &Access) -> Result<Vec<LabRecord>, AppError>;

    /// The latest [`MOST_RUNS`] of a suite and plan, whatever they ran on, the latest first.
    async fn latest_runs(&self, who: &Access, suite: &str, plan: &str) -> Result<Vec<LabRecord>, AppError>;

    /// The latest stepped run; none when none was added.
    async fn capacity_run(&self, who: &Access) -> Result<Option<LabRecord>, AppError>;

    /// The hours of the last weeks in which anything was asked, the first first, without the present day; of what makes work, that is without
    /// files, pictures and signs of life.
    async fn busy_hours(&self, who: &Access) -> Result<Vec<BusyHour>, AppError>;

    /// The latest [`MOST_CHANGES`], the latest first.
    async fn change_points(&self, who: &Access, source: Source) -> Result<Vec<ChangePoint>, AppError>;

    /// Says what becomes of a change. To file one takes a note; a note is at most [`LONGEST_NOTE`] characters long.
    async fn settle(&self, who: &Access, source: Source, id: i64, how: Settlement, note: &str) -> Result<(), AppError>;
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Capacity => "capacity",
        }
    }
}

impl Source {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Live => "live",
        }
    }
}

impl Settlement {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Filed => "filed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Accepted, Self::Filed].into_iter().find(|how| how.name() == name)
    }
}

impl ChangePoint {
    pub fn is_open(&self) -> bool {
        self.standing == Standing::Open
    }

    /// By how much more of a hundred, or, below zero, less; none where it was 0 before.
    pub fn percent(&self) -> Option<f64> {
        (self.before != 0.0).then(|| (self.after - self.before) / self.before.abs() * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settlements_are_known_by_their_names() {
        for how in [Settlement::Accepted, Settlement::Filed] {
            assert_eq!(Settlement::from_name(how.name()), Some(how));
        }
        assert_eq!(Settlement::from_name("open"), None);
    }
}
