//! Which ops go into one push.

use super::Saved;
use crate::sync::wire::{MOST_BYTES, Sealed};

/// The ops from the first on that fit into a push, sealed one by one. `pending` is in the order of numbers, so that what is taken is in each
/// lane's order and leaves out no earlier op of one. The first is taken whatever its size.
pub fn compose(pending: &[Saved], most: usize) -> Vec<Sealed> {
    let mut bytes = 0;
    let mut ops = Vec::new();
    for saved in pending.iter().take(most) {
        let op = Sealed::of(&saved.sent());
        bytes += op.bytes().len() + 4;
        if bytes > MOST_BYTES && !ops.is_empty() {
            break;
        }
        ops.push(op);
    }
    ops
}
