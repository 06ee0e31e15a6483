//! How long a failed attempt waits, and when it is the last.

use std::time::Duration;

use domain::ids::JobId;
use sha2::{Digest, Sha256};

/// About ten minutes of trying, which outlasts a database's restart or failover.
pub(crate) const ATTEMPTS: u32 = 8;

const FIRST: Duration = Duration::from_secs(5);

/// How long to wait after attempt `attempt` (from 1) failed: twice as long each time, and a quarter more or less, so that jobs
/// which failed together do not come back together.
pub(crate) fn wait(job: JobId, attempt: u32) -> Duration {
    let doubled = FIRST * 2_u32.saturating_pow(attempt.saturating_sub(1).min(ATTEMPTS));
    let mut hash = Sha256::new();
    hash.update(job.0.as_bytes());
    hash.update(attempt.to_be_bytes());
    let chance = f64::from(hash.finalize()[0]) / 255.0;
    doubled.mul_f64(0.75 + chance / 2.0)
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;

    use super::*;

    #[test]
    fn waits_double_and_differ_between_jobs() {
        let job = |number| JobId::new(Timestamp::from_micros(1), [number; 10]);
        for attempt in 1..ATTEMPTS {
            let middle = FIRST.as_secs_f64() * 2_f64.powi(attempt as i32 - 1);
            assert!((middle * 0.74..middle * 1.26).contains(&wait(job(1), attempt).as_secs_f64()));
        }
        assert_ne!(wait(job(1), 1), wait(job(2), 1));
    }
}
