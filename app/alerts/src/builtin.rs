//! The rules that are there without anybody writing any. The limits of pages are those of Web Vitals for "good", at the 75th percentile.

use crate::{BAD_SHARE_FACTORS, Burn, Condition, Figure, Rule, Selector, Severity, Unit, Worse};

/// The rule that says that a channel cannot be reached. It is told over the others.
pub const CHANNEL_FAILS: &str = "channel-fails";
/// The series whose readings the delivery of alerts gives itself: minutes for which a channel has failed, by channel.
pub const DELIVERY: &str = "alert.channel.failing";

/// All of them, worst first. Times are in milliseconds and shares from 0 to 1, whatever a series is kept in.
pub fn builtin() -> Vec<Rule> {
    let requests = || Selector::of("http.duration");
    let failed = || requests().only("class", "5xx");
    let burning =
        |windows: &[Burn]| Condition::BurnRate { bad: failed(), all: requests(), objective: 0.999, windows: windows.to_vec(), at_least: 100 };
    let [fast, middling, slow] = BAD_SHARE_FACTORS;
    let of_views = |wrong: &str, raise, clear| Condition::Share {
        bad: Selector::of(wrong),
        all: Selector::of("vitals.views"),
        over_minutes: 60,
        raise,
        clear,
        at_least: 50,
    };
    let disk = |raise, clear| above(Selector::of("disk.used").by("disk"), Figure::Max, 5, raise, clear, 0);
    vec![
        Rule {
            clear_minutes: 2,
            remind_minutes: 4 * 60,
            ..rule(
                "process-gone",
                "A process does not report any more",
                Condition::Absence { of: Selector::of("process.alive").by("process"), after_minutes: 3 },
                Unit::Minutes,
                Severity::Critical,
                "Server",
            )
        },
        Rule {
            for_minutes: 2,
            remind_minutes: 4 * 60,
            ..rule(
                "burn-fast",
                "Errors use up what the objective allows, fast",
                burning(&[fast, middling]),
                Unit::Times,
                Severity::Critical,
                "Errors",
            )
        },
        Rule { remind_minutes: 60, ..rule("disk-full", "A disk is nearly full", disk(0.97, 0.95), Unit::Share, Severity::Critical, "Disk") },
        rule("page-crashes", "The app crashes in browsers", of_views("vitals.panics", 0.01, 0.005), Unit::Share, Severity::Critical, "Pages"),
        Rule {
            for_minutes: 30,
            ..rule("burn-slow", "Errors use up what the objective allows", burning(&[slow]), Unit::Times, Severity::Warning, "Errors")
        },
        rule(
            "errors",
            "Requests fail",
            Condition::Share { bad: failed(), all: requests(), over_minutes: 10, raise: 0.02, clear: 0.01, at_least: 50 },
            Unit::Share,
            Severity::Warning,
            "Errors",
        ),
        rule(
            "server-p95",
            "The server answers slowly",
            above(Selector::of("http.duration"), Figure::Percentile(95.0), 10, 500.0, 400.0, 100),
            Unit::Milliseconds,
            Severity::Warning,
            "Server",
        ),
        rule(
            "pool-waits",
            "Requests wait for a connection to the database",
            above(Selector::of("db.wait"), Figure::Percentile(95.0), 5, 50.0, 25.0, 50),
            Unit::Milliseconds,
            Severity::Warning,
            "Server",
        ),
        // Of all servers together: one that is started again has another name, and would leave an alert behind. What it measures it puts
        // down at the database's time, so that the last quarter of an hour has something of it however far it is off.
        rule(
            "clock-off",
            "A server's clock disagrees with the database's",
            above(Selector::of("machine.clock"), Figure::Max, 15, 30_000.0, 20_000.0, 0),
            Unit::Milliseconds,
            Severity::Warning,
            "Server",
        ),
        Rule {
            for_minutes: 10,
            clear_minutes: 15,
            ..rule(
                "lcp",
                "Pages appear slowly",
                above(Selector::of("vitals.lcp"), Figure::Percentile(75.0), 60, 2_500.0, 2_300.0, 50),
                Unit::Milliseconds,
                Severity::Warning,
                "Pages",
            )
        },
        Rule {
            for_minutes: 10,
            clear_minutes: 15,
            ..rule(
                "inp",
                "Pages answer slowly to a click",
                above(Selector::of("vitals.inp"), Figure::Percentile(75.0), 60, 200.0, 180.0, 50),
                Unit::Milliseconds,
                Severity::Warning,
                "Pages",
            )
        },
        rule("page-errors", "Pages have errors in browsers", of_views("vitals.errors", 0.05, 0.03), Unit::Share, Severity::Warning, "Pages"),
        rule("disk", "A disk fills up", disk(0.9, 0.85), Unit::Share, Severity::Warning, "Disk"),
        rule("budget", "A budget is passed", Condition::Found { by: Selector::of("budget").by("budget") }, Unit::None, Severity::Warning, "Budgets"),
        Rule {
            for_minutes: 0,
            clear_minutes: 0,
            ..rule(
                CHANNEL_FAILS,
                "Alerts do not get through to a channel",
                above(Selector::of(DELIVERY).by("channel"), Figure::Max, 1, 15.0, 0.0, 0),
                Unit::Minutes,
                Severity::Warning,
                "Alerts",
            )
        },
        Rule {
            for_minutes: 0,
            ..rule(
                "slower",
                "Something has become slower",
                Condition::Found { by: Selector::of("change").by("change") },
                Unit::None,
                Severity::Warning,
                "Changes",
            )
        },
        Rule {
            for_minutes: 0,
            page: "/performance/lab".to_owned(),
            ..rule(
                "slower-lab",
                "A bench has become slower",
                Condition::Found { by: Selector::of("lab-change").by("change") },
                Unit::None,
                Severity::Warning,
                "Changes",
            )
        },
    ]
}

fn above(of: Selector, figure: Figure, over_minutes: u32, raise: f64, clear: f64, at_least: u64) -> Condition {
    Condition::Threshold { of, figure, over_minutes, worse: Worse::Above, raise, clear, at_least }
}

fn rule(id: &str, name: &str, what: Condition, unit: Unit, severity: Severity, group: &str) -> Rule {
    let page = match group {
        "Pages" => "/performance/vitals",
        "Errors" => "/performance/requests",
        "Changes" => "/performance/regressions",
        "Budgets" => "/performance/budgets",
        _ if id == "pool-waits" => "/performance/database",
        _ if ["server-p95", "clock-off"].contains(&id) => "/performance/requests",
        "Alerts" => "",
        _ => "/performance",
    };
    Rule {
        id: id.to_owned(),
        name: name.to_owned(),
        what,
        unit,
        for_minutes: 5,
        clear_minutes: 5,
        remind_minutes: 0,
        severity,
        group: group.to_owned(),
        page: page.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn all_of_them_can_be_watched_and_each_has_its_own_id() {
        let all = builtin();

        for rule in &all {
            assert_eq!(rule.check(), Ok(()));
        }
        assert_eq!(all.iter().map(|rule| &rule.id).collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.is_sorted_by_key(|rule| std::cmp::Reverse(rule.severity)));
    }

    #[test]
    fn they_travel_as_json() {
        let json = serde_json::to_string(&builtin()).unwrap();

        assert_eq!(serde_json::from_str::<Vec<Rule>>(&json).unwrap(), builtin());
    }
}
