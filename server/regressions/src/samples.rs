//! What was measured of two builds, as JSON, and the table that is made of it.
//!
//! ```json
//! { "base": "3f2a91c", "new": "the present tree",
//!   "figures":  [{ "name": "a list", "unit": "ms", "base": [1.9, 1.8, 1.8, 2.0], "new": [1.9, 1.9, 2.2, 1.8] }],
//!   "counters": [{ "name": "a file", "unit": "bytes", "base": 70100, "new": 70100 }] }
//! ```
//!
//! A figure has each measurement, in the order in which they were made: of each three the least counts (`"least_of"` says of how many). Less
//! is better, unless the figure says `"bigger": "better"`. A counter does not wobble: a difference is one, unless it may grow by some percent
//! (`"may_grow_percent"`). What is `null` could not be had.

use std::fmt::{self, Write};

use serde::Deserialize;

use crate::{
    Bigger, Verdict,
    bootstrap::Interval,
    compare::{LEAST_OF, best_of, verdict_where},
    numbers::rounded,
};

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// What the two builds are called.
    pub base: String,
    pub new: String,
    #[serde(default = "least_of")]
    pub least_of: usize,
    pub figures: Vec<Figure>,
    #[serde(default)]
    pub counters: Vec<Counter>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub name: String,
    pub unit: String,
    #[serde(default)]
    pub bigger: Bigger,
    pub base: Vec<Option<f64>>,
    pub new: Vec<Option<f64>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    pub name: String,
    pub unit: String,
    pub base: Option<u64>,
    pub new: Option<u64>,
    #[serde(default)]
    pub may_grow_percent: f64,
}

/// The table, and what it comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub rows: Vec<Row>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// With its unit.
    pub name: String,
    pub base: String,
    pub new: String,
    pub difference: String,
    pub verdict: String,
    pub outcome: Outcome,
}

/// The worst of its rows: the later one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Fine,
    /// Something could not be decided, and nothing got worse.
    Undecided,
    Worse,
}

/// An interval that reaches so far towards worse does not say that nothing got worse.
const TELLS_NOTHING: f64 = 1.2;

const fn least_of() -> usize {
    LEAST_OF
}

impl Samples {
    /// A sentence that says what to do when it is not what it should be.
    pub fn read(json: &str) -> Result<Self, String> {
        let samples: Self = serde_json::from_str(json).map_err(|error| format!("The samples cannot be read: {error}. Measure again."))?;
        match samples.least_of {
            0 => Err("\"least_of\" is 0. Say of how many measurements the least counts, such as 3.".to_owned()),
            _ => Ok(samples),
        }
    }

    pub fn judge(&self) -> Judged {
        let figures = self.figures.iter().map(|figure| figure.judge(self.least_of));
        let rows: Vec<Row> = figures.chain(self.counters.iter().map(Counter::judge)).collect();
        let outcome = rows.iter().map(|row| row.outcome).max().unwrap_or(Outcome::Undecided);
        Judged { rows, outcome }
    }
}

impl Figure {
    fn judge(&self, group: usize) -> Row {
        let best = |measured: &[Option<f64>]| {
            // A place in its group stays one that was left empty.
            let measured: Vec<f64> = measured.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
            best_of(group, self.bigger, &measured)
        };
        let verdict = verdict_where(self.bigger, &best(&self.base), &best(&self.new));
        let tells_nothing = |interval: Interval| match self.bigger {
            Bigger::Worse => interval.high > TELLS_NOTHING,
            Bigger::Better => interval.low < 1.0 / TELLS_NOTHING,
        };
        let (said, outcome) = match verdict {
            Verdict::Worse(_) => (verdict.name(), Outcome::Worse),
            Verdict::TooFew { .. } => (verdict.name(), Outcome::Undecided),
            Verdict::NoDifference(found) if tells_nothing(found.interval) => ("too noisy to tell", Outcome::Undecided),
            Verdict::Better(_) | Verdict::NoDifference(_) => (verdict.name(), Outcome::Fine),
        };
        let (name, counted) = (format!("{}, {}", self.name, self.unit), verdict.to_string());
        match verdict.found() {
            Some(found) => {
                let (low, high) = (percent(found.interval.low), percent(found.interval.high));
                let difference = format!("{} % ({low} to {high})", percent(found.ratio));
                Row { name, base: rounded(found.base), new: rounded(found.new), difference, verdict: said.to_owned(), outcome }
            }
            None => Row { name, base: String::new(), new: String::new(), difference: String::new(), verdict: counted, outcome },
        }
    }
}

impl Counter {
    fn judge(&self) -> Row {
        let name = format!("{}, {}", self.name, self.unit);
        let shown = |count: Option<u64>| count.map_or_else(|| "none".to_owned(), |count| count.to_string());
        let (base, new) = (shown(self.base), shown(self.new));
        let (Some(before), Some(after)) = (self.base, self.new) else {
            let verdict = "could not be counted".to_owned();
            return Row { name, base, new, difference: String::new(), verdict, outcome: Outcome::Undecided };
        };
        let difference = i128::from(after) - i128::from(before);
        let may_grow = before as f64 * self.may_grow_percent.max(0.0) / 100.0;
        let (verdict, outcome) = match difference {
            0 => ("the same", Outcome::Fine),
            ..0 => ("less", Outcome::Fine),
            _ if difference as f64 <= may_grow => ("more, as it may", Outcome::Fine),
            _ => ("more", Outcome::Worse),
        };
        Row { name, base, new, difference: format!("{difference:+}"), verdict: verdict.to_owned(), outcome }
    }
}

impl Outcome {
    /// What the program ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Worse => 1,
            Self::Undecided => 2,
        }
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["", "base", "new", "difference", ""];
        let cells: Vec<[&str; 5]> = self.rows.iter().map(|row| [&row.name, &row.base, &row.new, &row.difference, row.verdict.as_str()]).collect();
        let width = |column: usize| cells.iter().chain([&head]).map(|cells| cells[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        for [name, base, new, difference, verdict] in std::iter::once(&head).chain(&cells) {
            let mut line = String::new();
            write!(line, "{name:<0$}  {base:>1$}  {new:>2$}  {difference:<3$}  {verdict}", widths[0], widths[1], widths[2], widths[3])?;
            writeln!(f, "{}", line.trim_end())?;
        }
        let named = |outcome: Outcome| {
            let names: Vec<&str> = self.rows.iter().filter(|row| row.outcome == outcome).map(|row| row.name.as_str()).collect();
            names.join("; ")
        };
        writeln!(f)?;
        match self.outcome {
            Outcome::Fine => writeln!(f, "Nothing got worse.")?,
            Outcome::Worse => writeln!(f, "WORSE: {}.", named(Outcome::Worse))?,
            Outcome::Undecided if self.rows.is_empty() => writeln!(f, "Nothing was measured.")?,
            Outcome::Undecided => {}
        }
        if self.rows.iter().any(|row| row.outcome == Outcome::Undecided) {
            writeln!(f, "Not decided: {}. Measure again.", named(Outcome::Undecided))?;
        }
        Ok(())
    }
}

fn percent(ratio: f64) -> String {
    format!("{:+.1}", (ratio - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(figures: &str, counters: &str) -> Samples {
        Samples::read(&format!(r#"{{"base":"a","new":"b","least_of":1,"figures":[{figures}],"counters":[{counters}]}}"#)).unwrap()
    }

    fn figure(name: &str, bigger: &str, base: f64, new: f64, count: usize) -> String {
        let list = |value: f64| vec![value.to_string(); count].join(",");
        format!(r#"{{"name":"{name}","unit":"ms","bigger":"{bigger}","base":[{}],"new":[{}]}}"#, list(base), list(new))
    }

    fn counter(base: &str, new: &str, may_grow: f64) -> Row {
        let json = format!(r#"{{"name":"files","unit":"bytes","base":{base},"new":{new},"may_grow_percent":{may_grow}}}"#);
        samples("", &json).judge().rows.remove(0)
    }

    #[test]
    fn what_got_slower_is_named_and_makes_the_outcome() {
        let all = [figure("list", "worse", 1.0, 1.5, 15), figure("page", "worse", 1.0, 1.0, 15), figure("rate", "better", 1.0, 1.5, 15)].join(",");

        let judged = samples(&all, "").judge();

        assert_eq!(judged.rows.iter().map(|row| row.verdict.as_str()).collect::<Vec<_>>(), ["worse", "no difference found", "better"]);
        assert_eq!(judged.outcome.code(), 1);
        let text = judged.to_string();
        assert!(text.starts_with("           base    new  difference\nlist, ms  1.000  1.500  +50.0 % (+50.0 to +50.0)  worse\n"), "{text}");
        assert!(text.ends_with("\nWORSE: list, ms.\n"), "{text}");
    }

    #[test]
    fn what_could_not_be_decided_is_not_called_fine() {
        let judged = samples(&[figure("list", "worse", 1.0, 1.5, 14), figure("page", "worse", 1.0, 1.0, 15)].join(","), "").judge();

        assert_eq!(judged.outcome.code(), 2);
        assert!(judged.to_string().ends_with("\nNot decided: list, ms. Measure again.\n"), "{judged}");
        assert_eq!(samples("", "").judge().outcome, Outcome::Undecided);
    }

    #[test]
    fn where_everything_is_possible_nothing_is_fine() {
        // Of two that are the same, each between once and twice as much.
        let all = |bigger: &str| {
            let list: Vec<String> = (0..15).map(|n| (1.0 + f64::from(n * 7 % 15) / 15.0).to_string()).collect();
            let list = list.join(",");
            samples(&format!(r#"{{"name":"list","unit":"ms","bigger":"{bigger}","base":[{list}],"new":[{list}]}}"#), "").judge()
        };

        assert_eq!(all("worse").rows[0].verdict, "too noisy to tell");
        assert_eq!([all("worse").outcome, all("better").outcome], [Outcome::Undecided; 2]);
    }

    #[test]
    fn worse_counts_more_than_undecided() {
        let judged = samples(&[figure("list", "worse", 1.0, 1.5, 14), figure("page", "worse", 1.0, 2.0, 15)].join(","), "").judge();

        assert_eq!(judged.outcome.code(), 1);
        assert!(judged.to_string().contains("WORSE: page, ms.\nNot decided: list, ms."), "{judged}");
    }

    #[test]
    fn counters_are_compared_exactly() {
        let said = |base: &str, new: &str, may_grow: f64| {
            let row = counter(base, new, may_grow);
            (row.difference, row.verdict, row.outcome)
        };
        let row = |difference: &str, verdict: &str, outcome| (difference.to_owned(), verdict.to_owned(), outcome);

        assert_eq!(said("1000", "1000", 0.0), row("+0", "the same", Outcome::Fine));
        assert_eq!(said("1000", "1001", 0.0), row("+1", "more", Outcome::Worse));
        assert_eq!(said("1000", "999", 0.0), row("-1", "less", Outcome::Fine));
        assert_eq!(said("1000", "1010", 1.0), row("+10", "more, as it may", Outcome::Fine));
        assert_eq!(said("1000", "1011", 1.0), row("+11", "more", Outcome::Worse));
        assert_eq!(said("null", "1011", 0.0), row("", "could not be counted", Outcome::Undecided));
    }

    #[test]
    fn a_measurement_that_failed_leaves_its_place_empty() {
        let json = r#"{"name":"list","unit":"ms","base":[null,2,3,1,null,3],"new":[null,null,null,1,1,1]}"#;
        let mut samples = samples(json, "");
        samples.least_of = 3;

        let row = samples.judge().rows.remove(0);

        assert!(row.verdict.contains("2 of the base and 1 of the new build"), "{row:?}");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let said = |json: &str| Samples::read(json).unwrap_err();

        assert!(said("").starts_with("The samples cannot be read: EOF"));
        assert!(said(r#"{"base":"a","new":"b","figures":[],"figure":[]}"#).contains("unknown field `figure`"));
        assert!(said(r#"{"base":"a","new":"b","least_of":0,"figures":[]}"#).contains("such as 3"));
    }
}
