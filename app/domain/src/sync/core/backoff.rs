//! How long to wait before something that failed is tried again.

/// Milliseconds. With the longest wait for an answer it is within the half minute in which an outbox has to begin to empty itself.
pub const MOST_WAIT: u64 = 12_000;
const LEAST_WAIT: u64 = 500;

/// The wait after so many failures, from 1, in milliseconds: doubled each time, and between a half and all of that, by chance, so that
/// those who failed together do not come back together.
pub const fn backoff(attempts: u32, chance: u8) -> u64 {
    between(LEAST_WAIT, MOST_WAIT, attempts, chance)
}

/// The same, of waits that grow from one to another.
pub const fn between(least: u64, most: u64, attempts: u32, chance: u8) -> u64 {
    let doublings = if attempts > 8 { 8 } else { attempts.saturating_sub(1) };
    let full = least << doublings;
    let full = if full > most { most } else { full };
    full / 2 + full / 2 * chance as u64 / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p05_the_wait_grows_up_to_an_end() {
        assert_eq!((backoff(1, 255), backoff(2, 255), backoff(1, 0)), (500, 1_000, 250));
        assert_eq!((backoff(6, 255), backoff(u32::MAX, 255), backoff(u32::MAX, 0)), (MOST_WAIT, MOST_WAIT, MOST_WAIT / 2));
    }
}
