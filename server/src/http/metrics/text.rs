//! Prometheus's text format, version 0.0.4: a family of samples has its meaning and its kind in front, and stands in one piece.

use std::fmt::{Display, Write};

/// What is answered, as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Text(String);

/// The samples of one name.
pub(super) struct Family<'a> {
    text: &'a mut String,
    name: &'a str,
}

impl Text {
    /// What only grows. Its name ends with `_total`.
    pub(super) fn counter<'a>(&'a mut self, name: &'a str, help: &str) -> Family<'a> {
        debug_assert!(name.ends_with("_total"), "{name}");
        self.family(name, "counter", help)
    }

    pub(super) fn gauge<'a>(&'a mut self, name: &'a str, help: &str) -> Family<'a> {
        self.family(name, "gauge", help)
    }

    pub(super) fn histogram<'a>(&'a mut self, name: &'a str, help: &str) -> Family<'a> {
        self.family(name, "histogram", help)
    }

    pub(super) fn finished(self) -> String {
        self.0
    }

    fn family<'a>(&'a mut self, name: &'a str, kind: &str, help: &str) -> Family<'a> {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing to a text does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { text: &mut self.0, name }
    }
}

impl Family<'_> {
    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.part("", labels, value);
    }

    /// Of a histogram: how many there are up to each bound, how many in all, and what they come to together.
    pub(super) fn distribution(&mut self, labels: &[(&str, &str)], buckets: impl IntoIterator<Item = (f64, u64)>, count: u64, sum: f64) {
        for (bound, up_to) in buckets {
            self.part("_bucket", &[labels, &[("le", &bound.to_string())]].concat(), up_to);
        }
        self.part("_bucket", &[labels, &[("le", "+Inf")]].concat(), count);
        self.part("_sum", labels, sum);
        self.part("_count", labels, count);
    }

    fn part(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        self.text.push_str(self.name);
        self.text.push_str(suffix);
        for (at, (label, text)) in labels.iter().enumerate() {
            self.text.push(if at == 0 { '{' } else { ',' });
            self.text.push_str(label);
            self.text.push_str("=\"");
            escape(text, self.text);
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

fn escape(text: &str, into: &mut String) {
    for letter in text.chars() {
        match letter {
            '\\' => into.push_str("\\\\"),
            '"' => into.push_str("\\\""),
            '\n' => into.push_str("\\n"),
            letter => into.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_says_what_it_is_and_labels_hold_anything() {
        let mut text = Text::default();
        text.gauge("size_bytes", "How \\ large.\nIn bytes.").sample(&[("table", "a\\b\"c\nd"), ("kind", "")], 12);
        text.counter("asked_total", "Asked.").sample(&[], 0.5);

        assert_eq!(
            text.finished(),
            "# HELP size_bytes How \\\\ large.\\nIn bytes.\n# TYPE size_bytes gauge\nsize_bytes{table=\"a\\\\b\\\"c\\nd\",kind=\"\"} 12\n\
             # HELP asked_total Asked.\n# TYPE asked_total counter\nasked_total 0.5\n"
        );
    }

    #[test]
    fn a_distribution_ends_with_all_of_them() {
        let mut text = Text::default();
        text.histogram("took_seconds", "Took.").distribution(&[("statement", "ONE")], [(0.000_016_384, 1), (17.5, 3)], 4, 20.25);

        let text = text.finished();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "took_seconds_bucket{statement=\"ONE\",le=\"0.000016384\"} 1",
                "took_seconds_bucket{statement=\"ONE\",le=\"17.5\"} 3",
                "took_seconds_bucket{statement=\"ONE\",le=\"+Inf\"} 4",
                "took_seconds_sum{statement=\"ONE\"} 20.25",
                "took_seconds_count{statement=\"ONE\"} 4",
            ]
        );
    }
}
