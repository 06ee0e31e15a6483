//! What the server measures of itself, under the same names as everywhere, in Prometheus's units: requests by route and status class, what runs of jobs
//! and calls of providers took, edits of devices, how busy the runtime and the disk are, and what browsers measured.

use std::collections::BTreeMap;

use measuring::{ALL, Series, Sketch, metric};

use super::text::{Family, Text};
use crate::measuring::{STEPS, Told, Unit, told, unit};

/// What stands in families of its own: the database, caches, the process, and who was sent away.
const ELSEWHERE: [&str; 3] = ["db.", "cache.", "process."];

/// How a family is told: its unit, what a value is divided by for it, and between which steps its buckets are.
struct Scale {
    suffix: &'static str,
    divisor: f64,
    from: u64,
    to: u64,
}

/// From half a millisecond to twenty seconds.
const SECONDS: Scale = Scale { suffix: "_seconds", divisor: 1e6, from: 500, to: 20_000_000 };
/// From a hundredth of a second to more than a day: of what nobody waits for.
const LONG: Scale = Scale { suffix: "_seconds", divisor: 1e6, from: 10_000, to: 100_000_000_000 };
const BYTES: Scale = Scale { suffix: "_bytes", divisor: 1.0, from: 100, to: 10_000_000 };
const RATIO: Scale = Scale { suffix: "_ratio", divisor: 1e3, from: 1, to: 1_000 };
/// Of a score that is measured in ten-thousandths.
const SCORE: Scale = Scale { suffix: "", divisor: 1e4, from: 50, to: 10_000 };
const NUMBER: Scale = Scale { suffix: "", divisor: 1.0, from: 1, to: 1_000 };

/// Writes all of it. Each metric is a family.
pub(super) fn measured(text: &mut Text, all: &BTreeMap<Series, Sketch>) {
    let is_here = |series: &&Series| series.metric != metric::HTTP_REFUSED && !ELSEWHERE.iter().any(|prefix| series.metric.starts_with(prefix));
    // What browsers measured is of a page as a whole: cut by device, connection and build it would be hundreds of thousands of lines. OTLP has them.
    let is_whole = |series: &&Series| series.class.is_empty() || !series.metric.starts_with(metric::VITALS) || series.metric == metric::BEACONS;
    // Whoever sums a family up does not count what it comes to as well.
    let is_part = |series: &&Series| series.of != ALL || !metric::has_parts(&series.metric);
    let mut families: BTreeMap<&str, Vec<(&Series, &Sketch)>> = BTreeMap::new();
    for (series, sketch) in all.iter().filter(|(series, _)| is_here(series) && is_whole(series) && is_part(series)) {
        families.entry(&series.metric).or_default().push((series, sketch));
    }
    for (name, members) in families {
        family(text, name, &members);
    }
}

fn family(text: &mut Text, name: &str, members: &[(&Series, &Sketch)]) {
    let (told, scale) = (told(name), scale(name));
    let suffix = if told == Told::Count { "_total" } else { scale.suffix };
    // What its name says already is not said twice.
    let base = format!("vitrine_{}", name.replace('.', "_"));
    let full = if base.ends_with(suffix) { base } else { format!("{base}{suffix}") };
    let help = help(name);
    let mut family = match told {
        Told::Count => text.counter(&full, help),
        Told::Level => text.gauge(&full, help),
        Told::Sizes => text.histogram(&full, help),
    };
    for (series, sketch) in members {
        let labels = [(metric::dimension(name), series.of.as_str()), ("class", series.class.as_str())];
        let labels: Vec<(&str, &str)> = labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        member(&mut family, told, &scale, &labels, sketch);
    }
}

fn member(family: &mut Family<'_>, told: Told, scale: &Scale, labels: &[(&str, &str)], sketch: &Sketch) {
    match told {
        Told::Count => family.sample(labels, sketch.count()),
        Told::Level => family.sample(labels, sketch.quantile(500).unwrap_or(0) as f64 / scale.divisor),
        Told::Sizes => {
            let steps = STEPS.iter().filter(|step| (scale.from..=scale.to).contains(step));
            let buckets = steps.map(|step| (*step as f64 / scale.divisor, sketch.within(*step)));
            family.distribution(labels, buckets, sketch.count(), sketch.sum() as f64 / scale.divisor);
        }
    }
}

fn help(name: &str) -> &'static str {
    match name {
        metric::HTTP_DURATION => {
            "How long requests took without waiting for their bodies, by method with route and by status class; given up: whoever asked went away."
        }
        metric::HTTP_BYTES => "How long answers were, as they were sent, by method with route.",
        metric::HTTP_STATEMENTS => "How many statements a request came to, by method with route.",
        metric::HTTP_REPEATED => "Requests that ran one statement again and again, by method with route.",
        metric::HTTP_IN_FLIGHT => "Requests under way.",
        metric::HTTP_CONNECTIONS => "Connections of clients, of all that there may be.",
        metric::JOB_DURATION => "How long runs of jobs took, by kind and what came of them.",
        metric::JOB_WAITED => "How long jobs could have been begun before they were, by kind.",
        metric::JOB_WAITING => "Jobs that could be begun and are not, by kind.",
        metric::PROVIDER_DURATION => "How long calls of programs of others took, by how they ended.",
        metric::PROVIDER_USED => "Calls of a provider of texts on their way, of those that are let through at once.",
        metric::PROVIDER_WAITED => "How long calls of a provider of texts waited until they were let through.",
        metric::SYNC_PUSHED => "Edits that devices have sent, by what became of them.",
        metric::RUNTIME_LAG => "How much later than asked for a timer went off.",
        metric::RUNTIME_POLL => "How long a request kept a worker at the longest, by method with route; class job: a run of a job, by its kind.",
        metric::RUNTIME_BUSY => "How much of their time workers were at work.",
        metric::MACHINE_CPU => "Processor time of whatever runs on the machine, of all processors.",
        metric::MACHINE_CLOCK => "How far the clock of the process is from PostgreSQL's, ahead of it or behind.",
        metric::DISK_USED => "How full the disk is that the data directory is on.",
        metric::DISK_BUSY => "How much of the time that disk had something to do.",
        metric::MEASURING_LOST => "What was measured and is not told: rows that the database did not take, values of too many names, traces.",
        metric::BEACONS => "Beacons of browsers, by what became of them.",
        metric::VIEWS => "Page views that something was heard of, by route.",
        metric::VITALS_SHARE => "Which share of page views browsers measure.",
        metric::PENDING => "How long the oldest edit has waited on a device.",
        _ => "As browsers measured it, by route.",
    }
}

fn scale(name: &str) -> Scale {
    match unit(name) {
        Unit::Bytes => BYTES,
        Unit::Microseconds if is_long(name) => LONG,
        Unit::Microseconds => SECONDS,
        Unit::TenThousandths => SCORE,
        Unit::Thousandths => RATIO,
        Unit::Number => NUMBER,
    }
}

/// Jobs, others' servers, and edits on a device without a network.
fn is_long(name: &str) -> bool {
    name.starts_with("job.") || name.starts_with("provider.") || name == metric::PENDING
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(series: &[(&str, &str, &str, &[u64])]) -> String {
        let mut text = Text::default();
        let all = series.iter().map(|(metric, of, class, values)| (Series::new(metric, of, class), values.iter().copied().collect::<Sketch>()));
        measured(&mut text, &all.collect());
        text.finished()
    }

    #[test]
    fn requests_are_told_by_route_and_class_in_seconds() {
        let text = written(&[(metric::HTTP_DURATION, "GET /products", "2xx", &[900, 3_000_000])]);

        let of = "route=\"GET /products\",class=\"2xx\"";
        for line in [
            "# TYPE vitrine_http_duration_seconds histogram\n".to_owned(),
            format!("vitrine_http_duration_seconds_bucket{{{of},le=\"0.0005\"}} 0\n"),
            format!("vitrine_http_duration_seconds_bucket{{{of},le=\"0.001\"}} 1\n"),
            format!("vitrine_http_duration_seconds_bucket{{{of},le=\"20\"}} 2\n"),
            format!("vitrine_http_duration_seconds_sum{{{of}}} 3.0009\n"),
        ] {
            assert!(text.contains(&line), "{line} of {text}");
        }
    }

    #[test]
    fn each_is_in_its_unit_and_counts_have_no_buckets() {
        let text = written(&[
            (metric::HTTP_BYTES, "GET /", "", &[2_000]),
            (metric::PROVIDER_USED, "Mistral", "", &[750]),
            (metric::SYNC_PUSHED, "applied", "", &[0, 0]),
            ("vitals.cls", "/products", "", &[1_000]),
            ("vitals.lcp", "/products", "", &[1_200_000]),
            (metric::VIEWS, "/products", "", &[0]),
        ]);

        for line in [
            "vitrine_http_bytes_bucket{route=\"GET /\",le=\"5000\"} 1\n",
            "vitrine_sync_pushed_total{outcome=\"applied\"} 2\n",
            "vitrine_vitals_cls_bucket{route=\"/products\",le=\"0.1\"} 1\n",
            "vitrine_vitals_lcp_seconds_bucket{route=\"/products\",le=\"2\"} 1\n",
            "vitrine_vitals_views_total{route=\"/products\"} 1\n",
        ] {
            assert!(text.contains(line), "{line} of {text}");
        }
        let used: f64 =
            text.lines().find_map(|line| line.strip_prefix("vitrine_provider_used_ratio{provider=\"Mistral\"} ")).unwrap().parse().unwrap();
        assert!((used - 0.75).abs() < 0.02, "{used}");
    }

    #[test]
    fn a_family_is_told_by_its_parts_and_hours_have_buckets() {
        let hour = 3_600_000_000;
        let text = written(&[
            (metric::VIEWS, "/products", "", &[0, 0]),
            (metric::VIEWS, ALL, "", &[0, 0]),
            (metric::HTTP_IN_FLIGHT, ALL, "", &[3]),
            (metric::JOB_DURATION, "import", "done", &[2 * hour]),
        ]);

        assert!(
            text.contains("vitrine_vitals_views_total{route=\"/products\"} 2\n") && !text.contains("vitrine_vitals_views_total{route=\"all\"}"),
            "{text}"
        );
        assert!(text.contains("vitrine_http_in_flight{route=\"all\"} 3"), "{text}");
        assert!(text.contains("class=\"done\",le=\"5000\"} 0\n") && text.contains("class=\"done\",le=\"10000\"} 1\n"), "{text}");
    }

    #[test]
    fn a_job_that_kept_a_worker_is_told_apart_from_requests_and_a_clock_is_as_it_is() {
        let text = written(&[
            (metric::RUNTIME_POLL, "GET /products", "", &[900]),
            (metric::RUNTIME_POLL, "import", metric::JOB, &[900, 900]),
            (metric::MACHINE_CLOCK, "ab12", "", &[0]),
        ]);

        for line in [
            "vitrine_runtime_poll_seconds_count{route=\"GET /products\"} 1\n",
            "vitrine_runtime_poll_seconds_count{route=\"import\",class=\"job\"} 2\n",
            "# TYPE vitrine_machine_clock_seconds gauge\n",
            "vitrine_machine_clock_seconds{process=\"ab12\"} 0\n",
        ] {
            assert!(text.contains(line), "{line} of {text}");
        }
    }

    #[test]
    fn what_has_families_of_its_own_and_what_was_cut_by_device_is_not_told_here() {
        let text =
            written(&[(metric::DB_STATEMENT, "ONE", "", &[7]), (metric::HTTP_REFUSED, "rate", "", &[0]), ("vitals.lcp", "/", "device:phone", &[7])]);

        assert_eq!(text, "");
    }
}
