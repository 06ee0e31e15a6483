//! How many at once, found from how long requests take: while they take as long as they do when few are inside, there may be more; when
//! they take much longer, they wait for each other inside, and there must be fewer. (The gradient controller of Envoy's adaptive
//! concurrency filter: <https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/adaptive_concurrency_filter>.)
//!
//! Unlike there, requests differ: a list takes a millisecond and a password fifty. Each kind is compared with what it takes itself when
//! few are inside. That is learnt whenever few are; when there are always many, few are let in for a moment, now and then.

use std::time::Duration;

use tokio::time::Instant;

use super::{KINDS, Kind};

const FIRST: f64 = 32.0;
const FEWEST: f64 = 8.0;
const MOST: f64 = 512.0;

/// As many times as long as alone is not too long: less would stop below what the machine can do.
const TOLERANCE: f64 = 2.0;

/// How much of what is proposed is done at once.
const SMOOTHING: f64 = 0.3;

/// So long is measured, and longer until there are enough samples, but not for ever.
const WINDOW: Duration = Duration::from_millis(100);
const LONGEST_WINDOW: Duration = Duration::from_secs(5);
const SAMPLES: u32 = 10;

/// A kind is known after as many of it.
const KNOWN: u32 = 16;
const LEARNING: f64 = 1.0 / 32.0;

/// One request that hangs tells as much as some slow ones, and not more.
const SLOWEST: f64 = 16.0;

/// After so long without few inside, few are let in until some have been measured, or for a moment.
const CALM_EVERY: Duration = Duration::from_secs(15);
const CALM_SAMPLES: u32 = 32;
const CALM_LONGEST: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Gradient {
    limit: f64,
    few: usize,
    kinds: [Alone; KINDS],
    window: Window,
    calm: Calm,
}

/// What a kind takes when few are inside, in microseconds: a mean that follows slowly.
#[derive(Clone, Copy, Debug, Default)]
struct Alone {
    micros: f64,
    seen: u32,
}

#[derive(Debug)]
struct Window {
    since: Instant,
    ratios: f64,
    count: u32,
    busiest: usize,
}

#[derive(Debug)]
struct Calm {
    last: Instant,
    /// While few are let in: since when, and how many were measured.
    phase: Option<(Instant, u32)>,
}

impl Gradient {
    pub(super) fn new(processors: usize, now: Instant) -> Self {
        Self {
            limit: FIRST,
            few: processors.max(2),
            kinds: [Alone::default(); KINDS],
            window: Window::new(now),
            calm: Calm { last: now, phase: None },
        }
    }

    /// How many may be inside.
    pub(super) fn now(&self) -> usize {
        if self.calm.phase.is_some() { self.few } else { self.limit as usize }
    }

    /// Somebody came in, and now so many are inside; whether they are few.
    pub(super) fn comes_in(&mut self, inside: usize) -> bool {
        self.window.busiest = self.window.busiest.max(inside);
        inside <= self.few
    }

    pub(super) fn took(&mut self, kind: Kind, time: Duration, calm: bool, well: bool, now: Instant) {
        let micros = (time.as_secs_f64() * 1e6).max(1.0);
        let alone = &mut self.kinds[usize::from(kind.0) % KINDS];
        if calm && well {
            alone.learn(micros);
            self.calm.last = now;
        }
        if alone.seen >= KNOWN {
            let ratio = (micros / alone.micros).min(SLOWEST);
            // What failed at once says nothing; what failed late says that something is slow.
            if well || ratio > 1.0 {
                self.window.ratios += ratio;
                self.window.count += 1;
            }
        }
        self.calm_down(calm && well, now);
        let age = now - self.window.since;
        if age >= WINDOW && self.window.count >= SAMPLES || age >= LONGEST_WINDOW {
            self.close(now);
        }
    }

    fn calm_down(&mut self, measured: bool, now: Instant) {
        if let Some((_, count)) = &mut self.calm.phase {
            *count += u32::from(measured);
            self.end_calm(now);
        } else if now - self.calm.last >= CALM_EVERY {
            self.calm.phase = Some((now, 0));
        }
    }

    /// When the moment in which few are let in ends, at the latest; none when it is none.
    pub(super) fn calm_until(&self) -> Option<Instant> {
        self.calm.phase.map(|(since, _)| since + CALM_LONGEST)
    }

    /// Ends the moment in which few are let in when it was long enough; whether it did.
    pub(super) fn end_calm(&mut self, now: Instant) -> bool {
        let over = self.calm.phase.is_some_and(|(since, count)| count >= CALM_SAMPLES || now - since >= CALM_LONGEST);
        if over {
            (self.calm.phase, self.calm.last) = (None, now);
            // What was measured meanwhile says nothing of the limit.
            self.window = Window::new(now);
        }
        over
    }

    fn close(&mut self, now: Instant) {
        if self.calm.phase.is_none() && self.window.count >= SAMPLES {
            let mean = self.window.ratios / f64::from(self.window.count);
            let proposed = self.limit * (TOLERANCE / mean).clamp(0.5, 1.0) + self.limit.sqrt();
            // What was not used has not been tried.
            if proposed < self.limit || self.window.busiest as f64 >= self.limit / 2.0 {
                self.limit = (self.limit + (proposed - self.limit) * SMOOTHING).clamp(FEWEST, MOST);
            }
        }
        self.window = Window::new(now);
    }
}

impl Alone {
    fn learn(&mut self, micros: f64) {
        self.seen = self.seen.saturating_add(1);
        // At first the mean of all.
        let share = (1.0 / f64::from(self.seen)).max(LEARNING);
        let bounded = if self.seen > KNOWN { micros.min(self.micros * SLOWEST) } else { micros };
        self.micros += (bounded - self.micros) * share;
    }
}

impl Window {
    const fn new(since: Instant) -> Self {
        Self { since, ratios: 0.0, count: 0, busiest: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind(3);
    const MILLI: Duration = Duration::from_millis(1);

    /// A gradient that knows that the kind takes a millisecond, and the present.
    fn known() -> (Gradient, Instant) {
        let now = Instant::now();
        let mut gradient = Gradient::new(2, now);
        for _ in 0..KNOWN {
            gradient.took(KIND, MILLI, true, true, now);
        }
        (gradient, now)
    }

    /// A second in which the limit is used up and requests take so long.
    fn second(gradient: &mut Gradient, now: &mut Instant, time: Duration, well: bool) {
        for _ in 0..1_000 {
            *now += MILLI;
            gradient.comes_in(gradient.now());
            gradient.took(KIND, time, false, well, *now);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn while_requests_take_no_longer_there_may_be_more() {
        let (mut gradient, mut now) = known();
        second(&mut gradient, &mut now, MILLI, true);
        assert!(gradient.now() > 45, "{}", gradient.now());
    }

    #[tokio::test(start_paused = true)]
    async fn when_they_take_much_longer_there_must_be_fewer() {
        let (mut gradient, mut now) = known();
        second(&mut gradient, &mut now, MILLI * 10, true);
        second(&mut gradient, &mut now, MILLI * 10, true);
        assert_eq!(gradient.now(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn few_that_take_very_long_are_waited_for() {
        let (mut gradient, mut now) = known();
        for _ in 0..20 {
            now += MILLI * 300;
            gradient.comes_in(32);
            gradient.took(KIND, MILLI * 5_000, false, true, now);
        }
        assert!(gradient.now() < 28, "{}", gradient.now());
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_is_not_used_does_not_grow() {
        let (mut gradient, mut now) = known();
        for _ in 0..1_000 {
            now += MILLI;
            gradient.comes_in(3);
            gradient.took(KIND, MILLI, false, true, now);
        }
        assert_eq!(gradient.now(), 32);
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_at_once_does_not_open_the_door() {
        let (mut gradient, mut now) = known();
        second(&mut gradient, &mut now, MILLI / 10, false);
        assert_eq!(gradient.now(), 32);
        second(&mut gradient, &mut now, MILLI * 10, false);
        assert!(gradient.now() < 20, "{}", gradient.now());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_kind_is_compared_with_itself() {
        let (mut gradient, mut now) = known();
        let slow = Kind(4);
        for _ in 0..KNOWN {
            gradient.took(slow, MILLI * 50, true, true, now);
        }
        for _ in 0..1_000 {
            now += MILLI;
            gradient.comes_in(gradient.now());
            gradient.took(slow, MILLI * 50, false, true, now);
        }
        assert!(gradient.now() > 32, "{}", gradient.now());
    }

    #[tokio::test(start_paused = true)]
    async fn when_there_are_always_many_few_are_let_in_for_a_moment() {
        let (mut gradient, mut now) = known();
        let mut least = usize::MAX;
        for _ in 0..16 {
            for _ in 0..1_000 {
                now += MILLI;
                let calm = gradient.now() == 2;
                least = least.min(gradient.now());
                gradient.comes_in(gradient.now());
                gradient.took(KIND, MILLI, calm, true, now);
            }
        }
        assert_eq!((least, gradient.now() > 32), (2, true));
    }
}
