//! The places of performance, each with its address.

/// A place and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    /// Whether it asks how far back to look, so that ways to it keep that.
    pub(crate) looks_back: bool,
}

/// In the order they are offered.
pub(crate) const PLACES: [Place; 15] = [
    Place { path: "/performance", name: "Performance", looks_back: true },
    Place { path: "/performance/vitals", name: "Page loads", looks_back: true },
    Place { path: "/performance/requests", name: "Requests", looks_back: true },
    Place { path: "/performance/traces", name: "Traces", looks_back: true },
    Place { path: "/performance/database", name: "Database", looks_back: true },
    Place { path: "/performance/caches", name: "Caches", looks_back: true },
    Place { path: "/performance/jobs", name: "Jobs", looks_back: true },
    Place { path: "/performance/sync", name: "Sync", looks_back: true },
    Place { path: "/performance/report", name: "Weekly report", looks_back: false },
    Place { path: "/performance/regressions", name: "Regressions", looks_back: false },
    Place { path: "/performance/bottlenecks", name: "Bottlenecks", looks_back: true },
    Place { path: "/performance/capacity", name: "Capacity", looks_back: false },
    Place { path: "/performance/lab", name: "Lab", looks_back: false },
    Place { path: "/performance/budgets", name: "Budgets", looks_back: false },
    Place { path: "/performance/alerts", name: "Alerts", looks_back: false },
];

/// What a place is called.
pub(crate) fn name_at(path: &str) -> &'static str {
    PLACES.iter().find(|place| place.path == path).map_or(PLACES[0].name, |place| place.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_by_its_address() {
        assert_eq!([name_at("/performance"), name_at("/performance/caches"), name_at("/performance/none")], ["Performance", "Caches", "Performance"]);
    }
}
