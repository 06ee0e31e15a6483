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

    /// Whether it is a part by what browsers say of themselves. Anybody can say anything, and make up as many of these as there are values.
    pub fn is_told_apart(&self) -> bool {
        self.class.contains(':')
    }

    /// Whether it may be put to as many as are `there`, where `most` are told apart: up to a half whatever comes, then only what the server measures
    /// of itself, so that nobody can push that out. What that comes to all together is told in any case.
    pub fn fits(&self, there: usize, most: usize) -> bool {
        if self.is_told_apart() { there < most / 2 } else { there < most || self.of == ALL }
    }

    /// What stands for it where there is no room to tell it apart. What failed is still told: those classes are few, and not made by who asks.
    #[must_use]
    pub fn among_others(&self) -> Self {
        let class = if self.is_told_apart() { "" } else { &self.class };
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

    #[test]
    fn what_anybody_can_make_up_fits_into_a_half_and_what_is_of_everything_always() {
        let fit = |of: &str, class: &str| [4, 5, 9, 10].map(|there| Series::new("m", of, class).fits(there, 10));

        assert_eq!(fit("GET /", "2xx"), [true, true, true, false]);
        assert_eq!(fit("/", "device:phone"), [true, false, false, false]);
        // There are as many of these as builds have ever served.
        assert_eq!(fit(ALL, "build:abc"), [true, false, false, false]);
        assert_eq!(fit(ALL, "5xx"), [true; 4]);
    }
}
