//! Load upon a Vitrine that runs: what a plan asks for, measured from when it was due, judged, and told.

mod ask;
mod bare;
mod call;
mod cli;
mod compare;
mod failure;
mod ground;
mod http;
mod measure;
mod plan;
mod report;
mod run;
mod schedule;
mod tell;
mod threshold;
mod verdict;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
