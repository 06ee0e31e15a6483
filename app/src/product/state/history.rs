//! The list of changes, as pages of it arrive.

use domain::{change::FieldChange, field::Field, ids::Seq};
use ports::product::{HistoryEntry, Source};

/// A page that has fewer is the last one.
pub(in crate::product) const PAGE: usize = 50;

/// Puts the latest page on top of what is known.
#[cfg(any(feature = "hydrate", test))]
pub(in crate::product) fn renew(known: &mut Vec<HistoryEntry>, mut latest: Vec<HistoryEntry>) {
    let Some(oldest) = latest.last().map(|entry| entry.seq) else { return };
    // Between a full page and what is known there may be more: that is asked for again.
    let joined = latest.len() < PAGE || known.first().is_some_and(|newest| newest.seq >= oldest);
    if joined {
        latest.extend(known.drain(..).filter(|entry| entry.seq < oldest));
    }
    *known = latest;
}

/// Puts an older page below what is known; whether there may be more.
pub(in crate::product) fn extend(known: &mut Vec<HistoryEntry>, older: Vec<HistoryEntry>) -> bool {
    let more = older.len() >= PAGE;
    let oldest = known.last().map_or(Seq(i64::MAX), |entry| entry.seq);
    known.extend(older.into_iter().filter(|entry| entry.seq < oldest));
    more
}

/// Who made a change, as one would say it.
pub(in crate::product) fn who(entry: &HistoryEntry) -> String {
    let name = if entry.who.is_empty() { "Someone" } else { entry.who.as_str() };
    match entry.source {
        Source::Page | Source::Device => name.to_owned(),
        Source::Import => format!("{name}, by import"),
        Source::Demo => format!("{name}, demo"),
        Source::CommandLine => format!("{name}, command line"),
        Source::Run => format!("{name}, run"),
        Source::Review => format!("{name}, review"),
        Source::Api => format!("{name}, API"),
    }
}

/// The change that removed a variant or a picture last.
pub(in crate::product) fn removal<'a>(known: &'a [HistoryEntry], part: &Field) -> Option<&'a FieldChange> {
    known.iter().flat_map(|entry| &entry.fields).find(|change| change.field == *part).filter(|change| change.after.is_none())
}

#[cfg(test)]
mod tests {
    use domain::{change::ChangeKind, clock::Timestamp};

    use super::*;

    fn entries(seqs: impl IntoIterator<Item = i64>) -> Vec<HistoryEntry> {
        let entry = |seq| HistoryEntry {
            seq: Seq(seq),
            at: Timestamp::from_micros(seq),
            who: String::new(),
            source: Source::Import,
            kind: ChangeKind::Edited,
            fields: Vec::new(),
        };
        seqs.into_iter().map(entry).collect()
    }

    fn seqs(known: &[HistoryEntry]) -> Vec<i64> {
        known.iter().map(|entry| entry.seq.0).collect()
    }

    #[test]
    fn pages_fit_together_without_gap_or_double() {
        let mut known = entries([7, 5, 3, 1]);
        renew(&mut known, entries([9, 7, 5]));
        assert_eq!(seqs(&known), [9, 7, 5, 3, 1]);

        let mut known = entries([9, 7]);
        assert!(!extend(&mut known, entries([7, 5])));
        assert_eq!(seqs(&known), [9, 7, 5]);
        renew(&mut known, Vec::new());
        assert_eq!(seqs(&known), [9, 7, 5]);
    }

    #[test]
    fn nobody_named_is_someone() {
        assert_eq!(who(&entries([1])[0]), "Someone, by import");
        let by_program = HistoryEntry { source: Source::Api, who: "Ada".into(), ..entries([1]).remove(0) };
        assert_eq!(who(&by_program), "Ada, API");
    }
}
