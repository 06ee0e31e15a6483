//! Early refresh, decided by chance (`XFetch`; Vattani, Chierichetti, Lowenstein: "Optimal Probabilistic Cache Stampede Prevention", 2015): the
//! nearer the end and the dearer the value, the likelier. So processes that know nothing of each other do not all refresh at the end.

use std::time::Duration;

/// How eager: 1 is the best in theory, and more is earlier.
pub(crate) const BETA: f64 = 1.0;

/// Whether to refresh now what took `cost` to make and is fresh for `left` more. `chance` is above 0, and 1 at most.
pub fn is_due(beta: f64, cost: Duration, left: Duration, chance: f64) -> bool {
    -beta * cost.as_secs_f64() * chance.ln() >= left.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Seeded};

    fn share(cost: Duration, left: Duration) -> f64 {
        let chance = Seeded::new(11);
        let due = (0..100_000).filter(|_| is_due(BETA, cost, left, chance.fraction())).count();
        due as f64 / 100_000.0
    }

    #[test]
    fn it_is_due_as_often_as_the_paper_says() {
        // The chance of it is e^(-left / cost).
        let cost = Duration::from_millis(20);
        for (left, expected) in [(0, 1.0), (20, 0.368), (40, 0.135), (100, 0.0067)] {
            let share = share(cost, Duration::from_millis(left));
            assert!((share - expected).abs() < 0.006, "{left} ms before the end: {share}");
        }
    }

    #[test]
    fn what_costs_nothing_is_not_refreshed_before_its_end() {
        assert!(share(Duration::ZERO, Duration::from_millis(1)) < f64::EPSILON);
    }
}
