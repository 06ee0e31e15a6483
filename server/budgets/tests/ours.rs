//! The product's own budgets, and whether the sources still are what they say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use budgets::{About, Budgets, Side, Statistic, Unit};

#[test]
fn ours_can_be_read() {
    let budgets = Budgets::ours();

    let checked: BTreeSet<&str> = budgets.iter().map(budgets::Budget::checked).collect();
    assert_eq!(checked, BTreeSet::from(["build", "counted", "live", "test"]));
    assert!((budgets.objective().unwrap().allowed() - 0.001).abs() < 1e-12);
}

#[test]
fn pages_are_those_of_the_router() {
    let source = text("app/src/routes.rs");
    let routes: BTreeSet<&str> = source.split("path!(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();

    assert_eq!(Budgets::ours().routes().iter().map(String::as_str).collect::<BTreeSet<_>>(), routes, "routes = [...] in performance-budgets.toml");
}

#[test]
fn every_page_has_its_vitals_and_the_list_stricter_ones() {
    let budgets = Budgets::ours();
    for metric in ["lcp", "inp", "cls", "fcp", "ttfb"] {
        let of = |route: &str| {
            let mut found = budgets.questions().filter(|asked| asked.series.metric == metric && asked.series.route == route);
            let question = found.next().unwrap_or_else(|| panic!("{route} has no budget of {metric}"));
            assert!(found.next().is_none(), "{route} has two of {metric}");
            assert_eq!(question.series.statistic, Statistic::Quantile(750));
            question.limit.value
        };

        for route in budgets.routes() {
            assert!(route == "/products" || of("/products") < of(route), "{route}: {metric}");
        }
    }
}

#[test]
fn what_a_test_asserts_is_still_there_and_is_the_limit() {
    for budget in Budgets::ours().iter() {
        let Some(asserted) = &budget.asserted else { continue };
        let source = text(&asserted.file);

        assert!(source.contains(&asserted.text), "{} (line {}): {:?} is not in {} any more", budget.id, budget.line, asserted.text, asserted.file);
        let limit = budget.limit.value;
        let is_there = numbers(&asserted.text).iter().any(|number| (number - limit).abs() < 1e-9);
        assert!(is_there, "{} (line {}): {limit} is not in {:?}, which holds it", budget.id, budget.line, asserted.text);
    }
}

/// Else what a bench has found is never seen beside it.
#[test]
fn every_figure_of_the_lab_is_one_that_its_bench_measures_in_its_unit() {
    let budgets = Budgets::ours();
    let named: Vec<_> = budgets.iter().filter_map(|budget| Some((budget, budget.figure()?))).collect();
    assert!(named.len() >= 25, "{}", named.len());

    for (budget, figure) in named {
        let asserted = budget.asserted.as_ref().unwrap().file.as_str();
        // What load runs report a bench writes down.
        let file = if asserted.starts_with("end2end/load/plans/") { "end2end/bench/load.mjs" } else { asserted };
        let source = text(file);
        let is_it = |line: &str| figure_in(line).is_some_and(|written| comes_of(written, figure, &source)) && is_in(line, budget.limit.unit);

        assert!(source.lines().any(is_it), "{} (line {}): {figure:?} is no figure of {file}", budget.id, budget.line);
    }
}

#[test]
fn budgets_are_of_what_a_bench_takes_when_nobody_says_otherwise() {
    let bench = text("end2end/bench/main.mjs");

    assert!(bench.contains("process.env.PRODUCTS ?? 1_000_000)") && bench.contains("keep(report.lines, `${products} products`"), "{bench}");
    assert_eq!((Budgets::ours().plan(), Budgets::ours().cores()), (Some("1000000 products"), Some(2)));
}

#[test]
fn every_hot_path_has_a_budget_and_no_other_function_has() {
    let source = text("server/counters/counting/main.rs");
    let listed = source.split_once("benchmarks = [").and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
    let listed: BTreeSet<String> = listed.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();

    let budgets = Budgets::ours();
    let counted = budgets.iter().filter_map(|budget| if let About::Counted { counter } = &budget.about { Some(counter.clone()) } else { None });
    assert_eq!(counted.collect::<BTreeSet<_>>(), listed);
    assert!(listed.len() >= 10, "{listed:?}");
}

#[test]
fn instructions_are_counted_with_the_compiler_and_the_runner_that_the_setup_prepares() {
    let setup = text("scripts/setup");
    let compiler = setup.lines().find_map(|line| line.strip_prefix("RUST_VERSION=")).unwrap();

    assert_eq!(Budgets::ours().compiler(), Some(compiler), "count anew with scripts/counters, and write down what comes of it");
    assert!(text("Cargo.toml").lines().any(|line| line.starts_with("gungraun = \"=")), "scripts/setup reads the runner's version there");
}

#[test]
fn the_first_load_is_made_of_files_that_have_a_budget_of_their_own() {
    let budgets = Budgets::ours();
    let files = |id: &str| match &budgets.get(id).unwrap().about {
        About::Build { files, .. } => files.clone(),
        _ => panic!("{id} is about no files"),
    };
    let hashed =
        files("first-load").into_iter().filter(|name| !Path::new(name).extension().is_some_and(|kind| kind == "svg" || kind == "webmanifest"));

    for name in hashed {
        let own = budgets.iter().any(|budget| matches!(&budget.about, About::Build { files, .. } if *files == [name.clone()]));
        assert!(own, "{name}");
    }
}

#[test]
fn what_has_to_be_much_is_least_and_everything_else_is_not() {
    for budget in Budgets::ours().iter() {
        let is_least = budget.limit.side == Side::AtLeast;
        let is_rate = budget.limit.unit == Unit::PerSecond;

        assert!(!is_rate || is_least, "{}: few a second are no success", budget.id);
        if let About::Live(series) = &budget.about {
            assert_eq!(is_least, matches!(series.metric.as_str(), "hits" | "availability"), "{}", budget.id);
        }
    }
}

#[test]
fn every_budget_has_a_reason_or_stands_below_one() {
    let text = text("performance-budgets.toml");
    let mut reason = false;
    for (at, line) in text.lines().enumerate() {
        // An empty line ends what a comment is about, but for the head of a part.
        reason = match line {
            "" => reason && text.lines().nth(at - 1).is_some_and(|before| before.starts_with('#')),
            line if line.starts_with('#') => true,
            _ => reason,
        };
        let is_budget = line.contains("checked = \"");
        assert!(!is_budget || reason || line.contains("} # "), "line {}: why?", at + 1);
    }
}

/// The name that a line of a bench gives a figure, as it is written there.
fn figure_in(line: &str) -> Option<&str> {
    let (_, call) = line.split_once("figure(").or_else(|| line.split_once("figureOf("))?;
    let quote = call.chars().next().filter(|quote| matches!(quote, '\'' | '`'))?;
    call[1..].split(quote).next()
}

/// Whether a name comes of what is written, where an engine is left out and `${...}` stands for a number or for a text that the source has as well.
fn comes_of(written: &str, name: &str, source: &str) -> bool {
    let written = ["${engine}: ", "${server.engine}: "].iter().find_map(|engine| written.strip_prefix(engine)).unwrap_or(written);
    let (first, others) = written.split_once("${").unwrap_or((written, ""));
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for other in others.split("${").filter(|other| !other.is_empty()) {
        let fixed = other.split_once('}').unwrap().1;
        let Some(end) = rest.find(fixed).filter(|end| *end > 0) else { return false };
        let put = &rest[..end];
        let is_number = put.chars().all(|character| character.is_ascii_digit() || character == ',');
        if !is_number && !source.contains(&format!("'{put}'")) {
            return false;
        }
        rest = &rest[end + fixed.len()..];
    }
    rest.is_empty()
}

fn is_in(line: &str, unit: Unit) -> bool {
    line.split(", ").filter_map(|part| part.strip_prefix('\'')?.strip_suffix('\'')).any(|name| unit.is_called(name))
}

fn numbers(text: &str) -> Vec<f64> {
    let is_part = |character: char| character.is_ascii_digit() || character == '.' || character == '_';
    text.split(|character| !is_part(character)).filter_map(|number| number.replace('_', "").parse().ok()).collect()
}

fn text(path: &str) -> String {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf();
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
