//! Stories of jobs, each on both engines.

mod bad_files;
mod bad_rows;
mod cancelling;
mod command_line;
mod exporting;
mod importing;
mod interrupted;
mod permissions;
mod races;
mod support;
