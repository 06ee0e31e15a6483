//! How many people the server holds, whether that was tried, and when there will be as many.

mod growth;

use ::capacity::{
    bottleneck::Work,
    kept::Kept,
    steps::Step,
    users::{Pair, Question},
    words::{number, percent, whole},
};
use maud::{Markup, html};
use ports::{Access, Ports, error::AppError, lab::LabRecord, performance};

use super::{
    asked::Asked,
    bottlenecks,
    shown::{head_of_all, heads, scrolled, tile},
};
use crate::ui::chart::{Dot, Plot, plot};

pub(super) async fn page(ports: &Ports, who: &Access, asked: &Asked) -> Result<String, AppError> {
    let run = ports.lab.capacity_run(who).await?;
    let hours = ports.lab.busy_hours(who).await?;
    // Of nothing but when builds began.
    let quarter = performance::Question { range: performance::Range::Quarter, ..performance::Question::default() };
    let deployments = ports.performance.measurements(who, &quarter).await?.deployments;
    let kept = run.as_ref().map(read);
    let found = kept.as_ref().and_then(|kept| kept.as_ref().ok());
    let page = html! {
        (head_of_all(asked, "Capacity", "How many people the server holds, as a stepped load run found it, and when there will be as many.", &html! {}))
        @match &kept {
            None => (missing("No stepped run was added yet, so it is not known how many people the server holds.")),
            Some(Err(sentence)) => (missing(sentence)),
            Some(Ok(kept)) => (told(kept)),
        }
        (growth::growth(&hours, &deployments, found))
        (assumptions(found))
    };
    Ok(page.into_string())
}

fn read(run: &LabRecord) -> Result<Kept, &'static str> {
    Kept::read(&run.text).ok_or("The last stepped run was kept by another version of the program, and is not understood. Add its report again.")
}

fn missing(sentence: &str) -> Markup {
    html! {
        section.part aria-labelledby="people-h" {
            h2 #people-h { "People" }
            p { (sentence) }
            p.muted { "Run " code { "scripts/load capacity" } " on a machine like the server's, and add its JSON report by " code { "vitrine capacity add FILE" } "." }
        }
    }
}

fn told(kept: &Kept) -> Markup {
    let (found, question) = (&kept.estimate, &kept.question);
    let sentences = found.sentences(question);
    html! {
        section.part aria-labelledby="people-h" {
            h2 #people-h { "People" }
            dl.tiles.num {
                (tile(&format!("People{} at p95 < {} ms", if kept.servers > 1 { " a server" } else { "" }, number(question.p95_ms)), &whole(found.published()), Some(&format!("of {} to {}", whole(found.users.low), whole(found.users.high)))))
                (tile("Requests a second", &whole(found.throughput.low), Some(&format!("of {} to {}", whole(found.throughput.low), whole(found.throughput.high)))))
                @if let Some(tried) = &kept.validation {
                    div {
                        dt { "Tried" }
                        dd { (whole(tried.users.measured)) }
                        dd.muted { span.badge data-tone=(if tried.holds { "ok" } else { "bad" }) { (if tried.holds { "Holds" } else { "Does not hold" }) } }
                    }
                } @else { (tile("Tried", "No", None)) }
            }
            @for sentence in &sentences { p { (sentence) } }
            p.muted { "Measured " (kept.run.at) " on " (kept.run.processor) " with " (kept.run.cores) " cores, " (kept.run.target) ", " (number(kept.run.products as f64)) " products." }
        }
        (answers(kept))
        (law(kept))
        (tried(kept))
        section.part aria-labelledby="more-h" {
            h2 #more-h { "One more process" }
            p { (kept.one_more.sentence()) }
        }
        section.part aria-labelledby="first-h" {
            h2 #first-h { "What ends first" }
            @for sentence in &kept.first { p { (sentence) } }
            @if let Some(ends) = &kept.ends {
                p.muted { "All that the run has looked at, and how long a request waited for it while few were asked, and while many were." }
                (bottlenecks::resources(ends, "first-h", Work::Requests))
            }
        }
    }
}

/// People who make a step.
fn users(step: &Step, question: &Question) -> f64 {
    step.throughput * (step.response_ms + question.think_ms) / 1e3
}

/// What is far beyond the end would make the rest flat.
const BEYOND: f64 = 2.0;

/// p95 by how many people there are.
fn answers(kept: &Kept) -> Markup {
    let (found, question) = (&kept.estimate, &kept.question);
    let dots: Vec<Dot> = kept
        .run
        .steps
        .iter()
        .filter(|step| step.p95_ms <= 5.0 * question.p95_ms && users(step, question) <= BEYOND * found.users.high)
        .map(|step| Dot { x: users(step, question), y: step.p95_ms, spread: None })
        .collect();
    let most = dots.iter().map(|dot| dot.x).fold(0.0, f64::max);
    let limit = Some((question.p95_ms, format!("{} ms is what 95 of 100 answers may take.", number(question.p95_ms))));
    let least = dots.iter().map(|dot| dot.x).fold(most, f64::min);
    html! {
        section.part aria-labelledby="answers-h" {
            h2 #answers-h { "How long answers take, by people" }
            (plot(&Plot { dots: &dots, curve: &[], marks: &[found.users.low, found.users.high], limit, shown: &|value| format!("{} ms", number(value)), ends: (&format!("{} people", whole(least)), &format!("{} people", whole(most))) }))
            p.chart-says { "A dot is a step of the run. Between the dotted lines is the end." }
        }
    }
}

/// Points of a curve.
const POINTS: u32 = 60;

/// Throughput by what is in hand: the curve of the Universal Scalability Law, and what was measured.
fn law(kept: &Kept) -> Markup {
    let found = &kept.estimate;
    let most =
        kept.run.steps.iter().map(Step::in_hand_of_the_server).filter(|n| *n <= 2.0 * BEYOND * found.at.in_hand).fold(found.at.in_hand, f64::max);
    let dots: Vec<Dot> = kept
        .run
        .steps
        .iter()
        .filter(|step| step.in_hand_of_the_server() <= most)
        .map(|step| Dot { x: step.in_hand_of_the_server(), y: step.throughput, spread: None })
        .collect();
    let curve: Vec<(f64, f64)> = (0..=POINTS).map(|at| most * f64::from(at) / f64::from(POINTS)).map(|n| (n, found.curve.throughput(n))).collect();
    html! {
        section.part aria-labelledby="law-h" {
            h2 #law-h { "Requests a second, by how many are in hand" }
            (plot(&Plot { dots: &dots, curve: &curve, marks: &[found.at.in_hand], limit: None, shown: &|value| format!("{}/s", number(value)), ends: ("0 in hand", &format!("{} in hand", number(most))) }))
            p.chart-says { "The curve of the Universal Scalability Law, and what was measured. The dotted line is the end." }
            (steps(kept))
        }
    }
}

fn steps(kept: &Kept) -> Markup {
    html! {
        details {
            summary { "The steps as a table" }
            (scrolled("law-h", &heads("Due", &["Answered", "People", "In hand", "Mean", "p95", "Failed"]), &html! {
                @for step in &kept.run.steps {
                    tr {
                        th scope="row" { (number(step.rate)) "/s" }
                        td.num { (number(step.throughput)) "/s" }
                        td.num { (whole(users(step, &kept.question))) }
                        td.num { (number(step.in_hand())) }
                        td.num { (number(step.response_ms)) " ms" }
                        td.num { (number(step.p95_ms)) " ms" }
                        td.num { (percent(step.errors)) }
                    }
                }
            }))
        }
    }
}

fn tried(kept: &Kept) -> Markup {
    let row = |name: &str, pair: Pair, shown: fn(f64) -> String| {
        html! {
            tr {
                th scope="row" { (name) }
                td.num { (shown(pair.predicted)) }
                td.num { (shown(pair.measured)) }
                td.num { (percent(pair.ratio())) }
            }
        }
    };
    html! {
        section.part aria-labelledby="tried-h" {
            h2 #tried-h { "Whether it holds" }
            @match &kept.validation {
                None => p.muted { "The run did not try its own number, so that nothing says whether it holds. " code { "scripts/load capacity" } " does it by itself, at nine tenths of it." },
                Some(tried) => {
                    p { (tried.sentence) }
                    (scrolled("tried-h", &heads("At nine tenths of it", &["Predicted", "Measured", "Of it"]), &html! {
                        (row("People", tried.users, whole))
                        (row("Requests a second", tried.throughput, number))
                        (row("Mean of an answer", tried.response_ms, |ms| format!("{} ms", number(ms))))
                    }))
                }
            }
        }
    }
}

fn assumptions(found: Option<&Kept>) -> Markup {
    html! {
        section.part aria-labelledby="taken-h" {
            h2 #taken-h { "What is taken for granted" }
            ul.stack {
                @if let Some(kept) = found {
                    li { "Somebody thinks for " (number(kept.question.think_ms / 1e3)) " s between two requests, and asks what the load run asks: lists, products, edits in its shares. Whoever clicks half as often counts half." }
                    li { "The server runs on a machine like that of the run, with as many products and nothing beside it, and the database is as far away." }
                    li { "One process was measured. What holds for several follows from the curve, and says with it what it assumes." }
                    li { "The lower end of the interval is what is promised; it covers how the run differs from itself, and not what another day or machine does." }
                }
                li { "A day's peak is its busiest hour on the mean; within it there are seconds of more, for which three tenths are left." }
                li { "Files, pictures, signs of life and what browsers say of page loads are not counted, as they are hardly work." }
                li { "Growth goes on as a straight line. Nothing is known of what is planned, of holidays or of a store that is about to come." }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use ::capacity::{
        bottleneck::{Kind, Reading},
        curve::Curve,
        steps::Run,
    };

    use super::*;

    /// Of a server that is a curve.
    pub(super) fn kept(tries: bool) -> Kept {
        let curve = Curve { lambda: 300.0, sigma: 0.2, kappa: 1e-4 };
        let step = |rate: f64| {
            let in_hand = curve.in_hand(rate).unwrap_or(400.0);
            let throughput = curve.throughput(in_hand);
            let response_ms = in_hand / throughput * 1e3;
            Step { rate, asked: rate, throughput, response_ms, p95_ms: 2.5 * response_ms, ..Step::default() }
        };
        let steps: Vec<Step> = [100.0, 300.0, 500.0, 700.0, 900.0, 1_100.0, 1_300.0, 1_900.0].map(step).to_vec();
        let validation = tries.then(|| step(800.0));
        let run = Run {
            at: "2026-11-27T04:00:31Z".into(),
            target: "sqlite".into(),
            products: 50_000,
            cores: 2,
            processor: "<AMD>".into(),
            steps,
            validation,
        };
        Kept::of(run, Question { resamples: 20, ..Question::default() }, 1).unwrap()
    }

    #[test]
    fn the_number_stands_with_its_interval_and_whether_it_was_tried() {
        let kept = kept(true);

        let html = told(&kept).into_string();

        assert!(html.contains(&format!("<dd>{}</dd>", whole(kept.estimate.published()))) && html.contains("People at p95 &lt; 200 ms"), "{html}");
        assert!(html.contains(">Holds<") && html.contains("The prediction holds"), "{html}");
        assert!(html.contains("chart-curve") && html.contains("chart-begins") && html.contains("chart-line"), "{html}");
        assert!(html.contains("One more process beside the 1 there is") && html.contains("No resource was measured"), "{html}");
        assert!(html.contains("&lt;AMD&gt;") && !html.contains("<AMD>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn all_that_the_run_has_looked_at_stands_in_the_order_in_which_it_ends() {
        let mut run = kept(true).run;
        for step in &mut run.steps {
            let used = |name: &str, share: f64| Reading {
                name: name.into(),
                kind: Kind::Pool,
                units: 2.0,
                utilisation: (step.throughput * share).min(1.0),
                wait_ms: Some(1.5),
            };
            step.resources = vec![used("the reads", 0.000_1), used("the <writes>", 0.000_5)];
        }
        let kept = Kept::of(run, Question { resamples: 20, ..Question::default() }, 1).unwrap();

        let html = told(&kept).into_string();

        // Half a millisecond of both is a millisecond of one.
        assert!(html.contains("<td class=\"num\">0.50 ms</td>") && html.contains("demands 1 ms of one"), "{html}");
        assert!(html.contains("The &lt;writes&gt; is used up first") && html.contains("<td class=\"num\">1.50 ms</td>"), "{html}");
        assert!(html.find("<th scope=\"row\">the &lt;writes&gt;") < html.find("<th scope=\"row\">the reads"), "{html}");
    }

    #[test]
    fn a_number_that_was_not_tried_is_told_as_one() {
        let html = told(&kept(false)).into_string();

        assert!(html.contains("did not try its own number") && !html.contains(">Holds<"), "{html}");
    }

    #[test]
    fn without_a_run_it_says_how_to_make_one() {
        let html = missing("No run.").into_string();

        assert!(html.contains("scripts/load capacity") && html.contains("vitrine capacity add FILE"), "{html}");
        assert!(read(&LabRecord { text: "{}".into(), added_at: domain::clock::Timestamp::from_micros(0) }).is_err());
    }
}
