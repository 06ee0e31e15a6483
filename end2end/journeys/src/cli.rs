//! The command line. Exit codes: 0 when every threshold held, 1 when one was missed, 3 when there was no run.

#![expect(clippy::doc_markdown, reason = "the comments of arguments are their help, which a terminal shows as it is")]

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, ValueEnum};
use goose::threshold::Threshold;

use crate::{
    attack::{self, Attack},
    crowd, tell,
};

/// People at work on a Vitrine that runs, driven by goose, and whether it holds.
///
/// scripts/journeys starts a server with people and products for it.
/// Exit code: 0 when every threshold held, 1 when one was missed, 3 when there was no run.
#[derive(Parser)]
#[command(name = "journeys", max_term_width = 100, args_override_self = true)]
struct Arguments {
    /// What everybody does.
    #[arg(value_enum, default_value_t = Journey::Journey)]
    journey: Journey,
    /// Where the server is, such as http://127.0.0.1:3000.
    #[arg(long)]
    url: String,
    /// A file with a line for each person: an email, a space, a password.
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// How many people there are; each has an account and a product of their own.
    #[arg(short, long, default_value_t = 20)]
    users: usize,
    /// How many of them come a second.
    #[arg(short, long, default_value_t = 10.0)]
    rate: f64,
    /// How long they go on once all are there, such as 60s or 5m.
    #[arg(short, long, default_value = "60s")]
    time: String,
    /// What must hold of everything that is asked, as goose writes it; once for each rule.
    #[arg(long, value_name = "RULE", default_values = ["p95<200ms", "error-rate<1%"])]
    threshold: Vec<Threshold>,
    /// The folder of the reports.
    #[arg(long, value_name = "DIR", default_value = "target/load/journeys")]
    out: PathBuf,
}

/// What everybody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Journey {
    /// Log in, look at the list, at a product in it, search, open a page, correct a title
    Journey,
    /// Log in and look at the list, at the addresses from before there were versions
    Unversioned,
}

impl Journey {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Journey => "journey",
            Self::Unversioned => "unversioned",
        }
    }
}

const MISSED: u8 = 1;
const NO_RUN: u8 = 3;

pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(NO_RUN) } else { ExitCode::SUCCESS };
        }
    };
    // One worker: the other processor is the server's.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    match runtime.context("The program cannot be started.").and_then(|runtime| runtime.block_on(go(arguments))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(MISSED),
        Err(error) => {
            tell::note(format!("journeys: {}", sentence(&error)));
            ExitCode::from(NO_RUN)
        }
    }
}

/// Whether everything held.
async fn go(arguments: Arguments) -> anyhow::Result<bool> {
    let people = std::fs::read_to_string(&arguments.people);
    let people = crowd::people(&people.with_context(|| format!("{} cannot be read.", arguments.people.display()))?)?;
    let crowd = crowd::read(&arguments.url, people, arguments.users, arguments.journey).await?;
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("{} cannot be made.", arguments.out.display()))?;
    let report = |kind: &str| arguments.out.join(format!("{}.{kind}", arguments.journey.name()));
    let attack = Attack {
        journey: arguments.journey,
        url: arguments.url.clone(),
        users: arguments.users,
        rate: arguments.rate,
        time: arguments.time.clone(),
        thresholds: arguments.threshold.clone(),
        reports: ["html", "json"].map(report),
    };
    let results = attack::run(&attack, crowd).await?;
    for result in &results {
        tell::tell(attack::sentence(result));
    }
    let holds = results.iter().all(|result| result.passed);
    let [html, json] = &attack.reports;
    let verdict = if holds { "passed" } else { "missed" };
    tell::tell(format!("{}: {verdict} ({}, {})", arguments.journey.name(), html.display(), json.display()));
    Ok(holds)
}

/// What is wrong, and in brackets why.
fn sentence(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    if causes.is_empty() { error.to_string() } else { format!("{error} ({})", causes.join(": ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(more: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["journeys", "--url", "http://h", "--people", "p"], more].concat())
    }

    #[test]
    fn a_call_is_understood() {
        let plain = arguments(&[]).unwrap();
        assert_eq!((plain.journey, plain.users, plain.threshold.len()), (Journey::Journey, 20, 2));
        let told = arguments(&["unversioned", "-u", "100", "-r", "0.5", "-t", "2m", "--threshold", "p99<1s"]).unwrap();
        assert_eq!(
            (told.journey, told.users, told.time.as_str(), told.threshold[0].to_string().as_str()),
            (Journey::Unversioned, 100, "2m", "p99<1s")
        );
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(arguments(&["--threshold", "p95 200ms"]).is_err());
        assert!(arguments(&["tour"]).is_err());
        assert!(Arguments::try_parse_from(["journeys", "--url", "http://h"]).is_err());
    }

    #[test]
    fn the_last_folder_of_reports_is_taken() {
        assert_eq!(arguments(&["--out", "a", "--out", "b"]).unwrap().out, PathBuf::from("b"));
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        let error = anyhow::anyhow!("refused").context("connect").context("Nobody answers.");
        assert_eq!(sentence(&error), "Nobody answers. (connect: refused)");
        assert_eq!(sentence(&anyhow::anyhow!("Nobody asks.")), "Nobody asks.");
    }
}
