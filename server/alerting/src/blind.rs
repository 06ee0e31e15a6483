//! What is said when the database itself is full or gone: nothing can be looked at then nor written down, and so each process says it by itself.

use std::time::Duration;

use alerts::{Site, Text, blind_text, seeing_text};
use tokio::time::Instant;

/// Shorter than that it is a restart.
const PATIENCE: Duration = Duration::from_mins(5);
const AGAIN: Duration = Duration::from_hours(1);

/// Since when nothing could be looked at, and when that was last said.
#[derive(Debug, Default)]
pub(crate) struct Blind {
    since: Option<Instant>,
    told: Option<Instant>,
}

impl Blind {
    /// What is to be said after a round, if anything.
    pub(crate) fn after(&mut self, could_look: bool, now: Instant, site: &Site) -> Option<Text> {
        if could_look {
            let (since, told) = (self.since.take(), self.told.take());
            return since.filter(|_| told.is_some()).map(|since| seeing_text(site, seconds(since, now)));
        }
        let since = *self.since.get_or_insert(now);
        let is_time = now - since >= PATIENCE && self.told.is_none_or(|told| now - told >= AGAIN);
        is_time.then(|| {
            self.told = Some(now);
            blind_text(site, seconds(since, now))
        })
    }
}

fn seconds(since: Instant, now: Instant) -> i64 {
    i64::try_from((now - since).as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first lines of what is said in so many minutes, a round a minute, with the minutes in which it is said.
    fn said(rounds: impl Iterator<Item = bool>) -> Vec<(u64, String)> {
        let (mut blind, begun, site) = (Blind::default(), Instant::now(), Site::new("https://vitrine.example.com", "/performance/alerts"));
        let at = |minute| begun + Duration::from_mins(minute);
        (0..).zip(rounds).filter_map(|(minute, could_look)| Some((minute, blind.after(could_look, at(minute), &site)?.subject))).collect()
    }

    #[test]
    fn it_is_said_after_some_minutes_then_once_an_hour_and_when_it_is_over() {
        let said = said((0..70).map(|minute| minute == 69));

        let minutes: Vec<u64> = said.iter().map(|(minute, _)| *minute).collect();
        assert_eq!(minutes, [5, 65, 69]);
        assert!(said[0].1.starts_with("[Critical]") && said[2].1.starts_with("[Resolved]"), "{said:?}");
    }

    #[test]
    fn a_restart_of_the_database_is_not_worth_a_word() {
        assert_eq!(said((0..600).map(|minute| minute % 5 == 4)), []);
    }
}
