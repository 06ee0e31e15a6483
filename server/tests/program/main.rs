//! The program from outside: its addresses, its command line, and the rules its sources keep.
//! Everything runs against the real binary on real databases.

mod bad_input;
mod command_line;
mod routes;
mod support;
mod tidy;
