//! Why an attempt failed, and whether another one may do better.

use std::io;

use ports::error::AppError;
use shopify_csv::FileError;
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(FileError),
    /// Of several servers only one has the upload, unless they share the data directory.
    #[error("The uploaded file is not in this server's data directory. The job waits for the server that has it.")]
    Elsewhere,
    #[error("The file is no longer there. Import it again from where it is now.")]
    Gone,
    #[error(
        "The program stopped in the middle of this job, several times at the same place. Split the file to find out where; what was done until then stays."
    )]
    Crashes,
    #[error("The program stopped in the middle of this run, several times at the same place. What was written until then stays.")]
    RunCrashes,
    #[error("Something went wrong on the server; its log has the cause. What was done until then stays.")]
    Bug,
}

impl Failure {
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            // Making a full or a read-only disk writable takes somebody, who may be quick.
            Self::Store(error) => error.is_passing() || matches!(error, StoreError::ReadOnly(_)),
            Self::File(error) => matches!(error, FileError::Io(error) if error.kind() != io::ErrorKind::NotFound),
            Self::Elsewhere => true,
            Self::Gone | Self::Crashes | Self::RunCrashes | Self::Bug => false,
        }
    }

    pub(crate) fn is_lost_lease(&self) -> bool {
        matches!(self, Self::Store(StoreError::LeaseLost))
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io(error) if error.kind() == io::ErrorKind::NotFound => Self::Elsewhere,
            error => Self::File(error),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        FileError::Io(error).into()
    }
}

/// Where a person waits for it.
impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            failure => {
                tracing::error!(error = %failure, "a request failed");
                Self::Internal
            }
        }
    }
}
