//! The bad rows of a job as a CSV to download, to mend and to send again.

use std::{io::Write, sync::Arc};

use domain::ids::JobId;
use futures::{Stream, stream};
use ports::{Access, Jobs, error::AppError, jobs::BadRow};
use shopify_csv::write_cells;
use store::{JobItemKind, Store, StoreRef};

use crate::{ExportError, state::from_json};

/// The file piece by piece, a page of rows each, so that it is never in memory as a whole.
/// A role that may not see the job fails with the first piece.
pub fn bad_rows_csv(jobs: Arc<dyn Jobs>, who: Access, id: JobId) -> impl Stream<Item = Result<Vec<u8>, AppError>> + Send {
    stream::try_unfold(Next::Start, move |next| {
        let (jobs, who) = (Arc::clone(&jobs), who.clone());
        async move {
            let (mut piece, after): (Vec<u8>, u64) = match next {
                Next::Start => (HEADER.into(), 0),
                Next::After(line) => (Vec::new(), line),
                Next::End => return Ok(None),
            };
            let rows = jobs.bad_rows(&who, id, after).await?;
            let next = rows.last().map_or(Next::End, |row| Next::After(row.line));
            rows.iter().try_for_each(|row| push_row(&mut piece, row))?;
            Ok((!piece.is_empty()).then_some((piece, next)))
        }
    })
}

/// Writes the same file for the command line; how many rows.
pub async fn write_bad_rows<W: Write>(store: &Store, at: &StoreRef, job: JobId, out: &mut W) -> Result<u64, ExportError> {
    out.write_all(HEADER.as_bytes())?;
    let (mut after, mut written) = (-1, 0);
    loop {
        let items = store.job_items(at, job, JobItemKind::Bad, after, 1_000).await?;
        let Some(last) = items.last() else { break };
        after = last.number;
        for item in &items {
            let mut piece = Vec::new();
            let row: BadRow = from_json(&item.detail)?;
            let line = row.line.to_string();
            write_cells(&mut piece, [line.as_str(), &row.column, &row.value, &row.reason])?;
            out.write_all(&piece)?;
            written += 1;
        }
    }
    out.flush()?;
    Ok(written)
}

/// The mark tells a spreadsheet that this is UTF-8.
const HEADER: &str = "\u{feff}Line,Column,Value,Reason\n";

enum Next {
    Start,
    After(u64),
    End,
}

/// A bad value is a stranger's text: it is written so that it is no formula in the spreadsheet that opens it.
fn push_row(csv: &mut Vec<u8>, row: &BadRow) -> Result<(), AppError> {
    let line = row.line.to_string();
    write_cells(csv, [line.as_str(), &row.column, &row.value, &row.reason]).map_err(|_| AppError::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: &str) -> String {
        let mut csv = Vec::new();
        push_row(&mut csv, &BadRow { line: 7, column: "Price".into(), value: value.into(), reason: "No, not an amount.".into() }).unwrap();
        String::from_utf8(csv).unwrap()
    }

    #[test]
    fn a_value_keeps_its_quotes_and_its_lines() {
        assert_eq!(row("12\" x\n3"), "7,Price,\"12\"\" x\n3\",\"No, not an amount.\"\n");
    }

    #[test]
    fn a_value_is_never_a_formula() {
        assert_eq!(row("=1+1"), "7,Price,'=1+1,\"No, not an amount.\"\n");
    }
}
