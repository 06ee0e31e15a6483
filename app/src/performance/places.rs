//! The places of performance, each with its address.

/// A place and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
}

/// In the order they are offered.
pub(crate) const PLACES: [Place; 15] = [
    Place { path: "/performance", name: "Performance" },
    Place { path: "/performance/vitals", name: "Page loads" },
    Place { path: "/performance/requests", name: "Requests" },
    Place { path: "/performance/traces", name: "Traces" },
    Place { path: "/performance/database", name: "Database" },
    Place { path: "/performance/caches", name: "Caches" },
    Place { path: "/performance/jobs", name: "Jobs" },
    Place { path: "/performance/sync", name: "Sync" },
    Place { path: "/performance/report", name: "Weekly report" },
    Place { path: "/performance/regressions", name: "Regressions" },
    Place { path: "/performance/bottlenecks", name: "Bottlenecks" },
    Place { path: "/performance/capacity", name: "Capacity" },
    Place { path: "/performance/lab", name: "Lab" },
    Place { path: "/performance/budgets", name: "Budgets" },
    Place { path: "/performance/alerts", name: "Alerts" },
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
