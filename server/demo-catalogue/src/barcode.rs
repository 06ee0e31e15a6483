//! EAN-13 barcodes.

/// A barcode with the right check digit, different for every product and variant, from the range
/// 200 to 299 that is set aside for use inside a shop.
pub(crate) fn ean13(n: u64, variant: usize) -> String {
    let body = 200_000_000_000 + (n % 8_000_000_000 * 12 + variant as u64);
    let mut digits = [0; 13];
    let mut rest = body;
    for digit in digits[..12].iter_mut().rev() {
        *digit = (rest % 10) as u8;
        rest /= 10;
    }
    digits[12] = check_digit(&digits);
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

fn check_digit(digits: &[u8; 13]) -> u8 {
    let sum: u32 = digits[..12].iter().enumerate().map(|(at, digit)| u32::from(*digit) * if at % 2 == 0 { 1 } else { 3 }).sum();
    ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_the_standard() {
        assert_eq!(check_digit(&[4, 0, 0, 6, 3, 8, 1, 3, 3, 3, 9, 3, 0]), 1);
        assert_eq!(check_digit(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 8);
    }
}
