//! What servers measure of themselves, and the port to look at it.

use async_trait::async_trait;
use domain::clock::Timestamp;
use measuring::{Series, Sketch, Span, metric};

use crate::{Access, error::AppError};

/// How far back somebody looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    Hour,
    SixHours,
    #[default]
    Day,
    Week,
    Month,
    Quarter,
}

/// What a range is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// As long a time before it.
    #[default]
    TimeBefore,
    /// The build that served before the present one, of which it is what it measured since it began.
    BuildBefore,
}

/// What is asked for: series of some metrics in a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub range: Range,
    /// Of some routes, statements or caches only; none: of each.
    pub of: Vec<String>,
    /// Of metrics that are wanted in all classes ([`Classes::All`]) only this one, such as `device:phone`.
    pub class: Option<String>,
    /// Each metric with the parts of it that are wanted.
    pub parts: Vec<(&'static str, Classes)>,
    /// Metrics that are wanted by periods, too, each of one subject or of all of them. Of what is not named here only the whole is told.
    pub charts: Vec<(&'static str, Option<String>)>,
    pub against: Against,
}

impl Question {
    /// Whether a series is wanted by periods, too.
    pub fn has_chart(&self, series: &Series) -> bool {
        self.charts.iter().any(|(metric, of)| *metric == series.metric && of.as_ref().is_none_or(|of| *of == series.of))
    }
}

/// Which parts of what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classes {
    /// Each as a whole.
    Whole,
    /// All parts there are, and the whole where it is measured as such.
    All,
    /// The whole, and the parts of a dimension: `device` for `device:phone` and the others.
    WholeAnd(&'static str),
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurements {
    pub span: Span,
    /// In the order of their names.
    pub series: Vec<Measured>,
    /// Builds that began to serve in the span, the first first.
    pub deployments: Vec<Deployment>,
    pub compared: Compared,
}

/// What was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Compared {
    /// The range, and as long a time before it.
    #[default]
    TimeBefore,
    /// What the present build has measured in the range, and the one before it while it served, for as long as the range is at most.
    Builds { now: Deployment, before: Deployment },
    /// There was no build before the present one: nothing is compared.
    NoBuildBefore,
}

/// One series in a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub series: Series,
    /// Of the whole range; of builds that are compared, of what is of the present one.
    pub now: Sketch,
    /// Of what it is compared with.
    pub before: Sketch,
    /// Of each period; empty where only the whole was asked for.
    pub periods: Vec<Sketch>,
}

/// When a build began to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub build: String,
    pub version: String,
    pub began_at: Timestamp,
}

impl Range {
    pub const ALL: [Self; 6] = [Self::Hour, Self::SixHours, Self::Day, Self::Week, Self::Month, Self::Quarter];

    pub const fn minutes(self) -> i64 {
        const DAY: i64 = 24 * 60;
        match self {
            Self::Hour => 60,
            Self::SixHours => 360,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Quarter => 90 * DAY,
        }
    }

    /// In addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::SixHours => "6h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.name() == name)
    }
}

impl Classes {
    /// Whether a class is one of them.
    pub fn has(self, class: &str) -> bool {
        match self {
            Self::Whole => class.is_empty(),
            Self::All => true,
            Self::WholeAnd(dimension) => class.is_empty() || class.split_once(':').is_some_and(|(of, _)| of == dimension),
        }
    }
}

impl Measurements {
    /// Those of a metric.
    pub fn of<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = &'a Measured> {
        self.series.iter().filter(move |one| one.series.metric == metric)
    }

    /// One by its names.
    pub fn find(&self, metric: &str, of: &str, class: &str) -> Option<&Measured> {
        self.series.iter().find(|one| one.series.metric == metric && one.series.of == of && one.series.class == class)
    }

    /// All of a metric that `wanted` takes as one; none when there are none.
    pub fn together(&self, metric: &str, wanted: impl Fn(&Series) -> bool) -> Option<Measured> {
        let mut found = self.of(metric).filter(|one| wanted(&one.series));
        let mut all = found.next()?.clone();
        found.for_each(|one| all.merge(one));
        Some(all)
    }

    /// How many requests of a metric the server is to blame for ([`metric::failed`]), now and before.
    pub fn failed(&self, metric: &str, wanted: impl Fn(&Series) -> bool) -> (u64, u64) {
        let of = |one: &Measured| (metric::failed(&one.series.class, &one.now), metric::failed(&one.series.class, &one.before));
        self.of(metric).filter(|one| wanted(&one.series)).map(of).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    }
}

impl Measured {
    /// Whatever was measured of the other, too.
    pub fn merge(&mut self, other: &Self) {
        self.now.merge(&other.now);
        self.before.merge(&other.before);
        for (own, period) in self.periods.iter_mut().zip(&other.periods) {
            own.merge(period);
        }
    }
}

/// For whoever owns every store of the server, as with its database: it is measured of all stores together.
#[async_trait]
pub trait Performance: Send + Sync {
    /// What was measured in a range, and of what it is compared with. Five statements at most, whatever is asked for.
    async fn measurements(&self, who: &Access, question: &Question) -> Result<Measurements, AppError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(class: &str, value: u64) -> Measured {
        let series = Series::new("http.duration", "GET /products", class);
        Measured { series, now: Sketch::of(value), before: Sketch::default(), periods: vec![Sketch::of(value), Sketch::default()] }
    }

    #[test]
    fn ranges_are_known_by_their_names() {
        for range in Range::ALL {
            assert_eq!(Range::from_name(range.name()), Some(range));
        }
        assert_eq!(Range::from_name("2h"), None);
    }

    #[test]
    fn charts_are_of_one_subject_or_of_all_and_the_rest_are_sums() {
        let charts = vec![("http.duration", Some("GET /".to_owned())), ("cache.hit", None)];
        let question = Question { charts, ..Question::default() };
        let has_chart = |metric: &str, of: &str| question.has_chart(&Series::new(metric, of, "2xx"));

        assert_eq!([has_chart("http.duration", "GET /"), has_chart("http.duration", "GET /runs")], [true, false]);
        assert_eq!([has_chart("cache.hit", "list"), has_chart("cache.miss", "list")], [true, false]);
    }

    #[test]
    fn classes_are_chosen_by_dimension() {
        let chosen = |classes: Classes| ["", "2xx", "device:phone", "build:a"].map(|class| classes.has(class));

        assert_eq!(chosen(Classes::Whole), [true, false, false, false]);
        assert_eq!(chosen(Classes::WholeAnd("device")), [true, false, true, false]);
        assert_eq!(chosen(Classes::All), [true; 4]);
    }

    #[test]
    fn series_are_put_together_period_by_period() {
        let span = Span::last(60, 1_000);
        let measurements = Measurements {
            span,
            series: vec![measured("2xx", 5), measured("4xx", 7), measured("5xx", 9)],
            deployments: Vec::new(),
            compared: Compared::default(),
        };

        let all = measurements.together("http.duration", |series| series.class != "5xx").unwrap();

        assert_eq!((all.now.count(), all.now.sum(), all.periods[0].count(), all.periods[1].count()), (2, 12, 2, 0));
        assert!(measurements.together("http.bytes", |_| true).is_none());
    }

    #[test]
    fn whoever_waited_in_vain_was_failed_as_whoever_got_an_error() {
        let span = Span::last(60, 1_000);
        let waited = Measured { before: Sketch::of(metric::PATIENCE * 2), ..measured(metric::GIVEN_UP, metric::PATIENCE * 2) };
        let series = vec![measured("2xx", 5), measured("5xx", 9), measured(metric::GIVEN_UP, 5), waited];
        let measurements = Measurements { span, series, deployments: Vec::new(), compared: Compared::default() };

        let failed = measurements.failed("http.duration", |_| true);

        assert_eq!(failed, (2, 1));
        assert_eq!(measurements.failed("http.duration", |series| series.class == "2xx"), (0, 0));
    }
}
