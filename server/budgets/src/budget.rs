//! Budgets, as the file has them.

use std::fmt;

use crate::{burn::Objective, limit::Limit};

/// All of them, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Budgets {
    pub(crate) all: Vec<Budget>,
    /// The pages by their addresses, as the file lists them.
    pub(crate) routes: Vec<String>,
    /// With which version of Rust instructions were counted.
    pub(crate) compiler: Option<String>,
    /// The plan of benches whose figures they are held against.
    pub(crate) plan: Option<String>,
    /// How many processors a machine has that limits of benches are for.
    pub(crate) cores: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Unlike every other's. Where a line of the file is about each page, the page's address is behind it: `lcp /runs/:id`.
    pub id: String,
    /// What it is about, as words in a table.
    pub what: String,
    pub limit: Limit,
    pub about: About,
    /// Where in the sources the same figure stands: where it is asserted, or where the build checks it sooner.
    pub asserted: Option<Asserted>,
    /// Its line in the file.
    pub line: usize,
}

/// What is measured, and so when it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// After a build: files of it, by their names without a hash, together. Where they are `optional`, a build need not have them.
    Build { files: Vec<String>, optional: bool },
    /// In a test or a bench, which [`Budget::asserted`] names. What a bench finds is a `figure` of the lab, called so behind the engine.
    Test { figure: Option<String> },
    /// After a build, under Valgrind: how many instructions a function of `server/counters` takes. The limit is what it took when that was written
    /// down; what may be more is for [`crate::counted`] to say.
    Counted { counter: String },
    /// While it is used.
    Live(Series),
}

/// A place in the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// Its path from the root.
    pub file: String,
    /// A piece of a line there. The limit is one of the numbers in it.
    pub text: String,
}

/// Which figure of those that are collected. It is only a name: whoever keeps them knows where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub metric: String,
    /// A page's or an endpoint's address with its parameters, the name of a cache, `all`, or `others`.
    pub route: String,
    pub statistic: Statistic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// In thousandths: the 75th percentile is 750, the 99.9th 999.
    Quantile(u16),
    Mean,
    /// How much of the whole, in hundredths of it.
    Share,
}

/// What is asked of whoever keeps the figures. They answer with a [`crate::Reading`] of the same id, in the limit's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question<'a> {
    pub id: &'a str,
    pub series: &'a Series,
    pub limit: Limit,
}

/// The metric whose budget is the objective that burn rates are about.
pub(crate) const AVAILABILITY: &str = "availability";
/// Said instead of a route: every endpoint that has no budget of its own of this metric.
pub(crate) const OTHERS: &str = "others";

impl Budgets {
    pub fn iter(&self) -> impl Iterator<Item = &Budget> {
        self.all.iter()
    }

    pub fn get(&self, id: &str) -> Option<&Budget> {
        self.all.iter().find(|budget| budget.id == id)
    }

    /// The addresses of pages that the file lists.
    pub fn routes(&self) -> &[String] {
        &self.routes
    }

    /// The version of Rust that the budgets of instructions are of; none where there are none. Another compiler makes other instructions.
    pub fn compiler(&self) -> Option<&str> {
        self.compiler.as_deref()
    }

    /// The plan of the benches that budgets are about; none where none is a figure of the lab. Of another plan each figure is another.
    pub fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    /// How many processors a machine has whose figures of benches count; none where none is a figure of the lab. A larger one keeps to every limit.
    pub const fn cores(&self) -> Option<usize> {
        self.cores
    }

    /// What an alert is about: a budget by its id, and behind that, where it is one of others, which endpoint ([`Budget::key_of`]).
    pub fn by_key<'k>(&self, key: &'k str) -> Option<(&Budget, Option<&'k str>)> {
        if let Some(budget) = self.get(key) {
            return Some((budget, None));
        }
        let (id, endpoint) = key.split_once(' ')?;
        let budget = self.get(id).filter(|budget| matches!(&budget.about, About::Live(series) if series.is_of_others()))?;
        Some((budget, Some(endpoint)))
    }

    /// Whether a route has a budget of a metric for itself, so that it is none of the others.
    pub fn has_own(&self, metric: &str, route: &str) -> bool {
        self.questions().any(|question| question.series.metric == metric && question.series.route == route)
    }

    /// What has to be known while the product is used.
    pub fn questions(&self) -> impl Iterator<Item = Question<'_>> {
        self.all.iter().filter_map(|budget| match &budget.about {
            About::Live(series) => Some(Question { id: &budget.id, series, limit: budget.limit }),
            About::Build { .. } | About::Test { .. } | About::Counted { .. } => None,
        })
    }

    /// How much of what is asked has to be answered well; none where the file has no budget of the metric `availability`.
    pub fn objective(&self) -> Option<Objective> {
        let of = |budget: &Budget| matches!(&budget.about, About::Live(series) if series.metric == AVAILABILITY);
        self.all.iter().find(|budget| of(budget)).and_then(|budget| Objective::from_percent(budget.limit.value))
    }
}

impl Budget {
    /// What a sentence about it begins with.
    pub fn subject(&self) -> String {
        match &self.about {
            About::Build { files, .. } if files.len() == 1 => files[0].clone(),
            About::Live(series) if !self.what.contains(&series.route) && series.route != "all" && !series.is_of_others() => {
                format!("{}, {}", self.what, series.route)
            }
            About::Build { .. } | About::Test { .. } | About::Counted { .. } | About::Live(_) => self.what.clone(),
        }
    }

    /// What tells an endpoint apart that it is about from the others of them: `duration-others GET /review`. [`Budgets::by_key`] understands it.
    pub fn key_of(&self, endpoint: &str) -> String {
        format!("{} {endpoint}", self.id)
    }

    /// What the bench that holds it calls it, behind the engine; none where a test holds it, or something else.
    pub fn figure(&self) -> Option<&str> {
        match &self.about {
            About::Test { figure } => figure.as_deref(),
            About::Build { .. } | About::Counted { .. } | About::Live(_) => None,
        }
    }

    /// How the file says when it is measured.
    pub const fn checked(&self) -> &'static str {
        match self.about {
            About::Build { .. } => "build",
            About::Test { .. } => "test",
            About::Counted { .. } => "counted",
            About::Live(_) => "live",
        }
    }
}

impl Series {
    /// Whether it is about every endpoint that has no budget of its own, of which the worst counts.
    pub fn is_of_others(&self) -> bool {
        self.route == OTHERS
    }
}

impl Statistic {
    /// `p75`, `p99.9`, `mean`, `share`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "mean" => Some(Self::Mean),
            "share" => Some(Self::Share),
            _ => {
                let (whole, tenth) = name.strip_prefix('p').map(|number| number.split_once('.').unwrap_or((number, "0")))?;
                // Nothing that is written in two ways.
                let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
                if !is_plain(whole) || !is_plain(tenth) || whole.len() > 2 || tenth.len() > 1 || (whole.len() > 1 && whole.starts_with('0')) {
                    return None;
                }
                let thousandths = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
                (thousandths > 0 && (tenth != "0" || !name.contains('.'))).then_some(Self::Quantile(thousandths))
            }
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantile(thousandths) if thousandths % 10 == 0 => write!(f, "p{}", thousandths / 10),
            Self::Quantile(thousandths) => write!(f, "p{}.{}", thousandths / 10, thousandths % 10),
            Self::Mean => f.write_str("mean"),
            Self::Share => f.write_str("share"),
        }
    }
}

/// `p75 lcp /products`
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.statistic, self.metric, self.route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_written_as_they_are_read() {
        for name in ["p5", "p50", "p75", "p95", "p99", "p99.9", "p0.1", "mean", "share"] {
            assert_eq!(Statistic::from_name(name).map(|statistic| statistic.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_is_no_statistic_is_none() {
        for name in ["", "p", "p0", "p100", "p075", "p75.0", "p75.25", "p-1", "p+5", "75", "P75", "p7 5", "max", "p99."] {
            assert_eq!(Statistic::from_name(name), None, "{name}");
        }
    }
}
