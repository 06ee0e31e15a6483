//! The program from outside: its addresses, its command line, and the rules its sources keep.
//! Everything runs against the real binary on real databases.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod bad_input;
mod clock;
mod command_line;
mod databases;
mod deploy_examples;
mod dialects;
mod routes;
mod security;
mod support;
mod tidy;
