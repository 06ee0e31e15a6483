//! How long to wait before asking again.

use std::time::{Duration, UNIX_EPOCH};

use domain::clock::Timestamp;
use http::HeaderMap;

/// How often a call is made again.
pub(crate) const RETRIES: u32 = 3;
/// A provider that wants to be left alone for longer is given up for that time.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_mins(2);

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// Exponential backoff with full jitter: anything between nothing and a bound that doubles. `chance` is in 0 to 1.
pub(crate) fn backoff(attempt: u32, chance: f64) -> Duration {
    let bound = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST_BACKOFF);
    bound.mul_f64(chance.clamp(0.0, 1.0))
}

/// A number in 0 to 1.
pub(crate) fn chance(fill: &(dyn Fn(&mut [u8]) + Send + Sync)) -> f64 {
    let mut bytes = [0; 4];
    fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

/// What `Retry-After` asks for: seconds, or a date. Some providers give milliseconds in a header of their own.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    if let Some(milliseconds) = text("retry-after-ms").and_then(number) {
        return Some(bounded(milliseconds / 1_000.0));
    }
    let text = text("retry-after")?;
    if let Some(seconds) = number(text) {
        return Some(bounded(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let now = Duration::from_micros(u64::try_from(now.micros()).ok()?);
    Some(bounded(date.saturating_sub(now).as_secs_f64()))
}

/// Nobody means more than a day.
fn bounded(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.min(86_400.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(name: &'static str, value: &str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())]);
        // 2015-10-21T07:28:00Z
        retry_after(&headers, Timestamp::from_micros(1_445_412_480_000_000)).map(|wait| wait.as_millis() as u64)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(asked("retry-after", "7"), Some(7_000));
        assert_eq!(asked("retry-after", "0.25"), Some(250));
        assert_eq!(asked("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), Some(30_000));
        assert_eq!(asked("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT"), Some(0));
        assert_eq!(asked("retry-after-ms", "1500"), Some(1_500));
        assert_eq!(asked("retry-after", "soon"), None);
        assert_eq!(asked("retry-after", "-1"), None);
        assert_eq!(asked("retry-after", "1e300"), Some(86_400_000));
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_bound_and_never_too_long(attempt in 0_u32..200, chance in 0.0..=1.0) {
            let wait = backoff(attempt, chance);
            prop_assert!(wait <= FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt)) && wait <= LONGEST_BACKOFF);
        }

        #[test]
        fn no_header_is_too_strange(value in "[ -~]{0,40}") {
            let _ = asked("retry-after", &value);
        }
    }
}
