//! Stories of jobs, each on both engines.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a story that cannot go on ends, and its child process reports by printing")]

mod asking;
mod bad_files;
mod bad_rows;
mod cancelling;
mod command_line;
mod exporting;
mod importing;
mod interrupted;
mod permissions;
mod races;
mod runs;
mod sent_back;
mod support;
mod webhooks;
mod writing;
