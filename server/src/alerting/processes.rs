//! Which processes should report, and how long ago they last did.

use std::collections::{HashMap, HashSet};

/// A process as far as one looks back: the minutes of its first and its last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    first: i64,
    last: i64,
}

/// The names of those that should report, with how many minutes ago they last did. `reports` are names with minutes; those in `stopped` have said
/// goodbye. Whoever was killed should report until another process has begun since that took its place, as when a system starts it again.
pub(super) fn expected<'a>(reports: impl IntoIterator<Item = (&'a str, i64)>, stopped: &HashSet<&str>, end: i64) -> Vec<(&'a str, i64)> {
    let mut seen: HashMap<&str, Seen> = HashMap::new();
    for (name, at) in reports {
        let one = seen.entry(name).or_insert(Seen { first: at, last: at });
        (one.first, one.last) = (one.first.min(at), one.last.max(at));
    }
    let mut all: Vec<(&str, Seen)> = seen.into_iter().collect();
    all.sort_by_key(|(name, seen)| (seen.last, *name));
    let mut begun: Vec<i64> = all.iter().map(|(_, seen)| seen.first).collect();
    begun.sort_unstable();
    // Whoever begins takes the place of who left last before, whether with a goodbye or without.
    let has_left = |(name, seen): &(&str, Seen)| stopped.contains(name) || is_silent(*seen, end);
    let mut left: Vec<(&str, Seen)> = all.iter().copied().filter(has_left).collect();
    for first in begun {
        if let Some(at) = left.iter().rposition(|(_, seen)| seen.last < first) {
            left.remove(at);
        }
    }
    let is_missed = |name: &str| left.iter().any(|(missed, _)| *missed == name);
    all.retain(|(name, seen)| !stopped.contains(name) && (!is_silent(*seen, end) || is_missed(name)));
    // A report is of the minute that it ends.
    all.into_iter().map(|(name, seen)| (name, (end - seen.last - 1).max(0))).collect()
}

/// A new process beside one that is only late takes nobody's place.
fn is_silent(seen: Seen, end: i64) -> bool {
    const LATE: i64 = 2;
    end - seen.last > LATE
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: i64 = 1_000;

    fn told(reports: &[(&'static str, std::ops::Range<i64>)], stopped: &[&str]) -> Vec<(&'static str, i64)> {
        let reports = reports.iter().flat_map(|(name, minutes)| minutes.clone().map(|at| (*name, at)));
        let mut told = expected(reports, &stopped.iter().copied().collect(), END);
        told.sort_unstable();
        told
    }

    #[test]
    fn whoever_reports_is_there_and_whoever_does_not_is_missing_for_so_long() {
        assert_eq!(told(&[("a", 900..1_000), ("b", 900..990)], &[]), [("a", 0), ("b", 10)]);
    }

    #[test]
    fn nobody_waits_for_who_has_said_goodbye() {
        assert_eq!(told(&[("a", 900..1_000), ("b", 900..990)], &["b"]), [("a", 0)]);
    }

    #[test]
    fn a_process_that_was_started_again_is_not_missing_and_each_new_one_takes_one_place() {
        assert_eq!(told(&[("a", 900..990), ("a2", 991..1_000)], &[]), [("a2", 0)]);
        assert_eq!(told(&[("a", 900..985), ("b", 900..990), ("c", 992..1_000)], &[]), [("a", 15), ("c", 0)]);
        assert_eq!(told(&[("a", 900..985), ("b", 900..990), ("c", 992..1_000), ("d", 993..1_000)], &[]), [("c", 0), ("d", 0)]);
    }

    #[test]
    fn who_starts_again_after_a_goodbye_takes_its_own_place_and_not_that_of_one_that_died() {
        assert_eq!(told(&[("a", 900..990), ("b", 900..995), ("b2", 996..1_000)], &["b"]), [("a", 10), ("b2", 0)]);
        assert_eq!(told(&[("a", 900..990), ("a2", 991..1_000), ("b", 900..995), ("b2", 996..1_000)], &["b"]), [("a2", 0), ("b2", 0)]);
    }

    #[test]
    fn one_that_was_there_before_takes_no_place() {
        assert_eq!(told(&[("a", 900..990), ("b", 989..1_000)], &[]), [("a", 10), ("b", 0)]);
    }

    #[test]
    fn of_a_chain_of_crashes_the_last_is_missing() {
        assert_eq!(told(&[("a", 900..910), ("b", 911..920), ("c", 921..930)], &[]), [("c", 70)]);
    }
}
