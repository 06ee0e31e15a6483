//! When requests are due, and how many people there are when. Nothing here knows of answers: a server that stops for a second
//! finds all requests of that second waiting, as it would in life.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::Deserialize;

use crate::plan::Span;

/// From the level before to another one, evenly.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    #[serde(rename = "for")]
    pub lasts: Span,
    pub to: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// As far apart as the rate says.
    #[default]
    Fixed,
    /// Independent of each other, as people are: as many on average, in bursts.
    Poisson,
}

/// The moments at which requests are due, from the start on.
pub struct Schedule {
    stages: Vec<Stage>,
    /// Of the present stage.
    from: f64,
    begins: f64,
    at: usize,
    /// Requests that the stages before this one have had, and where the next request is among all.
    before: f64,
    next: f64,
    chance: Option<StdRng>,
}

impl Schedule {
    pub fn new(start: f64, stages: &[Stage], arrivals: Arrivals, seed: u64) -> Self {
        let mut chance = (arrivals == Arrivals::Poisson).then(|| StdRng::seed_from_u64(seed));
        let next = chance.as_mut().map_or(0.0, gap);
        Self { stages: stages.to_vec(), from: start, begins: 0.0, at: 0, before: 0.0, next, chance }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        loop {
            let stage = self.stages.get(self.at)?;
            let (lasts, to) = (stage.lasts.0.as_secs_f64(), stage.to);
            let here = f64::midpoint(self.from, to) * lasts;
            let wanted = self.next - self.before;
            if wanted < here {
                // The number of requests up to t is from·t + slope·t²; solved for t in the form that needs no case of its own for a level rate.
                let slope = (to - self.from) / (2.0 * lasts);
                let root = (self.from * self.from + 4.0 * slope * wanted).max(0.0).sqrt();
                let within = if wanted > 0.0 { 2.0 * wanted / (self.from + root) } else { 0.0 };
                self.next += self.chance.as_mut().map_or(1.0, gap);
                return Some(Duration::from_secs_f64(self.begins + within.clamp(0.0, lasts)));
            }
            self.before += here;
            self.begins += lasts;
            self.from = to;
            self.at += 1;
        }
    }
}

/// Exponentially distributed around one.
fn gap(chance: &mut StdRng) -> f64 {
    -(1.0 - chance.random::<f64>()).ln()
}

/// How high the level is at a moment; none when all is over.
pub fn level(start: f64, stages: &[Stage], at: Duration) -> Option<f64> {
    let mut from = start;
    let mut begins = Duration::ZERO;
    for stage in stages {
        let ends = begins + stage.lasts.0;
        if at < ends {
            return Some(from + (stage.to - from) * (at.saturating_sub(begins).as_secs_f64() / stage.lasts.0.as_secs_f64()));
        }
        (from, begins) = (stage.to, ends);
    }
    None
}

/// A time in which the level stays as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plateau {
    pub begins: Duration,
    pub ends: Duration,
    pub level: f64,
}

/// Those of the stages, without such as have nobody in them.
pub fn plateaus(start: f64, stages: &[Stage]) -> Vec<Plateau> {
    let (mut from, mut begins, mut found) = (start, Duration::ZERO, Vec::new());
    for stage in stages {
        let ends = begins + stage.lasts.0;
        if (stage.to - from).abs() < 1e-9 && stage.to > 0.0 && ends > begins {
            found.push(Plateau { begins, ends, level: stage.to });
        }
        (from, begins) = (stage.to, ends);
    }
    found
}

pub fn length(stages: &[Stage]) -> Duration {
    stages.iter().map(|stage| stage.lasts.0).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(seconds: f64, to: f64) -> Stage {
        Stage { lasts: Span(Duration::from_secs_f64(seconds)), to }
    }

    fn millis(start: f64, stages: &[Stage]) -> Vec<u128> {
        Schedule::new(start, stages, Arrivals::Fixed, 1).map(|due| due.as_millis()).collect()
    }

    #[test]
    fn a_level_rate_has_even_distances() {
        assert_eq!(millis(4.0, &[stage(1.0, 4.0)]), [0, 250, 500, 750]);
    }

    #[test]
    fn a_rising_rate_comes_closer_and_closer() {
        // t² requests up to t.
        let due = millis(0.0, &[stage(3.0, 6.0)]);
        assert_eq!(due, [0, 1_000, 1_414, 1_732, 2_000, 2_236, 2_449, 2_645, 2_828]);
    }

    #[test]
    fn a_falling_rate_ends_with_nothing() {
        let due = millis(10.0, &[stage(2.0, 0.0)]);
        assert_eq!(due.len(), 10);
        assert!(due.windows(2).all(|pair| pair[0] < pair[1]) && due[9] < 2_000);
        assert!(due[9] - due[8] > due[1] - due[0]);
    }

    #[test]
    fn stages_follow_each_other_without_a_gap() {
        let due = millis(10.0, &[stage(1.0, 10.0), stage(0.0, 100.0), stage(1.0, 100.0)]);
        assert_eq!((due.len(), due[9], due[10], due[11]), (110, 900, 1_000, 1_010));
    }

    #[test]
    fn nothing_is_due_at_a_rate_of_nothing() {
        assert!(millis(0.0, &[stage(10.0, 0.0)]).is_empty() && millis(5.0, &[]).is_empty());
    }

    #[test]
    fn poisson_arrivals_are_as_many_as_they_are_scattered() {
        // In 2,000 parts of ten on average, mean and variance of a Poisson distribution are both ten.
        let mut parts = vec![0.0_f64; 2_000];
        for due in Schedule::new(100.0, &[stage(200.0, 100.0)], Arrivals::Poisson, 7) {
            parts[(due.as_secs_f64() * 10.0) as usize] += 1.0;
        }
        let mean = parts.iter().sum::<f64>() / 2_000.0;
        let variance = parts.iter().map(|part| (part - mean).powi(2)).sum::<f64>() / 2_000.0;
        assert!((mean - 10.0).abs() < 0.3, "{mean}");
        assert!((variance - 10.0).abs() < 1.2, "{variance}");
    }

    #[test]
    fn the_same_seed_gives_the_same_arrivals() {
        let due = |seed| Schedule::new(50.0, &[stage(2.0, 50.0)], Arrivals::Poisson, seed).collect::<Vec<_>>();
        assert_eq!(due(3), due(3));
        assert_ne!(due(3), due(4));
    }

    #[test]
    fn a_level_rises_and_falls_with_its_stages() {
        let stages = [stage(10.0, 100.0), stage(10.0, 100.0), stage(5.0, 0.0)];
        let at = |seconds: f64| level(0.0, &stages, Duration::from_secs_f64(seconds)).map(|level| level.round() as i64);
        assert_eq!([at(0.0), at(5.0), at(10.0), at(19.9), at(22.5), at(25.0)], [Some(0), Some(50), Some(100), Some(100), Some(50), None]);
        assert_eq!(length(&stages), Duration::from_secs(25));
    }

    #[test]
    fn where_the_level_stays_there_is_a_plateau() {
        let stages = [stage(10.0, 100.0), stage(20.0, 100.0), stage(10.0, 500.0), stage(30.0, 500.0), stage(5.0, 0.0), stage(5.0, 0.0)];
        let plateau = |begins, ends, level| Plateau { begins: Duration::from_secs(begins), ends: Duration::from_secs(ends), level };

        assert_eq!(plateaus(0.0, &stages), [plateau(10, 30, 100.0), plateau(40, 70, 500.0)]);
        assert_eq!(plateaus(100.0, &stages[..1]), [plateau(0, 10, 100.0)]);
    }
}
