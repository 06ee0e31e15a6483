//! In which unit the values of a metric are kept: whoever tells them to somebody else says so, or makes another of it.

use measuring::metric;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Microseconds,
    /// Of all there is.
    Thousandths,
    /// Of a score.
    TenThousandths,
    Bytes,
    Number,
}

pub(crate) fn unit(name: &str) -> Unit {
    match name {
        metric::HTTP_BYTES | metric::CACHE_BYTES | metric::PROCESS_MEMORY => return Unit::Bytes,
        _ if metric::TIMES.contains(&name) => return Unit::Microseconds,
        _ if metric::SHARES.contains(&name) => return Unit::Thousandths,
        _ => {}
    }
    match name.strip_prefix(metric::VITALS).and_then(vitals::Metric::from_name).map(vitals::Metric::unit) {
        Some(vitals::Unit::Microseconds) => Unit::Microseconds,
        Some(vitals::Unit::TenThousandths) => Unit::TenThousandths,
        Some(vitals::Unit::Count) | None => Unit::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_in_the_unit_it_is_kept_in() {
        let named = [
            (metric::HTTP_DURATION, Unit::Microseconds),
            ("vitals.lcp", Unit::Microseconds),
            (metric::PENDING, Unit::Microseconds),
            ("vitals.cls", Unit::TenThousandths),
            ("vitals.errors", Unit::Number),
            ("vitals.long-frames", Unit::Number),
            (metric::VIEWS, Unit::Number),
            (metric::DISK_USED, Unit::Thousandths),
            (metric::PROCESS_MEMORY, Unit::Bytes),
            (metric::HTTP_STATEMENTS, Unit::Number),
        ];

        for (name, expected) in named {
            assert_eq!(unit(name), expected, "{name}");
        }
    }
}
