//! What messages say.

use alerts::{
    Acknowledged, Alert, Condition, Instance, Kind, Letter, Line, Rule, Selector, Severity, Site, State, Unit, Why, Worse, builtin, explained,
    for_slack, test_text, title, watched, write,
};
use domain::clock::Timestamp;
use proptest::prelude::*;

/// 2026-11-27 20:21 UTC.
const SINCE: Timestamp = Timestamp::from_micros(1_795_810_860_000_000);

fn site() -> Site {
    Site::new("https://vitrine.example.com/", "/speed/alerts")
}

/// One that somebody has written: a step of the time that requests take.
fn step_of_routes() -> Rule {
    let of = Selector::of("http.duration").by("route");
    let what = Condition::ChangePoint { of, over_minutes: 3 * 24 * 60, worse: Worse::Above, shift: 0.1 };
    Rule { id: "step".into(), name: "A route has become slower".into(), what, unit: Unit::Share, severity: Severity::Note, ..named("budget") }
}

fn named(id: &str) -> Rule {
    if id == "step" {
        return step_of_routes();
    }
    builtin().into_iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("there is no {id}"))
}

fn alert(id: &str, subject: &str, value: f64, worst: f64) -> Alert {
    let instance = Instance { state: State::Firing { since: SINCE }, episode: 1, value: Some(value), worst: Some(worst), ..Instance::default() };
    Alert { instance, ..Alert::new(named(id), subject) }
}

fn letter(group: Option<&str>, lines: Vec<Line>) -> Letter {
    Letter { id: "r1-ops-0".into(), channel: "ops".into(), group: group.map(str::to_owned), lines }
}

fn said(kind: Kind, alert: Alert) -> (String, String) {
    let text = write(&letter(Some("a"), vec![Line { kind, alert }]), &site(), SINCE.plus_seconds(720));
    (text.subject, text.body)
}

#[test]
fn what_fires_says_what_how_bad_since_when_against_which_limit_and_where() {
    let (subject, body) = said(Kind::Firing, alert("lcp", "/products", 3_100.0, 3_400.0));

    assert_eq!(subject, "[Warning] Pages appear slowly (/products): 3.1 s (limit 2.5 s)");
    assert_eq!(
        body,
        "Warning: Pages appear slowly (/products)\n\
         It is 3.1 s and may be at most 2.5 s (75th percentile of vitals.lcp, 1 hour).\n\
         Since 2026-11-27 20:21 UTC, for 12 minutes. The worst was 3.4 s.\n\
         https://vitrine.example.com/performance/vitals\n"
    );
}

#[test]
fn what_is_over_says_how_long_it_lasted() {
    let mut alert = alert("lcp", "", 2_000.0, 3_400.0);
    alert.instance.state = State::Resolved { since: SINCE, at: SINCE.plus_seconds(11_100), why: Why::Well };
    alert.rule.page = "/speed/pages".into();

    let (subject, body) = said(Kind::Resolved, alert.clone());

    assert_eq!(subject, "[Resolved] Pages appear slowly, after 3 hours 5 minutes");
    assert_eq!(
        body,
        "Resolved: Pages appear slowly\n\
         It lasted 3 hours 5 minutes. It is 2 s now; the limit is 2.5 s.\n\
         https://vitrine.example.com/speed/pages\n"
    );
    alert.instance.state = State::Resolved { since: SINCE, at: SINCE, why: Why::Unmeasured };
    assert!(said(Kind::Resolved, alert).1.contains("whether it is well is not known"));
}

#[test]
fn every_kind_of_rule_has_its_sentence() {
    let says = |id: &str, subject: &str, value: f64| {
        let (subject, body) = said(Kind::Firing, alert(id, subject, value, value));
        format!("{subject}\n{}", body.lines().nth(1).unwrap_or_default())
    };

    assert_eq!(
        says("process-gone", "web-2", 4.0),
        "[Critical] A process does not report any more (web-2): 4 minutes (limit 3 minutes)\nThe last report was 4 minutes ago; the limit is 3 minutes."
    );
    assert_eq!(
        says("burn-fast", "", 1.4),
        "[Critical] Errors use up what the objective allows, fast: 1.4 times the limit\n\
         It goes 1.4 times as fast as what is too fast for an objective of 99.9 %."
    );
    assert_eq!(
        says("errors", "", 0.034),
        "[Warning] Requests fail: 3.4 % (limit 2 %)\nIt is 3.4 % and may be at most 2 % (share of http.duration, 10 minutes)."
    );
    assert_eq!(
        says("clock-off", "", 42_000.0),
        "[Warning] A server's clock disagrees with the database's: 42 s (limit 30 s)\n\
         It is 42 s and may be at most 30 s (most of machine.clock, 15 minutes)."
    );
    assert_eq!(says("budget", "words a month", 1.0), "[Warning] A budget is passed (words a month)\nFound by: budget.");
    let found = |said: &str| {
        let alert = alert("slower", "http.duration GET /", 1.0, 1.0);
        Alert { instance: Instance { said: Some(said.into()), ..alert.instance.clone() }, ..alert }
    };
    assert_eq!(explained(&found("It went from 20 ms to 35 ms.\u{202e}\n")), "It went from 20 ms to 35 ms.");
    assert_eq!(
        says("step", "/products", 0.23),
        "[Note] A route has become slower (/products): 23 % (limit 10 %)\nhttp.duration is 23 % more than before, and 10 % is too much (last 3 days)."
    );
}

#[test]
fn a_page_says_the_same_as_a_message() {
    let mut alert = alert("lcp", "/products", 3_100.0, 3_400.0);
    let firing = (title(&alert), explained(&alert));
    alert.instance.value = Some(2_000.0);
    let over = [Why::Well, Why::Unmeasured, Why::Dropped].map(|why| {
        alert.instance.state = State::Resolved { since: SINCE, at: SINCE, why };
        explained(&alert)
    });

    assert_eq!(firing.0, "Pages appear slowly (/products)");
    assert_eq!(firing.1, "It is 3.1 s and may be at most 2.5 s (75th percentile of vitals.lcp, 1 hour).");
    assert_eq!(over[0], "It is 2 s now; the limit is 2.5 s.");
    assert!(over[1].contains("whether it is well is not known") && over[2] == "It is no longer watched.", "{over:?}");
}

#[test]
fn every_rule_says_what_it_watches() {
    let says: Vec<_> =
        ["lcp", "errors", "burn-slow", "step", "slower", "process-gone", "budget", "disk"].iter().map(|id| watched(&named(id))).collect();

    assert_eq!(
        says,
        [
            "75th percentile of vitals.lcp over 1 hour: at most 2.5 s.",
            "http.duration, class 5xx of all http.duration over 10 minutes: at most 2 %.",
            "How fast http.duration, class 5xx uses up an objective of 99.9 %: 1 times over 3 days.",
            "A step of http.duration, of each route within 3 days: 10 % more than before.",
            "Each change for the worse that nobody has accepted or filed.",
            "The last report of process.alive, of each process: at most 3 minutes ago.",
            "Each budget that is passed.",
            "most of disk.used, of each disk over 5 minutes: at most 90 %.",
        ]
    );
}

#[test]
fn a_process_of_which_nothing_was_heard_has_no_number() {
    let mut gone = alert("process-gone", "web-2", 0.0, 0.0);
    gone.instance.value = None;

    let (subject, body) = said(Kind::Firing, gone);

    assert_eq!(subject, "[Critical] A process does not report any more (web-2)");
    assert!(body.contains("It has not reported at all; the limit is 3 minutes."));
}

#[test]
fn who_sees_to_it_is_told_with_a_reminder() {
    let mut disk = alert("disk-full", "/data", 0.98, 0.98);
    disk.acknowledged = Some(Acknowledged { by: "Ada".into(), at: SINCE, episode: 1 });

    let (subject, body) = said(Kind::Still, disk);

    assert_eq!(subject, "[Critical] Still: A disk is nearly full (/data): 98 % (limit 97 %)");
    assert!(body.contains("for 12 minutes. Ada sees to it.\n"), "{body}");
}

#[test]
fn of_many_ten_are_told_and_the_others_counted() {
    let lines: Vec<_> = (0..47).map(|number| Line { kind: Kind::Firing, alert: alert("lcp", &format!("/{number}"), 3_100.0, 3_100.0) }).collect();

    let text = write(&letter(None, lines), &site(), SINCE);

    assert_eq!(text.subject, "[Warning] 47 more alerts: 47 firing, among them: Pages appear slowly (/0)");
    assert!(text.body.contains("(/9)") && !text.body.contains("(/10)"));
    assert!(text.body.ends_with("and 37 more: 37 firing\n\nAll alerts: https://vitrine.example.com/speed/alerts\n"), "{}", text.body);
}

#[test]
fn of_a_group_it_says_how_many_fire_and_how_many_are_over() {
    let mut over = alert("lcp", "", 2_000.0, 3_400.0);
    over.instance.state = State::Resolved { since: SINCE, at: SINCE.plus_seconds(60), why: Why::Well };
    let lines = vec![Line { kind: Kind::Firing, alert: alert("inp", "", 300.0, 300.0) }, Line { kind: Kind::Resolved, alert: over }];

    let text = write(&letter(Some("Pages"), lines), &site(), SINCE);

    assert_eq!(text.subject, "[Warning] Pages: 1 firing, 1 resolved, among them: Pages answer slowly to a click");
}

#[test]
fn a_test_says_that_nothing_is_wrong() {
    let text = test_text("ops", &site());

    assert_eq!(text.subject, "Test of the alert channel ops");
    assert!(text.body.contains("Nothing is wrong"));
}

#[test]
fn nothing_in_a_text_is_a_mention_or_a_link_for_slack() {
    assert_eq!(for_slack("<!channel> a & b <https://evil.example|here>"), "&lt;!channel&gt; a &amp; b &lt;https://evil.example|here&gt;");
}

proptest! {
    #[test]
    fn a_subject_is_one_line_of_120_characters_at_most_whatever_things_are_called(
        name in ".{0,300}", subject in any::<String>(), value in any::<f64>(), count in 1_usize..40, kind in 0_usize..3,
    ) {
        let kind = [Kind::Firing, Kind::Still, Kind::Resolved][kind];
        let mut alert = alert("lcp", &subject, value, value);
        alert.rule.name = name;
        let lines = vec![Line { kind, alert }; count];

        let text = write(&letter(Some("a\r\nBcc: everybody@example.com"), lines), &site(), SINCE);

        prop_assert!(text.subject.chars().count() <= 120 && !text.subject.chars().any(char::is_control), "{:?}", text.subject);
        prop_assert!(text.body.len() < 20_000 && !text.body.contains('\r'));
        let escaped = for_slack(&text.body);
        prop_assert!(!escaped.contains(['<', '>']));
    }
}
