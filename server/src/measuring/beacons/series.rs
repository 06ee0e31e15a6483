//! Which series a value of a page view counts in: those of all pages and of its route, and those by which it is told apart.

use measuring::{ALL, Recorder, metric};
use vitals::{Beacon, Metric, Navigation};

/// By what a metric is told apart beside its route. Each way costs a series for each of its values, of all pages and of each route.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// By what people have in their hands, the build, and how they came; the last of all pages alone.
    Everything,
    /// What is broken was broken by a build.
    Build,
    /// To load a page and to go on to it within the app take times that have nothing to do with each other.
    Navigation,
    Nothing,
}

/// A page view by itself.
pub(super) fn record_view(recorder: &Recorder, beacon: &Beacon) {
    record_as(recorder, beacon, metric::VIEWS, 0, Apart::Everything);
}

/// A value that was measured of one.
pub(super) fn record(recorder: &Recorder, beacon: &Beacon, metric: Metric, value: u64) {
    record_as(recorder, beacon, &format!("{}{}", metric::VITALS, metric.name()), value, apart(metric));
}

const fn apart(metric: Metric) -> Apart {
    match metric {
        Metric::Lcp | Metric::Inp | Metric::Cls | Metric::Fcp | Metric::Ttfb | Metric::Hydrated | Metric::Pending => Apart::Everything,
        Metric::Errors | Metric::Rejections | Metric::Panics => Apart::Build,
        Metric::ViewReady | Metric::DataReady => Apart::Navigation,
        _ => Apart::Nothing,
    }
}

fn record_as(recorder: &Recorder, beacon: &Beacon, metric: &str, value: u64, apart: Apart) {
    let route = beacon.route.name();
    let of_all = |class: &str| recorder.record(metric, ALL, class, value);
    let of_each = |class: &str| {
        of_all(class);
        recorder.record(metric, route, class, value);
    };
    of_each("");
    let build = || format!("build:{}", beacon.build);
    let navigation = || format!("navigation:{}", if beacon.navigation == Navigation::BackForward { "back" } else { beacon.navigation.name() });
    match apart {
        Apart::Everything => {
            of_each(&format!("device:{}", beacon.device.name()));
            of_each(&format!("connection:{}", beacon.connection.name()));
            of_each(&build());
            of_all(&navigation());
            of_all(&format!("viewport:{}", beacon.viewport.name()));
            of_all(&format!("cache:{}", beacon.cache.name()));
        }
        Apart::Build => of_each(&build()),
        Apart::Navigation => of_each(&navigation()),
        Apart::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use vitals::Route;

    use super::{super::views::tests::beacon, *};

    /// What a metric of a view of `/products` is told apart by.
    fn classes(metric: Metric, of: &str) -> Vec<String> {
        let recorder = Recorder::new(1_000);
        record(&recorder, &Beacon { navigation: Navigation::Soft, route: Route::Products, ..beacon("a", 0, &[]) }, metric, 1);
        let mut classes: Vec<String> = recorder.take().into_iter().filter(|(series, _)| series.of == of).map(|(series, _)| series.class).collect();
        classes.sort();
        classes
    }

    #[test]
    fn a_view_is_told_apart_by_what_somebody_has_in_their_hands() {
        assert_eq!(classes(Metric::Lcp, "/products"), ["", "build:abc", "connection:4g", "device:phone"]);
        assert_eq!(classes(Metric::Pending, ALL).len(), 7);
        assert_eq!(classes(Metric::LcpTtfb, "/products"), [""]);
    }

    #[test]
    fn what_is_broken_is_told_apart_by_build() {
        for metric in [Metric::Errors, Metric::Rejections, Metric::Panics] {
            assert_eq!(
                (classes(metric, ALL), classes(metric, "/products")),
                (vec![String::new(), "build:abc".into()], vec![String::new(), "build:abc".into()])
            );
        }
    }

    #[test]
    fn a_route_of_the_app_is_told_apart_from_a_page_that_was_loaded() {
        for metric in [Metric::ViewReady, Metric::DataReady] {
            assert_eq!(classes(metric, "/products"), ["", "navigation:soft"]);
            assert_eq!(classes(metric, ALL), ["", "navigation:soft"]);
        }
    }
}
