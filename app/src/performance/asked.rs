//! What an address asks for: how far back, of what, by which dimension.

use domain::query::pairs;
use ports::performance::{Against, Range};

use crate::ui::format::in_address;

/// Read from an address; what is not understood is as if it were not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) range: Range,
    /// `of=`: one route, statement or cache.
    pub(super) of: Option<String>,
    /// `by=`: a dimension.
    pub(super) by: Option<String>,
    /// `metric=`
    pub(super) metric: Option<String>,
    /// `class=`: one part of what was measured, such as `device:phone`.
    pub(super) class: Option<String>,
    /// `with=`: what has to have happened in a trace.
    pub(super) with: Option<String>,
    /// `sort=`: an order of a table.
    pub(super) sort: Option<String>,
    /// `against=build`
    pub(super) against: Against,
}

/// What `against` says for the build before.
const BUILD: &str = "build";

/// Longer than any name there is.
const LONGEST: usize = 200;

impl Asked {
    pub(super) fn read(path: &str, search: &str) -> Self {
        let mut asked = Self { path: path.trim_end_matches('/').to_owned(), ..Self::default() };
        for (name, value) in pairs(search) {
            let named = (!value.is_empty() && value.len() <= LONGEST).then_some(value.clone());
            match &*name {
                "range" => asked.range = Range::from_name(&value).unwrap_or_default(),
                "of" => asked.of = named,
                "by" => asked.by = named,
                "metric" => asked.metric = named,
                "class" => asked.class = named,
                "with" => asked.with = named,
                "sort" => asked.sort = named,
                "against" if value == BUILD => asked.against = Against::BuildBefore,
                _ => {}
            }
        }
        asked
    }

    /// A place, of what it shows when nobody asks for anything.
    pub(super) fn plain(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    pub(super) fn address(&self) -> String {
        let range = (self.range != Range::default()).then(|| self.range.name().to_owned());
        let against = (self.against == Against::BuildBefore).then(|| BUILD.to_owned());
        let parts = [
            ("range", &range),
            ("against", &against),
            ("sort", &self.sort),
            ("by", &self.by),
            ("metric", &self.metric),
            ("class", &self.class),
            ("with", &self.with),
            ("of", &self.of),
        ];
        let parts: Vec<String> = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", in_address(value.as_deref()?)))).collect();
        if parts.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, parts.join("&")) }
    }

    pub(super) fn with_range(&self, range: Range) -> Self {
        Self { range, ..self.clone() }
    }

    pub(super) fn with_against(&self, against: Against) -> Self {
        Self { against, ..self.clone() }
    }

    pub(super) fn with_of(&self, of: Option<&str>) -> Self {
        Self { of: of.map(str::to_owned), ..self.clone() }
    }

    /// Of a dimension there are all values.
    pub(super) fn with_by(&self, by: &str) -> Self {
        Self { by: Some(by.to_owned()), class: None, ..self.clone() }
    }

    pub(super) fn with_class(&self, class: Option<&str>) -> Self {
        Self { class: class.map(str::to_owned), by: None, ..self.clone() }
    }

    /// Another place, of the same time and compared with the same.
    pub(super) fn at(&self, path: &str) -> Self {
        Self { range: self.range, against: self.against, ..Self::plain(path) }
    }

    pub(super) fn with_metric(&self, metric: &str) -> Self {
        Self { metric: Some(metric.to_owned()), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_from_what_was_read_of_it() {
        let asked =
            Asked::read("/performance/requests", "of=GET+%2Fproducts&range=7d&odd=1&by=&against=build&class=device:phone&with=A+%26+B&sort=p95");

        assert_eq!((asked.range, asked.of.as_deref(), asked.by.as_deref()), (Range::Week, Some("GET /products"), None));
        assert_eq!((asked.against, Asked::read("/performance", "against=odd").against), (Against::BuildBefore, Against::TimeBefore));
        assert_eq!(Asked::read("/performance/requests", asked.address().split_once('?').unwrap().1), asked);
        assert_eq!(Asked::read("/performance", "range=2h").address(), "/performance");
        assert_eq!(Asked::read("/performance", &format!("of={}", "x".repeat(500))).of, None);
    }
}
