//! What became of edits that devices have sent, as a series.

use domain::sync::{
    end::End,
    wire::{PushAnswer, Sealed, Told},
};
use measuring::{Recorder, metric};

/// Counts the edits of an answer. One that is sent again, as its answer was lost, counts again.
pub(crate) fn pushed(recorder: &Recorder, answer: &PushAnswer) {
    let PushAnswer::Results { results, .. } = answer else { return };
    for word in results.iter().filter_map(word) {
        recorder.record_many(metric::SYNC_PUSHED, word, "", 0, 1);
    }
}

/// None of what has not come to an end: the device sends it again.
fn word(told: &Sealed) -> Option<&'static str> {
    Some(match told.open().ok()? {
        Told::Ended(ended) => match ended.end {
            End::Applied | End::Merged => "applied",
            End::NoOp => "no change",
            End::Conflict(_) => "conflict",
            End::Rejected(_) => "refused",
        },
        Told::Reused(_) | Told::Unreadable => "refused",
        Told::Later(_) | Told::Rekey(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{
        ids::{OpId, Seq},
        sync::{
            end::{Conflict, Refusal},
            hash::Chain,
            wire::{Cookie, Ended},
        },
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn edits_are_counted_by_what_became_of_them_and_those_that_come_again_are_not() {
        let (op, head) = (OpId(Uuid::nil()), Cookie { epoch: 1, seq: Seq(1), hash: Chain(1) });
        let ended = |end: End| Told::Ended(Ended { op, end, seq: Seq(1) });
        let told = [
            ended(End::Applied),
            ended(End::Merged),
            ended(End::NoOp),
            ended(End::Conflict(Conflict::Fields(Vec::new()))),
            ended(End::Rejected(Refusal::NotAllowed)),
            Told::Unreadable,
            Told::Later(op),
            Told::Rekey(op),
        ];
        let recorder = Recorder::new(20);

        pushed(&recorder, &PushAnswer::Results { head, results: told.iter().map(Sealed::of).collect() });
        pushed(&recorder, &PushAnswer::Reset { head });

        let counted: BTreeMap<String, u64> = recorder.take().into_iter().map(|(series, sketch)| (series.of, sketch.count())).collect();
        let expected = [("applied", 2), ("conflict", 1), ("no change", 1), ("refused", 2)];
        assert_eq!(counted, BTreeMap::from(expected.map(|(of, count)| (of.to_owned(), count))));
    }
}
