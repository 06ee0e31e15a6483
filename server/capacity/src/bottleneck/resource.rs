//! One resource over all windows.

use serde::{Deserialize, Serialize};

use super::{FEWEST, Kind, Reading, Window};
use crate::robust::{Line, line, median};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    pub name: String,
    pub kind: Kind,
    /// In the last window.
    pub units: f64,
    /// The highest utilisation that was seen.
    pub highest: f64,
    /// What a request demands of one unit, in milliseconds.
    pub demand_ms: f64,
    /// The share that is in use without any request.
    pub idle: f64,
    /// The throughput at which it is used up, in requests a second; none when it does not grow with throughput.
    pub ends_at: Option<f64>,
    /// Whether windows differ enough in throughput to tell what is in use at rest from what requests demand.
    pub is_line: bool,
    /// Whether a request demands more of it the more there are.
    pub bends: bool,
    /// How long a request waited for it in the third of the windows with the least throughput, and in that with the most; in milliseconds.
    pub wait_ms: Option<[f64; 2]>,
}

/// Windows whose throughput differs by less tell no line.
const SPREAD: f64 = 1.5;
/// A demand that grows by less is one that stays.
const BENDS: f64 = 1.3;
/// From there on a resource is used up, and its law says no more what throughput would be.
pub(super) const FULL: f64 = 0.98;
/// A resource whose use grows by less, from the least to the most throughput, does not depend on it.
const GROWS: f64 = 0.005;
/// As many as a line is drawn through: it looks at every pair.
const THINNED: usize = 150;

impl Resource {
    /// None when it was measured in too few windows.
    pub(super) fn of(name: &str, kind: Kind, windows: &[&Window]) -> Option<Self> {
        let reading = |window: &Window| window.resources.iter().find(|reading| reading.name == name && reading.kind == kind).cloned();
        let mut seen: Vec<(f64, Reading)> = windows.iter().filter_map(|window| Some((window.throughput, reading(window)?))).collect();
        let units = seen.last()?.1.units;
        if seen.len() < FEWEST {
            return None;
        }
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        let use_of = |reading: &Reading| reading.utilisation.min(1.0);
        let points: Vec<(f64, f64)> = seen.iter().map(|(throughput, reading)| (*throughput, use_of(reading))).collect();
        let (least, most) = (points.first()?.0, points.last()?.0);
        let is_line = most >= SPREAD * least;
        let law = law(&points, is_line);
        let grows = law.slope * most >= GROWS;
        let third = (points.len() / 3).max(1);
        let demand = |points: &[(f64, f64)]| median(&points.iter().map(|(x, used)| (used - law.intercept).max(0.0) / x).collect::<Vec<_>>());
        let (few, many) = (demand(&points[..third])?, demand(&points[points.len() - third..])?);
        let bends = is_line && grows && points.len() >= 2 * FEWEST && many > BENDS * few.max(law.slope / BENDS);
        let slope = if bends { many.max(law.slope) } else { law.slope };
        let full = points.iter().filter(|(_, used)| *used >= FULL).map(|(x, used)| x / used).reduce(f64::max);
        let by_law = grows.then(|| (1.0 - law.intercept) / slope);
        let waits = |part: &[(f64, Reading)]| median(&part.iter().filter_map(|(_, reading)| reading.wait_ms).collect::<Vec<_>>());
        Some(Self {
            name: name.to_owned(),
            kind,
            units,
            highest: points.iter().map(|(_, used)| *used).fold(0.0, f64::max),
            demand_ms: if grows { slope * units * 1e3 } else { 0.0 },
            idle: law.intercept,
            ends_at: match (by_law, full) {
                // What was seen to be used up ends there, whatever the line says.
                (Some(law), Some(full)) => Some(law.min(full)),
                (law, full) => law.or(full),
            },
            is_line,
            bends,
            wait_ms: waits(&seen[..third]).zip(waits(&seen[seen.len() - third..])).map(|(few, many)| [few, many]),
        })
    }
}

/// `U = U0 + X D`, with nothing below zero. What is used up already is no part of it, unless there is nothing else.
fn law(points: &[(f64, f64)], is_line: bool) -> Line {
    let free: Vec<(f64, f64)> = points.iter().copied().filter(|(_, used)| *used < FULL).collect();
    let points = if free.len() < FEWEST { points } else { &free };
    let every = points.len().div_ceil(THINNED).max(1);
    let points: Vec<(f64, f64)> = points.iter().copied().step_by(every).collect();
    let through_nothing = || {
        let slope = median(&points.iter().map(|(x, used)| used / x).collect::<Vec<_>>()).unwrap_or(0.0);
        Line { slope, intercept: 0.0 }
    };
    match line(&points).filter(|_| is_line) {
        Some(line) if line.slope > 0.0 && line.intercept >= 0.0 => line,
        // It does not grow with throughput: what is in use is in use at rest.
        Some(line) if line.slope <= 0.0 => {
            Line { slope: 0.0, intercept: median(&points.iter().map(|(_, used)| *used).collect::<Vec<_>>()).unwrap_or(0.0) }
        }
        _ => through_nothing(),
    }
}
