//! What a stepped run says of a server, in words and tables.
//!
//!     scripts/load capacity
//!     cargo run -p capacity --release --example report < target/load/capacity/TIME.json
//!
//! `THINK_MS`, `P95_MS`, `PROCESSES` and `SEED` in the environment ask for something else than a second, 200 ms, one process and 1.

#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::{
    io::{self, Read},
    process::ExitCode,
};

use capacity::{
    bottleneck,
    steps::{MOST_BYTES, Run},
    users::{Load, Question, estimate, one_more, validate},
    words::{number, percent, table},
};

/// Below this nothing is said to be near its end.
const NEAR: f64 = 0.6;

fn main() -> ExitCode {
    match report() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("report: {why}");
            ExitCode::FAILURE
        }
    }
}

fn report() -> Result<(), String> {
    let mut text = String::new();
    io::stdin().take(MOST_BYTES as u64 + 1).read_to_string(&mut text).map_err(|error| format!("Standard input cannot be read: {error}."))?;
    let run = Run::read(&text).map_err(|error| error.to_string())?;
    let question = Question {
        think_ms: asked("THINK_MS")?.unwrap_or(1_000.0),
        p95_ms: asked("P95_MS")?.unwrap_or(200.0),
        seed: asked("SEED")?.map_or(1, |seed| seed as u64),
        ..Question::default()
    };
    let processes = asked("PROCESSES")?.map_or(1, |processes| processes as u32);
    println!("{} on {}: {}, {} cores, {} products.\n", run.at, run.target, run.processor, run.cores, run.products);
    println!("{}\n", steps(&run, &question));
    let estimated = estimate(&run.steps, &question);
    match &estimated {
        Ok(estimate) => {
            paragraph("How many people", &estimate.sentences(&question));
            paragraph("One more process", &[one_more(estimate, processes).sentence()]);
            paragraph("Validation", &[validation(&run, estimate, &question)]);
        }
        Err(why) => paragraph("How many people", &[why.to_string()]),
    }
    let windows: Vec<_> = run.steps.iter().map(capacity::steps::Step::window).collect();
    match bottleneck::find(&windows, NEAR) {
        Ok(found) => {
            paragraph("What ends first", &found.sentences());
            println!("{}", found.table());
        }
        Err(why) => paragraph("What ends first", &[why.to_string()]),
    }
    Ok(())
}

fn validation(run: &Run, estimate: &capacity::users::Estimate, question: &Question) -> String {
    let Some(step) = &run.validation else { return "The run has no step at nine tenths of the number: it is not validated.".into() };
    validate(estimate, Load::Rate(step.asked), step, question)
        .map_or_else(|| format!("{}/s is more than the curve says the server can take.", number(step.rate)), |validation| validation.sentence)
}

fn steps(run: &Run, question: &Question) -> String {
    let mut steps: Vec<_> = run.steps.iter().collect();
    steps.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let rows: Vec<Vec<String>> = steps
        .into_iter()
        .map(|step| {
            vec![
                number(step.rate),
                number(step.throughput),
                number(step.response_ms),
                number(step.p95_ms),
                percent(step.errors),
                number(step.in_hand()),
                percent(step.generator),
                if question.is_beyond(step) { "beyond".into() } else { "held".into() },
            ]
        })
        .collect();
    table(&["due /s", "good /s", "mean ms", "p95 ms", "errors", "in hand", "generator", ""], &rows)
}

fn paragraph(head: &str, sentences: &[String]) {
    println!("{head}\n  {}\n", sentences.join("\n  "));
}

fn asked(name: &str) -> Result<Option<f64>, String> {
    let Ok(text) = std::env::var(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| format!("{name} is {text:?}. Give a number."))
}
