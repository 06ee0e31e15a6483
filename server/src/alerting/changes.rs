//! Changes for the worse, as what rules find: those that were seen with people at work, and those of benches. A change that somebody has accepted or
//! filed is none any more.

use std::collections::BTreeMap;

use alerts::{Unit, number};
use domain::clock::Timestamp;
use measuring::{ALL, metric};
use ports::lab::{ChangePoint, Standing};

use super::Finding;

/// The series of findings, as rules name them.
pub(super) const LIVE: &str = "change";
pub(super) const LAB: &str = "lab-change";

/// Of what is older nobody is told any more: it is on the page.
const TOLD_SECONDS: i64 = 30 * 86_400;

/// So much of what it was before is what it was before.
const AS_BEFORE: f64 = 1.05;

/// What may have changed, and what is said of the latest change for the worse that is open and was not undone.
pub(super) fn found(latest_first: &[ChangePoint], now: Timestamp) -> Vec<(String, Finding)> {
    let mut found: BTreeMap<String, Finding> = BTreeMap::new();
    for (at, point) in latest_first.iter().enumerate().filter(|(_, point)| point.is_worse) {
        let is_undone = latest_first[..at].iter().filter(|later| is_of_one(later, point)).any(|later| is_back(later, point));
        let is_open = point.standing == Standing::Open && point.at.plus_seconds(TOLD_SECONDS) > now && !is_undone;
        let finding = found.entry(format!("{} {}", point.metric, point.subject)).or_insert(Finding::No);
        if *finding == Finding::No && is_open {
            *finding = Finding::Yes(sentence(point));
        }
    }
    found.into_iter().collect()
}

fn is_of_one(one: &ChangePoint, other: &ChangePoint) -> bool {
    (&one.metric, &one.subject) == (&other.metric, &other.subject)
}

/// Whether a later change for the better made it what it was before, whichever way is worse.
fn is_back(later: &ChangePoint, worse: &ChangePoint) -> bool {
    let is_more_worse = worse.after > worse.before;
    !later.is_worse && if is_more_worse { later.after <= worse.before * AS_BEFORE } else { later.after >= worse.before / AS_BEFORE }
}

fn sentence(point: &ChangePoint) -> String {
    let (before, after) = (shown(point, point.before), shown(point, point.after));
    let by = if point.before > 0.0 { format!(" ({} %)", share(point)) } else { String::new() };
    let builds = match (point.builds.since.as_slice(), point.builds.before.as_str()) {
        ([], _) => "No build began around then.".to_owned(),
        (since, "") => format!("Around then began {}.", since.join(", ")),
        (since, before) => format!("Around then began {}, after {before}.", since.join(", ")),
    };
    format!("{} went from {before} to {after}{by} on {}. {builds}", figure(point), day(point.at))
}

/// Which figure of what.
fn figure(point: &ChangePoint) -> String {
    if !point.unit.is_empty() {
        return format!("{} ({})", point.metric, point.subject);
    }
    let of = if point.subject == ALL { "everything" } else { &point.subject };
    let percentile = if [metric::HTTP_DURATION, metric::DB_STATEMENT, metric::PROVIDER_DURATION].contains(&point.metric.as_str()) { 95 } else { 75 };
    format!("The {percentile}th percentile of {} of {of}", point.metric)
}

/// What is measured live is in microseconds, and shifts in ten-thousandths.
fn shown(point: &ChangePoint, value: f64) -> String {
    match (point.unit.as_str(), point.metric.as_str()) {
        ("", "vitals.cls") => number(value / 1e4, Unit::None),
        ("", _) => number(value / 1e3, Unit::Milliseconds),
        (unit, _) => format!("{} {unit}", number(value, Unit::None)),
    }
}

fn share(point: &ChangePoint) -> String {
    format!("{:+.0}", (point.after / point.before - 1.0) * 100.0)
}

fn day(at: Timestamp) -> String {
    let (year, month, day, hour, minute, _) = at.civil();
    format!("{year:04}-{month:02}-{day:02} at {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use ports::lab::{Builds, Settlement};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

    fn point(subject: &str, hours_ago: i64, standing: Standing) -> ChangePoint {
        ChangePoint {
            id: 1,
            metric: metric::HTTP_DURATION.to_owned(),
            subject: subject.to_owned(),
            unit: String::new(),
            at: NOW.plus_seconds(-hours_ago * 3_600),
            before: 20_000.0,
            after: 35_000.0,
            is_worse: true,
            votes: 2,
            builds: Builds { before: "old".to_owned(), since: vec!["new".to_owned()] },
            standing,
            found_at: NOW,
        }
    }

    fn settled() -> Standing {
        Standing::Settled { how: Settlement::Accepted, note: String::new(), by: None, at: NOW }
    }

    #[test]
    fn what_got_worse_is_told_with_by_how_much_since_when_and_with_which_build() {
        let found = found(&[point("GET /products", 9, Standing::Open)], NOW);

        let said = "The 95th percentile of http.duration of GET /products went from 20 ms to 35 ms (+75 %) on 2025-10-08 at 23:53 UTC. Around then began new, after old.";
        assert_eq!(found, [("http.duration GET /products".to_owned(), Finding::Yes(said.to_owned()))]);
    }

    #[test]
    fn what_is_settled_old_or_better_is_found_no_more() {
        let better = ChangePoint { is_worse: false, ..point("better", 1, Standing::Open) };
        let points = [better, point("one", 2, settled()), point("old", 31 * 24, Standing::Open)];

        let found = found(&points, NOW);

        assert_eq!(found, ["old", "one"].map(|of| (format!("http.duration {of}"), Finding::No)));
    }

    #[test]
    fn what_was_undone_since_is_over_and_what_is_only_less_bad_is_not() {
        let later = |after: f64| ChangePoint { is_worse: false, before: 35_000.0, after, ..point("one", 1, Standing::Open) };
        let told = |after: f64| found(&[later(after), point("one", 9, Standing::Open)], NOW)[0].1 != Finding::No;

        assert_eq!([told(20_500.0), told(30_000.0)], [false, true]);
    }

    #[test]
    fn what_is_open_counts_although_something_later_was_accepted() {
        let found = found(&[point("one", 2, settled()), point("one", 50, Standing::Open)], NOW);

        assert!(matches!(&found[0].1, Finding::Yes(said) if said.contains("(+75 %)")), "{found:?}");
    }

    #[test]
    fn figures_of_benches_are_in_their_own_unit() {
        let bench = ChangePoint {
            metric: "the list: p95".to_owned(),
            unit: "ms".to_owned(),
            before: 4.0,
            after: 5.0,
            builds: Builds::default(),
            ..point("bench on sqlite", 1, Standing::Open)
        };

        let found = found(&[bench], NOW);

        let Finding::Yes(said) = &found[0].1 else { panic!("{found:?}") };
        assert!(
            said.starts_with("the list: p95 (bench on sqlite) went from 4 ms to 5 ms (+25 %)") && said.ends_with("No build began around then."),
            "{said}"
        );
    }
}
