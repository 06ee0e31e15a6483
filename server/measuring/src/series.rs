//! What is measured of what.

/// A series: a metric, of what, and of which part of that. Two series are the same when all three are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// `http.duration`, `vitals.lcp`; whoever measures says in which unit.
    pub metric: String,
    /// A route, a statement, a cache; [`ALL`] of them, or [`OTHERS`] where there are too many to tell apart.
    pub of: String,
    /// A status class (`2xx`), or a dimension and its value (`device:phone`); empty for all.
    pub class: String,
}

/// Of everything that is measured by a metric.
pub const ALL: &str = "all";

/// What else there was when there was no room to tell it apart.
pub const OTHERS: &str = "others";

/// Characters of each part. What is longer was made up by somebody, and is cut.
const LONGEST: usize = 100;

impl Series {
    pub fn new(metric: &str, of: &str, class: &str) -> Self {
        Self { metric: cut(metric), of: cut(of), class: cut(class) }
    }

    /// What stands for it where there is no room to tell it apart. What failed is still told: those classes are few, and not made by who asks.
    #[must_use]
    pub fn among_others(&self) -> Self {
        let class = if self.class.contains(':') { "" } else { &self.class };
        Self { metric: self.metric.clone(), of: OTHERS.to_owned(), class: class.to_owned() }
    }

    pub(crate) fn is(&self, metric: &str, of: &str, class: &str) -> bool {
        self.metric == metric && self.of == of && self.class == class
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => text[..end].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let series = Series::new("m", &"ä".repeat(500), "");

        assert_eq!(series.of.chars().count(), LONGEST);
    }
}
