//! Sorting all products at once, when an index is built.

use domain::query::SortKey;

use crate::{order::Order, rows::Rows, title};

pub(crate) fn order(rows: &Rows, key: SortKey) -> Order {
    match key {
        SortKey::Title => by_title(rows),
        SortKey::Vendor => by_vendor(rows),
        SortKey::Price => {
            let priced = sorted(rows.priced.iter().map(|ord| (rows.price.get(ord), ord)));
            let unpriced = rows.present.difference(&rows.priced);
            Order::from_sorted(priced.chain(unpriced.iter()))
        }
        SortKey::Updated => Order::from_sorted(sorted(rows.present.iter().map(|ord| (rows.seq.get(ord), ord)))),
    }
}

fn by_vendor(rows: &Rows) -> Order {
    let mut vendors: Vec<u32> = (0..rows.vendors.len() as u32).collect();
    vendors.sort_unstable_by(|left, right| rows.compare_vendors(*left, *right));
    let mut ranks = vec![0_u32; vendors.len()];
    for pair in vendors.windows(2) {
        let differs = rows.compare_vendors(pair[0], pair[1]).is_lt();
        ranks[pair[1] as usize] = ranks[pair[0] as usize] + u32::from(differs);
    }
    Order::from_sorted(sorted(rows.present.iter().map(|ord| (ranks[rows.vendor.get(ord) as usize], ord))))
}

fn sorted<T: Ord>(keyed: impl Iterator<Item = (T, u32)>) -> impl Iterator<Item = u32> {
    let mut keyed: Vec<(T, u32)> = keyed.collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, ord)| ord)
}

/// Compares seven bytes at a time, as numbers: putting whole titles together for each comparison is slow.
fn by_title(rows: &Rows) -> Order {
    let mut items: Vec<Item> = rows.present.iter().map(|ord| Item { letters: 0, ord }).collect();
    sort_from(rows, &mut items, 0);
    Order::from_sorted(items.iter().map(|item| item.ord))
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    /// Bytes of the title from the depth on, and how many there were in the last byte: up to `STEP`, or one
    /// more where the title goes on.
    letters: u64,
    ord: u32,
}

const STEP: usize = 7;
/// From here on titles are compared whole, so that thousands of equal letters do not pile up calls.
const DEEPEST: usize = 16 * STEP;

fn sort_from(rows: &Rows, items: &mut [Item], depth: usize) {
    if depth >= DEEPEST {
        items.sort_by_cached_key(|item| (rows.title(item.ord), item.ord));
        return;
    }
    for item in &mut *items {
        item.letters = letters(rows, item.ord, depth);
    }
    items.sort_unstable();
    for same in items.chunk_by_mut(|left, right| left.letters == right.letters) {
        if same.len() > 1 && same[0].letters as u8 > STEP as u8 {
            sort_from(rows, same, depth + STEP);
        }
    }
}

fn letters(rows: &Rows, ord: u32, depth: usize) -> u64 {
    let mut bytes = [0; STEP + 1];
    let (mut skip, mut len) = (depth, 0);
    for text in title::texts(&rows.words, rows.records.title(ord)) {
        let rest = text.get(skip..).unwrap_or_default();
        skip -= skip.min(text.len());
        let taken = rest.len().min(STEP - len);
        bytes[len..len + taken].copy_from_slice(&rest[..taken]);
        len += taken;
        if rest.len() > taken {
            bytes[STEP] = STEP as u8 + 1;
            return u64::from_be_bytes(bytes);
        }
    }
    bytes[STEP] = len as u8;
    u64::from_be_bytes(bytes)
}
