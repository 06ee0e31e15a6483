//! Bad rows and samples as the items of a job.

use ports::jobs::{BadRow, PlannedChange};
use store::{JobItem, JobItemKind, StoreError};

use crate::state::{Checkpoint, to_json};

/// Bad rows are numbered by their line, so that they are read in the order of the file from any line on; a line has
/// at most as many as a file may have columns.
pub(crate) const PER_LINE: i64 = 4_096;

/// More are counted and not kept: nobody mends a hundred thousand rows by hand.
const BAD_KEPT: u64 = 100_000;
/// Some of both kinds, that one does not crowd out the other.
const NEW_KEPT: u32 = 50;
const CHANGED_KEPT: u32 = 150;

/// The number of the last bad row a line can have.
pub(crate) fn last_of_line(line: u64) -> i64 {
    i64::try_from(line).unwrap_or(i64::MAX).saturating_add(1).saturating_mul(PER_LINE) - 1
}

/// Counts bad rows, and makes items of those that are kept.
pub(crate) fn bad(checkpoint: &mut Checkpoint, rows: Vec<BadRow>) -> Result<Vec<JobItem>, StoreError> {
    checkpoint.progress.bad += rows.len() as u64;
    let room = BAD_KEPT.saturating_sub(checkpoint.bad_kept) as usize;
    let mut items = Vec::new();
    for row in rows.into_iter().take(room) {
        let (line, nth) = checkpoint.last_bad;
        let nth = if line == row.line { nth + 1 } else { 0 };
        checkpoint.last_bad = (row.line, nth);
        let first = i64::try_from(row.line).unwrap_or(i64::MAX).saturating_mul(PER_LINE);
        items.push(JobItem { kind: JobItemKind::Bad, number: first.saturating_add(i64::from(nth).min(PER_LINE - 1)), detail: to_json(&row)? });
    }
    checkpoint.bad_kept += items.len() as u64;
    Ok(items)
}

/// Makes items of the samples there is room for.
pub(crate) fn planned(checkpoint: &mut Checkpoint, samples: &[PlannedChange]) -> Result<Vec<JobItem>, StoreError> {
    let mut items = Vec::new();
    for sample in samples {
        let (kept, most) = if sample.new { (&mut checkpoint.planned_new, NEW_KEPT) } else { (&mut checkpoint.planned_changed, CHANGED_KEPT) };
        if *kept < most {
            *kept += 1;
            let number = i64::from(checkpoint.planned_new + checkpoint.planned_changed);
            items.push(JobItem { kind: JobItemKind::Planned, number, detail: to_json(sample)? });
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64) -> BadRow {
        BadRow { line, column: String::new(), value: String::new(), reason: String::new() }
    }

    #[test]
    fn bad_rows_are_numbered_by_line_and_none_takes_the_place_of_another() {
        let mut checkpoint = Checkpoint::default();

        let mut items = bad(&mut checkpoint, vec![row(3), row(3), row(4)]).unwrap();
        items.extend(bad(&mut checkpoint, vec![row(4), row(9)]).unwrap());

        let numbers: Vec<i64> = items.iter().map(|item| item.number).collect();
        assert_eq!(numbers, [3 * PER_LINE, 3 * PER_LINE + 1, 4 * PER_LINE, 4 * PER_LINE + 1, 9 * PER_LINE]);
        assert!(numbers[1] <= last_of_line(3) && numbers[2] > last_of_line(3));
    }

    #[test]
    fn bad_rows_are_counted_beyond_those_that_are_kept() {
        let mut checkpoint = Checkpoint { bad_kept: BAD_KEPT - 1, ..Checkpoint::default() };

        assert_eq!(bad(&mut checkpoint, vec![row(3), row(4), row(5)]).unwrap().len(), 1);
        assert_eq!(checkpoint.progress.bad, 3);
    }

    #[test]
    fn samples_of_one_kind_leave_room_for_the_other() {
        let sample = |new| PlannedChange { handle: String::new(), title: String::new(), new, fields: Vec::new() };
        let mut checkpoint = Checkpoint::default();

        assert_eq!(planned(&mut checkpoint, &vec![sample(true); 300]).unwrap().len(), 50);
        assert_eq!(planned(&mut checkpoint, &vec![sample(false); 300]).unwrap().len(), 150);
    }
}
