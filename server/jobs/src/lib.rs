//! Work in the background that survives a crash: the queue is a table, a [`Worker`] leases jobs from it, and every job
//! saves how far it is in the transaction that does the work, so that whoever leases it next goes on behind that.
//!
//! A new kind of job is a variant of [`ports::jobs::JobKind`], a module beside [`import`] and [`run`], and an arm in `attempt`.

mod attempt;
mod bad_rows_csv;
mod command_line;
mod desk;
mod export;
mod failure;
mod import;
mod keep;
mod retry;
mod run;
mod runs;
mod service;
mod state;
mod sweep;
mod traced;
mod uploads;
mod webhooks;
mod worker;
mod writing;

pub use self::{
    bad_rows_csv::{bad_rows_csv, write_bad_rows},
    command_line::{ImportError, ImportSummary, import_file},
    desk::{Desk, DeskOptions},
    export::{ExportError, ExportPiece, ExportProgress, export, export_pieces},
    runs::RunsService,
    service::JobsService,
    webhooks::{Couriers, CouriersHandle, Post, WebhooksService},
    worker::{Wake, Worker, WorkerHandle, WorkerOptions},
    writing::WritingService,
};
