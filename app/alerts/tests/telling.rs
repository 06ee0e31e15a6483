//! Who is told what, over many rounds.

use std::collections::{BTreeMap, BTreeSet};

use alerts::{
    Acknowledged, Alert, AlertKey, CHANNEL_FAILS, Condition, Kind, Letter, Limits, Matcher, Rule, Selector, Severity, Silence, Subscriber, Told,
    builtin, step, tell,
};
use domain::clock::Timestamp;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

/// Fires at once above 1, and is over at once.
fn rule(id: &str, group: &str, severity: Severity) -> Rule {
    let what = Condition::Found { by: Selector::of("budget") };
    Rule { id: id.into(), what, group: group.into(), severity, for_minutes: 0, clear_minutes: 0, remind_minutes: 0, ..builtin().remove(0) }
}

/// Some alerts, one channel, and what came out.
struct Desk {
    alerts: Vec<Alert>,
    silences: Vec<Silence>,
    told: Told,
    given_up: BTreeSet<String>,
    is_failing: bool,
    least: Severity,
    round: u64,
    now: Timestamp,
    letters: Vec<(Timestamp, Letter)>,
}

impl Desk {
    fn of(alerts: Vec<Alert>) -> Self {
        let (silences, told, given_up, letters) = Default::default();
        let mut desk = Self { alerts, silences, told, given_up, is_failing: false, least: Severity::Note, round: 0, now: NOW, letters };
        // The first round begins with nothing to tell.
        desk.round();
        desk
    }

    fn with(groups: &[&str]) -> Self {
        Self::of(groups.iter().enumerate().map(|(number, group)| Alert::new(rule(&format!("rule-{number}"), group, Severity::Warning), "")).collect())
    }

    fn read(&mut self, number: usize, is_bad: bool) {
        let alert = &mut self.alerts[number];
        alert.instance = step(&alert.rule, std::mem::take(&mut alert.instance), Some(f64::from(u8::from(is_bad))), self.now).0;
    }

    fn round(&mut self) -> Vec<Letter> {
        let to = Subscriber { name: "ops", least: self.least, given_up: &self.given_up, is_failing: self.is_failing };
        self.round += 1;
        let letters = tell(&mut self.told, &to, &self.alerts, &self.silences, (self.round, self.now), &Limits::default());
        self.letters.extend(letters.iter().map(|letter| (self.now, letter.clone())));
        letters
    }

    fn after(&mut self, seconds: i64) -> &mut Self {
        self.now = self.now.plus_seconds(seconds);
        self
    }

    fn silence(&mut self, seconds: i64) {
        let (from, until) = (self.now, self.now.plus_seconds(seconds));
        self.silences.push(Silence { id: "s".into(), what: Matcher::Everything, from, until, by: "Ada".into(), why: "We move.".into() });
    }
}

fn kinds(letters: &[Letter]) -> Vec<Vec<Kind>> {
    letters.iter().map(|letter| letter.lines.iter().map(|line| line.kind).collect()).collect()
}

#[test]
fn what_fires_together_in_a_group_is_one_message() {
    let mut desk = Desk::with(&["a", "a", "b"]);
    (0..3).for_each(|number| desk.read(number, true));

    let letters = desk.round();

    assert_eq!(letters.iter().map(|letter| (letter.group.as_deref(), letter.lines.len())).collect::<Vec<_>>(), [(Some("a"), 2), (Some("b"), 1)]);
    assert_eq!(desk.after(60).round(), []);
}

#[test]
fn a_group_is_told_once_in_five_minutes_and_then_of_all_that_is_new() {
    let mut desk = Desk::with(&["a", "a", "a"]);
    desk.read(0, true);
    assert_eq!(kinds(&desk.round()), [[Kind::Firing]]);
    desk.after(60).read(1, true);
    assert_eq!(desk.round(), []);
    desk.after(60).read(0, false);
    assert_eq!(desk.round(), []);

    let letters = desk.after(180).round();

    assert_eq!(kinds(&letters), [[Kind::Firing, Kind::Resolved]]);
}

#[test]
fn what_is_worse_than_what_was_told_does_not_wait() {
    let mut desk = Desk::of(vec![Alert::new(rule("one", "a", Severity::Warning), ""), Alert::new(rule("two", "a", Severity::Critical), "")]);
    desk.read(0, true);
    desk.round();
    desk.after(60).read(1, true);

    assert_eq!(kinds(&desk.round()), [[Kind::Firing]]);
}

#[test]
fn what_came_and_went_while_there_was_no_room_is_told_as_over() {
    let mut desk = Desk::with(&["a", "a"]);
    desk.read(0, true);
    desk.round();
    desk.after(60).read(1, true);
    desk.round();
    desk.after(60).read(1, false);
    desk.round();

    let letters = desk.after(180).round();

    assert_eq!(
        letters.iter().flat_map(|letter| &letter.lines).map(|line| (line.kind, line.alert.key.rule.as_str())).collect::<Vec<_>>(),
        [(Kind::Resolved, "rule-1")]
    );
}

#[test]
fn a_silence_withholds_what_fires_and_what_still_fires_is_told_behind_it() {
    let mut desk = Desk::with(&["a", "a"]);
    desk.silence(600);
    desk.read(0, true);
    desk.read(1, true);
    assert_eq!(desk.round(), []);
    desk.after(300).read(1, false);
    assert_eq!(desk.round(), []);

    let letters = desk.after(300).round();

    assert_eq!(kinds(&letters), [[Kind::Firing]], "and not what came and went");
}

#[test]
fn what_was_told_is_closed_also_in_a_silence() {
    let mut desk = Desk::with(&["a"]);
    desk.read(0, true);
    desk.round();
    desk.silence(86_400);
    desk.after(300).read(0, false);

    assert_eq!(kinds(&desk.round()), [[Kind::Resolved]]);
}

#[test]
fn nothing_is_added_to_a_channel_that_fails_and_the_outcome_is_told_when_it_works_again() {
    let mut desk = Desk::with(&["a", "b", "c"]);
    desk.is_failing = true;
    (0..3).for_each(|number| desk.read(number, true));
    assert_eq!(desk.round(), []);
    desk.after(3_600).read(1, false);
    assert_eq!(desk.round(), []);
    desk.is_failing = false;

    assert_eq!(kinds(&desk.round()), [[Kind::Firing], [Kind::Firing], [Kind::Resolved]]);
}

#[test]
fn what_was_given_up_is_told_anew() {
    let mut desk = Desk::with(&["a", "b"]);
    desk.read(0, true);
    desk.read(1, true);
    let letters = desk.round();
    desk.given_up.extend(letters.into_iter().map(|letter| letter.id));
    desk.after(86_400).read(1, false);

    assert_eq!(kinds(&desk.round()), [[Kind::Firing], [Kind::Resolved]]);
    assert_eq!(desk.after(600).round(), []);
}

#[test]
fn that_it_is_over_is_told_anew_although_it_came_and_went_in_a_silence_meanwhile() {
    let mut desk = Desk::with(&["a"]);
    desk.read(0, true);
    desk.round();
    desk.after(300).read(0, false);
    let over = desk.round().remove(0);
    desk.silence(600);
    for is_bad in [true, false] {
        desk.after(60).read(0, is_bad);
        desk.round();
    }
    desk.given_up.insert(over.id);

    assert_eq!(kinds(&desk.after(600).round()), [[Kind::Resolved]]);
}

#[test]
fn twenty_groups_are_twenty_messages_and_of_twenty_one_the_last_two_are_a_sum() {
    let letters = |count: usize| {
        let groups: Vec<String> = (0..count).map(|number| format!("group {number:02}")).collect();
        let mut desk = Desk::with(&groups.iter().map(String::as_str).collect::<Vec<_>>());
        (0..count).for_each(|number| desk.read(number, true));
        desk.round()
    };

    assert!(letters(20).iter().all(|letter| letter.group.is_some() && letter.lines.len() == 1));
    let of_more = letters(21);
    assert_eq!((of_more.len(), of_more[19].group.as_deref(), of_more[19].lines.len()), (20, None, 2));
}

#[test]
fn a_reminder_comes_as_long_as_nobody_sees_to_it() {
    let mut desk = Desk::with(&["a"]);
    desk.alerts[0].rule.remind_minutes = 60;
    desk.read(0, true);
    desk.round();
    assert_eq!(desk.after(3_599).round(), []);
    assert_eq!(kinds(&desk.after(1).round()), [[Kind::Still]]);
    assert_eq!(desk.after(3_599).round(), []);
    desk.alerts[0].acknowledged = Some(Acknowledged { by: "Ada".into(), at: desk.now, episode: 1 });
    assert_eq!(desk.after(7_200).round(), []);
    desk.alerts[0].acknowledged = Some(Acknowledged { by: "Ada".into(), at: desk.now, episode: 0 });

    assert_eq!(kinds(&desk.round()), [[Kind::Still]], "it was another firing that somebody saw to");
}

#[test]
fn a_reminder_that_was_given_up_does_not_begin_it_anew() {
    let mut desk = Desk::with(&["a"]);
    desk.alerts[0].rule.remind_minutes = 60;
    desk.read(0, true);
    desk.round();
    let reminder = desk.after(3_600).round().remove(0);
    desk.given_up.insert(reminder.id);

    assert_eq!(desk.after(600).round(), []);
}

#[test]
fn less_than_a_channel_wants_is_not_told_there() {
    let mut desk = Desk::of(vec![Alert::new(rule("one", "a", Severity::Note), ""), Alert::new(rule("two", "b", Severity::Critical), "")]);
    desk.least = Severity::Critical;
    desk.read(0, true);
    desk.read(1, true);

    let letters = desk.round();

    assert_eq!(letters.iter().map(|letter| letter.lines[0].alert.key.rule.as_str()).collect::<Vec<_>>(), ["two"]);
}

#[test]
fn a_channel_is_not_told_over_itself_that_it_fails() {
    let of = |subject: &str| Alert::new(rule(CHANNEL_FAILS, "Alerts", Severity::Warning), subject);
    let mut desk = Desk::of(vec![of("ops"), of("mail")]);
    desk.read(0, true);
    desk.read(1, true);

    let letters = desk.round();

    assert_eq!(letters[0].lines.iter().map(|line| line.alert.key.subject.as_str()).collect::<Vec<_>>(), ["mail"]);
}

#[test]
fn a_new_channel_is_told_what_fires_and_not_what_is_over() {
    let mut desk = Desk::with(&["a", "b"]);
    desk.read(0, true);
    desk.read(1, true);
    desk.round();
    desk.after(60).read(1, false);
    desk.told = Told::default();

    assert_eq!(kinds(&desk.round()), [[Kind::Firing]]);
}

#[test]
fn a_storm_of_a_thousand_alerts_is_twenty_messages_and_each_is_in_one() {
    let groups: Vec<String> = (0..1_000).map(|number| format!("group {number}")).collect();
    let mut desk = Desk::with(&groups.iter().map(String::as_str).collect::<Vec<_>>());
    // Some now, some later within the minute, as rounds come faster than they do.
    for part in 0..10 {
        (part * 100..(part + 1) * 100).for_each(|number| desk.read(number, true));
        desk.round();
        desk.after(6);
    }
    let sent = desk.letters.len();
    desk.after(300).round();

    assert_eq!(sent, 20);
    let told: BTreeSet<_> = desk.letters.iter().flat_map(|(_, letter)| &letter.lines).map(|line| &line.alert.key).collect();
    assert_eq!((desk.letters.len(), told.len()), (40, 1_000));
}

#[test]
fn a_storm_in_one_moment_is_nineteen_messages_and_a_sum() {
    let mut alerts: Vec<_> =
        (0..1_000).map(|number| Alert::new(rule(&format!("rule-{number}"), &format!("group {number}"), Severity::Note), "")).collect();
    alerts[777].rule.severity = Severity::Critical;
    let mut desk = Desk::of(alerts);
    (0..1_000).for_each(|number| desk.read(number, true));

    let letters = desk.round();

    assert_eq!((letters.len(), letters[0].lines[0].alert.key.rule.as_str()), (20, "rule-777"), "the worst is first");
    assert_eq!((letters[19].group.as_deref(), letters[19].lines.len()), (None, 981));
    assert_eq!(desk.after(60).round(), []);
}

#[test]
fn a_clock_that_is_set_back_silences_no_group() {
    let mut desk = Desk::with(&["a", "a"]);
    desk.read(0, true);
    desk.round();
    desk.after(-7_200).read(1, true);
    desk.round();

    assert_eq!(kinds(&desk.after(300).round()), [[Kind::Firing]]);
}

#[test]
fn what_is_kept_of_a_channel_travels_as_json() {
    let mut desk = Desk::with(&["a", "b"]);
    desk.read(0, true);
    desk.round();

    let json = serde_json::to_string(&desk.told).unwrap();

    assert_eq!(serde_json::from_str::<Told>(&json).unwrap(), desk.told);
    assert!(desk.told.is_open(&AlertKey::new("rule-0", "")) && !desk.told.is_open(&AlertKey::new("rule-1", "")));
}

/// What happens in a minute of some alerts.
#[derive(Clone, Debug)]
enum Happens {
    Reads { number: usize, is_bad: bool },
    Storm { is_bad: bool },
    Silence { minutes: i64 },
    Breaks(bool),
    GivesUp { back: usize },
    Passes { seconds: i64 },
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => (0_usize..40, any::<bool>()).prop_map(|(number, is_bad)| Happens::Reads { number, is_bad }),
        1 => any::<bool>().prop_map(|is_bad| Happens::Storm { is_bad }),
        1 => (1_i64..30).prop_map(|minutes| Happens::Silence { minutes }),
        1 => any::<bool>().prop_map(Happens::Breaks),
        6 => (1_i64..240).prop_map(|seconds| Happens::Passes { seconds }),
        1 => (1_i64..7_200).prop_map(|seconds| Happens::Passes { seconds: -seconds }),
    ]
}

fn carry_out(desk: &mut Desk, story: &[Happens]) {
    for what in story {
        match what {
            Happens::Reads { number, is_bad } => desk.read(*number, *is_bad),
            Happens::Storm { is_bad } => (0..40).for_each(|number| desk.read(number, *is_bad)),
            Happens::Silence { minutes } => desk.silence(minutes * 60),
            Happens::Breaks(is_failing) => desk.is_failing = *is_failing,
            Happens::GivesUp { back } => {
                // What is given up is the oldest on its way: nothing behind it was delivered.
                let id = desk.letters.len().checked_sub(1 + back % 3).map(|place| desk.letters[place].1.id.clone());
                desk.given_up.extend(id);
            }
            Happens::Passes { seconds } => {
                desk.after(*seconds);
                desk.round();
            }
        }
    }
}

/// All is well again with the channel, and hours pass.
fn settle(desk: &mut Desk) {
    desk.is_failing = false;
    desk.silences.clear();
    for _ in 0..60 {
        desk.after(120).round();
    }
}

fn forty() -> Desk {
    let severities = [Severity::Note, Severity::Warning, Severity::Critical];
    let alert = |number: usize| Alert::new(rule(&format!("rule-{number}"), &format!("group {}", number % 30), severities[number % 3]), "");
    Desk::of((0..40).map(alert).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn never_two_messages_that_it_fires_without_one_that_it_is_over_between(story in prop::collection::vec(happens(), 1..120)) {
        let mut desk = forty();
        carry_out(&mut desk, &story);
        settle(&mut desk);

        let mut open: BTreeMap<AlertKey, bool> = BTreeMap::new();
        for line in desk.letters.iter().flat_map(|(_, letter)| &letter.lines) {
            let is_open = open.entry(line.alert.key.clone()).or_default();
            match line.kind {
                Kind::Firing => prop_assert!(!std::mem::replace(is_open, true), "{} fired twice", line.alert.key),
                Kind::Still => prop_assert!(*is_open),
                Kind::Resolved => *is_open = false,
            }
        }
        for alert in &desk.alerts {
            prop_assert_eq!(open.get(&alert.key).copied().unwrap_or_default(), alert.instance.is_firing(), "{}", alert.key);
        }
    }

    #[test]
    fn never_more_than_twenty_messages_in_five_minutes(story in prop::collection::vec(happens(), 1..120)) {
        let forwards: Vec<_> = story.into_iter().filter(|what| !matches!(what, Happens::Passes { seconds: ..=0 })).collect();
        let mut desk = forty();
        carry_out(&mut desk, &forwards);
        settle(&mut desk);

        let ids: BTreeSet<_> = desk.letters.iter().map(|(_, letter)| &letter.id).collect();
        prop_assert_eq!(ids.len(), desk.letters.len());
        for (at, _) in &desk.letters {
            let within = desk.letters.iter().filter(|(other, _)| *at <= *other && *other < at.plus_seconds(300)).count();
            prop_assert!(within <= 20, "{within} messages from {at}");
        }
    }

    #[test]
    fn whatever_is_given_up_in_the_end_everybody_knows_how_it_is(
        story in prop::collection::vec(prop_oneof![9 => happens(), 1 => (0_usize..3).prop_map(|back| Happens::GivesUp { back })], 1..120),
    ) {
        let mut desk = forty();
        carry_out(&mut desk, &story);
        settle(&mut desk);

        let mut heard: BTreeMap<AlertKey, Kind> = BTreeMap::new();
        for line in desk.letters.iter().filter(|(_, letter)| !desk.given_up.contains(&letter.id)).flat_map(|(_, letter)| &letter.lines) {
            heard.insert(line.alert.key.clone(), line.kind);
        }
        for alert in &desk.alerts {
            let believed = heard.get(&alert.key).is_some_and(|kind| *kind != Kind::Resolved);
            prop_assert_eq!(believed, alert.instance.is_firing(), "{}", alert.key);
        }
    }
}
