//! How many instructions the hot paths took under Valgrind (`scripts/counters`), held against what they took before. They hardly wobble, so that
//! one in a hundred more is no chance.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{About, Budget, Budgets, Reading, table::columns};

/// What was counted in one run, by the names of the functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<String, Counted>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counted {
    instructions: u64,
    /// Where it can be read which function took how many.
    folder: String,
}

/// A budget, and what was counted of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared<'a> {
    pub budget: &'a Budget,
    pub instructions: u64,
    pub change: Change,
    folder: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    /// So many more that it is a fault.
    More,
    /// So many fewer that the limit holds little any more.
    Fewer,
}

/// How many hundredths more than its limit something may take: what differs from run to run is three thousandths.
pub(crate) const MOST_MORE: u128 = 1;
/// How many hundredths fewer it may take until its limit is told to be too wide.
const MOST_FEWER: u128 = 3;

/// Of the summary that gungraun writes of each function, what is read here: its schema 7.
#[derive(Deserialize)]
struct Summary {
    function_name: String,
    output_dir: String,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    tool: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    total: Total,
}

#[derive(Deserialize)]
struct Total {
    metrics: BTreeMap<String, Metric>,
}

#[derive(Deserialize)]
struct Metric {
    values: Values,
}

/// Beside it is what the run before has counted, which is not of interest.
#[derive(Deserialize)]
struct Values {
    new: Option<u64>,
}

impl Counts {
    /// Reads what gungraun says with `--output-format=json`: a line for each function. A sentence where that cannot be read, or where a function
    /// is counted twice.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut counts = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line_number = at + 1;
            let summary: Summary = serde_json::from_str(line).map_err(|error| {
                format!("Line {line_number} of what was counted cannot be read: {error}. Is the runner of the version that Cargo.toml names?")
            })?;
            let counted = summary
                .profiles
                .iter()
                .filter(|profile| profile.tool == "Callgrind")
                .find_map(|profile| profile.data.total.metrics.get("Ir")?.values.new);
            let name = summary.function_name;
            let instructions = counted.ok_or_else(|| format!("{name} was run, and its instructions were not counted: see line {line_number}."))?;
            if counts.insert(name.clone(), Counted { instructions, folder: summary.output_dir }).is_some() {
                return Err(format!("{name} was counted twice: give it one `#[bench]` alone."));
            }
        }
        if counts.is_empty() { Err("Nothing was counted.".to_owned()) } else { Ok(Self(counts)) }
    }

    /// What was counted of those budgets that there are.
    pub fn known(&self, budgets: &Budgets) -> Vec<Reading> {
        let one = |budget: &Budget| {
            let About::Counted { counter } = &budget.about else { return None };
            Some(Reading { id: budget.id.clone(), value: self.0.get(counter)?.instructions as f64 })
        };
        budgets.iter().filter_map(one).collect()
    }

    /// Each budget of instructions with what was counted, in the order of the file. Otherwise sentences: of budgets whose functions are not there,
    /// and of functions that have no budget.
    pub fn compare<'a>(&self, budgets: &'a Budgets) -> Result<Vec<Compared<'a>>, Vec<String>> {
        let mut wrong = Vec::new();
        let mut compared = Vec::new();
        for budget in budgets.iter() {
            let About::Counted { counter } = &budget.about else { continue };
            match self.0.get(counter) {
                Some(counted) => compared.push(Compared::new(budget, counted)),
                None => wrong.push(format!(
                    "{counter} is not counted any more, and {} is a budget for it (line {}): take it out, or write down what it is called now.",
                    budget.id, budget.line
                )),
            }
        }
        for (name, counted) in &self.0 {
            let has_budget = compared.iter().any(|compared| matches!(&compared.budget.about, About::Counted { counter } if counter == name));
            if !has_budget {
                wrong.push(format!("{name} is counted and has no budget: add one, it takes {} instructions now.", grouped(counted.instructions)));
            }
        }
        if wrong.is_empty() { Ok(compared) } else { Err(wrong) }
    }
}

impl<'a> Compared<'a> {
    fn new(budget: &'a Budget, counted: &Counted) -> Self {
        // A limit of this kind is a whole number: the file is refused otherwise.
        let (limit, hundredfold) = (budget.limit.value as u128, u128::from(counted.instructions) * 100);
        let change = match hundredfold {
            many if many > limit * (100 + MOST_MORE) => Change::More,
            few if few < limit * (100 - MOST_FEWER) => Change::Fewer,
            _ => Change::Same,
        };
        Self { budget, instructions: counted.instructions, change, folder: counted.folder.clone() }
    }

    /// What is wrong: which, how much, by how much, where to look, what to do; none while nothing is.
    pub fn complaint(&self) -> Option<String> {
        let Self { budget, instructions, folder, .. } = self;
        (self.change == Change::More).then(|| {
            format!(
                "{} takes {} instructions, and took {}: {} more, where {MOST_MORE} % may be. Which functions take them: callgrind_annotate {folder}/*.out. If it is \
                 worth it, make its limit {} (line {}) and say why there.",
                budget.subject(),
                grouped(*instructions),
                grouped(budget.limit.value as u64),
                self.percent().trim_start_matches('+'),
                underscored(*instructions),
                budget.line
            )
        })
    }

    /// That a limit can be lowered, so that nobody takes again what was gained.
    pub fn gain(&self) -> Option<String> {
        (self.change == Change::Fewer).then(|| {
            format!(
                "{} takes {} fewer instructions than its budget says: make its limit {} (line {}).",
                self.budget.subject(),
                self.percent().trim_start_matches('-'),
                underscored(self.instructions),
                self.budget.line
            )
        })
    }

    /// `+5.7 %`, with as many digits as it takes to see that something is above one percent.
    fn percent(&self) -> String {
        let share = (self.instructions as f64 / self.budget.limit.value - 1.0) * 100.0;
        let digits = if (share.abs() * 100.0).round() <= 105.0 { 2 } else { 1 };
        format!("{share:+.digits$} %")
    }
}

/// A line for each and one above: what, instructions now, the limit, the change, verdict. The columns stand below each other.
pub fn table(compared: &[Compared<'_>]) -> String {
    let head = ["what", "instructions", "budget", "change", ""].map(str::to_owned);
    let row = |compared: &Compared<'_>| {
        let verdict = match compared.change {
            Change::Same => "kept",
            Change::More => "MORE",
            Change::Fewer => "fewer",
        };
        let budget = compared.budget;
        [budget.what.clone(), grouped(compared.instructions), grouped(budget.limit.value as u64), compared.percent(), verdict.to_owned()]
    };
    columns(std::iter::once(head).chain(compared.iter().map(row)).collect())
}

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    in_threes(number, ',')
}

/// As the file has it.
fn underscored(number: u64) -> String {
    in_threes(number, '_')
}

fn in_threes(number: u64, between: char) -> String {
    let digits = number.to_string();
    let mut made = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            made.push(between);
        }
        made.push(digit);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGETS: &str = r#"compiler = "1.96.0"
[budgets]
edits = { what = "A hundred edits", limit = 1_000_000, unit = "instructions", checked = "counted", counter = "edit" }
traces = { what = "A trace", limit = 10_000, unit = "instructions", checked = "counted", counter = "trace" }
"#;

    /// As gungraun 0.20 says it, once for the first time and once with the run before.
    fn said(name: &str, instructions: u64) -> String {
        let old = if name == "edit" { "" } else { r#","old":7"# };
        format!(
            r#"{{"baselines":[null,null],"benchmark_exe":"/t/counters-1","benchmark_file":"server/counters/counting/main.rs","description":"(inputs :: edits())","duration_ns":1,"function_name":"{name}","group":"hot_paths","id":"hundred","kind":"LibraryBenchmark","module_path":"counters::hot_paths::{name}","output_dir":"/t/gungraun/{name}.hundred","package_dir":"server/counters","profiles":[{{"data":{{"parts":[{{"metrics":{{"Ir":{{"values":{{"new":5}}}}}},"tool_run":{{"new":{{"command":"c","part":1,"pid":4370,"thread":1}}}}}}],"total":{{"metrics":{{"Ir":{{"values":{{"new":{instructions}{old}}}}}}},"regressions":[]}}}},"duration_ns":1,"process_ns":1,"started_at":"2026-11-28T00:33:20Z","tool":"Callgrind"}}],"project_root":"/t","started_at":"2026-11-28T00:33:20Z","version":"7"}}"#
        )
    }

    fn counts(edit: u64, trace: u64) -> Counts {
        Counts::read(&format!("{}\n{}\n", said("edit", edit), said("trace", trace))).unwrap()
    }

    fn changes(edit: u64, trace: u64) -> Vec<Change> {
        counts(edit, trace).compare(&Budgets::read(BUDGETS).unwrap()).unwrap().iter().map(|compared| compared.change).collect()
    }

    #[test]
    fn one_percent_more_is_kept_and_one_instruction_beyond_it_is_not() {
        assert_eq!(changes(1_010_000, 10_100), [Change::Same, Change::Same]);
        assert_eq!(changes(1_010_001, 10_101), [Change::More, Change::More]);
    }

    #[test]
    fn three_percent_fewer_is_kept_and_one_instruction_below_it_is_a_gain() {
        assert_eq!(changes(970_000, 9_700), [Change::Same, Change::Same]);
        assert_eq!(changes(969_999, 9_699), [Change::Fewer, Change::Fewer]);
    }

    #[test]
    fn what_takes_more_is_named_with_by_how_much_and_where_to_look() {
        let budgets = Budgets::read(BUDGETS).unwrap();

        let compared = counts(1_057_123, 10_000).compare(&budgets).unwrap();

        let complaint = compared[0].complaint().unwrap();
        let expected = "A hundred edits takes 1,057,123 instructions, and took 1,000,000: 5.7 % more, where 1 % may be. Which functions take them: \
                        callgrind_annotate /t/gungraun/edit.hundred/*.out. If it is worth it, make its limit 1_057_123 (line 3) and say why there.";
        assert_eq!(complaint, expected);
        assert_eq!((compared[0].gain(), compared[1].complaint(), compared[1].gain()), (None, None, None));
    }

    #[test]
    fn what_takes_fewer_is_no_complaint_and_says_what_the_limit_can_be() {
        let budgets = Budgets::read(BUDGETS).unwrap();

        let compared = counts(1_000_000, 9_000).compare(&budgets).unwrap();

        assert_eq!(compared[1].complaint(), None);
        assert_eq!(
            compared[1].gain().as_deref(),
            Some("A trace takes 10.0 % fewer instructions than its budget says: make its limit 9_000 (line 4).")
        );
    }

    #[test]
    fn a_budget_of_nothing_and_a_function_without_one_are_wrong() {
        let budgets = Budgets::read(BUDGETS).unwrap();
        let counts = Counts::read(&format!("{}\n{}", said("edit", 1_000_000), said("push", 2_000))).unwrap();

        let wrong = counts.compare(&budgets).unwrap_err();

        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].starts_with("trace is not counted any more, and traces is a budget for it (line 4)"), "{}", wrong[0]);
        assert_eq!(wrong[1], "push is counted and has no budget: add one, it takes 2,000 instructions now.");
    }

    #[test]
    fn what_cannot_be_read_says_which_line_it_is() {
        let other_tool = said("edit", 1).replace("Callgrind", "DHAT");
        let twice = format!("{}\n{}", said("edit", 1), said("edit", 2));

        assert!(
            Counts::read(&format!("{}\n{{}}", said("edit", 1))).unwrap_err().starts_with("Line 2 of what was counted cannot be read: missing field")
        );
        assert_eq!(Counts::read(&other_tool).unwrap_err(), "edit was run, and its instructions were not counted: see line 1.");
        assert_eq!(Counts::read(&twice).unwrap_err(), "edit was counted twice: give it one `#[bench]` alone.");
        assert_eq!(Counts::read("\n").unwrap_err(), "Nothing was counted.");
    }

    #[test]
    fn a_table_says_what_was_counted_and_what_has_become_of_it() {
        let budgets = Budgets::read(BUDGETS).unwrap();

        let table = table(&counts(1_010_123, 9_999).compare(&budgets).unwrap());

        let expected = [
            "what             instructions     budget   change",
            "A hundred edits     1,010,123  1,000,000  +1.01 %  MORE",
            "A trace                 9,999     10,000  -0.01 %  kept",
        ];
        assert_eq!(table.lines().collect::<Vec<_>>(), expected);
    }
}
