//! Judged budgets as lines for a person.

use crate::{Judged, Side, State};

/// A line for each and one above: what, figure, limit, share used, verdict. The columns stand below each other.
pub fn table(judged: &[Judged<'_>]) -> String {
    let head = ["what", "is", "may be", "used", ""].map(str::to_owned);
    columns(std::iter::once(head).chain(judged.iter().map(row)).collect())
}

/// The first and the last begin below each other, and the figures between them end so.
pub(crate) fn columns(rows: Vec<[String; 5]>) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2), width(3)];
    let lines = rows.iter().map(|[what, is, may, used, verdict]| {
        let [a, b, c, d] = widths;
        format!("{what:<a$}  {is:>b$}  {may:>c$}  {used:>d$}  {verdict}").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn row(judged: &Judged<'_>) -> [String; 5] {
    let limit = judged.budget.limit;
    let least = if limit.side == Side::AtLeast { " or more" } else { "" };
    let (used, verdict) = match judged.state {
        State::Kept { used } => (share(used), "kept".to_owned()),
        State::Passed { by } if by.is_infinite() => (String::new(), "PASSED".to_owned()),
        State::Passed { by } => {
            (judged.reading.map(|value| share(limit.used(value))).unwrap_or_default(), format!("PASSED by {}", limit.unit.show(by)))
        }
        State::NotMeasured => (String::new(), "not measured".to_owned()),
    };
    let is = judged.reading.filter(|value| value.is_finite()).map(|value| limit.unit.show(value)).unwrap_or_default();
    [judged.budget.subject(), is, format!("{}{least}", limit.unit.show(limit.value)), used, verdict]
}

fn share(used: f64) -> String {
    if used.is_finite() { format!("{:.0} %", used * 100.0) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Budgets, Reading, judge};

    #[test]
    fn a_table_says_what_is_measured_what_may_be_and_what_has_become_of_it() {
        let budgets = Budgets::read(
            r#"
[budgets]
page = { what = "Its page", limit = 47, unit = "kB", checked = "build", files = ["page_products"] }
hits = { what = "Hits", limit = 80, unit = "%", least = true, checked = "live", series = { metric = "hits", route = "list", statistic = "share" } }
none = { what = "Statements", limit = 0, unit = "statements", checked = "test", asserted = { file = "a.rs", text = "costs!(0" } }
"#,
        )
        .unwrap();
        let readings = [Reading { id: "page".into(), value: 49.8 }, Reading { id: "hits".into(), value: 90.0 }];

        let table = table(&judge(&budgets, &readings));

        let expected = [
            "what                 is          may be   used",
            "page_products   49.8 kB         47.0 kB  106 %  PASSED by 2.8 kB",
            "Hits, list      90.00 %  80.00 % or more   50 %  kept",
            "Statements                0.0 statements         not measured",
        ];
        assert_eq!(table.lines().map(words).collect::<Vec<_>>(), expected.map(words));
        let ends: Vec<usize> =
            table.lines().filter_map(|line| line.find("kept").or_else(|| line.find("PASSED")).or_else(|| line.find("not "))).collect();
        assert!(ends.windows(2).all(|two| two[0] == two[1]), "{table}");
    }

    fn words(line: &str) -> Vec<&str> {
        line.split_whitespace().collect()
    }
}
