//! What got worse, since which build, and who has it bad: on the overview, each in a sentence that leads on.

use maud::{Markup, html};
use measuring::ALL;
use ports::{
    lab::ChangePoint,
    performance::{Measured, Measurements},
};

use super::{
    asked::Asked,
    budgets::{self, OURS, limit},
    changes::by,
    felt::Felt,
    regressions,
    verdict::{VITALS, Verdict, Vital},
};
use crate::ui::format::{self, number};

/// Of each kind there are so many; the rest is where they lead to.
const MOST: usize = 3;

/// Of fewer page loads nothing is said.
const FEWEST: u64 = 20;

const UNKNOWN: &str = "Whether a budget is passed is not known: no rule of alerts has looked at budgets lately.";

/// Of vitals that are not good: the part of people who have it worst, of what they have in their hands and how they are connected.
struct Worst<'a> {
    class: &'a str,
    value: u64,
    count: u64,
}

/// What got worse and nobody has seen to, and who feels it.
pub(super) struct Worse<'a> {
    /// What grew by most first.
    points: Vec<&'a ChangePoint>,
    pub(super) felt: Vec<Felt>,
}

impl<'a> Worse<'a> {
    pub(super) fn of(points: &'a [ChangePoint]) -> Self {
        let mut points: Vec<&ChangePoint> = points.iter().filter(|point| point.is_open() && point.is_worse).collect();
        points.sort_by(|one, other| grown(other).total_cmp(&grown(one)));
        Self { points, felt: Vec::new() }
    }

    /// Those that are told.
    pub(super) fn told(&self) -> &[&'a ChangePoint] {
        &self.points[..self.points.len().min(MOST)]
    }

    fn felt(&self, point: &ChangePoint) -> Option<&Felt> {
        self.felt.iter().find(|felt| felt.change == point.id)
    }
}

/// `passed` is `None` where it is not known; `classes` has vitals of all pages by device and by connection.
pub(super) fn slower(asked: &Asked, worse: &Worse<'_>, passed: Option<&[String]>, loads: &Measurements, classes: &Measurements) -> Markup {
    let bad: Vec<_> = bad(loads).collect();
    let (is_known, passed) = (passed.is_some(), passed.unwrap_or_default());
    html! {
        section.part aria-labelledby="slower-h" {
            h2 #slower-h { "What got slower" }
            @if worse.points.is_empty() && passed.is_empty() && bad.is_empty() {
                p.muted {
                    "Nothing is known to have become slower in the last 14 days, "
                    @if is_known { "no budget is passed, and no figure of page loads is bad." }
                    @else { "and no figure of page loads is bad. " (UNKNOWN) }
                }
            } @else {
                ul.stack {
                    @for point in worse.told() { li { (changed(point, worse.felt(point))) } }
                    @let more = worse.points.len() - worse.told().len();
                    @if more > 0 { li { a.link href=(regressions::PATH) { (number(more as u64)) " more that got worse" } } }
                    @for key in passed.iter().take(MOST) { li { (budget(key)) } }
                    @if passed.len() > MOST { li { a.link href=(budgets::PATH) { (number((passed.len() - MOST) as u64)) " more budgets that are passed" } } }
                    @for (vital, value, verdict) in bad { li { (had(asked, vital, value, verdict, worst(classes, vital, value).as_ref())) } }
                }
                @if !is_known { p.muted { (UNKNOWN) } }
            }
        }
    }
}

/// Vitals of all pages that are not good.
pub(super) fn bad(loads: &Measurements) -> impl Iterator<Item = (&'static Vital, u64, Verdict)> + '_ {
    let judged = |vital: &'static Vital| {
        let one = loads.find(vital.metric, ALL, "").filter(|one| one.now.count() >= FEWEST)?;
        let value = one.now.quantile(750)?;
        Some((vital, value, vital.judge(value)))
    };
    VITALS[..3].iter().filter_map(judged).filter(|(_, _, verdict)| *verdict != Verdict::Good)
}

/// What was nothing before has grown most.
fn grown(point: &ChangePoint) -> f64 {
    point.percent().map_or(f64::INFINITY, f64::abs)
}

fn changed(point: &ChangePoint, felt: Option<&Felt>) -> Markup {
    let shown = regressions::shown(point);
    html! {
        p {
            span.badge data-tone="bad" { "Worse" } " "
            (regressions::what(point)) " went from " (shown(point.before)) " to " (shown(point.after)) (by(point))
            @match point.builds.since.as_slice() {
                [] => { " at " (format::moment(point.at)) ", when no build began" }
                builds => { " since build " @for (at, build) in builds.iter().enumerate() { @if at > 0 { ", " } code { (build) } } }
            }
            @if let Some(felt) = felt {
                "; " (people(&felt.class)) " feel it most: " (shown(felt.before as f64)) " before, " (shown(felt.after as f64)) " since"
            }
            "."
        }
        div.line { a.link href={ (regressions::PATH) "#c-" (point.id) } rel="external" { "The change" span.vh { " " (point.id) } } (regressions::links(point)) }
    }
}

fn budget(key: &str) -> Markup {
    html! {
        span.badge data-tone="bad" { "Passed" } " "
        @match OURS.by_key(key) {
            Some((budget, endpoint)) => {
                (budget.what)
                @if let Some(endpoint) = endpoint { ": " (budgets::endpoint(budget, endpoint)) }
                ", of which the budget is " (limit(budget)) ". "
            }
            None => { "The budget " code { (key) } ". " }
        }
        a.link href=(budgets::PATH) { "The budgets" }
    }
}

fn had(asked: &Asked, vital: &Vital, value: u64, verdict: Verdict, worst: Option<&Worst<'_>>) -> Markup {
    let place = Asked { metric: Some(vital.metric.to_owned()), ..asked.at("/performance/vitals") };
    html! {
        span.badge data-tone=(verdict.tone()) { (verdict.words()) } " "
        (vital.name) ": of 100 page loads 75 were at " (vital.shown(value)) " or better"
        @match worst {
            Some(worst) => {
                "; " (people(worst.class)) " have it worst, with " (vital.shown(worst.value)) " in " (number(worst.count)) " loads. "
                a.link href=(place.with_class(Some(worst.class)).address()) { "Their pages" }
            }
            None => { ". " a.link href=(place.address()) { "Its page loads" } }
        }
    }
}

fn worst<'a>(classes: &'a Measurements, vital: &Vital, of_all: u64) -> Option<Worst<'a>> {
    // What a browser does not tell is nobody to look after.
    let is_told = |one: &&Measured| one.series.class.contains(':') && !one.series.class.ends_with(":unknown") && one.now.count() >= FEWEST;
    let worst = |one: &'a Measured| Some(Worst { class: &one.series.class, value: one.now.quantile(750)?, count: one.now.count() });
    classes
        .series
        .iter()
        .filter(|one| one.series.metric == vital.metric)
        .filter(is_told)
        .filter_map(worst)
        .filter(|one| one.value > of_all)
        .max_by_key(|one| one.value)
}

fn people(class: &str) -> String {
    match class.split_once(':') {
        Some(("device", "desktop")) => "people at desks".to_owned(),
        Some(("device", device)) => format!("people with a {device}"),
        Some(("connection", "save-data")) => "people who save data".to_owned(),
        Some(("connection", connection)) => format!("people on {connection}"),
        _ => class.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Sketch, Span};
    use ports::{
        lab::{Builds, ChangePoint},
        performance::Compared,
    };

    use super::{super::changes::tests::point, *};

    fn measured(series: &[(&str, &str, u64, u64)]) -> Measurements {
        let one = |(metric, class, value, count): &(&str, &str, u64, u64)| {
            let now: Sketch = std::iter::repeat_n(*value, *count as usize).collect();
            Measured { series: Series::new(metric, ALL, class), now, before: Sketch::default(), periods: Vec::new() }
        };
        Measurements { span: Span::last(60, 1_000), series: series.iter().map(one).collect(), deployments: Vec::new(), compared: Compared::default() }
    }

    fn page(points: &[ChangePoint], passed: Option<&[String]>, loads: &Measurements, classes: &Measurements) -> String {
        slower(&Asked::read("/performance", "range=7d"), &Worse::of(points), passed, loads, classes).into_string()
    }

    #[test]
    fn the_worst_changes_come_first_with_the_build_they_came_with() {
        let points: Vec<ChangePoint> = [(1, 110.0), (2, 300.0), (3, 120.0), (4, 105.0), (5, 50.0)]
            .map(|(id, after)| point(id, measuring::metric::HTTP_DURATION, "GET /products", 100.0, after))
            .into();

        let html = page(&points, Some(&[]), &measured(&[]), &measured(&[]));

        let places = ["#c-2\"", "#c-3\"", "#c-1\"", "1 more that got worse"].map(|part| html.find(part).unwrap_or_else(|| panic!("{part}: {html}")));
        assert!(places.is_sorted() && !html.contains("#c-4") && !html.contains("#c-5"), "{html}");
        assert!(html.contains("href=\"/performance/regressions#c-2\" rel=\"external\""), "{html}");
        assert!(html.contains("since build <code>&lt;new&gt;</code>") && html.contains("(200 % more)"), "{html}");
        assert!(html.contains("/performance/traces?range=30d&amp;of=GET /products\""), "{html}");
    }

    #[test]
    fn a_change_without_a_build_says_when_it_was() {
        let alone = ChangePoint { builds: Builds::default(), ..point(1, "vitals.lcp", ALL, 1_000_000.0, 2_000_000.0) };

        let html = page(&[alone], Some(&[]), &measured(&[]), &measured(&[]));

        assert!(html.contains("from 1.0 s to 2.0 s") && html.contains("when no build began"), "{html}");
    }

    #[test]
    fn who_feels_a_change_most_is_in_its_sentence() {
        let points = [point(1, "vitals.lcp", ALL, 1_000_000.0, 2_000_000.0), point(2, "vitals.cls", ALL, 100.0, 200.0)];
        let felt = Felt { change: 1, class: "device:phone".to_owned(), before: 1_500_000, after: 4_000_000 };
        let worse = Worse { felt: vec![felt], ..Worse::of(&points) };

        let html = slower(&Asked::read("/performance", ""), &worse, Some(&[]), &measured(&[]), &measured(&[])).into_string();

        assert!(html.contains("</code>; people with a phone feel it most: 1.5 s before, 4.0 s since.</p>"), "{html}");
        assert_eq!(html.matches("feel it most").count(), 1, "{html}");
    }

    #[test]
    fn who_has_it_worst_is_told_where_a_vital_is_not_good() {
        let loads = measured(&[("vitals.lcp", "", 3_000_000, 60), ("vitals.inp", "", 90_000, 60)]);
        let classes = measured(&[
            ("vitals.lcp", "device:phone", 5_000_000, 40),
            ("vitals.lcp", "device:tablet", 9_000_000, 19),
            ("vitals.lcp", "connection:unknown", 9_000_000, 40),
            ("vitals.lcp", "connection:3g", 4_000_000, 40),
        ]);

        let html = page(&[], Some(&[]), &loads, &classes);

        assert!(html.contains("Needs work") && html.contains("people with a phone have it worst") && html.contains("40 loads"), "{html}");
        assert!(html.contains("href=\"/performance/vitals?range=7d&amp;metric=vitals.lcp&amp;class=device:phone\""), "{html}");
        assert!(html.contains("Largest thing drawn: of 100 page loads 75 were at 3.0 s or better; people"), "{html}");
        assert!(!html.contains("Answer to input") && !html.contains("tablet"), "{html}");
    }

    #[test]
    fn budgets_that_are_passed_are_named_with_what_they_allow() {
        let html = page(&[], Some(&["hits-list".to_owned(), "<odd>".to_owned()]), &measured(&[]), &measured(&[]));

        assert!(html.contains(&OURS.get("hits-list").unwrap().what) && html.contains("at least 80"), "{html}");
        assert!(html.contains("&lt;odd&gt;") && html.contains("href=\"/performance/budgets\""), "{html}");
    }

    #[test]
    fn which_of_the_other_endpoints_passed_a_budget_is_named_and_leads_to_its_traces() {
        let passed = ["duration-others GET /review", "failures-others GET /usage"].map(str::to_owned);

        let html = page(&[], Some(&passed), &measured(&[]), &measured(&[]));

        for (endpoint, about) in [("GET /review", "Any other endpoint: "), ("GET /usage", "Any other endpoint that failed: ")] {
            let told = format!("{about}<a class=\"link\" href=\"/performance/traces?of={endpoint}\"><code>{endpoint}</code></a>, of which");
            assert!(html.contains(&told), "{told}: {html}");
        }
    }

    #[test]
    fn where_nothing_is_wrong_it_is_one_sentence() {
        let better = point(1, "vitals.lcp", ALL, 2_000_000.0, 1_000_000.0);

        let html = page(&[better], Some(&[]), &measured(&[("vitals.lcp", "", 1_000_000, 60)]), &measured(&[]));

        assert!(html.contains("Nothing is known to have become slower") && html.contains("no budget is passed") && !html.contains("<li"), "{html}");
    }

    #[test]
    fn where_no_budget_was_looked_at_none_is_said_to_be_kept() {
        let html = page(&[], None, &measured(&[]), &measured(&[]));

        assert!(html.contains("Whether a budget is passed is not known") && !html.contains("no budget is passed"), "{html}");
    }
}
