//! Figures as people read them.

/// Three digits that count, and all of those before the point: `0.0123`, `2`, `4.57`, `1,840`.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "unknown".into();
    }
    match size {
        _ if size < 99.95 && value.fract() == 0.0 => format!("{value:.0}"),
        _ if size >= 99.95 => grouped(value.round()),
        _ if size >= 9.995 => format!("{value:.1}"),
        _ if size >= 0.095 => format!("{value:.2}"),
        _ if size >= 0.000_95 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

/// A whole number, cut and not rounded: what is promised is never more than what was found.
pub fn whole(value: f64) -> String {
    if value.is_finite() { grouped(value.floor()) } else { "unknown".into() }
}

/// Of a share of one.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.0} %", share * 100.0) } else { "unknown".into() }
}

/// `1 day`, `2 days`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A row a line, columns below each other: the first to the left, figures to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &&Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> =
            cells.map(|(column, (cell, width))| if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }).collect();
        cells.join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_that_count() {
        let shown: Vec<String> = [0.0, 2.0, 0.012_34, 0.5, 4.567, 45.67, 456.7, 1_234_567.0, -1_000.0, 0.000_012, f64::NAN].map(number).to_vec();

        assert_eq!(shown, ["0", "2", "0.0123", "0.50", "4.57", "45.7", "457", "1,234,567", "-1,000", "1.2e-5", "unknown"]);
        assert_eq!((whole(999.9), percent(0.847), count(1, "day", "days")), ("999".into(), "85 %".into(), "1 day".into()));
    }

    #[test]
    fn columns_stand_below_each_other() {
        assert_eq!(
            table(&["what", "ms"], &[vec!["a".into(), "10.5".into()], vec!["longer".into(), "2".into()]]),
            "what      ms\na       10.5\nlonger     2"
        );
    }
}
