//! What variants and pictures have in common: they are parts of a product, are changed by its one write path, and the product's
//! version is theirs.

use std::{fmt::Display, str::FromStr};

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{StatusCode, header},
};
use domain::{
    field::{Field, Value},
    op::{Base, Edit},
};
use ports::product::ProductView;

use super::{
    ROOT,
    if_match::{condition, condition_needed, edit, with_version},
    products::find,
    receipts::Sent,
};
use crate::{
    answer::Answer,
    idempotency::Work,
    merge_patch::Member,
    problem::{Kind, Problem},
};

/// The parts of an address that name a product and one of its parts.
pub(super) type Names = Result<Path<(String, String)>, PathRejection>;

/// A part of a product by its id.
pub(super) trait Part: Copy + Display {
    /// Where its like are below a product.
    const LIST: &'static str;

    /// All of it as a field of the product.
    fn field(self) -> Field;

    fn is_in(self, product: &ProductView) -> bool;

    /// It alone, as it stands in the product.
    fn answer(self, status: StatusCode, product: &ProductView) -> Result<Answer, Problem>;
}

/// Adds a part, by edits that are made of the product as it is and of what they were decided upon.
pub(super) async fn add<P: Part>(
    work: &Work,
    product: &str,
    part: P,
    edits: impl Fn(&ProductView, Base) -> Result<Vec<Edit>, Problem>,
) -> Result<Answer, Problem> {
    // Added by this very request, whose answer was lost: its version has gone on with that, and its place is taken by itself. Without a
    // key it has another id each time.
    if work.ids.are_of_key()
        && let Some(view) = find(&work.api, &work.bearer.access, product).await?
        && part.is_in(&view)
    {
        return made(part, &view);
    }
    made(part, &edit(work, product, condition(&work.asked)?, Sent::Part, edits).await?)
}

fn made<P: Part>(part: P, view: &ProductView) -> Result<Answer, Problem> {
    let address = format!("{ROOT}/products/{}/{}/{part}", view.id, P::LIST);
    Ok(with_version(part.answer(StatusCode::CREATED, view)?.text_header(header::LOCATION, &address), view))
}

/// Changes a part that is there.
pub(super) async fn change<P: Part>(
    work: &Work,
    product: &str,
    part: P,
    edits: impl Fn(&ProductView, Base) -> Result<Vec<Edit>, Problem>,
) -> Result<Answer, Problem> {
    let changed = |view: &ProductView, base| {
        is_there(part, view)?;
        edits(view, base)
    };
    let view = edit(work, product, Some(condition_needed(&work.asked)?), Sent::Part, changed).await?;
    Ok(with_version(part.answer(StatusCode::OK, &view)?, &view))
}

/// Removes a part that is there.
pub(super) async fn remove<P: Part>(work: Work, (product, part): (String, P)) -> Result<Answer, Problem> {
    let removed = move |view: &ProductView, base| {
        is_there(part, view)?;
        Ok(vec![Edit { field: part.field(), base, value: Value::None }])
    };
    let view = edit(&work, &product, condition(&work.asked)?, Sent::Part, removed).await?;
    Ok(with_version(Answer::empty(StatusCode::NO_CONTENT), &view))
}

fn is_there<P: Part>(part: P, view: &ProductView) -> Result<(), Problem> {
    if part.is_in(view) { Ok(()) } else { Err(Problem::not_found()) }
}

/// A part that the address names; what is no id names none.
pub(super) fn ids_of<T: FromStr>(names: Names) -> Result<(String, T), Problem> {
    let Path((product, part)) = names.map_err(|_| Problem::not_found())?;
    Ok((product, part.parse().map_err(|_| Problem::not_found())?))
}

/// A position that was sent, from 1.
pub(super) fn position(member: Member<i64>) -> Result<Option<i64>, Problem> {
    match member {
        Member::Absent => Ok(None),
        Member::Is(position) if position >= 1 => Ok(Some(position)),
        Member::Is(_) => Err(Problem::pointer(Kind::Unacceptable, "/position", "A position is a whole number from 1.")),
        Member::Null => Err(taken_away("position")),
    }
}

/// A member that cannot be taken away.
pub(super) fn kept<T>(name: &str, member: Member<T>) -> Result<Option<T>, Problem> {
    match member {
        Member::Absent => Ok(None),
        Member::Null => Err(taken_away(name)),
        Member::Is(value) => Ok(Some(value)),
    }
}

fn taken_away(name: &str) -> Problem {
    Problem::pointer(Kind::Unacceptable, format!("/{name}"), "This is always there: it cannot be taken away.")
}

/// Behind all that are there.
pub(super) fn last(positions: impl Iterator<Item = i64>) -> i64 {
    positions.max().unwrap_or(0).saturating_add(1)
}

/// What has to have another number so that a part stands at a position, from 1; behind the end is the end. `now` is in order, with
/// the part or without it.
pub(super) fn moved<Id: Copy + PartialEq>(now: &[(Id, i64)], part: Id, position: i64) -> Vec<(Id, i64)> {
    let mut order: Vec<(Id, Option<i64>)> = now.iter().filter(|(id, _)| *id != part).map(|(id, number)| (*id, Some(*number))).collect();
    let at = usize::try_from(position - 1).unwrap_or(usize::MAX).min(order.len());
    let before = now.iter().find(|(id, _)| *id == part).map(|(_, number)| *number);
    order.insert(at, (part, before));
    order.into_iter().zip(1..).filter(|((_, before), number)| *before != Some(*number)).map(|((id, _), number)| (id, number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_moved_and_the_others_make_room() {
        let now = [('a', 1), ('b', 2), ('c', 3), ('d', 4)];

        assert_eq!(moved(&now, 'd', 2), [('d', 2), ('b', 3), ('c', 4)]);
        assert_eq!(moved(&now, 'a', 3), [('b', 1), ('c', 2), ('a', 3)]);
        assert_eq!(moved(&now, 'b', 2), []);
        assert_eq!(moved(&now, 'a', i64::MAX), [('b', 1), ('c', 2), ('d', 3), ('a', 4)]);
        assert_eq!(moved(&now, 'n', 1), [('n', 1), ('a', 2), ('b', 3), ('c', 4), ('d', 5)]);
        assert_eq!(moved(&[], 'n', 9), [('n', 1)]);
    }

    #[test]
    fn numbers_with_gaps_are_put_right_where_something_moves() {
        assert_eq!(moved(&[('a', 1), ('b', 3), ('c', 7)], 'c', 2), [('c', 2)]);
        assert_eq!(moved(&[('a', 1), ('b', 1), ('c', 1)], 'c', 1), [('a', 2), ('b', 3)]);
    }

    #[test]
    fn a_part_that_is_added_comes_behind_the_others() {
        assert_eq!((last([].into_iter()), last([3, 1].into_iter()), last([i64::MAX].into_iter())), (1, 4, i64::MAX));
    }
}
