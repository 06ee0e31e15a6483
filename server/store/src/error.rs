//! What can go wrong with a database, as a sentence that says what to do; the cause stays with it, for the log.

use std::path::{Path, PathBuf};

use ports::error::AppError;
use sqlx::error::{DatabaseError, ErrorKind};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the write lock, or all connections are taken.
    #[error("The database is busy or does not answer: another program may be writing to it. Try again in a moment; nothing was changed.")]
    Busy(#[source] sqlx::Error),
    #[error("The disk of the database is full. Free some space and try again; nothing was changed.")]
    Full(#[source] sqlx::Error),
    /// Also a quota that is used up, which SQLite does not tell from a failing disk.
    #[error(
        "The disk of the database could not be read or written: it may be full, its quota used up, or failing. Check it and try again; nothing was changed."
    )]
    Disk(#[source] sqlx::Error),
    #[error("The database can only be read. Give the program the right to write to it and to its folder; nothing was changed.")]
    ReadOnly(#[source] sqlx::Error),
    #[error("The database file is damaged or is not a database. Put it aside and restore a backup.")]
    Corrupt(#[source] sqlx::Error),
    #[error("The database file {} cannot be opened. Check that its folder exists and may be written to.", .0.display())]
    CannotOpen(PathBuf, #[source] sqlx::Error),
    #[error("The database cannot be reached. Check that it runs and that VITRINE_DATABASE_URL is right.")]
    Unreachable(#[source] sqlx::Error),
    #[error("The database refused the sign-in, or it is not there. Check user, password and database name in VITRINE_DATABASE_URL.")]
    Denied(#[source] sqlx::Error),
    #[error("The database was made by a newer version of Vitrine (it is at step {found}, this program knows {known}). Install that version.")]
    Newer { found: i64, known: i64 },
    #[error("Step {0} of the database's tables differs from the one this program knows. Install the version of Vitrine that made the database.")]
    Altered(i64),
    #[error("The database address is not understood. Write sqlite:FILE or postgres://USER@HOST/DATABASE.")]
    Address,
    /// A unique value was taken, or a lock was lost, by a change made in the same moment. Done again it succeeds.
    #[error("Somebody else changed the same thing in the same moment. Try again; nothing was changed.")]
    Race(#[source] sqlx::Error),
    /// Another worker has taken the job over; what was written with it is taken back.
    #[error("The job was taken over by another worker: this attempt stops, and nothing of its last step was kept.")]
    LeaseLost,
    /// What was asked cannot be done; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// What was read for several who asked at a time; it is logged already.
    #[error("{0}")]
    Shared(AppError),
    /// A row holds what this program never writes.
    #[error("The database holds something that this program does not understand: {0}.")]
    Unreadable(String),
    #[error("The database refused an operation; the cause is in the log. Nothing was changed.")]
    Other(#[source] sqlx::Error),
}

impl StoreError {
    pub(crate) fn opening(error: sqlx::Error, path: &Path) -> Self {
        match sqlite_code(&error) {
            Some(14) => Self::CannotOpen(path.to_owned(), error),
            _ => error.into(),
        }
    }

    /// Whether the same again can succeed by itself, and soon.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unreachable(_) | Self::Race(_) | Self::Full(_) | Self::Disk(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy(error),
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                Self::Unreachable(error)
            }
            sqlx::Error::Decode(cause) | sqlx::Error::ColumnDecode { source: cause, .. } => Self::Unreadable(cause.to_string()),
            sqlx::Error::Database(database) if database.kind() == ErrorKind::UniqueViolation => Self::Race(error),
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                if is_postgres(&**database) { from_postgres(&code, error) } else { from_sqlite(&code, error) }
            }
            _ => Self::Other(error),
        }
    }
}

/// The sentence for people; the cause goes into the log, here and nowhere else.
impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(sentence) => return Self::Invalid(sentence),
            StoreError::Shared(told) => return told,
            _ => {}
        }
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::error!(error = %error, cause, "the database failed");
        match error {
            StoreError::Busy(_) | StoreError::Race(_) => {
                Self::Unavailable("The database is busy. Nothing was changed. Try again in a moment.".into())
            }
            StoreError::Full(_) => Self::Unavailable("The server's disk is full. Nothing was changed. Tell whoever runs it, and try again.".into()),
            StoreError::Disk(_) => {
                Self::Unavailable("The server's disk could not be read or written. Nothing was changed. Tell whoever runs it, and try again.".into())
            }
            StoreError::ReadOnly(_) => Self::Unavailable(
                "The database can only be read at the moment. Nothing was changed. Tell whoever runs the server, and try again.".into(),
            ),
            StoreError::Unreachable(_) | StoreError::CannotOpen(..) | StoreError::Denied(_) => {
                Self::Unavailable("The database cannot be reached at the moment. Nothing was changed. Try again in a minute.".into())
            }
            _ => Self::Internal,
        }
    }
}

/// Primary result codes: <https://www.sqlite.org/rescode.html>; the extended ones keep them in the low byte.
fn from_sqlite(code: &str, error: sqlx::Error) -> StoreError {
    match code.parse::<u32>().unwrap_or(0) & 0xff {
        5 | 6 => StoreError::Busy(error),
        8 => StoreError::ReadOnly(error),
        11 | 26 => StoreError::Corrupt(error),
        13 => StoreError::Full(error),
        10 => StoreError::Disk(error),
        14 => StoreError::Unreachable(error),
        _ => StoreError::Other(error),
    }
}

/// SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn from_postgres(code: &str, error: sqlx::Error) -> StoreError {
    match code {
        "40001" | "40P01" => StoreError::Race(error),
        "53100" => StoreError::Full(error),
        "25006" => StoreError::ReadOnly(error),
        // A lock that is held for too long, a statement that took too long; memory or connections that ran out.
        "55P03" | "57014" | "53000" | "53200" | "53300" | "53400" => StoreError::Busy(error),
        "3D000" | "42501" => StoreError::Denied(error),
        "XX001" | "XX002" => StoreError::Corrupt(error),
        code if code.starts_with("28") => StoreError::Denied(error),
        code if code.starts_with("58") => StoreError::Disk(error),
        // 08: connection, 57: shutting down or starting up
        code if code.starts_with("08") || code.starts_with("57") => StoreError::Unreachable(error),
        _ => StoreError::Other(error),
    }
}

fn is_postgres(error: &dyn DatabaseError) -> bool {
    error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some()
}

fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let sqlx::Error::Database(database) = error else { return None };
    database.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}
