//! A few products that stand for all of a run.

use roaring::RoaringBitmap;

/// `count` of them, spread evenly: each in the middle of its part. The same every time.
pub(crate) fn evenly(products: &RoaringBitmap, count: u32) -> RoaringBitmap {
    let total = products.len();
    if total <= u64::from(count) {
        return products.clone();
    }
    let place = |number: u64| (total * (2 * number + 1) / (2 * u64::from(count))) as u32;
    (0..u64::from(count)).filter_map(|number| products.select(place(number))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all_of_the_selection() {
        let products: RoaringBitmap = (1_000..1_100).collect();
        assert_eq!(evenly(&products, 10).iter().collect::<Vec<_>>(), [1_005, 1_015, 1_025, 1_035, 1_045, 1_055, 1_065, 1_075, 1_085, 1_095]);
        assert_eq!(evenly(&products, 10), evenly(&products, 10));
    }

    #[test]
    fn a_small_selection_is_its_own_sample() {
        let products: RoaringBitmap = [3, 7].into_iter().collect();
        assert_eq!(evenly(&products, 10), products);
        assert_eq!(evenly(&(0..11).collect(), 10).len(), 10);
    }
}
