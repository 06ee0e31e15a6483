//! The Universal Scalability Law (Gunther, "Guerrilla Capacity Planning", 2007): how throughput grows with how much is being done at once,
//!
//! ```text
//! X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
//! ```
//!
//! where `N` requests are in hand. By Little's law they are `X R`, which an open model gives at every step.

use serde::{Deserialize, Serialize};

use crate::robust::{deviation, median};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Requests a second when there is one at a time.
    pub lambda: f64,
    /// The share of a request that only one at a time can do: waiting in line. From 0 to 1.
    pub sigma: f64,
    /// What requests cost each other in agreeing, by pair of them: with it throughput falls again. From 0.
    pub kappa: f64,
}

/// Points that tell the three numbers apart.
pub(crate) const FEWEST: usize = 3;
/// Huber's constant: as good as least squares where nothing is wrong, but for 5 %.
const TUNING: f64 = 1.345;
/// What is told apart no more; without it a perfect fit would have no scale.
const LEAST_SCALE: f64 = 1e-3;
const ROUNDS: u32 = 200;

impl Curve {
    /// Requests a second when `n` are in hand.
    pub fn throughput(&self, n: f64) -> f64 {
        self.lambda * n / self.slowdown(n)
    }

    /// How long a request takes when `n` are in hand, in milliseconds.
    pub fn response_ms(&self, n: f64) -> f64 {
        self.slowdown(n) / self.lambda * 1e3
    }

    /// How much is in hand where throughput is highest; none when it only comes nearer to a ceiling.
    pub fn peak(&self) -> Option<f64> {
        (self.kappa > 0.0).then(|| ((1.0 - self.sigma) / self.kappa).sqrt())
    }

    /// The highest throughput; none when it grows for ever.
    pub fn most(&self) -> Option<f64> {
        match self.peak() {
            Some(peak) if peak >= 1.0 => Some(self.throughput(peak)),
            Some(_) => Some(self.lambda),
            None => (self.sigma > 0.0).then(|| self.lambda / self.sigma),
        }
    }

    /// How much is in hand at a throughput, before the peak; none when there is no such throughput.
    pub fn in_hand(&self, throughput: f64) -> Option<f64> {
        // X = lambda N / D(N) is a N^2 - b N + c = 0.
        let a = throughput * self.kappa;
        let b = self.lambda - throughput * (self.sigma - self.kappa);
        let c = throughput * (1.0 - self.sigma);
        let root = b.mul_add(b, -4.0 * a * c);
        (root >= 0.0 && b > 0.0).then(|| 2.0 * c / (b + root.sqrt()))
    }

    /// How much is in hand when so many people come again and again, thinking in between: `N + X(N) think`.
    pub fn in_hand_of_users(&self, users: f64, think_ms: f64) -> f64 {
        let users = users.max(0.0);
        let left = |n: f64| n + self.throughput(n) * think_ms / 1e3 - users;
        // Beyond the peak fewer are answered, so that as many people may have more in hand: where both can be, it is what a server comes to from below.
        let peak = self.peak().unwrap_or(users).min(users);
        if left(peak) >= 0.0 { bisect(0.0, peak, left) } else { bisect(peak, users, left) }
    }

    fn slowdown(&self, n: f64) -> f64 {
        1.0 + self.sigma * (n - 1.0) + self.kappa * n * (n - 1.0)
    }

    /// The curve nearest to points of how much was in hand and how many requests a second there were, both above 0; none of fewer than
    /// three different ones.
    ///
    /// Least squares of the logarithms, as what is measured is off by shares: at a step that holds, throughput is what was asked for and the time
    /// of an answer is off, which moves `N` along the curve; beyond, `N` is off a lot and throughput hardly. From a grid of starts, on the middle
    /// distance; then Levenberg and Marquardt with Huber's weights, so that a single wrong step does not bend the curve.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let mut different: Vec<f64> = points.iter().map(|(n, _)| *n).collect();
        different.sort_unstable_by(f64::total_cmp);
        different.dedup();
        let sound = points.iter().all(|(n, x)| n.is_finite() && x.is_finite() && *n > 0.0 && *x > 0.0);
        if different.len() < FEWEST || !sound {
            return None;
        }
        let start = grid().filter_map(|shape| start(points, shape)).min_by(|a, b| distance(points, a).total_cmp(&distance(points, b)))?;
        Some(start.refined(points))
    }

    /// The same from a curve that is near already, as that of a resample is.
    pub(crate) fn refined(self, points: &[(f64, f64)]) -> Self {
        let scale = deviation(&residuals(points, &self)).unwrap_or(0.0).max(LEAST_SCALE);
        let mut best = self;
        let mut loss = huber(points, &best, scale);
        let mut damping = 1e-3;
        for _ in 0..ROUNDS {
            let Some(next) = best.step(points, scale, damping) else { break };
            let next_loss = huber(points, &next, scale);
            if next_loss < loss {
                let gained = loss - next_loss;
                (best, loss) = (next, next_loss);
                damping = (damping * 0.3).max(1e-12);
                if gained <= 1e-12 * (1.0 + loss) {
                    break;
                }
            } else {
                damping *= 5.0;
                if damping > 1e12 {
                    break;
                }
            }
        }
        best
    }

    /// How far measured throughput is from the curve on the mean, as a share of it.
    pub fn misfit(&self, points: &[(f64, f64)]) -> f64 {
        distance(points, self) / points.len().max(1) as f64
    }

    /// One step of Levenberg and Marquardt. What stands at its bound and would leave it stays there.
    fn step(&self, points: &[(f64, f64)], scale: f64, damping: f64) -> Option<Self> {
        let mut normal = [[0.0; 3]; 3];
        let mut gradient = [0.0; 3];
        for (n, x) in points {
            let slowdown = self.slowdown(*n);
            let residual = x.ln() - (self.lambda * n / slowdown).ln();
            let weight = (TUNING * scale / residual.abs()).min(1.0);
            let by = [-1.0, (n - 1.0) / slowdown, n * (n - 1.0) / slowdown];
            for row in 0..3 {
                gradient[row] += weight * by[row] * residual;
                for column in 0..3 {
                    normal[row][column] += weight * by[row] * by[column];
                }
            }
        }
        for (at, value) in [(1, self.sigma), (2, self.kappa)] {
            if value <= 0.0 && gradient[at] > 0.0 || at == 1 && value >= 1.0 && gradient[at] < 0.0 {
                normal[at] = [0.0; 3];
                for row in &mut normal {
                    row[at] = 0.0;
                }
                normal[at][at] = 1.0;
                gradient[at] = 0.0;
            }
        }
        for (at, row) in normal.iter_mut().enumerate() {
            row[at] *= 1.0 + damping;
        }
        let by = solve(normal, gradient)?;
        let next = Self {
            lambda: (self.lambda.ln() - by[0]).exp(),
            sigma: (self.sigma - by[1]).clamp(0.0, 1.0),
            kappa: (self.kappa - by[2]).clamp(0.0, 1.0),
        };
        (next.lambda.is_finite() && next.lambda > 0.0).then_some(next)
    }
}

/// Shapes to begin with: none, and each power of ten in steps.
fn grid() -> impl Iterator<Item = (f64, f64)> {
    let from = |lowest: f64, steps: i32, wide: f64| std::iter::once(0.0).chain((0..steps).map(move |n| 10_f64.powf(lowest + f64::from(n) * wide)));
    from(-3.5, 14, 0.25).flat_map(move |sigma| from(-8.0, 15, 0.5).map(move |kappa| (sigma, kappa)))
}

/// A shape, at the height where as many points are above as below.
fn start(points: &[(f64, f64)], (sigma, kappa): (f64, f64)) -> Option<Curve> {
    let shape = Curve { lambda: 1.0, sigma, kappa };
    let height = median(&residuals(points, &shape))?;
    height.is_finite().then(|| Curve { lambda: height.exp(), ..shape })
}

/// By how much throughput is above the curve, as logarithms.
fn residuals(points: &[(f64, f64)], curve: &Curve) -> Vec<f64> {
    points
        .iter()
        .map(|(n, x)| {
            let slowdown = curve.slowdown(*n);
            if slowdown > 0.0 { x.ln() - (curve.lambda * n / slowdown).ln() } else { f64::INFINITY }
        })
        .collect()
}

fn distance(points: &[(f64, f64)], curve: &Curve) -> f64 {
    residuals(points, curve).into_iter().map(f64::abs).sum()
}

fn huber(points: &[(f64, f64)], curve: &Curve, scale: f64) -> f64 {
    let edge = TUNING * scale;
    let one = |residual: f64| {
        let size = residual.abs();
        if size <= edge { size * size / 2.0 } else { edge * (size - edge / 2.0) }
    };
    residuals(points, curve).into_iter().map(one).sum()
}

/// Gauss's elimination, with the largest first. None when there is no single solution.
fn solve(mut rows: [[f64; 3]; 3], mut right: [f64; 3]) -> Option<[f64; 3]> {
    for at in 0..3 {
        let largest = (at..3).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, largest);
        right.swap(at, largest);
        if rows[at][at].abs() < f64::MIN_POSITIVE || !rows[at][at].is_finite() {
            return None;
        }
        for below in at + 1..3 {
            let factor = rows[below][at] / rows[at][at];
            let above = rows[at];
            for (value, above) in rows[below].iter_mut().zip(above).skip(at) {
                *value -= factor * above;
            }
            right[below] -= factor * right[at];
        }
    }
    let mut solution = [0.0; 3];
    for at in (0..3).rev() {
        let known: f64 = (at + 1..3).map(|column| rows[at][column] * solution[column]).sum();
        solution[at] = (right[at] - known) / rows[at][at];
    }
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}

/// Where a function that rises crosses zero; an end when it does not in between.
pub(crate) fn bisect(mut low: f64, mut high: f64, rises: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if rises(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chance::Chance;

    const NS: [f64; 10] = [0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

    fn points(curve: Curve, noise: f64, seed: u64) -> Vec<(f64, f64)> {
        let mut chance = Chance::new(seed);
        NS.map(|n| (n, curve.throughput(n) * (noise * chance.normal()).exp())).to_vec()
    }

    #[test]
    fn a_queue_of_one_server_is_such_a_curve() {
        // M/M/1 with 10 ms a request: N = rho / (1 - rho), R = S / (1 - rho).
        let points: Vec<(f64, f64)> = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99].map(|rho| (rho / (1.0 - rho), rho * 100.0)).to_vec();

        let curve = Curve::fit(&points).unwrap();

        assert!((curve.sigma - 0.5).abs() < 1e-3 && curve.kappa < 1e-5 && (curve.lambda - 50.0).abs() < 0.1, "{curve:?}");
        assert!((curve.most().unwrap() - 100.0).abs() < 0.2);
    }

    #[test]
    fn a_wrong_step_does_not_bend_the_curve() {
        let truth = Curve { lambda: 400.0, sigma: 0.05, kappa: 1e-4 };
        let mut points = points(truth, 0.01, 1);
        points[5].1 /= 3.0;

        let curve = Curve::fit(&points).unwrap();

        for n in [1.0, 10.0, 60.0] {
            assert!((curve.throughput(n) / truth.throughput(n) - 1.0).abs() < 0.05, "{n}: {curve:?}");
        }
    }

    #[test]
    fn a_server_that_grows_for_ever_has_no_peak() {
        let curve = Curve::fit(&points(Curve { lambda: 100.0, sigma: 0.0, kappa: 0.0 }, 0.0, 1)).unwrap();

        assert!(curve.sigma < 1e-6 && curve.kappa < 1e-8, "{curve:?}");
        assert_eq!((Curve { lambda: 1.0, sigma: 0.0, kappa: 0.0 }).most(), None);
    }

    #[test]
    fn too_few_or_broken_points_have_no_curve() {
        assert_eq!(Curve::fit(&[(1.0, 1.0), (2.0, 2.0), (2.0, 2.1)]), None);
        assert_eq!(Curve::fit(&[(1.0, 1.0), (2.0, 2.0), (3.0, 0.0)]), None);
        assert_eq!(Curve::fit(&[(1.0, 1.0), (2.0, 2.0), (f64::NAN, 3.0)]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn a_known_curve_is_found_again(lambda in 10.0..5_000.0_f64, sigma in 0.0..0.6_f64, kappa in 0.0..0.01_f64) {
            let truth = Curve { lambda, sigma, kappa };

            let found = Curve::fit(&points(truth, 0.0, 0)).unwrap();

            for n in NS {
                prop_assert!((found.throughput(n) / truth.throughput(n) - 1.0).abs() < 0.01, "{found:?} is not {truth:?}");
            }
        }

        #[test]
        fn what_is_in_hand_at_a_throughput_gives_that_throughput(lambda in 10.0..5_000.0_f64, sigma in 0.0..0.9_f64, kappa in 0.0..0.01_f64, share in 0.01..0.99_f64) {
            let curve = Curve { lambda, sigma, kappa };
            let throughput = curve.most().unwrap_or(1e6) * share;

            let n = curve.in_hand(throughput).unwrap();

            prop_assert!((curve.throughput(n) / throughput - 1.0).abs() < 1e-6, "{curve:?}, {throughput}: {n}");
            prop_assert!(curve.peak().is_none_or(|peak| n <= peak * 1.000_001));
        }

        #[test]
        fn users_are_those_who_wait_and_those_who_think(users in 1.0..5_000.0_f64, think in 0.0..5_000.0_f64) {
            let curve = Curve { lambda: 300.0, sigma: 0.1, kappa: 0.001 };

            let n = curve.in_hand_of_users(users, think);

            prop_assert!((n + curve.throughput(n) * think / 1e3 - users).abs() < 1e-6 * users);
        }
    }
}
