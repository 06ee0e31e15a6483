//! The report as one page: nothing is fetched for it, and it is read in the light and in the dark.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Level, Report, Verdict,
    chart::{Line, lines, number},
};
use crate::{
    call::Call,
    compare::Compared,
    measure::{Bin, Counted},
    run::{KillCounts, RateStep, Watched},
    verdict::Judged,
};

const STYLE: &str = include_str!("report.css");

pub(super) fn page(report: &Report) -> String {
    let title = format!("{} on {}: {}", report.plan, report.target, report.verdict.name());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(report))
                    (thresholds(&report.thresholds))
                    (compared(&report.compared))
                    (steps(&report.steps))
                    @if let Some(total) = &report.total { (calls(report, total)) (levels(&report.levels)) (failures(report, total)) }
                    @if let Some(kill) = &report.kill { (killed(kill)) }
                    (timeline(&report.timeline))
                    (processor(report))
                    (watched(&report.watched))
                }
            }
        }
    }
    .into_string()
}

fn head(report: &Report) -> Markup {
    let class = match report.verdict {
        Verdict::Passed => "good",
        Verdict::Missed => "bad",
        Verdict::Void => "void",
    };
    html! {
        header {
            h1 { (report.plan) " " span.verdict.(class) { (report.verdict.name()) } }
            p { (report.about) }
            @for sentence in &report.sentences { p.sentence { (sentence) } }
            dl {
                dt { "When" } dd { (report.at) }
                dt { "Against" } dd { (report.target) ", " (report.products) " products" }
                dt { "On" } dd { (report.machine.cores) " cores, " (report.machine.processor) ", Linux " (report.machine.kernel) }
                dt { "Measured for" } dd { (number(report.seconds)) " s" @if (report.scale - 1.0).abs() > 1e-9 { ", with all times multiplied by " (report.scale) } ", seed " (report.seed) }
            }
        }
    }
}

fn thresholds(judged: &[Judged]) -> Markup {
    html! {
        @if !judged.is_empty() {
            section {
                h2 { "What must hold" }
                (table(&["Of", "Rule", "Measured", ""], judged.iter().map(|judged| {
                    let holds = match judged.holds {
                        Some(true) => "holds",
                        Some(false) => "missed",
                        None => "not measured",
                    };
                    vec![judged.of.clone(), judged.rule.clone(), judged.shown.rsplit_once(": ").map_or_else(String::new, |(_, shown)| shown.to_owned()), holds.to_owned()]
                })))
            }
        }
    }
}

fn compared(rows: &[Compared]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { "Beside the baseline" }
                (table(&["What", "Then", "Now", "Ratio", ""], rows.iter().map(|row| {
                    vec![row.what.clone(), number(row.then), number(row.now), format!("{:.2}", row.ratio), row.verdict.name().to_owned()]
                })))
            }
        }
    }
}

fn steps(steps: &[RateStep]) -> Markup {
    let mut by_rate: Vec<&RateStep> = steps.iter().collect();
    by_rate.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let xs: Vec<f64> = by_rate.iter().map(|step| step.rate).collect();
    let of = |value: fn(&RateStep) -> f64| by_rate.iter().map(|step| value(step)).collect::<Vec<_>>();
    html! {
        @if !steps.is_empty() {
            section {
                h2 { "Rates" }
                (lines("Time of an answer from when it was due", "ms", &xs, "requests a second", &[
                    Line { label: "p50", values: of(|step| step.total.latency_ms.p50) },
                    Line { label: "p95", values: of(|step| step.total.latency_ms.p95) },
                    Line { label: "p99", values: of(|step| step.total.latency_ms.p99) },
                ]))
                (lines("Good answers", "a second", &xs, "requests a second", &[Line { label: "good", values: of(|step| step.total.per_second) }]))
                (table(&["Due a second", "Good a second", "p50 ms", "p95 ms", "p99 ms", "Errors %", "Processor ms", "Generator %", ""], steps.iter().map(|step| vec![
                    number(step.rate),
                    number(step.total.per_second),
                    number(step.total.latency_ms.p50),
                    number(step.total.latency_ms.p95),
                    number(step.total.latency_ms.p99),
                    number(step.total.error_share * 100.0),
                    step.processor.ms_per_request.map_or_else(|| "not known".into(), number),
                    number(step.processor.generator_share * 100.0),
                    if step.validation { "validates the others".into() } else if step.held { "held".into() } else { step.broke.join("; ") },
                ])))
                (used(&by_rate))
            }
        }
    }
}

/// What the server said of what it has.
fn used(steps: &[&RateStep]) -> Markup {
    let names: BTreeSet<&str> = steps.iter().flat_map(|step| &step.resources).map(|reading| reading.name.as_str()).collect();
    let of = |step: &RateStep, name: &str| {
        let reading = step.resources.iter().find(|reading| reading.name == name);
        reading.map_or_else(String::new, |reading| number(reading.utilisation * 100.0))
    };
    html! {
        @if !names.is_empty() {
            h3 { "In use, %" }
            (table(&["Due a second"].into_iter().chain(names.iter().copied()).collect::<Vec<_>>(), steps.iter().map(|step| {
                [number(step.rate)].into_iter().chain(names.iter().map(|name| of(step, name))).collect()
            })))
        }
    }
}

fn calls(report: &Report, total: &Counted) -> Markup {
    let row = |name: &str, counted: &Counted| {
        let latency = &counted.latency_ms;
        let times = [latency.p50, latency.p75, latency.p90, latency.p95, latency.p99, latency.p999, latency.max].map(number);
        let mut row = vec![name.to_owned(), counted.requests.to_string(), number(counted.per_second), number(counted.error_share * 100.0)];
        row.extend(times);
        row
    };
    let rows = report.calls.iter().map(|(call, counted)| row(call.name(), counted)).chain([row("all", total)]);
    html! {
        section {
            h2 { "Calls" }
            p.small { "Times are milliseconds from when a request was due to the last byte of its answer." }
            (table(&["Call", "Requests", "Good a second", "Errors %", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"], rows))
        }
    }
}

/// A single one is what stands above it.
fn levels(levels: &[Level]) -> Markup {
    let row = |one: &Level| {
        let latency = &one.total.latency_ms;
        let share = one.total.error_share * 100.0;
        [one.level, one.seconds, one.total.requests as f64, one.total.per_second, share, latency.p50, latency.p95, latency.p99, latency.max]
            .map(number)
    };
    html! {
        @if levels.len() > 1 {
            section {
                h2 { "Levels" }
                p.small { "Each is a number of users, or of requests that were due a second, for as long as it was kept." }
                (table(&["Level", "Seconds", "Requests", "Good a second", "Errors %", "p50", "p95", "p99", "max"], levels.iter().map(|one| row(one).to_vec())))
            }
        }
    }
}

fn failures(report: &Report, total: &Counted) -> Markup {
    let of_call = |call: &Call, counted: &Counted| {
        let name = call.name().to_owned();
        counted
            .failures
            .iter()
            .map(move |(class, failures)| vec![name.clone(), class.name().into(), failures.count.to_string(), failures.example.clone()])
            .collect::<Vec<_>>()
    };
    html! {
        @if !total.failures.is_empty() {
            section {
                h2 { "Failures" }
                (table(&["Call", "What", "How many", "The first"], report.calls.iter().flat_map(|(call, counted)| of_call(call, counted))))
            }
        }
    }
}

fn killed(kill: &KillCounts) -> Markup {
    let rows: [(&str, String); 13] = [
        ("Restarts", kill.restarts.to_string()),
        ("in the middle of a write", kill.while_writing.to_string()),
        ("Edits acknowledged", kill.edits_acknowledged.to_string()),
        ("Products made", kill.products_made.to_string()),
        ("Sent again for want of an answer", kill.sent_again.to_string()),
        ("Old writes repeated on purpose", kill.repeated.to_string()),
        ("Comparisons", kill.compared.to_string()),
        ("Lost", kill.lost.to_string()),
        ("Done twice", kill.twice.to_string()),
        ("Never answered", kill.unanswered.to_string()),
        ("Done and denied", kill.denied.to_string()),
        ("Answered wrongly", kill.misanswered.to_string()),
        ("Ready again, p95 ms", number(kill.ready_ms.p95)),
    ];
    html! {
        section {
            h2 { "Killed" }
            (table(&["What", "How many"], rows.into_iter().map(|(what, value)| vec![what.to_owned(), value])))
        }
    }
}

fn timeline(bins: &[Bin]) -> Markup {
    let xs: Vec<f64> = bins.iter().map(|bin| bin.at).collect();
    let of = |value: fn(&Bin) -> f64| bins.iter().map(value).collect::<Vec<_>>();
    html! {
        @if !bins.is_empty() {
            section {
                h2 { "Over time" }
                (lines("Time of an answer", "ms", &xs, "s", &[
                    Line { label: "p50", values: of(|bin| bin.p50) },
                    Line { label: "p95", values: of(|bin| bin.p95) },
                    Line { label: "p99", values: of(|bin| bin.p99) },
                ]))
                (lines("Answers", "a second", &xs, "s", &[
                    Line { label: "good", values: of(|bin| bin.good as f64 / bin.seconds) },
                    Line { label: "failed", values: of(|bin| bin.failed as f64 / bin.seconds) },
                ]))
                (lines("Users, or requests due a second", "number", &xs, "s", &[Line { label: "level", values: of(|bin| bin.level) }]))
                details {
                    summary { "The same as a table" }
                    (table(&["At s", "Level", "Good", "Failed", "p50 ms", "p95 ms", "p99 ms", "max ms"], bins.iter().map(|bin| vec![
                        number(bin.at), number(bin.level), bin.good.to_string(), bin.failed.to_string(), number(bin.p50), number(bin.p95), number(bin.p99), number(bin.max),
                    ])))
                }
            }
        }
    }
}

fn processor(report: &Report) -> Markup {
    let processor = &report.processor;
    let known = |value: Option<f64>, unit: &str| value.map_or_else(|| "not known".to_owned(), |value| format!("{} {unit}", number(value)));
    html! {
        section {
            h2 { "Processor" }
            (table(&["What", "How much"], [
                ("Generator, of its core".to_owned(), format!("{} %", number(processor.generator_share * 100.0))),
                ("Generator late, p99".to_owned(), format!("{} ms", number(report.late_ms.p99))),
                ("Server".to_owned(), known(processor.server_seconds, "s")),
                ("Database".to_owned(), known(processor.database_seconds, "s")),
                ("Both, a request".to_owned(), known(processor.ms_per_request, "ms")),
                ("Server's memory at the end".to_owned(), known(processor.memory_mb, "MB")),
            ].into_iter().map(|(what, value)| vec![what, value])))
        }
    }
}

fn watched(looks: &[Watched]) -> Markup {
    let xs: Vec<f64> = looks.iter().map(|look| look.at).collect();
    let percent = |value: fn(&Watched) -> Option<f64>| looks.iter().map(|look| value(look).unwrap_or(0.0) * 100.0).collect::<Vec<_>>();
    html! {
        @if !looks.is_empty() {
            section {
                h2 { "Machine over time" }
                (lines("Processor", "% of a core", &xs, "s", &[
                    Line { label: "generator", values: percent(|look| Some(look.generator)) },
                    Line { label: "server", values: percent(|look| look.server) },
                    Line { label: "database", values: percent(|look| look.database) },
                ]))
                (lines("Server's memory", "MB", &xs, "s", &[Line { label: "resident", values: looks.iter().map(|look| look.memory_mb.unwrap_or(0.0)).collect() }]))
            }
        }
    }
}

/// The first column names the row, and numbers stand to the right.
fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Markup {
    html! {
        div.scroll {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (n, cell) in row.iter().enumerate() {
                                @if n == 0 { th scope="row" { (cell) } } @else if cell.chars().count() > 24 { td.long { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use capacity::bottleneck::{Kind, Reading};

    use super::*;
    use crate::{
        measure::{Percentiles, Processor},
        report::tests::{outcome, report},
        run::Outcome,
    };

    fn page_of(outcome: Outcome) -> String {
        page(&report(outcome))
    }

    #[test]
    fn a_page_shows_what_was_measured() {
        let page = page_of(outcome());

        for part in ["passed", "Said.", ">list<", ">20<", "unexpected status", "<svg", "The same as a table", "2023-11-14T22:13:20Z"] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn nothing_is_fetched_and_nothing_of_an_answer_is_markup() {
        let page = page_of(outcome());

        assert!(page.contains("404: &lt;b&gt;no&lt;/b&gt;") && page.contains("A &lt;processor&gt;"));
        for fetched in ["http://", "https://", "src=", "href=", "url(", "@import", "<script"] {
            assert!(!page.contains(fetched), "{fetched}");
        }
        assert!(page.contains("color-scheme: light dark"));
    }

    #[test]
    fn levels_stand_side_by_side_where_there_are_several() {
        let level = |level, p95| {
            let latency_ms = Percentiles { p95, ..Percentiles::default() };
            Level { level, seconds: 60.0, total: Counted { requests: 6_000, latency_ms, ..Counted::default() } }
        };
        let mut one = report(outcome());
        one.levels = vec![level(100.0, 12.5)];
        let several = Report { levels: vec![level(100.0, 12.5), level(1_000.0, 48.5)], ..one.clone() };

        assert!(!page(&one).contains("Levels"));
        let page = page(&several);
        for part in ["Levels", ">1000<", "<td>12.5</td>", "<td>48.5</td>"] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn rates_and_kills_have_their_own_parts() {
        let step = RateStep {
            rate: 100.0,
            seconds: 10.0,
            total: Counted { requests: 1_000, per_second: 99.5, ..Counted::default() },
            processor: Processor::default(),
            held: false,
            broke: vec!["all: p95 < 1ms: 2.00 ms".into()],
            connections: None,
            answered_per_second: None,
            validation: false,
            resources: vec![Reading { name: "the <disk>".into(), kind: Kind::Disk, units: 1.0, utilisation: 0.255, wait_ms: None }],
        };
        let kill = KillCounts { restarts: 200, lost: 3, ..KillCounts::default() };

        let page = page_of(Outcome { summary: None, steps: vec![step], kill: Some(kill), ..outcome() });

        for part in ["Rates", "the &lt;disk&gt;", "<td>25.5</td>", "all: p95 &lt; 1ms: 2.00 ms", "Killed", "<td>200</td>", "<td>3</td>"] {
            assert!(page.contains(part), "{part}");
        }
    }
}
