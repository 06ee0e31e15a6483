//! What became of a decision, as a problem when it was not done.

use domain::change::FieldConflict;
use ports::review::{Decided, Outcome, ReviewStatus};

use crate::problem::{Fault, Kind, Problem, push_pointer};

pub(super) fn done(outcome: Outcome) -> Result<(), Problem> {
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::Already { status, decided } => Err(already(status, &decided)),
        Outcome::Stale(conflicts) => Err(stale(&conflicts)),
        Outcome::Refused(sentence) => Err(Problem::new(Kind::Unacceptable, sentence)),
    }
}

/// Somebody was faster.
pub(super) fn already(status: ReviewStatus, decided: &Decided) -> Problem {
    let what = match status {
        ReviewStatus::Open => "is open",
        ReviewStatus::Approved => "was approved",
        ReviewStatus::Rejected => "was rejected",
        ReviewStatus::Changes => "was sent back to be written again",
        ReviewStatus::Superseded => "was replaced by other words",
    };
    let by = if decided.who.is_empty() { String::new() } else { format!(" by {}", decided.who) };
    Problem::new(Kind::Conflict, format!("This suggestion {what}{by} before. Nothing was changed."))
}

/// The version that is there now has to be among those that were seen.
fn stale(conflicts: &[FieldConflict]) -> Problem {
    let fault = |conflict: &FieldConflict| {
        let mut pointer = "/seen".to_owned();
        push_pointer(&mut pointer, &conflict.field.to_string());
        Fault::pointer(pointer, format!("Somebody changed this meanwhile: it is at version {} now.", conflict.current))
    };
    let detail = "The product was changed since this was written. Nothing was done. Read it again, and send the versions that you have seen.";
    Problem::new(Kind::ChangedMeanwhile, detail).with(conflicts.iter().map(fault).collect())
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::Timestamp,
        field::{Field, Value},
        ids::Seq,
    };

    use super::*;

    fn told(outcome: Outcome) -> serde_json::Value {
        serde_json::to_value(done(outcome).unwrap_err()).unwrap()
    }

    #[test]
    fn whoever_was_faster_is_named() {
        let decided = Decided { who: "Ada".into(), at: Timestamp::from_micros(1), reason: String::new() };
        let problem = told(Outcome::Already { status: ReviewStatus::Rejected, decided: decided.clone() });

        assert_eq!(
            (&problem["status"], &problem["detail"]),
            (&409.into(), &"This suggestion was rejected by Ada before. Nothing was changed.".into())
        );
        let nobody = told(Outcome::Already { status: ReviewStatus::Superseded, decided: Decided { who: String::new(), ..decided } });
        assert_eq!(nobody["detail"], "This suggestion was replaced by other words before. Nothing was changed.");
    }

    #[test]
    fn a_field_that_was_changed_since_is_named_with_its_version() {
        let conflict = FieldConflict { field: Field::Title, seen: Seq(1), current: Seq(9), theirs: Value::text("A"), mine: Value::text("B") };
        let problem = told(Outcome::Stale(vec![conflict]));

        assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&412.into(), &"/seen/title".into()));
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("version 9"), "{problem}");
    }

    #[test]
    fn what_cannot_be_done_is_told_as_it_is() {
        assert_eq!(done(Outcome::Done), Ok(()));
        let problem = told(Outcome::Refused("Nothing was chosen.".into()));
        assert_eq!((&problem["status"], &problem["detail"]), (&422.into(), &"Nothing was chosen.".into()));
    }
}
