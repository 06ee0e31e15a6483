//! What of a page view is counted when. A view is told of several times, each time whole; what of it was counted is remembered, and each metric counts once.
//!
//! - What is known for good when it is first told (when it was drawn) counts at once.
//! - What adds up (errors, long frames) counts at once as far as it has grown.
//! - What is the most that there was (the slowest answer to input, the longest that an edit waited) can be more at any time, as long as somebody is
//!   there. It counts when the page was left, an hour after something was first heard of it that did not count, or when others need its room.
//!
//! Whoever is still there then may see worse: an edit that waits through a night without a network, a press that takes a second in the afternoon. That
//! counts once more, as it would of a view of its own. A value that was counted cannot be taken back, a value that is lost is the one that somebody
//! has suffered from, and who works on one page all day is not to be heard of in the evening.
//!
//! A server that was started anew hears of views that the one before has counted: each beacon says what was told before ([`Beacon::told`]). Several servers
//! at once do not know of each other: of a view whose beacons come to two of them each counts what it hears.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use measuring::{Recorder, metric};
use vitals::{Beacon, Metric};

use super::{Telling, series, traces};

/// Views that something was heard of lately.
pub(super) struct Views {
    by_id: HashMap<String, View>,
    /// In the order they were first heard of.
    order: VecDeque<String>,
    most: usize,
    /// Since when beacons are heard.
    began: Instant,
}

struct View {
    part: u16,
    /// None where all that was heard of it is counted.
    latest: Option<Beacon>,
    /// Since when it is not.
    since: Instant,
    /// When the latest was heard.
    heard: Instant,
    /// What was counted of it: of what adds up and of what is the most, how much.
    counted: Vec<(Metric, u64)>,
    is_traced: bool,
}

/// How a metric comes to be known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It does not change any more once it is told.
    ForGood,
    AddsUp,
    /// It is told with another one: it is a part of that.
    AtTheMost(Metric),
}

/// Some twenty megabytes.
const MOST_VIEWS: usize = 20_000;
/// Most pages are left by then, and say so; a phone that stops a browser lets it say nothing.
const COUNTED_AFTER: Duration = Duration::from_hours(1);
/// A browser that sends by itself does so a minute after the last change: how a page was drawn is known by then, and its trace still there.
const DRAWN_AFTER: Duration = Duration::from_mins(3);

impl Default for Views {
    fn default() -> Self {
        Self::new(MOST_VIEWS)
    }
}

impl Views {
    fn new(most: usize) -> Self {
        Self { by_id: HashMap::new(), order: VecDeque::new(), most, began: Instant::now() }
    }

    pub(super) fn hear(&mut self, telling: &Telling<'_>, beacon: Beacon, now: Instant) {
        let recorder = telling.recorder;
        if let Some(view) = self.by_id.get_mut(&beacon.view) {
            if beacon.part <= view.part {
                recorder.record_many(metric::BEACONS, "twice", "", 0, 1);
            } else {
                recorder.record_many(metric::BEACONS, "taken", "", 0, 1);
                view.hear(telling, beacon, now);
            }
            return;
        }
        recorder.record_many(metric::BEACONS, "taken", "", 0, 1);
        while self.order.len() >= self.most {
            self.let_go(telling);
        }
        let told = self.told_elsewhere(&beacon, now);
        if told.is_none() {
            series::record_view(recorder, &beacon);
        }
        let id = beacon.view.clone();
        let (is_traced, counted) = (told.is_some(), told.unwrap_or_default());
        let mut view = View { part: beacon.part, latest: None, since: now, heard: now, counted, is_traced };
        view.hear(telling, beacon, now);
        self.order.push_back(id.clone());
        self.by_id.insert(id, view);
    }

    /// Counts the rest of those that have waited for it.
    pub(super) fn settle(&mut self, telling: &Telling<'_>, now: Instant) {
        for view in self.by_id.values_mut() {
            let waited = now.duration_since(view.since);
            if waited >= COUNTED_AFTER {
                view.settle(telling);
            } else if waited >= DRAWN_AFTER {
                view.trace(telling);
            }
        }
    }

    pub(super) fn settle_all(&mut self, telling: &Telling<'_>) {
        self.by_id.values_mut().for_each(|view| view.settle(telling));
    }

    /// What was counted of a view before this process was there. Of one that is younger than the process nothing was: what was told of it and not heard
    /// is lost, as on a line that broke, and not counted by anybody.
    fn told_elsewhere(&self, beacon: &Beacon, now: Instant) -> Option<Vec<(Metric, u64)>> {
        let is_older = Duration::from_millis(beacon.age_ms) > now.saturating_duration_since(self.began);
        beacon.told.clone().filter(|_| is_older)
    }

    /// The oldest.
    fn let_go(&mut self, telling: &Telling<'_>) {
        if let Some(mut view) = self.order.pop_front().and_then(|id| self.by_id.remove(&id)) {
            view.settle(telling);
        }
    }
}

impl View {
    fn hear(&mut self, telling: &Telling<'_>, beacon: Beacon, now: Instant) {
        self.part = beacon.part;
        self.heard = now;
        if self.latest.is_none() {
            self.since = now;
        }
        for (metric, value) in &beacon.values {
            match (known(*metric), self.counted(*metric)) {
                (Known::ForGood, None) => self.count(telling.recorder, &beacon, *metric, *value, *value),
                (Known::AddsUp, before) if before.unwrap_or(0) < *value => {
                    self.count(telling.recorder, &beacon, *metric, *value, *value - before.unwrap_or(0));
                }
                _ => {}
            }
        }
        let is_left = beacon.is_left;
        self.latest = Some(beacon);
        if is_left {
            self.settle(telling);
        }
    }

    /// Counts the rest. What was counted before and is no worse now stays as it is.
    fn settle(&mut self, telling: &Telling<'_>) {
        self.trace(telling);
        let Some(beacon) = self.latest.take() else { return };
        let before = self.counted.clone();
        let of = |values: &[(Metric, u64)], wanted: Metric| values.iter().find(|(metric, _)| *metric == wanted).map(|(_, value)| *value);
        for (metric, value) in &beacon.values {
            if let Known::AtTheMost(whole) = known(*metric)
                && of(&beacon.values, whole) > of(&before, whole)
            {
                self.count(telling.recorder, &beacon, *metric, *value, *value);
            }
        }
        if let Some(traced) = telling.traced
            && of(&beacon.values, Metric::Inp) > of(&before, Metric::Inp)
        {
            traces::tell_pressed(traced, &beacon, self.heard);
        }
    }

    fn counted(&self, wanted: Metric) -> Option<u64> {
        self.counted.iter().find(|(metric, _)| *metric == wanted).map(|(_, value)| *value)
    }

    /// `value` is what it has come to, and `more` what is not counted of that.
    fn count(&mut self, recorder: &Recorder, beacon: &Beacon, metric: Metric, value: u64, more: u64) {
        series::record(recorder, beacon, metric, more);
        match self.counted.iter_mut().find(|(counted, _)| *counted == metric) {
            Some((_, counted)) => *counted = value,
            None => self.counted.push((metric, value)),
        }
    }

    /// Tells once how it was opened.
    fn trace(&mut self, telling: &Telling<'_>) {
        let Some(beacon) = self.latest.as_ref().filter(|_| !self.is_traced) else { return };
        self.is_traced = true;
        if let Some(traced) = telling.traced {
            traces::tell_opened(traced, beacon, self.heard);
        }
    }
}

const fn known(metric: Metric) -> Known {
    match metric {
        Metric::Errors | Metric::Rejections | Metric::Panics | Metric::LongFrames | Metric::LongFrameBlocking => Known::AddsUp,
        Metric::Inp | Metric::InpInputDelay | Metric::InpProcessing | Metric::InpPresentation => Known::AtTheMost(Metric::Inp),
        Metric::Cls | Metric::LongFrameLongest | Metric::Pending => Known::AtTheMost(metric),
        Metric::Lcp
        | Metric::LcpTtfb
        | Metric::LcpLoadDelay
        | Metric::LcpLoadTime
        | Metric::LcpRenderDelay
        | Metric::Fcp
        | Metric::Ttfb
        | Metric::WasmDownloaded
        | Metric::WasmCompiled
        | Metric::Hydrated
        | Metric::ViewReady
        | Metric::DataReady => Known::ForGood,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use ::traces::Outcome;
    use measuring::ALL;
    use vitals::{Cache, Connection, Device, Navigation, Route, Viewport};

    use super::*;
    use crate::measuring::Traced;

    pub(in super::super) fn beacon(view: &str, part: u16, values: &[(Metric, u64)]) -> Beacon {
        Beacon {
            view: view.into(),
            part,
            route: Route::Products,
            build: "abc".into(),
            navigation: Navigation::Navigate,
            connection: Connection::FourG,
            device: Device::Phone,
            viewport: Viewport::Narrow,
            cache: Cache::Network,
            trace: None,
            is_left: false,
            age_ms: 5_000,
            values: values.to_vec(),
            told: None,
            dropped: 0,
        }
    }

    fn telling(recorder: &Recorder) -> Telling<'_> {
        Telling { recorder, traced: None }
    }

    /// Counts and sums of what is of all, without dimensions; and of beacons.
    fn told(recorder: &Recorder) -> BTreeMap<String, (u64, u64)> {
        let all = recorder.take().into_iter().filter(|(series, _)| (series.of == ALL && series.class.is_empty()) || series.metric == metric::BEACONS);
        all.map(|(series, sketch)| (if series.metric == metric::BEACONS { series.of } else { series.metric }, (sketch.count(), sketch.sum())))
            .collect()
    }

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn what_is_for_good_counts_at_once_and_what_may_get_worse_when_nobody_is_there() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        views.hear(&telling(&recorder), beacon("a", 0, &[(Metric::Lcp, 900), (Metric::Inp, 40), (Metric::InpProcessing, 30)]), now);
        views.settle(&telling(&recorder), now + 4 * MINUTE);
        views.hear(&telling(&recorder), beacon("a", 1, &[(Metric::Lcp, 950), (Metric::Inp, 800), (Metric::InpProcessing, 20)]), now + 4 * MINUTE);
        let at_once = told(&recorder);
        views.settle(&telling(&recorder), now + 64 * MINUTE);

        let later = told(&recorder);

        assert_eq!((at_once.get("vitals.lcp"), at_once.get("vitals.inp"), at_once["vitals.views"]), (Some(&(1, 900)), None, (1, 0)));
        assert_eq!(later, BTreeMap::from([("vitals.inp".to_owned(), (1, 800)), ("vitals.inp-processing".to_owned(), (1, 20))]));
    }

    #[test]
    fn whoever_works_on_one_page_all_day_is_heard_of_each_hour_in_which_it_got_worse() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        // A beacon a minute for four hours; what was the slowest in the first hour is passed in the third.
        for minute in 0..240 {
            let slowest = if minute < 150 { 100 } else { 400 };
            views.hear(&telling(&recorder), beacon("a", minute, &[(Metric::Inp, slowest)]), now + u32::from(minute) * MINUTE);
            views.settle(&telling(&recorder), now + u32::from(minute) * MINUTE);
        }
        views.settle_all(&telling(&recorder));

        let told = told(&recorder);

        assert_eq!((told["vitals.inp"], told["vitals.views"]), ((2, 500), (1, 0)));
    }

    #[test]
    fn what_the_server_before_has_counted_is_not_counted_again_and_what_has_grown_since_is() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        let told = vec![(Metric::Lcp, 900), (Metric::Errors, 2), (Metric::Inp, 40)];
        let values = [(Metric::Lcp, 900), (Metric::Errors, 5), (Metric::Inp, 300), (Metric::Cls, 7)];

        views.hear(&telling(&recorder), Beacon { is_left: true, told: Some(told), ..beacon("a", 3, &values) }, now);

        let counted = self::told(&recorder);
        let expected = [("taken", (1, 0)), ("vitals.cls", (1, 7)), ("vitals.errors", (1, 3)), ("vitals.inp", (1, 300))];
        assert_eq!(counted, expected.map(|(name, sums)| (name.to_owned(), sums)).into());
    }

    #[test]
    fn a_view_of_which_the_first_beacon_was_lost_counts_as_a_whole() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);

        views.hear(&telling(&recorder), Beacon { told: Some(vec![(Metric::Lcp, 900)]), ..beacon("a", 1, &[(Metric::Lcp, 900)]) }, now + MINUTE);

        let counted = self::told(&recorder);
        assert_eq!((counted["vitals.views"], counted["vitals.lcp"]), ((1, 0), (1, 900)));
    }

    #[test]
    fn a_page_that_was_left_counts_at_once() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        views.hear(&telling(&recorder), Beacon { is_left: true, ..beacon("a", 3, &[(Metric::Inp, 90), (Metric::Cls, 7)]) }, now);
        views.settle_all(&telling(&recorder));

        let told = told(&recorder);

        assert_eq!((told["vitals.inp"], told["vitals.cls"]), ((1, 90), (1, 7)));
    }

    #[test]
    fn errors_count_when_they_are_told_and_each_once() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        let mut hear = |part, minutes, values: &[(Metric, u64)]| {
            views.hear(&telling(&recorder), beacon("a", part, values), now + minutes * MINUTE);
            views.settle(&telling(&recorder), now + minutes * MINUTE);
            told(&recorder)
        };

        let first = hear(0, 0, &[(Metric::Errors, 2), (Metric::LongFrames, 1)]);
        let after_a_pause = hear(1, 5, &[(Metric::Errors, 2), (Metric::Panics, 1), (Metric::LongFrames, 4)]);
        let after_hours = hear(2, 300, &[(Metric::Errors, 3), (Metric::Panics, 1), (Metric::LongFrames, 4)]);

        assert_eq!((first["vitals.errors"], first["vitals.long-frames"]), ((1, 2), (1, 1)));
        assert_eq!((after_a_pause.get("vitals.errors"), after_a_pause["vitals.panics"], after_a_pause["vitals.long-frames"]), (None, (1, 1), (1, 3)));
        assert_eq!((after_hours["vitals.errors"], after_hours.get("vitals.panics")), ((1, 1), None));
    }

    #[test]
    fn an_edit_that_waited_through_a_night_is_told() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        views.hear(&telling(&recorder), beacon("a", 0, &[(Metric::Pending, 900), (Metric::Cls, 50)]), now);
        views.settle(&telling(&recorder), now + 60 * MINUTE);
        let evening = told(&recorder);
        views.hear(&telling(&recorder), beacon("a", 1, &[(Metric::Pending, 9_000), (Metric::Cls, 50)]), now + 600 * MINUTE);
        views.settle(&telling(&recorder), now + 660 * MINUTE);

        let morning = told(&recorder);

        assert_eq!((evening["vitals.pending"], evening["vitals.cls"]), ((1, 900), (1, 50)));
        assert_eq!((morning["vitals.pending"], morning.get("vitals.cls"), morning["taken"]), ((1, 9_000), None, (1, 0)));
    }

    #[test]
    fn a_beacon_that_comes_twice_or_late_counts_once() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        for part in [3, 3, 1] {
            views.hear(&telling(&recorder), beacon("a", part, &[(Metric::Cls, 100), (Metric::Errors, 1)]), now);
        }
        views.settle_all(&telling(&recorder));
        views.hear(&telling(&recorder), beacon("a", 2, &[(Metric::Cls, 900)]), now);
        views.settle_all(&telling(&recorder));

        let told = told(&recorder);

        assert_eq!(
            (told["vitals.cls"], told["vitals.errors"], told["vitals.views"], told["taken"], told["twice"]),
            ((1, 100), (1, 1), (1, 0), (1, 0), (3, 0))
        );
    }

    #[test]
    fn a_flood_of_views_takes_the_room_of_some_and_every_one_counts() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        for view in 0..1_000 {
            views.hear(&telling(&recorder), beacon(&view.to_string(), 0, &[(Metric::Inp, 1)]), now);
        }
        assert_eq!((views.by_id.len(), views.order.len()), (10, 10));
        views.settle_all(&telling(&recorder));

        let told = told(&recorder);

        assert_eq!((told["vitals.inp"].0, told["vitals.views"].0), (1_000, 1_000));
    }

    #[test]
    fn a_view_that_never_ends_takes_the_room_of_one() {
        let (recorder, now) = (Recorder::new(1_000), Instant::now());
        let mut views = Views::new(10);
        let all: Vec<(Metric, u64)> = Metric::ALL.into_iter().map(|metric| (metric, 0)).collect();
        for part in 0..1_000 {
            let values: Vec<(Metric, u64)> = all.iter().map(|(metric, _)| (*metric, u64::from(part) + 1)).collect();
            views.hear(&telling(&recorder), Beacon { is_left: true, ..beacon("a", part, &values) }, now);
        }

        assert_eq!((views.by_id.len(), views.by_id["a"].counted.len()), (1, Metric::ALL.len()));
        assert_eq!(told(&recorder)["vitals.errors"].1, 1_000);
    }
    #[test]
    fn what_a_browser_says_of_a_document_becomes_a_part_of_its_trace_once() {
        let (recorder, traced, now) = (Recorder::new(1_000), Traced::for_tests(), Instant::now());
        let telling = Telling { recorder: &recorder, traced: Some(&traced) };
        let request = traced.begin_for_tests(now);
        let id = request.id().unwrap();
        request.finish(Outcome::Answered(200));
        let of = |view: &str, trace: &str| Beacon {
            route: if view == "other" { Route::Product } else { Route::Products },
            trace: Some(trace.to_owned()),
            ..beacon(view, 0, &[(Metric::Ttfb, 5_000_000), (Metric::Lcp, 5_900_000)])
        };
        let mut views = Views::new(10);
        for (view, trace) in [("other", id.to_string()), ("a", id.to_string()), ("b", id.to_string()), ("c", "0".repeat(31) + "1")] {
            views.hear(&telling, of(view, &trace), now);
        }

        views.settle_all(&telling);

        let told: Vec<(String, u64)> = traced.kept().by_id(id).iter().map(|part| (part.title(), part.duration_us)).collect();
        assert_eq!((told.len(), &told[1]), (2, &("Browser: GET /products".to_owned(), 5_900_000)));
        // Those that are of another page, the second of that document, and of one that is not kept were slow, and are kept by themselves.
        assert_eq!(traced.kept().holding().traces, 5);
    }

    #[test]
    fn what_was_slow_in_the_browser_alone_is_kept_up_to_so_many_a_minute() {
        let (recorder, traced, now) = (Recorder::new(1_000), Traced::for_tests(), Instant::now());
        let telling = Telling { recorder: &recorder, traced: Some(&traced) };
        let of = |number: u32, took: u64| Beacon {
            trace: Some(format!("{:032x}", number + 1)),
            ..beacon(&format!("load{number}"), 0, &[(Metric::Ttfb, 20_000), (Metric::Lcp, took)])
        };
        let soft = |number: u32, took: u64| Beacon {
            navigation: Navigation::Soft,
            route: Route::Product,
            ..beacon(&format!("soft{number}"), 0, &[(Metric::ViewReady, took)])
        };
        let mut views = Views::new(1_000);
        for (number, took) in [(0, 900_000), (1, 4_000_000)] {
            views.hear(&telling, of(number, took), now);
            views.hear(&telling, soft(number, took), now);
        }
        views.settle_all(&telling);
        let slowly = [(Metric::Inp, 330_000), (Metric::InpProcessing, 330_000)];
        views.hear(&telling, beacon("pressed", 0, &slowly), now);
        views.settle_all(&telling);
        let few: Vec<_> = traced.kept().routes().into_iter().map(|(title, count)| (title.to_string(), count)).collect();
        for number in 2..500 {
            views.hear(&telling, of(number, 4_000_000), now);
        }

        views.settle_all(&telling);

        let expected = ["Browser: GET /products", "Browser: GET /products/{handle}", "Browser: input on /products"];
        assert_eq!(few, expected.map(|title| (title.to_owned(), 1)));
        assert_eq!(traced.kept().holding().traces, 12);
    }
}
