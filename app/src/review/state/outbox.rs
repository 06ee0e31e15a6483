//! Decisions on their way, and what becomes of them. They are in the outbox of the device as soon as that is there; where nothing can be
//! kept, the page keeps them until the server answers.

use std::time::Duration;

use domain::{
    change::FieldConflict,
    clock::Timestamp,
    field::Field,
    ids::{OpId, ProductId, ReviewId, Seq, VersionId},
    sync::{
        end::{Conflict, Differing, End, Refusal},
        intent::{Decided, Intent, Payload, Verdict},
        outbox::{Saved, State},
        shown::settles,
    },
};
use ports::{
    error::AppError,
    review::{Card, ReviewStatus, VersionView, VersionsView},
};

/// What is done about a decision.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Rest,
    /// Handed over again after a while.
    Again(Duration),
    /// Handed over again when the person wants it: they have to do something first.
    Wait(String),
    /// It waits for no decision any more: somebody was faster, or it is not there.
    Gone(String),
    /// Back on the desk, with what somebody has written meanwhile.
    Edited(Vec<FieldConflict>),
    /// Back on the desk, with the reason.
    Refused(String),
}

/// Of one that could neither be kept nor sent. `tries` is how often that was tried.
pub(crate) fn not_kept(error: &AppError, tries: u32) -> Next {
    match error {
        AppError::SignedOut => Next::Wait(error.to_string()),
        _ => Next::Again(Duration::from_secs(1 << tries.min(5))),
    }
}

/// Of one that has ended. Who was faster the suggestion itself says, once it is asked for again ([`faster`]).
pub(crate) fn ended(end: &End, seq: Option<Seq>) -> Next {
    let conflict = |Differing { field, base: _, theirs, mine }: &Differing| FieldConflict {
        field: field.clone(),
        seen: Seq(0),
        current: seq.unwrap_or_default(),
        theirs: theirs.clone(),
        mine: mine.clone(),
    };
    match end {
        End::Applied | End::Merged | End::NoOp => Next::Rest,
        End::Conflict(Conflict::Decided(decided)) => Next::Gone(too_late(*decided)),
        End::Conflict(Conflict::Fields(fields) | Conflict::Stale(fields)) => Next::Edited(fields.iter().map(conflict).collect()),
        End::Rejected(Refusal::NotFound) => Next::Gone(GONE.to_owned()),
        End::Rejected(Refusal::Invalid(field, sentence)) if *field != Field::Optimisation => Next::Refused(format!("{}: {sentence}", field.label())),
        End::Rejected(refusal) => Next::Refused(refusal.to_string()),
    }
}

/// The same, with what the suggestion says by now; `card` is none when it is not there any more.
pub(crate) fn faster(next: Next, card: Option<&Card>) -> Next {
    match (next, card) {
        (Next::Rest, _) => Next::Rest,
        (_, None) => Next::Gone(GONE.to_owned()),
        (Next::Gone(_), Some(card)) if card.status == ReviewStatus::Open => Next::Refused("Your decision did not hold.".to_owned()),
        (_, Some(card)) if card.status != ReviewStatus::Open => {
            Next::Gone(already(card.status, card.decided.as_ref().map_or("", |decided| &decided.who)))
        }
        (next, _) => next,
    }
}

const GONE: &str = "it is not there any more. Your decision changed nothing. Reload the page to see what is there.";

/// Why a decision came too late, as far as its end tells.
pub(crate) fn too_late(decided: Decided) -> String {
    match decided {
        Decided::Approved => already(ReviewStatus::Approved, ""),
        Decided::Rejected => already(ReviewStatus::Rejected, ""),
        // Which of the two it was only the suggestion itself says.
        Decided::Superseded => format!("it was sent back before you, or other words took its place. {NOTHING}"),
    }
}

const NOTHING: &str = "Your decision changed nothing.";

/// Why a decision came too late. A suggestion gives way to a later one, and to a version that somebody puts into the product:
/// nobody has decided about it then.
fn already(status: ReviewStatus, who: &str) -> String {
    let somebody = if who.is_empty() { "somebody" } else { who };
    let so = match status {
        ReviewStatus::Superseded if who.is_empty() => "other words took its place".to_owned(),
        ReviewStatus::Superseded => format!("other words took its place, which {who} has chosen"),
        ReviewStatus::Open => "it still waits for a decision".to_owned(),
        ReviewStatus::Approved => format!("{somebody} has approved it before you"),
        ReviewStatus::Rejected => format!("{somebody} has rejected it before you"),
        ReviewStatus::Changes => format!("{somebody} has asked for changes before you"),
    };
    format!("{so}. {NOTHING}")
}

/// What was done, in a word.
#[cfg(feature = "hydrate")]
pub(crate) const fn done(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approve(_) => "Approved",
        Verdict::Reject { .. } => "Rejected",
        Verdict::Changes { .. } => "Sent back",
    }
}

/// A decision as the outbox of this device has it, whichever page has put it there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) op: OpId,
    pub(crate) review: ReviewId,
    pub(crate) product: ProductId,
    pub(crate) at: Timestamp,
    pub(crate) fate: Fate,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    Waits,
    Done(End),
    ThrownAway,
    /// It did not hold, and nobody has looked at that yet.
    Open(End, Option<Seq>),
    /// It did not hold, and its person knows.
    Settled(End, Option<Seq>),
}

/// The decisions among what the outbox has, in their order.
pub(crate) fn found(ops: &[Saved]) -> Vec<Found> {
    let decision = |(at, saved): (usize, &Saved)| {
        let Ok(Payload { intent: Intent::Review { review, .. }, .. }) = saved.draft.payload.open::<Payload>() else { return None };
        let fate = match &saved.state {
            State::Pending | State::Quarantined => Fate::Waits,
            State::Discarded { .. } => Fate::ThrownAway,
            State::Ended { end, .. } if !end.needs_somebody() => Fate::Done(end.clone()),
            State::Ended { end, seq, .. } if ops[at + 1..].iter().any(|later| settles(later, saved)) => Fate::Settled(end.clone(), *seq),
            State::Ended { end, seq, .. } => Fate::Open(end.clone(), *seq),
        };
        Some(Found { op: saved.draft.id, review, product: saved.draft.lane, at: saved.draft.at, fate })
    };
    ops.iter().enumerate().filter_map(decision).collect()
}

/// How an approval is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By the words before all versions.
    Original,
    /// By another version.
    Version(VersionId),
    /// What the product said before is no version's words: a person has to look.
    None,
}

/// The way back to what a product said before a version of it was approved.
pub(crate) fn way_back(view: &VersionsView, version: VersionId) -> Way {
    let Some(approved) = view.versions.iter().find(|known| known.id == version) else { return Way::None };
    let fields = approved.words.fields();
    let is_before = |words: &domain::words::Words| fields.iter().all(|(field, _)| words.get(field) == approved.before.get(field));
    if view.original.as_ref().is_some_and(is_before) {
        return Way::Original;
    }
    let had = |other: &&VersionView| other.id != version && is_before(&other.words.over(&other.before));
    view.versions.iter().find(had).map_or(Way::None, |other| Way::Version(other.id))
}

#[cfg(test)]
mod tests;
