//! Work in the background, as it travels.

use domain::{change::FieldChange, clock::Timestamp, ids::JobId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobView {
    pub id: JobId,
    pub kind: JobKind,
    pub state: JobState,
    /// What it works on: the file's name.
    pub subject: String,
    /// Who started it.
    pub who: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub progress: Progress,
    /// Why it failed, or why it waits to be tried again: a sentence.
    pub message: String,
    pub cancelling: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobKind {
    /// A catalogue file is read and its products are written.
    Import,
    /// The same, but nothing is written: it tells what would be.
    DryRun,
    /// Words of products are written anew, for review.
    Optimise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobState {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

/// How far a job is. Counts are of products, but for `bad`, which counts rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes of the file read, of how many.
    pub bytes: u64,
    pub bytes_total: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Known products left alone because overwriting was not asked for.
    pub skipped: u64,
    pub bad: u64,
}

/// A row of the file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    pub line: u64,
    pub column: String,
    pub value: String,
    pub reason: String,
}

/// What an import would do to one product; kept for the first of them as a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    pub handle: String,
    pub title: String,
    /// Whether the product would be new.
    pub new: bool,
    pub fields: Vec<FieldChange>,
}

/// A job with its results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobDetail {
    pub job: JobView,
    /// The first bad rows; all of them are in the file to download.
    pub bad_rows: Vec<BadRow>,
    pub planned: Vec<PlannedChange>,
    /// Whether known products are overwritten.
    pub overwrite: bool,
}

macro_rules! named {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $name {
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

named!(JobKind { Import = "import", DryRun = "dry_run", Optimise = "optimise" });
named!(JobState { Queued = "queued", Running = "running", Done = "done", Failed = "failed", Cancelled = "cancelled" });

impl JobState {
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
