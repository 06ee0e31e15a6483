//! What an intent does to a product as it is now.

use super::{Decided, Intent, Seen, Suggestion, Verdict, Wanted, adjusted};
use crate::{
    field::{Field, Value, VariantField},
    ids::{OpId, ProductId, Seq},
    op::{Action, Base, Edit, Op},
    product::{Content, Product},
    reduce::{Outcome, Rejection, reduce},
    sync::end::{Conflict, Differing, End, Refusal, differing},
};

// As with an outcome: made once an op and taken apart at once.
#[expect(clippy::large_enum_variant, reason = "a box would only be one more allocation")]
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// The product changes. What is new of it lacks its version, as in [`crate::reduce::Applied`].
    Changes(crate::reduce::Applied, Option<Decided>),
    /// The product says all of it already; what is new is that its suggestion is decided.
    Decides(Decided),
    /// A conflict of an own op is closed; the product stays as it is.
    Closes(OpId),
    Ends(End),
}

/// Decides what `intent` does to `state`. `made` gives the change number of an own op that did what it wanted, and none for any other.
pub fn evaluate(
    op: OpId,
    lane: ProductId,
    intent: &Intent,
    state: Option<&Product>,
    suggestion: Option<&Suggestion>,
    made: impl Fn(OpId) -> Option<Seq>,
) -> Judged {
    let reduced = |action| reduce(state, &Op { id: op, product: lane, action });
    let plain = |action| judged(reduced(action), None, |_| Value::None);
    match (intent, state) {
        (Intent::Edit(wanted), Some(product)) => {
            let edit = |wanted: &Wanted| Edit { field: wanted.field.clone(), base: wanted.base(product, &made), value: wanted.value.clone() };
            let edits = wanted.iter().map(edit).collect();
            judged(reduced(Action::Edit(edits)), None, |field| was(wanted, field))
        }
        (Intent::AdjustPrice { variants, basis_points }, Some(product)) => {
            let chosen = product.content.variants.iter().filter(|variant| variants.is_empty() || variants.contains(&variant.id));
            let mut edits = Vec::new();
            for (id, price) in chosen.filter_map(|variant| variant.price.map(|price| (variant.id, price))) {
                let field = Field::VariantField(id, VariantField::Price);
                let Some(price) = adjusted(price, *basis_points) else {
                    let sentence = "The new price would be below nothing or above what is believed.".to_owned();
                    return Judged::Ends(End::Rejected(Refusal::Invalid(field, sentence)));
                };
                edits.push(Edit { field, base: Base::Any, value: Value::Number(price.0) });
            }
            plain(Action::Edit(edits))
        }
        (Intent::Decide { version, approve }, Some(product)) => match suggestion.filter(|suggestion| suggestion.id == *version) {
            Some(suggestion) => decide(product, suggestion, *approve, reduced),
            None => Judged::Ends(End::Rejected(Refusal::NotFound)),
        },
        (Intent::Review { version, verdict, .. }, Some(product)) => match suggestion.filter(|suggestion| suggestion.id == *version) {
            Some(suggestion) => review(product, suggestion, verdict, reduced, &made),
            None => Judged::Ends(End::Rejected(Refusal::NotFound)),
        },
        (Intent::Create { handle, fields }, _) => match content(handle, fields) {
            Ok(content) => plain(Action::Create(Box::new(content))),
            Err(rejection) => Judged::Ends(End::Rejected((&rejection).into())),
        },
        (Intent::Delete, _) => plain(Action::Delete),
        (Intent::Restore, _) => plain(Action::Restore),
        (Intent::KeepTheirs { conflict }, _) => Judged::Closes(*conflict),
        (_, None) => Judged::Ends(End::Rejected(Refusal::NotFound)),
    }
}

/// A product as its editor is to see it: with own ops on it that the product does not have yet, in their order.
#[must_use]
pub fn shown<'a>(mut product: Product, ops: impl IntoIterator<Item = &'a Intent>) -> Product {
    for intent in ops {
        match intent {
            Intent::Edit(wanted) => set(&mut product, wanted),
            Intent::Review { verdict, .. } => {
                set(&mut product, verdict.wanted());
                product.optimisation = verdict.status();
            }
            Intent::AdjustPrice { variants, basis_points } => {
                for variant in product.content.variants.iter_mut().filter(|variant| variants.is_empty() || variants.contains(&variant.id)) {
                    variant.price = variant.price.and_then(|price| adjusted(price, *basis_points)).or(variant.price);
                }
            }
            Intent::Delete => product.deleted = true,
            Intent::Restore => product.deleted = false,
            Intent::Decide { .. } | Intent::Create { .. } | Intent::KeepTheirs { .. } => {}
        }
    }
    product
}

fn set(product: &mut Product, wanted: &[Wanted]) {
    for wanted in wanted {
        // What does not fit will be refused with a reason; until then the old value stands.
        let _ = product.set(&wanted.field, wanted.value.clone());
    }
}

impl Wanted {
    fn base(&self, product: &Product, made: &impl Fn(OpId) -> Option<Seq>) -> Base {
        let seen = match self.seen {
            Seen::At(seq) => seq,
            Seen::After(op, seq) => made(op).unwrap_or(seq),
        };
        // A version that fits says little when the server counts anew since a restore: the value has to be the one that was seen.
        Base::Seen(if self.is_unseen() || is_still(product, &self.field, &self.was) { seen } else { Seq(0) })
    }

    /// Whether something is removed that no page shows the whole of: a variant has columns that are only in the file.
    const fn is_unseen(&self) -> bool {
        matches!((&self.field, &self.was, &self.value), (Field::Variant(_) | Field::Image(_), Value::None, Value::None))
    }
}

/// Whether a field holds a value, as the field writes it: tags are trimmed, and so on.
fn is_still(product: &Product, field: &Field, was: &Value) -> bool {
    let now = product.get(field);
    if now == *was {
        return true;
    }
    let mut as_written = product.clone();
    as_written.set(field, was.clone()).is_ok() && as_written.get(field) == now
}

fn decide(product: &Product, suggestion: &Suggestion, approve: bool, reduced: impl Fn(Action) -> Outcome) -> Judged {
    let wants = if approve { Decided::Approved } else { Decided::Rejected };
    match suggestion.decided {
        Some(decided) if decided == wants => return Judged::Ends(End::NoOp),
        Some(decided) => return Judged::Ends(End::Conflict(Conflict::Decided(decided))),
        None => {}
    }
    let mine = |field: &Field| suggestion.words.iter().find(|(other, _)| other == field).map_or(Value::None, |(_, value)| value.clone());
    if approve {
        let stale: Vec<Differing> = suggestion
            .changed_since(product)
            .map(|(field, base)| Differing { field: field.clone(), base: base.clone(), theirs: product.get(field), mine: mine(field) })
            .collect();
        if !stale.is_empty() {
            return Judged::Ends(End::Conflict(Conflict::Stale(stale)));
        }
    }
    let base_of = |field: &Field| suggestion.source.get(field).map_or(Value::None, |(_, value)| value.clone());
    decided(reduced(Action::Edit(suggestion.edits(approve))), wants, base_of)
}

/// What a reviewer has seen of a field counts, and not what was there when the suggestion was written: they may have agreed to replace
/// what somebody has written since.
fn review(
    product: &Product,
    suggestion: &Suggestion,
    verdict: &Verdict,
    reduced: impl Fn(Action) -> Outcome,
    made: &impl Fn(OpId) -> Option<Seq>,
) -> Judged {
    if let Err((field, sentence)) = verdict.check(|field| suggestion.says(field)) {
        return Judged::Ends(End::Rejected(Refusal::Invalid(field, sentence)));
    }
    match (suggestion.decided, verdict) {
        // Other words than these were approved when the product does not say these: whoever wrote them has to know.
        (Some(Decided::Approved), Verdict::Approve(wanted)) if wanted.iter().all(|wanted| is_still(product, &wanted.field, &wanted.value)) => {
            return Judged::Ends(End::NoOp);
        }
        (Some(Decided::Rejected), Verdict::Reject { .. }) => return Judged::Ends(End::NoOp),
        (Some(decided), _) => return Judged::Ends(End::Conflict(Conflict::Decided(decided))),
        (None, _) => {}
    }
    let edits = verdict.edits(|wanted| wanted.base(product, made));
    decided(reduced(Action::Edit(edits)), verdict.decided(), |field| was(verdict.wanted(), field))
}

/// What a decision comes to about a suggestion that was open.
fn decided(outcome: Outcome, wants: Decided, base_of: impl Fn(&Field) -> Value) -> Judged {
    match outcome {
        Outcome::Conflict(conflicts) => Judged::Ends(End::Conflict(Conflict::Stale(differing(&conflicts, base_of)))),
        Outcome::NoOp => Judged::Decides(wants),
        outcome => judged(outcome, Some(wants), base_of),
    }
}

fn judged(outcome: Outcome, decided: Option<Decided>, base_of: impl Fn(&Field) -> Value) -> Judged {
    let end = End::of(&outcome, base_of);
    match outcome {
        Outcome::Applied(applied) => Judged::Changes(applied, decided),
        _ => Judged::Ends(end),
    }
}

fn was(wanted: &[Wanted], field: &Field) -> Value {
    wanted.iter().find(|wanted| wanted.field == *field).map_or(Value::None, |wanted| wanted.was.clone())
}

fn content(handle: &crate::handle::Handle, fields: &[(Field, Value)]) -> Result<Content, Rejection> {
    let title = fields.iter().find(|(field, _)| *field == Field::Title).map_or(Value::None, |(_, value)| value.clone());
    let mut content = Content::new(handle.clone(), "");
    for (field, value) in [(&Field::Title, &title)].into_iter().chain(fields.iter().map(|(field, value)| (field, value))) {
        content.set(field, value.clone()).map_err(|reason| Rejection::Invalid { field: field.clone(), reason })?;
    }
    Ok(content)
}

#[cfg(test)]
mod tests;
