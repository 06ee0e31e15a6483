//! What the products of a run came to so far, and what can be said of the rest from that.

use serde::{Deserialize, Serialize};

/// Sums of something over products, enough for its mean and its spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Spread {
    pub(crate) products: f64,
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

impl Spread {
    pub(crate) fn add(&mut self, value: f64) {
        self.products += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    /// The likely, the least and the most that some products more will come to: of a hundred such ranges ninety hold.
    ///
    /// The prediction interval for the sum of `m` further values of a normal distribution, from `n` values with mean `x` and
    /// standard deviation `s`: `m x ± t s sqrt(m + m²/n)`, with the 95 % quantile `t` of Student's distribution for `n - 1`
    /// degrees of freedom (G. J. Hahn and W. Q. Meeker, "Statistical Intervals", Wiley 1991, chapter 4: that for their mean, times `m`). The first
    /// term under the root is what products differ by, the second what the sample is off by. With many values `t` is 1.645.
    pub(crate) fn of_more(&self, products: f64) -> (f64, f64, f64) {
        if self.products < 1.0 {
            return (0.0, 0.0, 0.0);
        }
        let (n, m) = (self.products, products);
        let mean = self.sum / n;
        let likely = m * mean;
        if n < 2.0 {
            // One value says nothing of how much they differ: from half to twice of it.
            return (likely, likely / 2.0, likely * 2.0);
        }
        let deviation = ((self.squares - n * mean * mean).max(0.0) / (n - 1.0)).sqrt();
        let off = student(n - 1.0) * deviation * (m + m * m / n).sqrt();
        (likely, (likely - off).max(0.0), likely + off)
    }
}

/// The 95 % quantile of Student's distribution: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5.
fn student(degrees: f64) -> f64 {
    const Z: f64 = 1.644_853_6;
    // With one degree the series is too short.
    if degrees < 2.0 {
        return 6.314;
    }
    let first = (Z.powi(3) + Z) / 4.0;
    let second = (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0;
    let third = (3.0 * Z.powi(7) + 19.0 * Z.powi(5) + 17.0 * Z.powi(3) - 15.0 * Z) / 384.0;
    Z + first / degrees + second / degrees.powi(2) + third / degrees.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Spread {
        let mut spread = Spread::default();
        for value in values {
            spread.add(*value);
        }
        spread
    }

    #[test]
    fn the_quantile_is_that_of_the_tables() {
        for (degrees, table) in [(2.0, 2.920), (4.0, 2.132), (9.0, 1.833), (30.0, 1.697), (1e9, 1.645)] {
            assert!((student(degrees) / table - 1.0).abs() < 0.02, "{degrees}: {}", student(degrees));
        }
    }

    #[test]
    fn equal_products_leave_no_doubt_and_different_ones_do() {
        assert_eq!(of(&[3.0; 10]).of_more(100.0), (300.0, 300.0, 300.0));

        let (likely, least, most) = of(&[2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 2.0, 4.0]).of_more(100.0);

        // s = 1.054, so that the range is 1.833 * 1.054 * sqrt(100 + 1000) = 64.1 either way.
        assert!((likely - 300.0).abs() < 1e-9 && (most - likely - 64.1).abs() < 0.2 && (likely - least - 64.1).abs() < 0.2, "{least} {most}");
    }

    #[test]
    fn nothing_known_is_nothing_said_and_nothing_is_negative() {
        assert_eq!(Spread::default().of_more(10.0), (0.0, 0.0, 0.0));
        assert_eq!(of(&[4.0]).of_more(10.0), (40.0, 20.0, 80.0));
        assert!(of(&[0.0, 0.0, 100.0]).of_more(10.0).1 >= 0.0);
    }
}
