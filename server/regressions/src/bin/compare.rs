//! Judges what was measured of two builds: JSON on standard input (see `regressions::samples`), a table on standard output.
//!
//! Exit code: 0 when nothing got worse, 1 when something did, 2 when something could not be decided, 3 when there is nothing to judge.
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use std::{io::Read, process::ExitCode};

use regressions::samples::Samples;

fn main() -> ExitCode {
    let mut json = String::new();
    let read = std::io::stdin().read_to_string(&mut json).map_err(|error| format!("The samples cannot be read: {error}. Measure again."));
    match read.and_then(|_| Samples::read(&json)) {
        Ok(samples) => {
            let judged = samples.judge();
            println!("{} (new) beside {} (base)\n\n{}", samples.new, samples.base, judged.to_string().trim_end());
            ExitCode::from(judged.outcome.code())
        }
        Err(sentence) => {
            eprintln!("compare: {sentence}");
            ExitCode::from(3)
        }
    }
}
