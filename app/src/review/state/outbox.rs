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
    /// It waits for no decision any more: somebody was faster, or it is not there.
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
        Ok(Outcome::Already { status: ReviewStatus::Open, .. }) => Next::Refused("Your decision did not hold.".to_owned()),
        Ok(Outcome::Already { status, decided }) => Next::Gone(already(*status, &decided.who)),
        Ok(Outcome::Stale(conflicts)) => Next::Edited(conflicts.clone()),
        Ok(Outcome::Refused(reason)) => Next::Refused(reason.clone()),
        Err(AppError::Unreachable | AppError::Unavailable(_) | AppError::Internal) => Next::Again(Duration::from_secs(1 << tries.min(5))),
        Err(error @ AppError::SignedOut) => Next::Wait(error.to_string()),
        Err(AppError::NotFound) => {
            Next::Gone("it is not there any more. Your decision changed nothing. Reload the page to see what is there.".to_owned())
        }
        Err(error) => Next::Refused(error.to_string()),
    }
}

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
    format!("{so}. Your decision changed nothing.")
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
        assert!(matches!(next(&Ok(already), 0), Next::Gone(_)));
        assert_eq!(next(&Ok(Outcome::Stale(Vec::new())), 0), Next::Edited(Vec::new()));
        assert_eq!(next(&Ok(Outcome::Refused("Too long.".into())), 0), Next::Refused("Too long.".into()));
        assert!(matches!(next(&Err(AppError::SignedOut), 0), Next::Wait(_)));
        assert!(matches!(next(&Err(AppError::Forbidden), 0), Next::Refused(_)));
        assert!(matches!(next(&Err(AppError::NotFound), 0), Next::Gone(_)));
    }

    #[test]
    fn a_decision_that_comes_too_late_says_what_was_faster() {
        let told = |status, who: &str| {
            let decided = Decided { who: who.into(), at: Timestamp::default(), reason: String::new() };
            match next(&Ok(Outcome::Already { status, decided }), 0) {
                Next::Gone(words) => words.strip_suffix(". Your decision changed nothing.").unwrap_or_default().to_owned(),
                other => format!("{other:?}"),
            }
        };

        assert_eq!(told(ReviewStatus::Approved, "Ann"), "Ann has approved it before you");
        assert_eq!(told(ReviewStatus::Rejected, ""), "somebody has rejected it before you");
        assert_eq!(told(ReviewStatus::Changes, "Ann"), "Ann has asked for changes before you");
        // Nobody has decided about it: a later suggestion came, or somebody put a version into the product.
        assert_eq!(told(ReviewStatus::Superseded, ""), "other words took its place");
        assert_eq!(told(ReviewStatus::Superseded, "Ann"), "other words took its place, which Ann has chosen");
        assert_eq!(told(ReviewStatus::Open, "Ann"), "Refused(\"Your decision did not hold.\")");
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
