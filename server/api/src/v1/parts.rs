//! What variants and pictures have in common: they are parts of a product, are changed by its one write path, and the product's
//! version is theirs.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::header,
};
use domain::{
    field::Field,
    ids::Seq,
    op::{Action, Base, Edit, Op},
};
use ports::product::{ProductView, Receipt};

use super::{
    products::{by_id, condition, condition_missing, find},
    receipts::{changed_meanwhile, version},
};
use crate::{
    answer::Answer,
    etag::{self, Tags},
    idempotency::Work,
    merge_patch::Member,
    problem::{Fault, Kind, Problem},
};

/// The parts of an address that name a product and one of its parts.
pub(super) type Names = Result<Path<(String, String)>, PathRejection>;

/// Whether a change has to say upon which version it was decided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Needed,
    Optional,
}

/// A product that is about to be changed, and what its edits were decided upon.
pub(super) struct Decided {
    pub(super) view: ProductView,
    pub(super) base: Base,
    /// What became of it when it was sent before.
    before: Option<Receipt>,
}

impl Decided {
    pub(super) async fn of(work: &Work, product: &str, needed: Condition) -> Result<Self, Problem> {
        let Work { api, bearer, asked, .. } = work;
        let who = &bearer.access;
        let tags = condition(asked)?;
        if tags.is_none() && needed == Condition::Needed {
            return Err(condition_missing());
        }
        let before = work.done_before(0).await?;
        let view = find(api, who, product).await?.ok_or_else(Problem::not_found)?;
        let seen = view.versions.latest;
        if before.is_none() && tags.as_ref().is_some_and(|tags| !tags.holds(&etag::of_version(seen))) {
            return Err(changed_meanwhile());
        }
        let base = if matches!(tags, None | Some(Tags::Any)) { Base::Any } else { Base::Seen(seen) };
        Ok(Self { view, base, before })
    }

    pub(super) const fn is_done(&self) -> bool {
        self.before.is_some()
    }

    /// Does all edits or none; the product as it is then.
    pub(super) async fn edit(self, work: &Work, edits: Vec<Edit>) -> Result<ProductView, Problem> {
        let (api, who) = (&work.api, &work.bearer.access);
        if let Some(receipt) = self.before {
            done(receipt)?;
            return by_id(api, who, self.view.id).await?.ok_or_else(Problem::not_found);
        }
        // No edit at all changes nothing, but is no way around who may.
        let op = Op { id: work.ids.op(0), product: self.view.id, action: Action::Edit(edits) };
        done(work.submit(op).await?)?;
        by_id(api, who, self.view.id).await?.ok_or_else(Problem::not_found)
    }
}

/// The version of a product is that of its parts.
pub(super) fn with_version(answer: Answer, view: &ProductView) -> Answer {
    answer.text_header(header::ETAG, &etag::of_version(view.versions.latest))
}

/// A part that the address names; what is no id names none.
pub(super) fn ids_of<T: std::str::FromStr>(names: Names) -> Result<(String, T), Problem> {
    let Path((product, part)) = names.map_err(|_| Problem::not_found())?;
    Ok((product, part.parse().map_err(|_| Problem::not_found())?))
}

/// As [`version`], but what is at fault is pointed at in the part, which is all that was sent.
fn done(receipt: Receipt) -> Result<Seq, Problem> {
    match receipt {
        Receipt::Conflict(conflicts) => {
            let fault = |field: &Field| Fault::pointer(pointer(field), "Somebody changed this meanwhile.");
            Err(changed_meanwhile().with(conflicts.iter().map(|conflict| fault(&conflict.field)).collect()))
        }
        Receipt::Rejected { field: Some(field), reason } => Err(Problem::pointer(Kind::Unacceptable, pointer(&field), reason)),
        other => version(other, None),
    }
}

fn pointer(field: &Field) -> String {
    match field {
        Field::VariantField(_, field) => format!("/{}", field.name()),
        Field::ImageField(_, field) => format!("/{}", field.name()),
        _ => String::new(),
    }
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
    use domain::{
        change::FieldConflict,
        clock::Timestamp,
        field::{ImageField, Value, VariantField},
        ids::{ImageId, VariantId},
    };

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

    #[test]
    fn what_is_at_fault_is_pointed_at_in_the_part() {
        let variant = VariantId::new(Timestamp::from_micros(1), [1; 10]);
        let image = ImageId::new(Timestamp::from_micros(1), [1; 10]);
        let json = |receipt| {
            let problem = done(receipt).unwrap_err();
            (problem.status(), serde_json::to_string(&problem).unwrap())
        };
        let rejected = |field| json(Receipt::Rejected { field: Some(field), reason: "No.".into() });
        let field = Field::VariantField(variant, VariantField::CompareAtPrice);
        let conflict = FieldConflict { field: field.clone(), seen: Seq(1), current: Seq(2), theirs: Value::None, mine: Value::Number(1) };

        for (field, pointer) in [(field, "/compare_at_price"), (Field::ImageField(image, ImageField::Alt), "/alt"), (Field::Variant(variant), "")] {
            let (status, json) = rejected(field);
            assert!(status == 422 && json.contains(&format!("\"pointer\":\"{pointer}\"")), "{json}");
        }
        let (status, json) = json(Receipt::Conflict(vec![conflict]));
        assert!(status == 412 && json.contains("\"pointer\":\"/compare_at_price\""), "{json}");
        assert_eq!(done(Receipt::Applied { seq: Seq(3) }), Ok(Seq(3)));
    }
}
