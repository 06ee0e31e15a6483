//! Whether a device has lived through the same history, and how it is brought up to date.

use crate::{
    ids::Seq,
    sync::{
        hash::{Chain, Sum},
        wire::{Cookie, Held, Pull, Span},
    },
};

/// So many changes are looked through one by one. Above it, comparing what is held costs less.
pub const NEAR: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The device has seen what this store has not: from the beginning. When it is the witness that is not known, `lost`.
    Reset { lost: bool },
    /// [`crate::sync::wire::PullAnswer::Far`]
    Far,
    /// The rows that changed since, and what is wanted and compared.
    Since(Seq),
    /// What is wanted and compared, which is all there is.
    Compared,
}

/// Whether a place is in a store's history. `hash` is the store's link at the cookie's number, none when it is not kept any more:
/// what cannot be made sure of is taken for another history.
pub fn in_history(cookie: Cookie, head: Cookie, hash: Option<Chain>) -> bool {
    cookie.epoch == head.epoch && cookie.seq <= head.seq && hash == Some(cookie.hash)
}

/// The rows of the segments that differ: those a comparing device has to be sent. `sum` is of the same rows as the store has them.
pub fn differing(compare: &[Held], sum: impl Fn(&[Span]) -> Sum) -> Vec<u32> {
    let differing = compare.iter().filter(|held| sum(&held.rows) != held.sum);
    differing.flat_map(|held| held.rows.iter().flat_map(|span| span.rows())).collect()
}

/// How a pull is answered. `known` says whether a cookie is [`in_history`]; `changes` counts what came after one.
pub fn plan(pull: &Pull, known: impl Fn(Cookie) -> bool, changes: impl Fn(Cookie) -> u64) -> Plan {
    if pull.witness.is_some_and(|witness| !known(witness)) {
        return Plan::Reset { lost: true };
    }
    match pull.cookie {
        Some(cookie) if !known(cookie) => Plan::Reset { lost: false },
        Some(_) if pull.complete => Plan::Compared,
        Some(cookie) if changes(cookie) > NEAR => Plan::Far,
        Some(cookie) => Plan::Since(cookie.seq),
        None => Plan::Compared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: i64) -> Cookie {
        Cookie { epoch: 1, seq: Seq(seq), hash: Chain(seq as u64) }
    }

    #[test]
    fn p15_a_place_that_never_was_is_not_in_the_history() {
        let known = |cookie| in_history(cookie, at(9), Some(Chain(5)));

        assert!(known(at(5)));
        assert!(!known(Cookie { hash: Chain(6), ..at(5) }), "another change has this number");
        assert!(!known(Cookie { epoch: 2, ..at(5) }), "the store was restored");
        assert!(!in_history(at(10), at(9), None), "the store is not that far");
        assert!(!in_history(at(5), at(9), None), "so old that nobody can tell");
    }

    #[test]
    fn p14_of_much_that_is_held_only_what_differs_is_sent() {
        let held = |segment: u32| Held { segment, rows: vec![Span { from: segment * 1_024, count: 1_000 }], sum: Sum(segment.into()) };
        let compare: Vec<Held> = (0..20).map(held).collect();
        let sum = |rows: &[Span]| if rows[0].from == 7 * 1_024 { Sum(0) } else { Sum(u64::from(rows[0].from / 1_024)) };

        let rows = differing(&compare, sum);

        assert_eq!(rows, (7 * 1_024..7 * 1_024 + 1_000).collect::<Vec<_>>());
    }

    #[test]
    fn p15_ends_are_lost_when_the_witness_is_unknown() {
        let pull = |cookie, witness| Pull { cookie, witness, ..Pull::default() };
        let plan = |pull| plan(&pull, |cookie| cookie.seq <= Seq(5), |cookie| if cookie.seq == Seq(1) { NEAR + 1 } else { 1 });

        assert_eq!(plan(pull(Some(at(5)), Some(at(6)))), Plan::Reset { lost: true });
        assert_eq!(plan(pull(Some(at(6)), Some(at(5)))), Plan::Reset { lost: false });
        assert_eq!(plan(pull(Some(at(5)), Some(at(5)))), Plan::Since(Seq(5)));
        assert_eq!(plan(pull(Some(at(1)), None)), Plan::Far);
        assert_eq!(plan(Pull { complete: true, ..pull(Some(at(1)), None) }), Plan::Compared);
        assert_eq!(plan(pull(None, None)), Plan::Compared);
    }
}
