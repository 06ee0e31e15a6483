//! How long a product takes at present.

use std::time::Duration;

use tokio::time::Instant;

/// A mean in which each batch counts nine tenths of the one behind it.
#[derive(Debug)]
pub(crate) struct Pace {
    since: Instant,
    time: f64,
    products: f64,
}

const REMEMBERED: f64 = 0.9;

impl Pace {
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), time: 0.0, products: 0.0 }
    }

    /// Some products more are done.
    pub(crate) fn note(&mut self, products: usize) {
        let took = self.since.elapsed();
        self.since = Instant::now();
        self.add(took, products);
    }

    fn add(&mut self, took: Duration, products: usize) {
        self.time = self.time * REMEMBERED + took.as_secs_f64() * 1_000.0;
        self.products = self.products * REMEMBERED + products as f64;
    }

    /// None before the first product.
    pub(crate) fn milliseconds(&self) -> Option<f64> {
        (self.products > 0.0).then(|| self.time / self.products)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_follows_what_happens_now() {
        let mut pace = Pace::new();
        assert_eq!(pace.milliseconds(), None);
        pace.add(Duration::from_millis(100), 10);
        assert_eq!(pace.milliseconds(), Some(10.0));
        for _ in 0..100 {
            pace.add(Duration::from_millis(500), 10);
        }
        assert!((49.0..=50.0).contains(&pace.milliseconds().unwrap()), "{pace:?}");
    }
}
