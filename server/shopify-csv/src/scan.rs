//! Cutting one record out of bytes: RFC 4180 with any line end, strict about what follows a closing quote,
//! because text there is how a quote left open shows itself.

use memchr::{memchr, memchr3};

/// Where a cell's value lies in its record, without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Whether quotes in it are written twice.
    pub(crate) escaped: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    Record(Record),
    /// The record goes on behind the bytes there are. The cell that is not finished begins at `from`.
    More {
        from: usize,
        quoted: bool,
    },
    /// The quote at `from` is not closed before the end of the file, or has text behind the quote that closes it.
    Broken {
        from: usize,
        closed: Option<usize>,
    },
    End,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// With its line end.
    pub(crate) len: usize,
    /// Line ends in it and behind it.
    pub(crate) lines: u64,
    /// How many cells it has.
    pub(crate) width: usize,
    /// The first cell that is not empty and for which there was no room in `cells`.
    pub(crate) surplus: Option<Cell>,
}

/// Scans the record that begins where `bytes` does, putting its first `most` cells into `cells`.
/// `whole` says that the input ends where `bytes` does.
pub(crate) fn scan(bytes: &[u8], whole: bool, delimiter: u8, most: usize, cells: &mut Vec<Cell>) -> Scan {
    cells.clear();
    if bytes.is_empty() {
        return if whole { Scan::End } else { Scan::More { from: 0, quoted: false } };
    }
    let mut record = Record { len: 0, lines: 0, width: 0, surplus: None };
    let mut at = 0;
    loop {
        let from = at;
        let quoted = bytes.get(from) == Some(&b'"');
        let cell = if quoted {
            let Some((end, escaped)) = closing_quote(bytes, from, whole) else {
                return if whole { Scan::Broken { from, closed: None } } else { Scan::More { from, quoted } };
            };
            at = end + 1;
            record.lines += count_lines(&bytes[from..end]);
            Cell { start: from as u32 + 1, end: end as u32, escaped }
        } else {
            if bytes.get(from) != Some(&delimiter) {
                at = memchr3(delimiter, b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |found| from + found);
            }
            Cell { start: from as u32, end: at as u32, escaped: false }
        };
        let line_end = match bytes.get(at) {
            None if whole => 0,
            None => return Scan::More { from, quoted },
            Some(&byte) if byte == delimiter => usize::MAX,
            Some(b'\n') => 1,
            Some(b'\r') => match bytes.get(at + 1) {
                Some(b'\n') => 2,
                None if !whole => return Scan::More { from, quoted },
                _ => 1,
            },
            Some(_) => return Scan::Broken { from, closed: Some(at) },
        };
        record.width += 1;
        if cells.len() < most {
            cells.push(cell);
        } else if record.surplus.is_none() && cell.start < cell.end {
            record.surplus = Some(cell);
        }
        if line_end == usize::MAX {
            at += 1;
        } else {
            record.lines += u64::from(line_end > 0);
            record.len = at + line_end;
            return Scan::Record(record);
        }
    }
}

/// The quote that closes the one at `from`, and whether there are doubled ones between.
fn closing_quote(bytes: &[u8], from: usize, whole: bool) -> Option<(usize, bool)> {
    let mut at = from + 1;
    let mut escaped = false;
    loop {
        let quote = at + memchr(b'"', &bytes[at..])?;
        match bytes.get(quote + 1) {
            Some(b'"') => {
                escaped = true;
                at = quote + 2;
            }
            None if !whole => return None,
            _ => return Some((quote, escaped)),
        }
    }
}

/// Line feeds, carriage returns and pairs of both, each counted once.
pub(crate) fn count_lines(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut returned = false;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || (byte == b'\n' && !returned));
        returned = byte == b'\r';
    }
    count
}

/// The first place behind a line end.
pub(crate) fn next_line(bytes: &[u8]) -> Option<usize> {
    let at = memchr::memchr2(b'\n', b'\r', bytes)?;
    Some(if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8], cell: Cell) -> Vec<u8> {
        let text = String::from_utf8(bytes[cell.start as usize..cell.end as usize].to_vec()).unwrap();
        if cell.escaped { text.replace("\"\"", "\"").into_bytes() } else { text.into_bytes() }
    }

    /// All records of an input, or none when one is broken.
    fn ours(mut bytes: &[u8]) -> Option<Vec<Vec<Vec<u8>>>> {
        let (mut records, mut cells) = (Vec::new(), Vec::new());
        loop {
            match scan(bytes, true, b',', 100, &mut cells) {
                Scan::Record(record) => {
                    // An empty line is no record.
                    if bytes[..record.len].iter().any(|b| !b"\r\n".contains(b)) {
                        records.push(cells.iter().map(|cell| text(bytes, *cell)).collect());
                    }
                    bytes = &bytes[record.len..];
                }
                Scan::End => return Some(records),
                _ => return None,
            }
        }
    }

    /// The same by the csv crate's state machine.
    fn theirs(mut bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader = csv_core::Reader::new();
        let (mut records, mut output, mut ends) = (Vec::new(), [0; 4096], [0; 256]);
        loop {
            let (mut written, mut ended) = (0, 0);
            let result = loop {
                let (result, read, out, end) = reader.read_record(bytes, &mut output[written..], &mut ends[ended..]);
                bytes = &bytes[read..];
                written += out;
                ended += end;
                if result != csv_core::ReadRecordResult::InputEmpty {
                    break result;
                }
            };
            if result == csv_core::ReadRecordResult::End {
                return records;
            }
            let mut start = 0;
            let mut record = Vec::new();
            for &end in &ends[..ended] {
                record.push(output[start..end].to_vec());
                start = end;
            }
            records.push(record);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn whatever_is_not_broken_is_cut_as_the_csv_crate_cuts_it(input in "([ab,;é]|\"[ab,]{0,2}(\"\"|\n|\r)?\"[,\n]|\"|\n|\r\n|\r|,){0,20}") {
            if let Some(records) = ours(input.as_bytes()) {
                prop_assert_eq!(records, theirs(input.as_bytes()));
            }
        }

        #[test]
        fn a_record_is_the_same_however_much_of_the_input_is_there(input in "([ab,]|\"[a,\n]{0,2}\"[,\n]|\n|\r\n|\r){1,20}") {
            let bytes = input.as_bytes();
            let (mut cells, mut part_cells) = (Vec::new(), Vec::new());
            let whole = scan(bytes, true, b',', 100, &mut cells);
            for len in 0..=bytes.len() {
                match scan(&bytes[..len], false, b',', 100, &mut part_cells) {
                    Scan::More { .. } => {}
                    part => {
                        prop_assert_eq!(&part, &whole);
                        prop_assert_eq!(&part_cells, &cells);
                    }
                }
            }
        }
    }

    #[test]
    fn a_quote_left_open_and_text_behind_a_quote_are_broken() {
        let mut cells = Vec::new();

        assert_eq!(scan(b"a,\"b\nc", true, b',', 9, &mut cells), Scan::Broken { from: 2, closed: None });
        assert_eq!(scan(b"a,\"b\"c,d\n", true, b',', 9, &mut cells), Scan::Broken { from: 2, closed: Some(5) });
        assert!(matches!(scan(b"a,5\" pipe\n", true, b',', 9, &mut cells), Scan::Record(_)));
    }

    #[test]
    fn lines_are_counted_with_every_kind_of_line_end() {
        assert_eq!(count_lines(b"a\nb\r\nc\rd\n\r\n\r"), 6);
    }
}
