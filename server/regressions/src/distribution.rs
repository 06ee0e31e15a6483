//! How likely chance alone is to do as much: tails of the normal distribution and of Student's. By series and continued fractions that
//! converge, instead of tables of constants; good to ten digits, where the rules need two.

use std::f64::consts::{PI, TAU};

/// The share of a normal distribution that is farther from the middle than `z`, on both sides.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    let z = z.abs();
    let density = (-z * z / 2.0).exp() / TAU.sqrt();
    if z < 3.0 {
        // Abramowitz and Stegun, 26.2.11.
        let (mut term, mut sum, mut odd) = (z, z, 1.0);
        while term > sum * 1e-17 {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return (1.0 - 2.0 * density * sum).max(0.0);
    }
    // The same, 26.2.14, from its end; behind some sixty steps nothing changes any more.
    let fraction = (1..=60).rev().fold(z, |below, step| z + f64::from(step) / below);
    2.0 * density / fraction
}

/// The share of Student's distribution with so many degrees of freedom that is farther from the middle than `t`, on both sides.
pub(crate) fn student_two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom <= 0.0 {
        return 1.0;
    }
    if t.is_infinite() {
        return 0.0;
    }
    // Abramowitz and Stegun, 26.7.1 with 26.5.27.
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// What is divided by is never nearer to zero.
const SMALLEST: f64 = 1e-300;

/// The regularised incomplete beta function (DLMF 8.17.22), its fraction by the method of Lentz.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // It converges soon on this side alone; the other one is what is left.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let apart = |value: f64| if value.abs() < SMALLEST { SMALLEST } else { value };
    let front = (a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() / a;
    let (mut fraction, mut upper, mut lower) = (1.0, 1.0, 0.0);
    for step in 0_u32..300 {
        let m = f64::from(step / 2);
        let numerator = if step == 0 {
            1.0
        } else if step % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        lower = 1.0 / apart(1.0 + numerator * lower);
        upper = apart(1.0 + numerator / upper);
        let change = upper * lower;
        fraction *= change;
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    (front * (fraction - 1.0)).clamp(0.0, 1.0)
}

/// Of a positive number: Stirling's series (DLMF 5.11.1), which is good from ten on.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift += x.ln();
        x += 1.0;
    }
    let square = x * x;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1_260.0 - 1.0 / (1_680.0 * square)) / square) / square) / x;
    (x - 0.5) * x.ln() - x + (2.0 * PI).ln() / 2.0 + series - shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(measured: f64, known: f64) {
        assert!((measured / known - 1.0).abs() < 1e-6, "{measured} is not {known}");
    }

    #[test]
    fn tails_of_the_normal_distribution_are_those_of_the_tables() {
        close(normal_two_sided(0.0), 1.0);
        close(normal_two_sided(-1.0), 0.317_310_507_863);
        close(normal_two_sided(1.959_963_984_540), 0.05);
        close(normal_two_sided(2.999_999), 0.002_699_804_9);
        close(normal_two_sided(3.0), 0.002_699_796_063);
        close(normal_two_sided(6.0), 1.973_175_290e-9);
        assert_eq!(normal_two_sided(f64::INFINITY), 0.0);
    }

    #[test]
    fn tails_of_students_distribution_are_those_of_the_tables() {
        close(student_two_sided(0.0, 5.0), 1.0);
        close(student_two_sided(1.0, 1.0), 0.5);
        close(student_two_sided(-12.706_204_736_4, 1.0), 0.05);
        close(student_two_sided(2.228_138_852_0, 10.0), 0.05);
        close(student_two_sided(3.645_958_635_1, 30.0), 0.001);
        assert_eq!([student_two_sided(f64::INFINITY, 3.0), student_two_sided(f64::NAN, 3.0), student_two_sided(1.0, 0.0)], [0.0, 1.0, 1.0]);
    }

    #[test]
    fn with_many_degrees_of_freedom_students_is_the_normal_one() {
        for t in [0.5, 1.0, 2.0, 4.0] {
            let (student, normal) = (student_two_sided(t, 1e7), normal_two_sided(t));

            assert!((student / normal - 1.0).abs() < 1e-4, "{student} and {normal} at {t}");
        }
    }
}
