//! The budgets of the product: what it may weigh, take and fail, and how it stands with those that are measured while it is used.

mod benched;

use std::sync::LazyLock;

use ::budgets::{
    About, Budget, Budgets, Judged, Series, State, Unit,
    burn::{Burning, Counted, Objective, Urgency, Window},
    judge,
};
use ::capacity::lab::{Record, Suite};
use maud::{Markup, html};
use ports::{
    Access, Ports,
    alerts::{self, LiveFigures},
    error::AppError,
};

use self::benched::{Benched, newest};
use super::{
    asked::Asked,
    lab,
    shown::{heads, icon, places, scrolled, tile},
    units,
};
use crate::ui::{
    chart::bar,
    format::{in_address, number},
};

/// Where it is.
pub(super) const PATH: &str = "/performance/budgets";

/// The product's own, as they were when this was compiled.
pub(super) static OURS: LazyLock<Budgets> = LazyLock::new(Budgets::ours);

pub(super) async fn page(ports: &Ports, who: &Access) -> Result<String, AppError> {
    let live = ports.alerts.live_figures(who).await?;
    let runs = match OURS.plan() {
        Some(plan) => ports.lab.latest_runs(who, Suite::Bench.name(), plan).await?,
        None => Vec::new(),
    };
    Ok(markup(&OURS, &live, &lab::read(&runs).0).into_string())
}

/// `runs` are those of benches, the latest first.
fn markup(budgets: &Budgets, live: &LiveFigures, runs: &[Record]) -> Markup {
    let benched = newest(budgets, runs);
    let known = live.readings.iter().filter_map(|one| Some(::budgets::Reading { id: one.id.clone(), value: one.judged()? }));
    let readings: Vec<_> = known.chain(benched.iter().map(Benched::reading)).collect();
    let judged = judge(budgets, &readings);
    let of = |checked: &str| judged.iter().filter(|judged| judged.budget.checked() == checked).collect::<Vec<_>>();
    let (used, built, tested, hot) = (of("live"), of("build"), of("test"), of("counted"));
    let (unknown, mut known): (Vec<_>, Vec<_>) = used.iter().copied().partition(|judged| judged.state == State::NotMeasured);
    known.sort_by_key(|judged| !matches!(judged.state, State::Passed { .. }));
    html! {
        header.page-head {
            h1 tabindex="-1" { "Budgets" }
            a.btn href=(PATH) rel="external" { (icon("refresh-cw")) "Refresh" }
        }
        (places(&Asked::plain(PATH)))
        p.muted { "What the product may weigh, how long it may take and how often it may fail: " code { "performance-budgets.toml" } ", as it was when this server was built. What is measured is of the last hour where there was enough in it to tell, and else of the last 24. One that is measured while it is used and is passed is an alert." }
        @if let Some(objective) = budgets.objective() { (errors(objective, live)) }
        section.part aria-labelledby="live-h" {
            h2 #live-h { "While it is used" }
            (summary(&used))
            @if !known.is_empty() { (table(&known, live)) }
            @if !unknown.is_empty() { details { summary { "Those that were not measured" } (table(&unknown, live)) } }
        }
        (elsewhere("built", "Checked by the build", "What the files of this build weigh on their way. Each build is held against them, and fails when one is passed.", &built, &[]))
        (elsewhere("tested", "Checked by a test", "A test or a bench holds the same figure, and fails when one is passed. What benches found last on a machine with as many processors as the limits are for, on the engine that was worse, is here as soon as the lab has it; what tests found is told where they ran.", &tested, &benched))
        (elsewhere("counted", "Counted by the tests", "How many instructions of a processor it took. One percent more, and the tests fail. What they counted is known where they ran beside this server.", &hot, &[]))
    }
}

/// How much of the month's failures is used up, and how fast.
fn errors(objective: Objective, live: &LiveFigures) -> Markup {
    let month = counted(live.month);
    let burning = objective.burning(|window| counted(live.windows[at(window)]));
    let left = objective.left(month);
    let allowed = (month.total as f64 * objective.allowed()) as u64;
    html! {
        section.part aria-labelledby="errors-h" {
            h2 #errors-h { "Errors that are allowed" }
            p.muted { "Of 30 days " (percent(1.0 - objective.allowed())) " have to be answered without the server's fault. A pair of windows alarms somebody when both burn faster than its limit." }
            dl.tiles.num {
                (tile("Left of the month", &percent(left), Some(&format!("{} failed of {} that may", number(month.failed()), number(allowed)))))
                (tile("Asked", &number(month.total), Some("in 30 days, this one among them")))
                @if let Some(seconds) = burning[2].long.and_then(|rate| objective.lasts(left, rate)) { (tile("Lasts", &lasts(seconds), Some("if it goes on as in the last 3 days"))) }
            }
            (scrolled("errors-h", &heads("Windows", &["Burns in the long one", "In the short one", "Limit", "Failed", "State"]), &html! { @for pair in &burning { (pair_row(pair)) } }))
        }
    }
}

fn pair_row(burning: &Burning) -> Markup {
    let Burning { pair, long, short, is_passed, failed } = burning;
    let rate = |rate: &Option<f64>| rate.map_or_else(|| "nothing asked".to_owned(), |rate| format!("{rate:.1} times"));
    let says = match pair.urgency {
        Urgency::Page => "somebody at once",
        Urgency::Ticket => "somebody within days",
    };
    html! {
        tr {
            th scope="row" { (pair.long.words()) " and " (pair.short.words()) p.muted.small { "Alarms " (says) } }
            td.num { (rate(long)) }
            td.num { (rate(short)) }
            td.num { (pair.burn) " times" }
            td.num { (number(*failed)) }
            td { @if *is_passed { span.badge data-tone="bad" { "Too fast" } } @else { span.badge data-tone="ok" { "Kept" } } }
        }
    }
}

/// How many are kept.
fn summary(judged: &[&Judged<'_>]) -> Markup {
    let count = |wanted: fn(&State) -> bool| number(judged.iter().filter(|judged| wanted(&judged.state)).count() as u64);
    html! {
        dl.tiles.num {
            (tile("Passed", &count(|state| matches!(state, State::Passed { .. })), None))
            (tile("Kept", &count(|state| matches!(state, State::Kept { .. })), None))
            (tile("Not measured", &count(|state| *state == State::NotMeasured), Some("nobody did it, or too few to tell")))
        }
    }
}

fn table(judged: &[&Judged<'_>], live: &LiveFigures) -> Markup {
    html! {
        (scrolled("live-h", &heads("Budget", &["Measured", "Limit", "Used", "State"]), &html! { @for judged in judged { (row(judged, live)) } }))
    }
}

fn row(judged: &Judged<'_>, live: &LiveFigures) -> Markup {
    let Judged { budget, reading, state } = judged;
    let unit = budget.limit.unit;
    let counted = live.readings.iter().find(|one| one.id == budget.id);
    html! {
        tr {
            th scope="row" {
                @match &budget.about {
                    About::Live(series) => {
                        @match leads_to(series) { Some(address) => a.link href=(address) { (budget.what) }, None => (budget.what) }
                        p.muted.small { (statistic(series)) }
                        @if let Some(of) = counted.and_then(|counted| counted.of.as_deref()) { (worst(budget, of)) }
                    }
                    _ => { (budget.what) }
                }
            }
            td.num {
                @match reading {
                    Some(value) => { (unit.show(*value)) @if let Some(counted) = counted { (of_what(counted, unit)) } }
                    None => @if let Some(counted) = counted.filter(|counted| counted.count > 0) { p.muted.small { (number(counted.count)) " of " (number(counted.needed)) " that it takes" } }
                }
            }
            td.num { (limit(budget)) }
            td {
                @if let State::Kept { used } = state { (bar((used * 100.0) as u64, 100)) span.vh { (percent(*used)) } }
                @if let State::Passed { .. } = state { (bar(100, 100)) span.vh { "all of it" } }
            }
            td {
                (self::state(judged, "Not measured"))
            }
        }
    }
}

/// Where it is seen what was slow or failed: page loads of a page, traces of an endpoint, all caches.
fn leads_to(series: &Series) -> Option<String> {
    let of = in_address(&series.route);
    match series.metric.as_str() {
        "hits" => Some("/performance/caches".to_owned()),
        vital if series.route.starts_with('/') => Some(format!("/performance/vitals?metric=vitals.{vital}&of={of}")),
        _ if series.route.contains(" /") => Some(format!("/performance/traces?of={of}")),
        _ => None,
    }
}

/// Which of the others it was.
fn worst(budget: &Budget, of: &str) -> Markup {
    html! { p.muted.small { "The worst: " (endpoint(budget, of)) } }
}

/// One of the others, with the way to what of it was slow or failed.
pub(super) fn endpoint(budget: &Budget, of: &str) -> Markup {
    let address = match &budget.about {
        About::Live(series) => leads_to(&Series { route: of.to_owned(), ..series.clone() }),
        _ => None,
    };
    html! { @match address { Some(address) => a.link href=(address) { code { (of) } }, None => code { (of) } } }
}

/// How many measurements a figure is of. Beside one of the last hour stands that of the day.
fn of_what(reading: &alerts::Reading, unit: Unit) -> Markup {
    html! {
        p.muted.small {
            @if reading.hour.is_some() {
                "in the last hour; "
                @if let Some(day) = reading.value { (unit.show(day)) " in 24 hours, " }
            }
            "of " (number(reading.count))
        }
    }
}

/// Those that are not measured while it is used. `benched` is what the lab knows of some of them.
fn elsewhere(id: &str, name: &str, says: &str, judged: &[&Judged<'_>], benched: &[Benched<'_>]) -> Markup {
    let heading = format!("{id}-h");
    html! {
        section.part aria-labelledby=(heading) {
            h2 id=(heading) { (name) }
            p.muted { (says) }
            details {
                summary { (told(judged)) }
                (scrolled(&heading, &heads("Budget", &["Is", "Limit", "State"]), &html! {
                    @for judged in judged {
                        @let found = benched.iter().find(|one| one.budget.id == judged.budget.id);
                        tr {
                            th scope="row" {
                                @match found { Some(found) => a.link href=(found.address()) { (judged.budget.what) }, None => (judged.budget.what) }
                            }
                            td.num {
                                @if let Some(value) = judged.reading { (judged.budget.limit.unit.show(value)) }
                                @if let Some(found) = found { (found.told()) }
                            }
                            td.num { (limit(judged.budget)) }
                            td { (state(judged, "Checked there")) }
                        }
                    }
                }))
            }
        }
    }
}

fn state(judged: &Judged<'_>, unknown: &str) -> Markup {
    html! {
        @match judged.state {
            State::Kept { .. } => span.badge data-tone="ok" { "Kept" },
            State::Passed { .. } => span.badge data-tone="bad" title=[judged.complaint()] { "Passed" },
            State::NotMeasured => span.badge data-tone="off" { (unknown) },
        }
    }
}

/// How many there are, and how many are kept and passed as far as is known here.
fn told(judged: &[&Judged<'_>]) -> String {
    let count = |wanted: fn(&State) -> bool| judged.iter().filter(|judged| wanted(&judged.state)).count() as u64;
    let (kept, passed) = (count(|state| matches!(state, State::Kept { .. })), count(|state| matches!(state, State::Passed { .. })));
    let all = number(judged.len() as u64);
    if kept + passed == 0 { format!("{all} budgets") } else { format!("{all} budgets: {} kept, {} passed", number(kept), number(passed)) }
}

pub(super) fn limit(budget: &Budget) -> String {
    let side = if budget.limit.side == ::budgets::Side::AtLeast { "at least " } else { "" };
    format!("{side}{}", budget.limit.unit.show(budget.limit.value))
}

/// `p75, /products`
fn statistic(series: &::budgets::Series) -> String {
    let of = match series.route.as_str() {
        "all" => "everything",
        _ if series.is_of_others() => "each that has no budget of its own",
        route => route,
    };
    format!("{}, {of}", series.statistic)
}

const fn counted(counted: alerts::Counted) -> Counted {
    Counted { good: counted.good, total: counted.total }
}

fn at(window: Window) -> usize {
    Window::ALL.iter().position(|known| *known == window).unwrap_or_default()
}

fn percent(share: f64) -> String {
    let thousandths = (share * 1_000.0).round();
    if thousandths < 0.0 { format!("-{}", units::percent(-thousandths as u64)) } else { units::percent(thousandths as u64) }
}

/// In days, which is as exact as it can be known.
fn lasts(seconds: f64) -> String {
    match (seconds / 86_400.0) as u64 {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days @ ..=365 => format!("{days} days"),
        _ => "more than a year".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use ::capacity::lab::{Better, Build, Machine, Measured, SCHEMA};
    use domain::clock::Timestamp;
    use ports::alerts::Reading;

    use super::*;

    fn reading(id: &str, value: Option<f64>, count: u64) -> Reading {
        Reading { id: id.into(), value, count, needed: 20, hour: None, of: None }
    }

    fn page(readings: Vec<Reading>, month: (u64, u64), windows: [(u64, u64); 5]) -> String {
        let of = |(good, total)| alerts::Counted { good, total };
        markup(&OURS, &LiveFigures { readings, windows: windows.map(of), month: of(month) }, &[]).into_string()
    }

    /// A run of benches on a day, with the figures of some budgets on engines.
    fn run(day: i64, figures: &[(&str, &str, f64)]) -> Record {
        let measured = |(engine, id, value): &(&str, &str, f64)| {
            let budget = OURS.get(id).unwrap();
            let unit = if budget.limit.unit == Unit::Count { "" } else { budget.limit.unit.name() };
            let name = format!("{engine}: {}", budget.figure().unwrap());
            Measured { name, unit: unit.into(), better: Better::Less, values: vec![*value], spread: None }
        };
        Record {
            schema: SCHEMA,
            suite: Suite::Bench,
            plan: OURS.plan().unwrap().into(),
            engine: "sqlite and postgres".into(),
            at: Timestamp::from_micros(day * 86_400_000_000),
            machine: Machine { cores: 2, processor: "AMD".into(), memory_mb: 8_000, kernel: "6".into(), os: "Debian".into() },
            build: Build { revision: format!("abc{day:04}"), dirty: false },
            results: figures.iter().map(measured).collect(),
        }
    }

    /// What is told of a budget that benches hold.
    fn benched(runs: &[Record], id: &str) -> String {
        let page = markup(&OURS, &LiveFigures::default(), runs).into_string();
        let tested = page.split_once("id=\"tested-h\"").unwrap().1.split_once("</section>").unwrap().0;
        let rows = tested.split("<tr>").filter(|row| row.contains(&OURS.get(id).unwrap().what));
        rows.collect()
    }

    /// The row of a budget.
    fn row_of<'a>(page: &'a str, id: &str) -> &'a str {
        let (about, live) = (OURS.get(id).unwrap(), page.split_once("id=\"live-h\"").unwrap().1);
        let About::Live(series) = &about.about else { panic!("{id} is not live") };
        let place = format!("{}</a><p class=\"muted small\">{}</p>", about.what, statistic(series));
        live.split_once(&place).unwrap_or_else(|| panic!("{place}: {live}")).1.split_once("</tr>").unwrap().0
    }

    #[test]
    fn each_budget_is_kept_passed_or_not_measured() {
        let readings = vec![reading("lcp-products", Some(0.9), 40), reading("inp-products", Some(250.0), 40), reading("cls-products", None, 3)];

        let page = page(readings, (0, 0), [(0, 0); 5]);

        let (kept, passed, few) = (row_of(&page, "lcp-products"), row_of(&page, "inp-products"), row_of(&page, "cls-products"));
        assert!(kept.contains("0.90 s") && kept.contains(">Kept<") && kept.contains("75 %") && kept.contains("of 40"), "{kept}");
        assert!(passed.contains(">Passed<") && passed.contains("250 ms") && passed.contains("title="), "{passed}");
        assert!(few.contains(">Not measured<") && few.contains("3 of 20 that it takes"), "{few}");
        assert!(row_of(&page, "ttfb-products").contains(">Not measured<"));
        // What is passed stands first, and what nobody knows anything of is out of the way.
        let places = ["inp-products", "lcp-products", "cls-products"].map(|id| page.find(row_of(&page, id)).unwrap());
        assert!(places.is_sorted() && places[1] < page.find("<details>").unwrap() && page.find("<details>").unwrap() < places[2], "{page}");
    }

    #[test]
    fn what_benches_found_last_is_held_against_their_budgets_on_the_engine_that_was_worse() {
        let runs = [
            run(2, &[("sqlite", "start", 0.4), ("sqlite", "list-search", 9.0), ("postgres", "list-search", 70.0)]),
            run(1, &[("sqlite", "start", 9.0), ("postgres", "start", 0.5), ("sqlite", "lost-writes", 0.0)]),
        ];

        let (start, search, lost) = (benched(&runs, "start"), benched(&runs, "list-search"), benched(&runs, "lost-writes"));

        assert!(start.contains(">Kept<") && start.contains("0.50 s"), "{start}");
        assert!(start.contains("2 Jan 1970 on postgres, build <code>abc0001</code>, machine <code>"), "{start}");
        assert!(search.contains(">Passed<") && search.contains("70 ms") && search.contains("3 Jan 1970 on postgres"), "{search}");
        let name = format!("postgres: {}", OURS.get("list-search").unwrap().figure().unwrap());
        let place = format!("/performance/lab?metric={name}&amp;of=bench 1000000 products on sqlite and postgres, machine ");
        assert!(search.contains(&place), "{search}");
        assert!(lost.contains(">Kept<") && lost.contains("2 Jan 1970 on sqlite"), "{lost}");
    }

    #[test]
    fn what_no_bench_found_or_in_another_unit_is_checked_there() {
        let mut odd = run(1, &[("sqlite", "start", 0.4)]);
        odd.results[0].unit = "ms".into();

        for runs in [Vec::new(), vec![odd], vec![run(1, &[("sqlite", "memory", 100.0)])]] {
            let start = benched(&runs, "start");
            assert!(start.contains(">Checked there<") && !start.contains("1970") && !start.contains("href="), "{start}");
        }
    }

    #[test]
    fn what_a_larger_machine_found_says_nothing_and_a_changed_build_is_called_so() {
        let (mut larger, mut changed) = (run(2, &[("sqlite", "start", 9.0)]), run(1, &[("sqlite", "start", 0.5)]));
        larger.machine.cores = 8;
        changed.build.dirty = true;

        let start = benched(&[larger.clone(), changed], "start");
        let nothing = benched(&[larger], "start");

        assert!(start.contains(">Kept<") && start.contains("0.50 s"), "{start}");
        assert!(start.contains("2 Jan 1970 on sqlite, build <code>abc0001, changed</code>, machine <code>"), "{start}");
        assert!(nothing.contains(">Checked there<") && !nothing.contains("1970"), "{nothing}");
    }

    #[test]
    fn of_other_endpoints_the_worst_is_named_and_leads_to_its_traces() {
        let worst = Reading { of: Some("GET /review".into()), ..reading("duration-others", Some(300.0), 40) };

        let page = page(vec![worst], (0, 0), [(0, 0); 5]);

        let row = page.split_once("Any other endpoint<p class=\"muted small\">p95, each that has no budget of its own</p>").unwrap().1;
        let row = row.split_once("</tr>").unwrap().0;
        assert!(row.contains("href=\"/performance/traces?of=GET /review\"><code>GET /review</code></a>") && row.contains(">Passed<"), "{row}");
        assert!(page.split_once("<details>").unwrap().1.contains("Any other endpoint that failed") && page.matches("The worst: ").count() == 1);
    }

    #[test]
    fn a_budget_leads_to_what_was_slow() {
        let series = |metric: &str, route: &str| Series { metric: metric.into(), route: route.into(), statistic: ::budgets::Statistic::Mean };

        let place = |metric: &str, route: &str| leads_to(&series(metric, route)).unwrap();

        assert_eq!(place("lcp", "/products/:handle"), "/performance/vitals?metric=vitals.lcp&of=/products/:handle");
        assert_eq!(place("duration", "GET /api/v1/products?q"), "/performance/traces?of=GET /api/v1/products?q");
        assert_eq!((place("hits", "list").as_str(), leads_to(&series("availability", "all"))), ("/performance/caches", None));
    }

    #[test]
    fn the_last_hour_decides_where_it_tells_and_the_day_stands_beside_it() {
        let worse = Reading { hour: Some(1.5), ..reading("lcp-products", Some(0.9), 40) };
        let mended = Reading { hour: Some(80.0), ..reading("inp-products", Some(250.0), 40) };

        let page = page(vec![worse, mended], (0, 0), [(0, 0); 5]);

        let (passed, kept) = (row_of(&page, "lcp-products"), row_of(&page, "inp-products"));
        assert!(passed.contains(">Passed<") && passed.contains("1.50 s"), "{passed}");
        assert!(passed.contains("in the last hour; 0.90 s in 24 hours, of 40"), "{passed}");
        assert!(kept.contains(">Kept<") && kept.contains("80 ms") && kept.contains("in the last hour; 250 ms in 24 hours, of 40"), "{kept}");
    }

    #[test]
    fn those_of_builds_and_tests_say_who_checks_them() {
        let page = page(Vec::new(), (0, 0), [(0, 0); 5]);

        let part = |id: &str| page.split_once(&format!("id=\"{id}-h\"")).unwrap().1.split_once("</section>").unwrap().0.to_owned();
        assert!(part("built").contains("The first chunk") && part("built").contains(" kB"), "{page}");
        assert!(part("tested").contains(">Checked there<") && part("tested").contains(" budgets</summary>"), "{page}");
        assert!(part("tested").contains("A thousand people: p95") && !part("tested").contains("The first chunk"), "{page}");
        let (counted, beacons) = (part("counted"), OURS.get("instructions-beacons").unwrap());
        assert!(counted.contains(&beacons.what) && counted.contains(&limit(beacons)), "{counted}");
        assert!(!part("tested").contains(" instructions") && !counted.contains("A thousand people: p95"), "{page}");
        assert!(!page.contains("style=") && !page.contains("<script"), "{page}");
    }

    #[test]
    fn what_this_build_weighs_is_held_against_what_it_may() {
        let ids: Vec<&str> = OURS.iter().filter(|budget| budget.checked() == "build").map(|budget| budget.id.as_str()).collect();

        let page = page(vec![reading(ids[0], Some(0.1), 0), reading(ids[1], Some(9_999.0), 0)], (0, 0), [(0, 0); 5]);

        let built = page.split_once("id=\"built-h\"").unwrap().1.split_once("</section>").unwrap().0;
        assert!(built.contains(&format!("{} budgets: 1 kept, 1 passed", ids.len())), "{built}");
        assert!(built.contains(">Kept<") && built.contains(">Passed<") && built.contains("0.1 kB"), "{built}");
    }

    #[test]
    fn the_errors_of_a_month_are_told_with_how_fast_they_come() {
        let page = page(Vec::new(), (999_400, 1_000_000), [(98, 100), (980, 1_000), (9_800, 10_000), (59_900, 60_000), (299_000, 300_000)]);

        let errors = page.split_once("id=\"errors-h\"").unwrap().1.split_once("</section>").unwrap().0;
        assert!(errors.contains("<dd>40 %</dd>") && errors.contains("600 failed of 1,000 that may"), "{errors}");
        assert!(errors.contains("20.0 times") && errors.contains(">Too fast<") && errors.contains("1 hour and 5 minutes"), "{errors}");
        assert_eq!(
            (percent(-0.25), lasts(0.0), lasts(90_000.0), lasts(1e9)),
            ("-25 %".into(), "less than a day".into(), "1 day".into(), "more than a year".into())
        );
    }
}
