//! Work in the background that survives a crash: the queue is a table, a [`Worker`] leases jobs from it, and every job
//! saves how far it is in the transaction that does the work, so that whoever leases it next goes on behind that.
//!
//! A new kind of job is a variant of [`ports::jobs::JobKind`], a module beside [`import`], and an arm in `attempt`.

mod attempt;
mod bad_rows_csv;
mod command_line;
mod export;
mod failure;
mod import;
mod keep;
mod retry;
mod service;
mod state;
mod sweep;
mod uploads;
mod worker;

pub use self::{
    bad_rows_csv::{bad_rows_csv, write_bad_rows},
    command_line::{ImportError, ImportSummary, import_file},
    export::{ExportError, ExportProgress, export},
    service::JobsService,
    worker::{Wake, Worker, WorkerHandle, WorkerOptions},
};
