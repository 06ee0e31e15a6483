//! What a job keeps in the database as JSON: what it was asked to do, and how far it is.

use std::path::PathBuf;

use ports::jobs::Progress;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImportParams {
    pub(crate) overwrite: bool,
    pub(crate) file: ImportFile,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ImportFile {
    /// In the uploads of the data directory, under the job's id.
    Upload,
    /// Where the command line was pointed to. The digest tells whether it is still the same file.
    Local { path: PathBuf, size: u64, sha256: String },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Checkpoint {
    pub(crate) progress: Progress,
    pub(crate) position: Position,
    /// Bad rows that are kept; there may be more than are kept.
    pub(crate) bad_kept: u64,
    /// The line of the last bad row, and how many of that line were before it.
    pub(crate) last_bad: (u64, u32),
    pub(crate) planned_new: u32,
    pub(crate) planned_changed: u32,
    /// The attempt that came this far: those behind it have achieved nothing yet.
    pub(crate) attempt: u32,
}

/// Everything up to here is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Where in the file the last product that was given ends.
    pub(crate) end: u64,
    /// How many bad rows were given behind it.
    pub(crate) bad: u64,
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable(error.to_string()))
}

pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Unreadable(format!("the state of a job: {error}")))
}
