//! The number in words.

use super::{Estimate, Question};
use crate::words::{number, percent, whole};

impl Estimate {
    /// What to tell people, the number first.
    pub fn sentences(&self, question: &Question) -> Vec<String> {
        let mut said = vec![
            format!(
                "It holds {} people who think for {} s between two requests, with 95 of 100 answers within {} ms: {} requests a second.",
                whole(self.published()),
                number(question.think_ms / 1e3),
                number(question.p95_ms),
                whole(self.throughput.low),
            ),
            format!(
                "The best guess is {}; with {} certainty it lies between {} and {}, and the lower end is what is promised.",
                whole(self.at.users),
                percent(question.confidence),
                whole(self.users.low),
                whole(self.users.high),
            ),
            format!("Of the rates that were tried, {}/s was held and {}/s no longer.", number(self.held), number(self.ended)),
            self.shape(),
        ];
        said.extend(self.notes.iter().cloned());
        said
    }

    fn shape(&self) -> String {
        let curve = &self.curve;
        let of_one = format!("One request at a time, it answers {} a second (lambda)", number(curve.lambda));
        let waiting = format!("of each {} is waiting in line that more at once do not shorten (sigma)", share(curve.sigma));
        let apart = match (curve.peak(), curve.most()) {
            (Some(peak), Some(most)) if peak < 10_000.0 => format!(
                "and requests hinder each other (kappa {}): throughput is highest, {}/s, with {} in hand, and falls beyond",
                number(curve.kappa),
                number(most),
                number(peak)
            ),
            (_, Some(most)) => format!("and requests hardly hinder each other: throughput comes near to {}/s and does not fall", number(most)),
            _ => "and nothing was seen that would end it".to_owned(),
        };
        format!("{of_one}; {waiting}; {apart}.")
    }
}

/// Small shares have digits too.
fn share(of: f64) -> String {
    format!("{} %", number(of * 100.0))
}
