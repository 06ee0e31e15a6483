//! Which series a rule means, and in which unit it is told what they say.
//!
//! A series has two dimensions. What it is of is called after its metric: the `route` of a request, the `pool` of a wait. Its other part is a `class`, as
//! `5xx`, or one of several ways to cut the same measurements, as `device:phone`; where a rule names none of those, all are meant together.

use std::{borrow::Cow, collections::BTreeSet};

use ::alerting::Sentence;
use alerts::{Figure, Selector};
use measuring::{ALL, Series, Sketch, metric};

use crate::measuring::{Unit, names, unit};

/// What a value of a metric is multiplied by for a rule: microseconds become milliseconds, thousandths a share, ten-thousandths a score.
pub(super) fn scale(metric: &str) -> f64 {
    match unit(metric) {
        Unit::Microseconds | Unit::Thousandths => 1e-3,
        Unit::TenThousandths => 1e-4,
        Unit::Bytes | Unit::Number => 1.0,
    }
}

/// Whether what is asked of everything is a series of its own.
fn has_whole(metric: &str) -> bool {
    matches!(metric, metric::HTTP_IN_FLIGHT | metric::VITALS_SHARE) || metric::has_parts(metric)
}

const CLASS: &str = "class";

/// A selector, understood.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    selector: &'a Selector,
    own: &'static str,
    /// The dimension of the other part that is named.
    part: Option<&'a str>,
}

/// Series that are read together, for whatever rules want of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Breadth {
    /// Of everything together.
    Whole,
    /// Of each, with classes.
    Each,
    /// Also by every other way to cut them.
    Parts,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(selector: &'a Selector) -> Result<Self, Sentence> {
        if !names().any(|name| name == selector.series) {
            return Err(no_such(&selector.series));
        }
        let own = metric::dimension(&selector.series);
        let mut parts: Vec<&str> = selector.only.keys().chain(&selector.by).map(String::as_str).filter(|name| *name != own).collect();
        parts.sort_unstable();
        parts.dedup();
        match parts[..] {
            [] => Ok(Self { selector, own, part: None }),
            [part] => Ok(Self { selector, own, part: Some(part) }),
            _ => Err(Sentence(format!(
                "{} is told apart by {own} and one of {}, not by several. Leave one out of the rule.",
                selector.series,
                parts.join(", ")
            ))),
        }
    }

    pub(super) fn breadth(&self) -> Breadth {
        match self.part {
            Some(part) if part != CLASS => Breadth::Parts,
            _ if has_whole(&self.selector.series) && !self.is_told_apart() => Breadth::Whole,
            _ => Breadth::Each,
        }
    }

    /// The subject that a series counts for; none where it is not meant.
    pub(super) fn subject(&self, series: &Series) -> Option<String> {
        let Selector { series: metric, only, by } = self.selector;
        if series.metric != *metric || !self.breadth().has(series) {
            return None;
        }
        let is_own = match only.get(self.own) {
            Some(value) => *value == series.of,
            None if has_whole(metric) => self.is_told_apart() != (series.of == ALL),
            // A probe that is told 503 and a beacon that is sent away are what is meant.
            None => self.is_told_apart() || metric::is_work(&series.of),
        };
        let (name, value) = part_of(&series.class);
        let is_part = match self.part {
            None => name == CLASS,
            Some(part) => part == name && (only.get(part).is_none_or(|wanted| wanted == value) || self.means_those_who_waited(series)),
        };
        let of = |dimension: &String| if dimension == self.own { series.of.as_str() } else { value };
        (is_own && is_part).then(|| by.iter().map(of).collect::<Vec<_>>().join(" "))
    }

    /// What of a series counts for a figure. Who has gone away soon says nothing of how long it takes.
    pub(super) fn part<'b>(&self, series: &Series, sketch: &'b Sketch, figure: Figure) -> Cow<'b, Sketch> {
        let is_cut_short = is_given_up(series) && !self.selector.only.contains_key(CLASS) && figure != Figure::Count;
        if is_cut_short || self.means_those_who_waited(series) { Cow::Owned(sketch.above(metric::PATIENCE)) } else { Cow::Borrowed(sketch) }
    }

    /// Whether a series is of requests that were answered well, or of no requests: whoever is refused at once makes nothing faster. Where a class is
    /// named, it is that one.
    pub(super) fn is_of_good_answers(&self, series: &Series) -> bool {
        let names_class = self.selector.only.contains_key(CLASS) || self.selector.by.iter().any(|name| name == CLASS);
        !is_of_requests(series) || names_class || matches!(series.class.as_str(), "2xx" | "3xx")
    }

    /// Requests that fail are those answered with 5xx, and those that nobody has waited for any more.
    fn means_those_who_waited(&self, series: &Series) -> bool {
        is_given_up(series) && self.selector.only.get(CLASS).is_some_and(|class| class == "5xx")
    }

    /// Whether each route, pool or whatever it is, is meant by itself.
    fn is_told_apart(&self) -> bool {
        self.selector.by.iter().any(|name| name == self.own) || self.selector.only.contains_key(self.own)
    }
}

impl Breadth {
    pub(super) fn has(self, series: &Series) -> bool {
        match self {
            Self::Whole => series.of == ALL && series.class.is_empty(),
            Self::Each => part_of(&series.class).0 == CLASS,
            Self::Parts => true,
        }
    }
}

/// Says which there are instead: those of the same kind, or all kinds.
fn no_such(series: &str) -> Sentence {
    let kind = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let alike: Vec<String> = names().filter(|name| kind(name) == kind(series)).collect();
    let there_are = if alike.is_empty() {
        let kinds: BTreeSet<String> = names().map(|name| kind(&name)).collect();
        format!("Names begin with {}", kinds.into_iter().collect::<Vec<_>>().join(", "))
    } else {
        format!("There are {}", alike.join(", "))
    };
    Sentence(format!("Nothing is measured that is called {series}. {there_are}."))
}

fn is_of_requests(series: &Series) -> bool {
    matches!(series.metric.as_str(), metric::HTTP_DURATION | metric::HTTP_TOGETHER)
}

fn is_given_up(series: &Series) -> bool {
    is_of_requests(series) && series.class == metric::GIVEN_UP
}

/// The dimension of a series' other part, and its value: `class` where it says none.
fn part_of(class: &str) -> (&str, &str) {
    class.split_once(':').unwrap_or((CLASS, class))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects<'a>(selector: &Selector, series: &[(&'a str, &'a str)]) -> Vec<String> {
        let wanted = Wanted::of(selector).unwrap();
        series.iter().filter_map(|(of, class)| wanted.subject(&Series::new(&selector.series, of, class))).collect()
    }

    const REQUESTS: [(&str, &str); 5] =
        [("GET /products", "2xx"), ("GET /products", "5xx"), ("POST /runs", "2xx"), ("GET /readyz", "5xx"), ("POST /vitals", "5xx")];
    const VITALS: [(&str, &str); 4] = [(ALL, ""), ("/products", ""), (ALL, "device:phone"), ("/products", "device:phone")];

    #[test]
    fn what_a_rule_does_not_name_is_meant_together_as_far_as_it_is_work() {
        let requests = || Selector::of("http.duration");

        assert_eq!(subjects(&requests(), &REQUESTS), ["", "", ""]);
        assert_eq!(subjects(&requests().only("class", "5xx"), &REQUESTS), [""]);
        assert_eq!(subjects(&requests().by("route"), &REQUESTS), ["GET /products", "GET /products", "POST /runs", "GET /readyz", "POST /vitals"]);
        assert_eq!(subjects(&requests().by("route").by("class").only("route", "POST /runs"), &REQUESTS), ["POST /runs 2xx"]);
        assert_eq!(subjects(&requests().only("route", "GET /readyz"), &REQUESTS), [""]);
    }

    #[test]
    fn whoever_waited_in_vain_is_among_those_that_failed() {
        let failed = Selector::of("http.duration").only("class", "5xx");
        let (wanted, given_up) = (Wanted::of(&failed).unwrap(), Series::new("http.duration", "GET /products", metric::GIVEN_UP));
        let took: Sketch = [5_000, 9_000_000].into_iter().collect();

        assert_eq!((wanted.subject(&given_up).as_deref(), wanted.part(&given_up, &took, Figure::Count).count()), (Some(""), 1));
        let all = Selector::of("http.duration");
        let all = Wanted::of(&all).unwrap();
        let counted = [Figure::Count, Figure::Percentile(95.0)].map(|figure| all.part(&given_up, &took, figure).count());
        assert_eq!(counted, [2, 1]);
        let refused = Selector::of("http.duration").only("class", "4xx");
        assert_eq!(Wanted::of(&refused).unwrap().subject(&given_up), None);
    }

    #[test]
    fn what_is_measured_in_several_ways_is_counted_once() {
        let lcp = || Selector::of("vitals.lcp");

        assert_eq!(subjects(&lcp(), &VITALS), [""]);
        assert_eq!(subjects(&lcp().by("route"), &VITALS), ["/products"]);
        assert_eq!(subjects(&lcp().by("device"), &VITALS), ["phone"]);
        assert_eq!(subjects(&lcp().only("device", "phone").only("route", "/products"), &VITALS), [""]);
        assert_eq!(subjects(&lcp().only("device", "tablet"), &VITALS), Vec::<String>::new());
    }

    #[test]
    fn a_series_that_there_is_not_is_said_with_those_that_there_are() {
        let said = |series: &str| Wanted::of(&Selector::of(series)).unwrap_err().to_string();

        let wrong = said("disk.busi");
        assert_eq!(wrong, "Nothing is measured that is called disk.busi. There are disk.used, disk.busy.");
        assert!(said("lcp").starts_with("Nothing is measured that is called lcp. Names begin with cache, db, disk, "), "{}", said("lcp"));
        assert!(Wanted::of(&Selector::of("vitals.long-frames")).is_ok());
    }

    #[test]
    fn what_cannot_be_told_apart_is_said() {
        let refused = Wanted::of(&Selector::of("vitals.lcp").by("device").by("connection")).unwrap_err();

        assert_eq!(
            refused.to_string(),
            "vitals.lcp is told apart by route and one of connection, device, not by several. Leave one out of the rule."
        );
    }

    #[test]
    fn units_are_those_of_rules() {
        let scaled = ["http.duration", "db.wait", "disk.used", "vitals.lcp", "vitals.cls", "vitals.errors", "http.bytes"].map(scale);

        assert_eq!(scaled.map(f64::to_bits), [1e-3, 1e-3, 1e-3, 1e-3, 1e-4, 1.0, 1.0].map(f64::to_bits));
    }

    /// Else a rule that is there from the beginning would never fire.
    #[test]
    fn every_built_in_rule_is_about_something_that_is_measured() {
        let found = [super::super::measures::BUDGET, super::super::changes::LIVE, super::super::changes::LAB, alerts::DELIVERY];
        let is_known = |series: &str| found.contains(&series) || names().any(|name| name == series);

        for rule in alerts::builtin() {
            for ask in rule.what.asks() {
                assert!(is_known(&ask.of.series), "{}: {}", rule.id, ask.of.series);
                let own = metric::dimension(&ask.of.series);
                let named = ask.of.only.keys().chain(&ask.of.by);
                let is_told = ask.of.series == alerts::DELIVERY || ask.figure == alerts::Figure::Found;
                assert!(is_told || named.into_iter().all(|name| name == own || name == CLASS), "{}: {own}", rule.id);
            }
        }
    }
}
