//! Which of the changes that were found are known already, and which of those that are known were none.

use ports::lab::ChangePoint;

use super::{Found, Looked};

/// What is to be done.
pub(super) struct Kept<'a> {
    pub(super) new: Vec<&'a Found>,
    /// By their numbers, as they are seen now.
    pub(super) seen: Vec<(i64, &'a Found)>,
    pub(super) gone: Vec<i64>,
}

pub(super) fn keep<'a>(known: &[ChangePoint], looked: &'a Looked) -> Kept<'a> {
    let of_series = |point: &&ChangePoint| point.metric == looked.metric && point.subject == looked.subject;
    let mut left: Vec<&ChangePoint> = known.iter().filter(of_series).collect();
    let mut kept = Kept { new: Vec::new(), seen: Vec::new(), gone: Vec::new() };
    for found in &looked.found {
        let same = |point: &&ChangePoint| point.is_worse == found.is_worse && (found.near.0..=found.near.1).contains(&point.at);
        let nearest = left.iter().enumerate().filter(|(_, point)| same(point)).min_by_key(|(_, point)| point.at.micros().abs_diff(found.at.micros()));
        match nearest.map(|(at, _)| at) {
            Some(at) => kept.seen.push((left.swap_remove(at).id, found)),
            None => kept.new.push(found),
        }
    }
    kept.gone.extend(left.into_iter().filter(|point| point.is_open() && point.at >= looked.seen_from).map(|point| point.id));
    kept
}
