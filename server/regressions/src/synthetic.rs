//! Made-up series, by which the rules are tried: how often they tell of what is not there, and how often they miss what is.

use crate::{bootstrap::Chance, change_points::Point};

/// How measurements of the same thing differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// The standard deviation of the logarithm: 0.08 is 8 %.
    pub spread: f64,
    /// The share of measurements that something else came between, which are longer by a third up to twice as long.
    pub outliers: f64,
    /// How much of a run's noise is still there in the next one, as on a machine that is busy for an hour; from 0 to below 1.
    pub lasting: f64,
}

/// What happens in a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Story {
    Nothing,
    /// From a run on it is larger by a share; below zero it is less.
    Step {
        at: usize,
        by: f64,
    },
    /// Larger by a share in the end, and by as much in each run.
    Drift {
        by: f64,
    },
}

/// Every series here has as many.
pub const RUNS: usize = 60;

impl Noise {
    /// With one measurement in twenty that something came between, and no memory.
    pub const fn of(spread: f64) -> Self {
        Self { spread, outliers: 0.05, lasting: 0.0 }
    }

    /// A measurement of what is 1.
    pub fn measurement(self, chance: &mut Chance) -> f64 {
        let usual = (self.spread * chance.normal()).exp();
        if chance.unit() < self.outliers { usual * (1.3 + 0.7 * chance.unit()) } else { usual }
    }

    pub fn least_of(self, group: usize, chance: &mut Chance) -> f64 {
        (0..group).map(|_| self.measurement(chance)).fold(f64::INFINITY, f64::min)
    }
}

impl Story {
    pub fn value(self, run: usize) -> f64 {
        match self {
            Self::Step { at, by } if run >= at => 1.0 + by,
            Self::Nothing | Self::Step { .. } => 1.0,
            Self::Drift { by } => 1.0 + by * run as f64 / RUNS as f64,
        }
    }
}

/// Sixty runs, each the least of so many measurements.
pub fn series(story: Story, noise: Noise, group: usize, chance: &mut Chance) -> Vec<Point> {
    let mut lasting = 0.0;
    (0..RUNS)
        .map(|run| {
            // Of the same spread in the long run, whatever lasts of it.
            lasting = noise.lasting * lasting + (1.0 - noise.lasting.powi(2)).sqrt() * chance.normal();
            let busy = if noise.lasting > 0.0 { (noise.spread * 0.5 * lasting).exp() } else { 1.0 };
            Point { at: run as i64, value: 20.0 * story.value(run) * busy * noise.least_of(group, chance) }
        })
        .collect()
}

/// A step somewhere in the middle half of a series: before it and behind it there are fifteen runs at least.
pub fn step(by: f64, chance: &mut Chance) -> Story {
    Story::Step { at: RUNS / 4 + chance.below(RUNS / 2 + 1), by }
}
