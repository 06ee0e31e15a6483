//! Decisions on their way to the server, and what their answers come to. None is lost: what got no answer is sent again,
//! as the same decision.

use std::time::Duration;

use domain::{change::FieldConflict, ids::VersionId};
use ports::{
    error::AppError,
    review::{Outcome, ReviewStatus, VersionView, VersionsView},
};

/// What is done about an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Rest,
    /// Sent again after a while.
    Again(Duration),
    /// Sent again when the person wants it: they have to do something first.
    Wait(String),
    /// Somebody else decided before.
    Gone(String),
    /// Back on the desk, with what somebody has written meanwhile.
    Edited(Vec<FieldConflict>),
    /// Back on the desk, with the reason.
    Refused(String),
}

/// `tries` is how often it was sent.
pub(crate) fn next(answer: &Result<Outcome, AppError>, tries: u32) -> Next {
    match answer {
        Ok(Outcome::Done) => Next::Rest,
        Ok(Outcome::Already { status, decided }) => Next::Gone(format!("{} decided before: {}.", or_somebody(&decided.who), already(*status))),
        Ok(Outcome::Stale(conflicts)) => Next::Edited(conflicts.clone()),
        Ok(Outcome::Refused(reason)) => Next::Refused(reason.clone()),
        Err(AppError::Unreachable | AppError::Unavailable(_) | AppError::Internal) => Next::Again(Duration::from_secs(1 << tries.min(5))),
        Err(error @ AppError::SignedOut) => Next::Wait(error.to_string()),
        Err(error) => Next::Refused(error.to_string()),
    }
}

fn or_somebody(who: &str) -> &str {
    if who.is_empty() { "Somebody" } else { who }
}

const fn already(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Open => "it is open",
        ReviewStatus::Approved => "it is approved",
        ReviewStatus::Rejected => "it is rejected",
        ReviewStatus::Changes => "changes were requested",
        ReviewStatus::Superseded => "a later suggestion took its place",
    }
}

/// What was done, in a word.
#[cfg(feature = "hydrate")]
pub(crate) const fn done(verdict: &ports::review::Verdict) -> &'static str {
    use ports::review::Verdict;

    match verdict {
        Verdict::Approve { .. } => "Approved",
        Verdict::Reject { .. } => "Rejected",
        Verdict::Changes { .. } => "Sent back",
    }
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
mod tests {
    use std::collections::BTreeMap;

    use domain::{
        clock::Timestamp,
        ids::ProductId,
        money::{Cost, Currency},
        words::{Words, score::Scores},
    };
    use ports::review::Decided;

    use super::*;

    #[test]
    fn what_got_no_answer_is_sent_again_after_longer_and_longer() {
        let wait = |tries| next(&Err(AppError::Unreachable), tries);

        assert_eq!([wait(0), wait(1), wait(2)], [1, 2, 4].map(|seconds| Next::Again(Duration::from_secs(seconds))));
        assert_eq!(wait(400), Next::Again(Duration::from_secs(32)));
    }

    #[test]
    fn every_answer_has_a_consequence() {
        let decided = Decided { who: "Ann".into(), at: Timestamp::default(), reason: String::new() };
        let already = Outcome::Already { status: ReviewStatus::Rejected, decided };

        assert_eq!(next(&Ok(Outcome::Done), 0), Next::Rest);
        assert_eq!(next(&Ok(already), 0), Next::Gone("Ann decided before: it is rejected.".into()));
        assert_eq!(next(&Ok(Outcome::Stale(Vec::new())), 0), Next::Edited(Vec::new()));
        assert_eq!(next(&Ok(Outcome::Refused("Too long.".into())), 0), Next::Refused("Too long.".into()));
        assert!(matches!(next(&Err(AppError::SignedOut), 0), Next::Wait(_)));
        assert!(matches!(next(&Err(AppError::Forbidden), 0), Next::Refused(_)));
    }

    fn titled(title: &str) -> Words {
        Words { title: Some(title.into()), ..Words::default() }
    }

    fn version(number: u8, before: &str, title: &str) -> VersionView {
        VersionView {
            id: VersionId::new(Timestamp::from_micros(i64::from(number)), [number; 10]),
            number: number.into(),
            created_at: Timestamp::default(),
            by: String::new(),
            model: String::new(),
            run: None,
            words: titled(title),
            before: Words { description: Some("same".into()), ..titled(before) },
            scores_before: Scores::default(),
            scores_after: Scores::default(),
            findings: Vec::new(),
            tokens_in: 0,
            tokens_out: 0,
            cost: Cost::ZERO,
            remark: String::new(),
            active: false,
            status: None,
            decided: None,
        }
    }

    fn view(versions: Vec<VersionView>) -> VersionsView {
        VersionsView {
            product: ProductId::new(Timestamp::default(), [0; 10]),
            handle: "lamp".parse().unwrap(),
            title: String::new(),
            now: Words::default(),
            original: Some(Words { description: Some("other".into()), ..titled("a") }),
            seen: BTreeMap::new(),
            versions,
            currency: Currency::EUR,
            may_decide: true,
        }
    }

    #[test]
    fn an_approval_is_taken_back_by_what_was_there_before() {
        let versions = [version(1, "a", "b"), version(2, "b", "c"), version(3, "typed by hand", "d")];
        let ids = versions.each_ref().map(|version| version.id);
        let view = view(versions.into());

        assert_eq!(ids.map(|id| way_back(&view, id)), [Way::Original, Way::Version(ids[0]), Way::None]);
    }
}
