//! A window of time, put together of the periods that are kept: minutes at its ends, hours and days between them.

use domain::clock::Timestamp;
use measuring::{Level, Span};

const MINUTE: i64 = 60_000_000;
/// What was measured in a minute is written some seconds behind it.
const WRITTEN_AFTER_SECONDS: i64 = 15;
/// Minutes and hours that are nearly too old to be kept are not relied on.
const SPARE: i64 = 60;

/// The minute that a window ends with at a moment: the last that is written whole is the one before.
pub(super) fn end(now: Timestamp) -> i64 {
    now.plus_seconds(-WRITTEN_AFTER_SECONDS).micros().div_euclid(MINUTE)
}

/// So many minutes up to an end, as periods that lie side by side. Beyond what is kept by the minute it begins with a whole hour, and beyond what is
/// kept by the hour with a whole day: it is then longer by less than that.
pub(super) fn cover(minutes: u32, end: i64) -> Vec<Span> {
    let minutes = i64::from(minutes);
    let begins = |level: Level| minutes <= level.kept() - level.minutes().max(SPARE);
    let level = Level::ALL.into_iter().find(|level| begins(*level)).unwrap_or(Level::Day);
    let mut spans = Vec::new();
    fill(level.begin(end - minutes), end, Level::Day, &mut spans);
    spans
}

/// The longest periods there is room for, and what is left of shorter ones.
fn fill(from: i64, to: i64, level: Level, spans: &mut Vec<Span>) {
    if from >= to {
        return;
    }
    let size = level.minutes();
    let (first, last) = (level.begin(from + size - 1), level.begin(to));
    let shorter = match level {
        Level::Minute => return spans.push(Span { level, from, to }),
        Level::Hour => Level::Minute,
        Level::Day => Level::Hour,
    };
    if first >= last {
        return fill(from, to, shorter, spans);
    }
    fill(from, first, shorter, spans);
    spans.push(Span { level, from: first, to: last });
    fill(last, to, shorter, spans);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-10-09 08:53
    const END: i64 = 29_333_333;

    fn told(minutes: u32) -> Vec<(Level, i64)> {
        cover(minutes, END).into_iter().map(|span| (span.level, (span.to - span.from) / span.level.minutes())).collect()
    }

    #[test]
    fn a_window_is_minutes_at_its_ends_and_hours_and_days_between() {
        use Level::{Day, Hour, Minute};

        assert_eq!(told(5), [(Minute, 5)]);
        assert_eq!(told(60), [(Minute, 60)]);
        assert_eq!(told(360), [(Minute, 7), (Hour, 5), (Minute, 53)]);
        assert_eq!(told(3 * 1_440), [(Hour, 16), (Day, 2), (Hour, 8), (Minute, 53)]);
        assert_eq!(told(40 * 1_440), [(Day, 40), (Hour, 8), (Minute, 53)]);
        assert_eq!(told(0), []);
    }

    #[test]
    fn windows_have_no_holes_and_are_kept_from_their_beginning() {
        for minutes in (1..60 * 1_440).step_by(97) {
            let spans = cover(minutes, END);

            assert!(spans.iter().zip(&spans[1..]).all(|(one, next)| one.to == next.from), "{minutes}");
            assert_eq!(spans.last().map(|span| span.to), Some(END), "{minutes}");
            for span in &spans {
                assert!(span.from >= END - span.level.kept(), "{minutes}: {span:?}");
                assert_eq!((span.level.begin(span.from), span.level.begin(span.to)), (span.from, span.to), "{minutes}");
            }
            let longer = END - spans[0].from - i64::from(minutes);
            assert!((0..1_440).contains(&longer), "{minutes}: {longer}");
        }
    }

    #[test]
    fn a_minute_belongs_to_a_window_when_it_is_written() {
        assert_eq!(end(Timestamp::from_micros(END * MINUTE + 14_999_999)), END - 1);
        assert_eq!(end(Timestamp::from_micros(END * MINUTE + 15_000_000)), END);
    }
}
