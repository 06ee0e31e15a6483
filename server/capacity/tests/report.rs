//! A report of `scripts/load capacity` from file to sentence. `examples/steps.json` is made up, of a server whose numbers are known: lambda 700, sigma
//! 0.45, kappa 0.0002, with 5 % of noise and p95 at 2.9 times the mean, which holds 1,589 people; 1.28 ms of processor a request.

#![allow(clippy::unwrap_used, reason = "a test's own file")]

use capacity::{
    bottleneck,
    steps::{Run, Step},
    users::{Load, Question, estimate, one_more, validate},
};

const PEOPLE: f64 = 1_589.0;

fn run() -> Run {
    Run::read(include_str!("../examples/steps.json")).unwrap()
}

#[test]
fn the_number_of_people_is_within_a_tenth_and_what_is_published_below() {
    let question = Question::default();

    let found = estimate(&run().steps, &question).unwrap();

    assert!((found.at.users / PEOPLE - 1.0).abs() < 0.1, "{:?}", found.at);
    assert!(found.published() < PEOPLE && found.published() > 0.85 * PEOPLE, "{:?}", found.users);
    assert!((found.curve.sigma - 0.45).abs() < 0.05, "{:?}", found.curve);
    assert!(one_more(&found, 1).users_shared < 1.1 * found.published());
}

#[test]
fn the_run_at_nine_tenths_holds() {
    let (run, question) = (run(), Question::default());
    let step = run.validation.unwrap();

    let validation = validate(&estimate(&run.steps, &question).unwrap(), Load::Rate(step.asked), &step, &question).unwrap();

    assert!(validation.holds, "{}", validation.sentence);
}

#[test]
fn the_processor_ends_first() {
    let windows: Vec<_> = run().steps.iter().map(Step::window).collect();

    let found = bottleneck::find(&windows, 0.6).unwrap();

    let server = found.resources.iter().find(|resource| resource.name.starts_with("the server")).unwrap();
    assert!((server.demand_ms / 1.28 - 1.0).abs() < 0.05, "{server:?}");
    assert!(found.first().unwrap().name.contains("generator's part"), "{:?}", found.first());
}
