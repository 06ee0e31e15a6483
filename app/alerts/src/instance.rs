//! The state machine of one alert.
//!
//! Only time that readings cover counts, towards firing and towards being over: a hole in the measurements, a server that was down, or a clock
//! that jumps is neither bad nor well. No reading makes nothing fire and ends nothing, except that for [`crate::Condition::Absence`] it is what
//! is looked for, and that after a day without one it is said that nobody knows any more.

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Rule, numbers::seconds_between};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "is")]
pub enum State {
    #[default]
    Ok,
    /// Bad, but not yet for as long as the rule wants.
    Pending { since: Timestamp },
    /// `since` is when it began to be bad.
    Firing { since: Timestamp },
    /// Over; for a day shown as that, then [`State::Ok`].
    Resolved { since: Timestamp, at: Timestamp, why: Why },
}

/// Why an alert is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    Well,
    /// There has been no reading for a day.
    Unmeasured,
    /// The rule is gone, or what it watched.
    Dropped,
}

/// How an alert stands. Whoever keeps it keeps all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    pub state: State,
    /// How often it has fired so far: the number of the firing that goes on, or was the last.
    pub episode: u64,
    /// The last reading.
    pub value: Option<f64>,
    /// The worst since it became bad.
    pub worst: Option<f64>,
    /// When there last was a reading: behind the present when there is a hole.
    pub read_at: Option<Timestamp>,
    /// Seconds in a row, covered by readings, of being bad while pending and of being well while firing. None when the last reading was otherwise.
    pub counted: Option<i64>,
    /// When it fired lately, oldest first: whether it comes and goes.
    pub fired: Vec<Timestamp>,
    /// What was found, as whoever looked says it; of a rule about findings only.
    #[serde(default)]
    pub said: Option<String>,
}

/// What a step changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    Pending,
    /// It was bad, but not for long enough to tell anybody.
    Calmed,
    Fired {
        since: Timestamp,
        comes_and_goes: bool,
    },
    Resolved {
        since: Timestamp,
        lasted_seconds: i64,
        why: Why,
    },
}

/// Readings come once a minute; what lies further apart has a hole in between, which counts as nothing.
const CONNECTED_SECONDS: i64 = 180;
/// A pending alert begins anew behind a hole that is as long as its patience, and at least so long.
const FRESH_SECONDS: i64 = 300;
const DAY_SECONDS: i64 = 86_400;
/// What has fired so often within this comes and goes, and then has to be well for longer before it is over.
const OFTEN: usize = 3;
const OFTEN_WITHIN_SECONDS: i64 = 2 * 3_600;
const CALM_FACTOR: i64 = 4;
const CALM_SECONDS: i64 = 30 * 60;

#[derive(Clone, Copy, PartialEq)]
enum Judged {
    Bad,
    Between,
    Well,
    Unknown,
}

impl Instance {
    pub const fn is_firing(&self) -> bool {
        matches!(self.state, State::Firing { .. })
    }

    /// Whether it fires, or will if it goes on.
    pub const fn is_bad(&self) -> bool {
        matches!(self.state, State::Firing { .. } | State::Pending { .. })
    }

    /// Whether it fires again and again: it is then told once, and not each time.
    pub fn comes_and_goes(&self) -> bool {
        self.fired.len() >= OFTEN
    }

    /// Whether there was no reading lately, so that what is shown may be old.
    pub fn has_hole(&self, now: Timestamp) -> bool {
        self.read_at.is_none_or(|read| seconds_between(read, now) > CONNECTED_SECONDS)
    }

    /// Whether nothing would be lost with it.
    pub fn is_forgettable(&self, now: Timestamp) -> bool {
        self.state == State::Ok && self.read_at.is_none_or(|read| seconds_between(read, now) >= DAY_SECONDS)
    }

    fn resolve(&mut self, since: Timestamp, now: Timestamp, why: Why) -> Event {
        self.state = State::Resolved { since, at: now, why };
        self.counted = None;
        Event::Resolved { since, lasted_seconds: seconds_between(since, now), why }
    }

    /// A clock that was set back leaves no moment ahead of the present.
    fn come_back_to(&mut self, now: Timestamp) {
        let back = |at: &mut Timestamp| *at = (*at).min(now);
        match &mut self.state {
            State::Ok => {}
            State::Pending { since } | State::Firing { since } => back(since),
            State::Resolved { since, at, .. } => {
                back(since);
                back(at);
            }
        }
        self.fired.iter_mut().for_each(back);
        self.read_at.iter_mut().for_each(back);
    }
}

fn judge(rule: &Rule, reading: Option<f64>) -> Judged {
    let levels = rule.what.levels();
    match reading {
        Some(reading) if levels.is_bad(reading) => Judged::Bad,
        Some(reading) if levels.is_well(reading) => Judged::Well,
        Some(_) => Judged::Between,
        None if rule.what.is_absence() => Judged::Bad,
        None => Judged::Unknown,
    }
}

/// One look at an alert. Nobody calls this whose own reading of the store has failed: for that there is no reading at all.
pub fn step(rule: &Rule, mut state: Instance, reading: Option<f64>, now: Timestamp) -> (Instance, Vec<Event>) {
    let reading = reading.filter(|reading| !reading.is_nan());
    state.come_back_to(now);
    let judged = judge(rule, reading);
    let passed = state.read_at.map(|read| seconds_between(read, now));
    state.fired.retain(|fired| seconds_between(*fired, now) < OFTEN_WITHIN_SECONDS);
    let mut events = Vec::new();
    if judged == Judged::Unknown {
        if let State::Firing { since } = state.state
            && passed.is_none_or(|passed| passed >= DAY_SECONDS)
        {
            events.push(state.resolve(since, now, Why::Unmeasured));
        }
        grow_old(&mut state, now);
        return (state, events);
    }
    state.read_at = Some(now);
    state.value = reading;
    let covered = passed.filter(|passed| *passed <= CONNECTED_SECONDS).unwrap_or_default();
    let counted = state.counted.map_or(0, |counted| counted.saturating_add(covered));
    match (state.state, judged) {
        (State::Ok | State::Resolved { .. }, Judged::Bad) => {
            state.state = State::Pending { since: now };
            state.counted = Some(0);
            state.worst = reading;
            events.push(Event::Pending);
            fire_if_due(rule, &mut state, now, &mut events);
        }
        (State::Ok | State::Resolved { .. }, _) => state.counted = None,
        (State::Pending { .. }, Judged::Bad) => {
            let hole = passed.unwrap_or_default();
            if hole > CONNECTED_SECONDS && hole >= (i64::from(rule.for_minutes) * 60).max(FRESH_SECONDS) {
                state.state = State::Pending { since: now };
                state.counted = Some(0);
                state.worst = reading;
            } else {
                state.counted = Some(counted);
                take_worst(rule, &mut state, reading);
            }
            fire_if_due(rule, &mut state, now, &mut events);
        }
        // A moment that is not bad is enough: it has to be bad all the while.
        (State::Pending { .. }, _) => {
            state.state = State::Ok;
            state.counted = None;
            state.worst = None;
            events.push(Event::Calmed);
        }
        (State::Firing { since }, Judged::Well) => {
            state.counted = Some(counted);
            let mut calm = i64::from(rule.clear_minutes) * 60;
            if state.comes_and_goes() {
                calm = (calm * CALM_FACTOR).max(CALM_SECONDS);
            }
            if counted >= calm {
                events.push(state.resolve(since, now, Why::Well));
            }
        }
        (State::Firing { .. }, _) => {
            state.counted = None;
            take_worst(rule, &mut state, reading);
        }
    }
    grow_old(&mut state, now);
    (state, events)
}

/// What is no longer watched: its rule is gone, or the process has said goodbye.
pub fn retire(mut state: Instance, now: Timestamp) -> (Instance, Vec<Event>) {
    state.come_back_to(now);
    let events = match state.state {
        State::Firing { since } => vec![state.resolve(since, now, Why::Dropped)],
        State::Pending { .. } => {
            state.state = State::Ok;
            state.counted = None;
            vec![Event::Calmed]
        }
        State::Ok | State::Resolved { .. } => Vec::new(),
    };
    grow_old(&mut state, now);
    (state, events)
}

fn fire_if_due(rule: &Rule, state: &mut Instance, now: Timestamp, events: &mut Vec<Event>) {
    let State::Pending { since } = state.state else { return };
    if state.counted.unwrap_or_default() < i64::from(rule.for_minutes) * 60 {
        return;
    }
    state.state = State::Firing { since };
    state.episode += 1;
    state.counted = None;
    state.fired.push(now);
    if state.fired.len() > OFTEN {
        state.fired.remove(0);
    }
    events.push(Event::Fired { since, comes_and_goes: state.comes_and_goes() });
}

fn take_worst(rule: &Rule, state: &mut Instance, reading: Option<f64>) {
    let levels = rule.what.levels();
    state.worst = match (state.worst, reading) {
        (Some(worst), Some(reading)) => Some(levels.worst(worst, reading)),
        (one, other) => one.or(other),
    };
}

fn grow_old(state: &mut Instance, now: Timestamp) {
    if let State::Resolved { at, .. } = state.state
        && seconds_between(at, now) >= DAY_SECONDS
    {
        state.state = State::Ok;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Condition, Figure, Selector, Severity, Unit, Worse};

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

    fn rule() -> Rule {
        Rule {
            id: "slow".into(),
            name: "It is slow".into(),
            what: Condition::Threshold {
                of: Selector::of("duration"),
                figure: Figure::Percentile(95.0),
                over_minutes: 5,
                worse: Worse::Above,
                raise: 100.0,
                clear: 80.0,
                at_least: 0,
            },
            unit: Unit::Milliseconds,
            for_minutes: 3,
            clear_minutes: 2,
            remind_minutes: 0,
            severity: Severity::Warning,
            group: "server".into(),
            page: String::new(),
        }
    }

    fn absence() -> Rule {
        Rule { what: Condition::Absence { of: Selector::of("process").by("process"), after_minutes: 3 }, for_minutes: 0, clear_minutes: 0, ..rule() }
    }

    /// A reading a minute; the states as letters, and how often it fired and was resolved.
    fn run(rule: &Rule, readings: &[Option<f64>]) -> (String, usize, usize) {
        let mut state = Instance::default();
        let (mut letters, mut fired, mut resolved) = (String::new(), 0, 0);
        for (minute, reading) in readings.iter().enumerate() {
            let (next, events) = step(rule, state, *reading, NOW.plus_seconds(minute as i64 * 60));
            state = next;
            letters.push(match state.state {
                State::Ok => 'o',
                State::Pending { .. } => 'p',
                State::Firing { .. } => 'F',
                State::Resolved { .. } => 'r',
            });
            fired += events.iter().filter(|event| matches!(event, Event::Fired { .. })).count();
            resolved += events.iter().filter(|event| matches!(event, Event::Resolved { .. })).count();
        }
        (letters, fired, resolved)
    }

    /// Bad, well, between, nothing.
    fn readings(text: &str) -> Vec<Option<f64>> {
        text.chars()
            .map(|letter| [('b', Some(120.0)), ('w', Some(50.0)), ('m', Some(90.0))].into_iter().find(|(known, _)| *known == letter)?.1)
            .collect()
    }

    fn story(text: &str) -> String {
        run(&rule(), &readings(text)).0
    }

    #[test]
    fn it_fires_when_it_was_bad_for_as_long_as_the_rule_wants() {
        assert_eq!(story("wbbbwbbbbb"), "opppopppFF");
    }

    #[test]
    fn it_is_over_when_it_was_well_for_as_long_as_the_rule_wants() {
        assert_eq!(story("bbbbwwbwwwww"), "pppFFFFFFrrr");
    }

    #[test]
    fn between_both_limits_a_firing_alert_goes_on_and_a_pending_one_does_not() {
        assert_eq!(story("bbmbbbb"), "ppopppF");
        assert_eq!(story("bbbbmmmmmwwmwww"), "pppFFFFFFFFFFFr");
    }

    #[test]
    fn a_hole_makes_nothing_fire_and_ends_nothing() {
        assert_eq!(story("bbb......"), "ppppppppp");
        assert_eq!(story("bbbb......"), "pppFFFFFFF");
        assert_eq!(story("......"), "oooooo");
    }

    #[test]
    fn short_holes_are_bridged_and_time_behind_long_ones_does_not_count() {
        assert_eq!(story("bb.bb"), "pppFF");
        assert_eq!(story("bb...b"), "pppppp", "four minutes passed, and nobody knows how it was");
        assert_eq!(story("bbbbw....w"), "pppFFFFFFF", "nor whether it was well");
        assert_eq!(story("bb....b"), "ppppppp", "five minutes passed, one of them was seen");
        assert_eq!(story("bb....bbb"), "ppppppppp", "it begins anew");
        assert_eq!(story("bb....bbbb"), "pppppppppF");
    }

    #[test]
    fn after_a_day_without_readings_nobody_knows_any_more() {
        let (state, _) =
            (0..4).fold((Instance::default(), Vec::new()), |(state, _), minute| step(&rule(), state, Some(120.0), NOW.plus_seconds(minute * 60)));
        let last = NOW.plus_seconds(180);

        let (before, none) = step(&rule(), state.clone(), None, last.plus_seconds(DAY_SECONDS - 1));
        let (after, events) = step(&rule(), state, None, last.plus_seconds(DAY_SECONDS));

        assert!(before.is_firing() && none.is_empty());
        assert_eq!(events, [Event::Resolved { since: NOW, lasted_seconds: DAY_SECONDS + 180, why: Why::Unmeasured }]);
        assert!(matches!(after.state, State::Resolved { why: Why::Unmeasured, .. }));
    }

    #[test]
    fn a_dead_process_is_noticed_by_its_silence_and_by_there_being_none() {
        let some = |text: &[f64]| text.iter().map(|minutes| Some(*minutes)).collect::<Vec<_>>();

        assert_eq!(run(&absence(), &some(&[0.0, 1.0, 2.0, 3.0, 4.0, 0.0])).0, "oooFFr");
        assert_eq!(run(&absence(), &[Some(0.0), None, Some(0.0)]).0, "oFr");
        assert_eq!(run(&absence(), &[Some(f64::INFINITY)]).0, "F");
    }

    #[test]
    fn what_comes_and_goes_is_told_thrice_and_then_stays() {
        let mut quick = rule();
        (quick.for_minutes, quick.clear_minutes) = (0, 0);

        let (states, fired, resolved) = run(&quick, &readings(&"bw".repeat(30)));

        assert_eq!((fired, resolved), (3, 2), "{states}");
        assert_eq!(states, format!("FrFr{}", "F".repeat(56)));
    }

    #[test]
    fn what_came_and_went_is_over_when_it_was_well_for_half_an_hour() {
        let mut quick = rule();
        (quick.for_minutes, quick.clear_minutes) = (0, 0);

        let (states, ..) = run(&quick, &readings(&format!("bwbwb{}", "w".repeat(32))));

        assert_eq!(states, format!("FrFr{}rr", "F".repeat(31)));
    }

    #[test]
    fn a_clock_that_is_set_back_fires_nothing_early_and_blocks_nothing() {
        let (state, _) = step(&rule(), Instance::default(), Some(120.0), NOW);
        let back = NOW.plus_seconds(-3_600);
        let mut state = step(&rule(), state, Some(120.0), back).0;

        assert_eq!((state.state, state.counted), (State::Pending { since: back }, Some(0)));
        for minute in 1..=3 {
            state = step(&rule(), state, Some(120.0), back.plus_seconds(minute * 60)).0;
        }
        assert_eq!(state.state, State::Firing { since: back });
    }

    #[test]
    fn a_clock_that_jumps_ahead_fires_nothing() {
        let (state, _) = step(&rule(), Instance::default(), Some(120.0), NOW);

        let (state, events) = step(&rule(), state, Some(120.0), NOW.plus_seconds(DAY_SECONDS));

        assert!(matches!(state.state, State::Pending { .. }) && events.is_empty());
    }

    #[test]
    fn it_says_since_when_how_bad_and_for_how_long() {
        let values = [120.0, 300.0, 150.0, 200.0, 10.0, 10.0, 10.0];
        let mut state = Instance::default();
        let mut all = Vec::new();
        for (minute, value) in values.into_iter().enumerate() {
            let (next, events) = step(&rule(), state, Some(value), NOW.plus_seconds(minute as i64 * 60));
            state = next;
            all.extend(events);
        }

        assert_eq!(
            all,
            [Event::Pending, Event::Fired { since: NOW, comes_and_goes: false }, Event::Resolved { since: NOW, lasted_seconds: 360, why: Why::Well }]
        );
        assert_eq!((state.worst, state.value, state.episode), (Some(300.0), Some(10.0), 1));
    }

    #[test]
    fn what_is_no_longer_watched_is_over() {
        let firing = Instance { state: State::Firing { since: NOW }, episode: 1, ..Instance::default() };
        let pending = Instance { state: State::Pending { since: NOW }, ..Instance::default() };
        let later = NOW.plus_seconds(60);

        assert_eq!(retire(firing, later).1, [Event::Resolved { since: NOW, lasted_seconds: 60, why: Why::Dropped }]);
        assert_eq!(retire(pending, later), (Instance::default(), vec![Event::Calmed]));
        assert_eq!(retire(Instance::default(), later).1, []);
    }

    #[test]
    fn what_is_over_is_shown_for_a_day() {
        let over = Instance { state: State::Resolved { since: NOW, at: NOW, why: Why::Well }, ..Instance::default() };
        let after = |seconds| step(&rule(), over.clone(), None, NOW.plus_seconds(seconds)).0.state;

        assert_eq!((after(DAY_SECONDS - 1), after(DAY_SECONDS)), (over.state, State::Ok));
    }
}
