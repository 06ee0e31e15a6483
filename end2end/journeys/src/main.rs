//! The mission's journeys upon a Vitrine that runs, driven by goose, and whether it holds.

mod answer;
mod ask;
mod attack;
mod cli;
mod crowd;
mod person;
mod scenarios;
mod tell;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
