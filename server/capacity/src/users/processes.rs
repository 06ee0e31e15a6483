//! What one more process would change. A curve of one cannot tell whether what requests wait for belongs to the process or to all of them: both
//! are told, each with what it assumes.

use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::{
    curve::{Curve, bisect},
    words::{percent, whole},
};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneMore {
    /// How many there are without it.
    pub processes: u32,
    /// Factor of people and throughput where what requests wait for (sigma) is each process's own: its processor, its locks, its pool.
    pub own: f64,
    /// The same where all wait for one thing, such as the database, and only what requests cost each other (kappa) is each process's own.
    pub shared: f64,
    /// People, from what is published.
    pub users_own: f64,
    pub users_shared: f64,
}

/// One more process on a machine of its own, at the answer time at which the estimate stands.
///
/// With `m` times as many processes each has `n = N / m` in hand. Own: `R(N) = R1(n)`, so that `m` times as many are held. Shared:
/// `R(N) = (1 + sigma (N - 1) + kappa n (n - 1)) / lambda`, which is `R1` without what is saved of `kappa`.
pub fn one_more(estimate: &Estimate, processes: u32) -> OneMore {
    let processes = processes.max(1);
    let times = f64::from(processes + 1) / f64::from(processes);
    let shared = with_shared_waiting(estimate.curve, estimate.at.in_hand, times) / estimate.at.in_hand;
    let published = estimate.published();
    OneMore { processes, own: times, shared, users_own: published * times, users_shared: published * shared }
}

fn with_shared_waiting(curve: Curve, in_hand: f64, times: f64) -> f64 {
    let response = curve.response_ms(in_hand);
    let slower = |total: f64| {
        let each = total / times;
        (1.0 + curve.sigma * (total - 1.0) + curve.kappa * each * (each - 1.0)) / curve.lambda * 1e3 - response
    };
    // Below one in hand a process saves nothing.
    if slower(in_hand) >= 0.0 { in_hand } else { bisect(in_hand, in_hand * times, slower) }
}

impl OneMore {
    pub fn sentence(&self) -> String {
        let shared = if self.shared < 1.005 {
            "nothing would change".to_owned()
        } else {
            format!("it would be {} ({} more)", whole(self.users_shared), percent(self.shared - 1.0))
        };
        format!(
            "One more process beside the {} there {}, on a machine of its own, would make it {} people ({} more) if what requests wait for is each process's own: its processor, its locks, its pool. If they wait for what all processes share, as the database is, {shared}. Which of both it is, the bottleneck says.",
            self.processes,
            if self.processes == 1 { "is" } else { "are" },
            whole(self.users_own),
            percent(self.own - 1.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::{Interval, Point};

    fn estimate(sigma: f64, kappa: f64) -> Estimate {
        let curve = Curve { lambda: 200.0, sigma, kappa };
        let at = Point::of(20.0, curve.throughput(20.0), 1_000.0);
        let users = Interval { low: at.users, high: at.users };
        Estimate { curve, misfit: 0.0, at, users, throughput: users, held: 1.0, ended: 2.0, notes: Vec::new() }
    }

    #[test]
    fn what_is_shared_gains_only_what_requests_cost_each_other() {
        let without = one_more(&estimate(0.1, 0.0), 1);
        let with = one_more(&estimate(0.1, 0.002), 1);

        assert!((without.own - 2.0).abs() < 1e-9 && (without.shared - 1.0).abs() < 1e-6, "{without:?}");
        assert!(with.shared > 1.05 && with.shared < with.own, "{with:?}");
        assert!(without.sentence().contains("nothing would change"));
    }

    #[test]
    fn a_fifth_process_adds_a_quarter_at_most() {
        let more = one_more(&estimate(0.05, 0.001), 4);

        assert!((more.own - 1.25).abs() < 1e-9 && more.shared <= more.own, "{more:?}");
        assert!(more.sentence().starts_with("One more process beside the 4 there are"));
    }
}
