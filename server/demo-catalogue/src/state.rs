//! Whether a product is on sale, and which of its details nobody ever filled in.

use domain::product::{Content, Status};

use crate::random::{Purpose, Random};

/// Sets the status, and empties a few fields.
pub(crate) fn apply(content: &mut Content, n: u64) {
    let mut random = Random::new(n, Purpose::State);
    content.status = [Status::Active, Status::Draft, Status::Archived][random.weighted(&[82, 12, 6])];
    content.published = content.status == Status::Active && !random.percent(3);
    if random.percent(1) {
        content.vendor.clear();
    }
    if random.percent(3) {
        content.product_type.clear();
    }
    if random.percent(28) {
        content.category.clear();
    }
}
