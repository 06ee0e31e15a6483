//! In which unit the values of a metric are kept, and how it is told: whoever tells it to somebody else says so, or makes another of it.

use measuring::metric;

/// All that is measured, by its name.
pub(crate) fn names() -> impl Iterator<Item = String> {
    let vitals = vitals::Metric::ALL.into_iter().map(|one| format!("{}{}", metric::VITALS, one.name()));
    metric::OURS.into_iter().map(str::to_owned).chain(vitals.filter(|name| !metric::OURS.contains(&name.as_str())))
}

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

/// How a metric is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// How many there were of each size.
    Sizes,
    /// How many there were.
    Count,
    /// The middle of what was looked at last.
    Level,
}

pub(crate) fn told(name: &str) -> Told {
    match name {
        metric::HTTP_REFUSED
        | metric::DB_FAILED
        | metric::CACHE_HIT
        | metric::CACHE_MISS
        | metric::CACHE_SHARED
        | metric::HTTP_REPEATED
        | metric::PROCESS_ALIVE
        | metric::PROCESS_STOPPED
        | metric::BEACONS
        | metric::VIEWS
        | metric::MEASURING_LOST
        | metric::SYNC_PUSHED => Told::Count,
        metric::JOB_WAITING | metric::HTTP_IN_FLIGHT | metric::DB_LOCKED | metric::CACHE_BYTES | metric::PROCESS_MEMORY | metric::MACHINE_CLOCK => {
            Told::Level
        }
        _ if metric::SHARES.contains(&name) => Told::Level,
        _ => Told::Sizes,
    }
}

/// Between which sizes are told apart, to whomever: 1, 2, 5, 10 and so on, in microseconds up to more than five days.
pub(crate) const STEPS: [u64; 36] = steps();

/// The first so many steps of one, two and five.
const fn steps<const N: usize>() -> [u64; N] {
    let (mut steps, mut power, mut at) = ([0; N], 1, 0);
    while at < N {
        steps[at] = power * [1, 2, 5][at % 3];
        if at % 3 == 2 {
            power *= 10;
        }
        at += 1;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_of_one_two_and_five() {
        assert_eq!(STEPS[..7], [1, 2, 5, 10, 20, 50, 100]);
        assert_eq!(STEPS[35], 500_000_000_000);
    }

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
