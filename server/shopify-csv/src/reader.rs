//! The file as a stream of products and bad rows.

use std::io::{self, Read};

use domain::money::Currency;

use crate::{
    MAX_CELL, MAX_COLUMNS, MAX_RECORD,
    bad::{BadRow, FileError},
    encoding::Encoding,
    header::{self, Header},
    products::{Place, Products},
    record::Item,
    row::Row,
    scan::{Cell, Record, Scan, count_lines, next_line, scan},
    sniff,
    source::Source,
};

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The store's: prices have no sign in the file.
    pub currency: Currency,
}

/// How a file turned out to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub encoding: Encoding,
    /// A comma, a semicolon or a tab.
    pub delimiter: u8,
}

/// Gives a file's products and bad rows in the file's order. An error of the input ends it.
pub struct Reader<R> {
    source: Source<R>,
    format: Format,
    cells: Vec<Cell>,
    products: Products,
    /// How many cells the last good row had.
    width: usize,
    doubt: Option<Doubt>,
    done: bool,
}

/// Behind a broken row, lines that do not have as many cells as rows have are likely the rest of it.
struct Doubt {
    cause: u64,
    lines: u64,
    /// The first such line and what it begins with.
    first: Option<(Place, String)>,
}

/// A row that cannot be read.
struct Broken {
    /// Where its bad cell begins in the window, with its quote if it has one.
    from: usize,
    reason: String,
}

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<R: Read> Reader<R> {
    /// Reads as far as the header, at most a megabyte.
    pub fn open(input: R, options: Options) -> Result<Self, FileError> {
        let mut source = Source::new(input);
        source.fill()?;
        let marked = source.window().starts_with(BYTE_ORDER_MARK);
        if marked {
            source.advance(BYTE_ORDER_MARK.len(), 0);
        }
        let start = source.window();
        if start.trim_ascii().is_empty() && source.is_whole() {
            return Err(FileError::Empty);
        }
        sniff::check(start)?;
        let encoding = if marked { Encoding::Utf8 } else { Encoding::of(whole_lines(start, source.is_whole())) };
        while let Some((len, lines)) = blank_line(source.window()) {
            source.advance(len, lines);
        }
        let (record, delimiter, texts) = read_header(source.window(), source.is_whole(), encoding)?;
        source.advance(record.len, record.lines);
        let header = Header::parse(texts)?;
        if source.is_whole() && source.window().iter().all(|b| b.is_ascii_whitespace() || *b == delimiter) {
            return Err(FileError::NoRows);
        }
        Ok(Self {
            source,
            format: Format { encoding, delimiter },
            cells: Vec::new(),
            width: header.len(),
            products: Products::new(header, options.currency),
            doubt: None,
            done: false,
        })
    }

    /// Gives nothing that was given before the product whose [`end`](crate::ProductRecord::end) this is was
    /// complete. The rows up to there are read again, quickly, because a handle may not come twice.
    #[must_use]
    pub fn resuming_at(mut self, end: u64) -> Self {
        self.products.resume = end;
        self
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// How many bytes of the input have been used.
    pub fn position(&self) -> u64 {
        self.source.offset()
    }

    fn step(&mut self) -> io::Result<()> {
        let Self { source, cells, products, format, .. } = self;
        match scan(source.window(), source.is_whole(), format.delimiter, products.header.len(), cells) {
            Scan::Record(record) => self.record(&record),
            Scan::More { from, quoted } => {
                if !self.source.fill()? {
                    self.too_long(from, quoted)?;
                }
            }
            Scan::Broken { from, closed } => {
                let reason = self.why_broken(from, closed);
                self.broken(&Broken { from, reason })?;
            }
            Scan::End => {
                self.end_doubt();
                self.products.finish(self.source.offset());
                self.done = true;
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &Record) {
        let place = self.place(record.len);
        let raw = &self.source.window()[..record.len];
        let empty = record.width == 1 && self.cells.first().is_none_or(|cell| cell.start == cell.end);
        if empty {
            return self.source.advance(record.len, record.lines);
        }
        if let Some(doubt) = &mut self.doubt {
            if record.width == self.width || record.width == self.products.header.len() {
                self.end_doubt();
            } else {
                doubt.first.get_or_insert_with(|| (place, self.format.encoding.decode_lossy(start_of(raw)).trim_end().to_owned()));
                doubt.lines += record.lines.max(1);
                return self.source.advance(record.len, record.lines);
            }
        }
        let raw = &self.source.window()[..record.len];
        let row = Row::new(raw, &self.cells, record.surplus, self.format.encoding);
        if let Some(at) = self.cells.iter().position(|cell| (cell.end - cell.start) as usize > MAX_CELL) {
            let cell = self.cells[at];
            let value = self.format.encoding.decode_lossy(start_of(&raw[cell.start as usize..]));
            let bad = BadRow::new(place.line, self.products.header.text(at), &value, too_long_cell());
            let handle = self.products.header.handle.filter(|handle| *handle != at).and_then(|at| row.cell(at).ok());
            self.products.broken(handle.as_deref(), place, bad);
        } else {
            self.width = record.width;
            self.products.row(&row, place);
        }
        self.source.advance(record.len, record.lines);
    }

    fn place(&self, len: usize) -> Place {
        Place { line: self.source.line(), begin: self.source.offset(), end: self.source.offset() + len as u64 }
    }

    /// A record for which there is no room.
    fn too_long(&mut self, from: usize, quoted: bool) -> io::Result<()> {
        let window = self.source.window();
        let reason = if quoted && next_line(&window[from..]).is_some() {
            format!("A quote opened here is not closed within {} MiB: it was probably left open. Reading goes on at the next line.", MAX_RECORD >> 20)
        } else if window.len() - from > MAX_CELL {
            too_long_cell()
        } else {
            format!("This row is longer than {} MiB.", MAX_RECORD >> 20)
        };
        self.broken(&Broken { from, reason })
    }

    fn why_broken(&self, from: usize, closed: Option<usize>) -> String {
        let line = self.source.line() + count_lines(&self.source.window()[..from]);
        match closed {
            None => format!("A quote opened on line {line} is never closed. Reading goes on at the next line."),
            Some(at) => match count_lines(&self.source.window()[from..at]) {
                0 => "There is text behind the quote that closes this value. Inside quotes, write each quote twice.".to_owned(),
                lines => format!(
                    "A quote opened on line {line} is closed only on line {}, with text behind it: it was probably left open. Reading goes on at the next line.",
                    line + lines
                ),
            },
        }
    }

    /// Names the row and goes on behind the line its bad cell begins on: what a quote left open has
    /// swallowed are rows of their own.
    fn broken(&mut self, broken: &Broken) -> io::Result<()> {
        let window = self.source.window();
        let before = count_lines(&window[..broken.from]);
        let line = self.source.line() + before;
        let next = next_line(&window[broken.from..]).map(|at| broken.from + at);
        let place = Place { line, ..self.place(next.unwrap_or(window.len())) };

        let cell = &window[broken.from..];
        let value = self.format.encoding.decode_lossy(start_of(cell.strip_prefix(b"\"").unwrap_or(cell)));
        let bad = BadRow::new(line, self.products.header.text(self.cells.len()), &value, &broken.reason);
        let row = Row::new(window, &self.cells, None, self.format.encoding);
        let handle = self.products.header.handle.filter(|at| *at < self.cells.len()).and_then(|at| row.cell(at).ok());
        // What looks like a handle inside the rest of a broken row is none.
        let handle = handle.filter(|_| self.doubt.as_ref().is_none_or(|doubt| doubt.lines == 0));
        let handle = handle.map(std::borrow::Cow::into_owned);
        self.end_doubt();
        self.products.broken(handle.as_deref(), place, bad);
        self.doubt = Some(Doubt { cause: line, lines: 0, first: None });
        match next {
            Some(next) => self.source.advance(next, before + 1),
            None if self.source.is_whole() => self.source.advance(self.source.window().len(), before),
            None => {
                self.source.advance(broken.from, before);
                self.source.skip_line()?;
            }
        }
        Ok(())
    }

    /// Says which lines were given up behind a broken row.
    fn end_doubt(&mut self) {
        if let Some(Doubt { cause, lines, first: Some((place, value)) }) = self.doubt.take() {
            let last = place.line + lines - 1;
            let reason = if lines == 1 {
                format!("This line was left out: it looks like the rest of the broken row on line {cause}.")
            } else {
                format!("Lines {} to {last} were left out: they look like the rest of the broken row on line {cause}.", place.line)
            };
            self.products.broken(None, place, BadRow::new(place.line, "", &value, reason));
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<io::Result<Item>> {
        loop {
            if let Some(item) = self.products.ready.pop_front() {
                return Some(Ok(item));
            }
            if self.done {
                return None;
            }
            if let Err(error) = self.step() {
                self.done = true;
                return Some(Err(error));
            }
        }
    }
}

fn too_long_cell() -> String {
    format!("This value is longer than {} MiB.", MAX_CELL >> 20)
}

/// More than what is shown of a bad value.
fn start_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(400)]
}

/// Without a last line that may be cut within a character.
fn whole_lines(start: &[u8], whole: bool) -> &[u8] {
    match start.iter().rposition(|b| matches!(b, b'\n' | b'\r')) {
        Some(last) if !whole => &start[..last],
        _ => start,
    }
}

/// The length of the blank line at the start, and how many lines that is.
fn blank_line(start: &[u8]) -> Option<(usize, u64)> {
    let spaces = start.iter().take_while(|b| matches!(b, b' ' | b'\n' | b'\r')).count();
    let len = start[..spaces].iter().rposition(|b| matches!(b, b'\n' | b'\r'))? + 1;
    Some((len, count_lines(&start[..len])))
}

/// The header's record, its delimiter and its column names.
type FileHeader = (Record, u8, Vec<String>);

/// The first record, the delimiter that makes the most sense of it, and the column names in it.
fn read_header(start: &[u8], whole: bool, encoding: Encoding) -> Result<FileHeader, FileError> {
    let mut cells = Vec::new();
    let mut best: Option<((usize, usize), FileHeader)> = None;
    let mut error = None;
    for delimiter in DELIMITERS {
        match scan(start, whole, delimiter, MAX_COLUMNS, &mut cells) {
            Scan::Record(record) if record.width > MAX_COLUMNS => error = Some(FileError::TooManyColumns { limit: MAX_COLUMNS }),
            Scan::Record(record) => {
                let row = Row::new(&start[..record.len], &cells, None, encoding);
                let texts: Vec<String> = (0..cells.len()).map(|at| header::clean(&row.cell(at).unwrap_or_else(|_| row.lossy(at)))).collect();
                let sense = (header::known(&texts), texts.len());
                if best.as_ref().is_none_or(|(most, ..)| sense > *most) {
                    best = Some((sense, (record, delimiter, texts)));
                }
            }
            Scan::Broken { .. } => error = Some(FileError::BrokenHeader),
            Scan::More { .. } | Scan::End => {}
        }
    }
    match (best, error) {
        // One column without a known name is what the wrong delimiter makes of the header.
        (None | Some(((0, 1), _)), Some(error)) => Err(error),
        (Some((_, header)), _) => Ok(header),
        (None, None) => Err(FileError::HeaderTooLong),
    }
}
