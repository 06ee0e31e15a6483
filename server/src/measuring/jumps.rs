//! A wall clock that is set by hours tells nothing of how old something is: how far it has moved is held against how long it really was.

use std::time::{Duration, Instant};

use domain::clock::Timestamp;

/// What the wall clock said, and when.
pub(super) struct Jumps {
    seen: (Timestamp, Instant),
    jumped_at: Option<Instant>,
}

/// Further apart it was set, or the machine slept. In microseconds.
const JUMP: u64 = 3_600_000_000;

/// For so long it is not believed: until then it is set right again, or it is right now.
const DOUBTED: Duration = Duration::from_hours(1);

impl Jumps {
    pub(super) const fn new(wall: Timestamp, at: Instant) -> Self {
        Self { seen: (wall, at), jumped_at: None }
    }

    /// Looks at the wall clock: whether it is believed.
    pub(super) fn believes(&mut self, wall: Timestamp, at: Instant) -> bool {
        let (wall_before, before) = std::mem::replace(&mut self.seen, (wall, at));
        let moved = wall.micros().saturating_sub(wall_before.micros());
        let passed = i64::try_from(at.saturating_duration_since(before).as_micros()).unwrap_or(i64::MAX);
        if moved.saturating_sub(passed).unsigned_abs() > JUMP {
            self.jumped_at = Some(at);
        }
        self.jumped_at.is_none_or(|jumped| at.saturating_duration_since(jumped) >= DOUBTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In minutes.
    const TWO_DAYS: i64 = 2 * 24 * 60;

    /// Whether it is believed each half an hour, by how many minutes it is ahead then.
    fn believed(ahead: &[i64]) -> Vec<bool> {
        let (begun, wall) = (Instant::now(), Timestamp::from_micros(1_760_000_000_000_000));
        let mut jumps = Jumps::new(wall, begun);
        let minutes = (30_u32..).step_by(30);
        let look = |(minutes, ahead): (u32, &i64)| {
            let wall = wall.plus_seconds((i64::from(minutes) + ahead) * 60);
            jumps.believes(wall, begun + Duration::from_mins(minutes.into()))
        };
        minutes.zip(ahead).map(look).collect()
    }

    #[test]
    fn a_clock_that_goes_as_time_does_is_believed() {
        assert_eq!(believed(&[0, 1, 0, 50, 0, -50]), [true, true, true, true, true, true]);
    }

    #[test]
    fn one_that_jumps_is_not_believed_for_an_hour() {
        assert_eq!(believed(&[0, TWO_DAYS, TWO_DAYS, TWO_DAYS]), [true, false, false, true]);
        assert_eq!(believed(&[-TWO_DAYS, -TWO_DAYS, -TWO_DAYS]), [false, false, true]);
        assert_eq!(believed(&[0, TWO_DAYS, 0, 0, 0]), [true, false, false, false, true]);
    }
}
