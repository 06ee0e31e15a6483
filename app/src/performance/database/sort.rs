//! In which order the statements stand.

use std::cmp::Reverse;

use ports::database::StatementFigures;

use crate::performance::asked::Asked;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    /// What took most of the time, which is where to begin.
    #[default]
    Time,
    Count,
    P50,
    P95,
    P99,
    Longest,
    Rows,
    Failed,
    Slow,
}

impl Sort {
    /// As the table has them.
    pub(super) const ALL: [Self; 10] =
        [Self::Name, Self::Time, Self::Count, Self::P50, Self::P95, Self::P99, Self::Longest, Self::Rows, Self::Failed, Self::Slow];

    /// From what an address says, such as `p95`. What is not understood is as if it were not there.
    pub(super) fn read(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|sort| word == Some(sort.word())).unwrap_or_default()
    }

    /// As an address says it.
    pub(super) fn in_address(self) -> Option<String> {
        (self != Self::default()).then(|| self.word().to_owned())
    }

    /// The same page in this order.
    pub(super) fn address(self, asked: &Asked) -> String {
        Asked { sort: self.in_address(), ..asked.clone() }.address()
    }

    /// The heading of its column.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Name => "Statement",
            Self::Time => "Time",
            Self::Count => "Count",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Longest => "Longest",
            Self::Rows => "Rows",
            Self::Failed => "Failed",
            Self::Slow => "Slow",
        }
    }

    /// The most first, and names from A to Z. What is equal stays in the order of its names.
    pub(super) fn sort(self, statements: &mut [StatementFigures]) {
        statements.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(figure) = self.figure() {
            statements.sort_by_key(|statement| Reverse(figure(statement)));
        }
    }

    fn figure(self) -> Option<fn(&StatementFigures) -> u64> {
        let figure: fn(&StatementFigures) -> u64 = match self {
            Self::Name => return None,
            Self::Time => |statement| statement.total,
            Self::Count => |statement| statement.count,
            Self::P50 => |statement| statement.p50,
            Self::P95 => |statement| statement.p95,
            Self::P99 => |statement| statement.p99,
            Self::Longest => |statement| statement.longest,
            Self::Rows => |statement| statement.rows,
            Self::Failed => |statement| statement.failed,
            Self::Slow => |statement| statement.slow,
        };
        Some(figure)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Time => "time",
            Self::Count => "count",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Longest => "longest",
            Self::Rows => "rows",
            Self::Failed => "failed",
            Self::Slow => "slow",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_survives_its_address() {
        let asked = Asked::read("/performance/database", "range=7d");
        for sort in Sort::ALL {
            let address = sort.address(&asked);
            let read = Asked::read("/performance/database", address.split_once('?').unwrap().1);
            assert_eq!((Sort::read(read.sort.as_deref()), read.range), (sort, asked.range), "{address}");
        }
        assert_eq!([Sort::read(Some("p99")), Sort::read(Some("<b>")), Sort::read(None)], [Sort::P99, Sort::Time, Sort::Time]);
    }

    #[test]
    fn the_most_comes_first_and_names_from_a_to_z() {
        let of = |name: &str, total, rows| StatementFigures { name: name.into(), total, rows, ..StatementFigures::default() };
        let sorted = |sort: Sort| {
            let mut statements = [of("B", 5, 7), of("C", 5, 1), of("A", 1, 7)];
            sort.sort(&mut statements);
            statements.map(|statement| statement.name).concat()
        };

        assert_eq!([sorted(Sort::Name), sorted(Sort::Time), sorted(Sort::Rows), sorted(Sort::Failed)], ["ABC", "BCA", "ABC", "ABC"]);
    }
}
