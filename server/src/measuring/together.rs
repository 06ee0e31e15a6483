//! What all routes that are work have measured, and all statements, put together once a minute: who looks at a quarter of a year reads some series and not those of
//! every route.

use std::collections::BTreeMap;

use measuring::{ALL, Series, Sketch, metric};

/// Adds to what was measured of each route what it comes to.
pub(super) fn with_all_routes(mut taken: Vec<(Series, Sketch)>) -> Vec<(Series, Sketch)> {
    let mut together: BTreeMap<(&str, &str), Sketch> = BTreeMap::new();
    for (series, sketch) in taken.iter().filter(|(series, _)| series.metric == metric::HTTP_DURATION && metric::is_work(&series.of)) {
        together.entry((metric::HTTP_TOGETHER, &series.class)).or_default().merge(sketch);
        together.entry((metric::HTTP_WORK, "")).or_default().merge(&Sketch::counted(sketch.count()));
    }
    for (_, sketch) in taken.iter().filter(|(series, _)| series.metric == metric::DB_STATEMENT) {
        together.entry((metric::DB_TOGETHER, "")).or_default().merge(sketch);
    }
    let together: Vec<_> = together.into_iter().map(|((metric, class), sketch)| (Series::new(metric, ALL, class), sketch)).collect();
    taken.extend(together);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_that_are_work_are_put_together_by_class_and_counted() {
        let one = |metric: &str, of: &str, class: &str, values: &[u64]| (Series::new(metric, of, class), values.iter().copied().collect::<Sketch>());
        let taken = vec![
            one(metric::HTTP_DURATION, "GET /products", "2xx", &[5, 7]),
            one(metric::HTTP_DURATION, "GET /products", "5xx", &[9]),
            one(metric::HTTP_DURATION, "GET /healthz", "2xx", &[1]),
            one(metric::HTTP_DURATION, "POST /vitals", "5xx", &[1]),
            one(metric::HTTP_BYTES, "GET /products", "", &[4_096]),
            one(metric::DB_STATEMENT, "STORES", "", &[40]),
            one(metric::DB_STATEMENT, "PRODUCTS", "", &[60]),
        ];

        let all = with_all_routes(taken);

        let told: Vec<_> =
            all[7..].iter().map(|(series, sketch)| (series.metric.as_str(), series.class.as_str(), sketch.count(), sketch.sum())).collect();
        assert_eq!(told, [("db.together", "", 2, 100), ("http.together", "2xx", 2, 12), ("http.together", "5xx", 1, 9), ("http.work", "", 3, 0)]);
        assert!(all.iter().skip(7).all(|(series, _)| series.of == ALL));
    }
}
