//! The input, of which a bounded part is in memory.

use std::io::{self, Read};

use crate::{MAX_RECORD, scan::next_line};

/// How much is read before the kind of file is decided upon.
const START: usize = 1 << 20;

pub(crate) struct Source<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    whole: bool,
    offset: u64,
    line: u64,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, buffer: vec![0; START], start: 0, end: 0, whole: false, offset: 0, line: 1 }
    }

    /// What is in memory and not used yet.
    pub(crate) fn window(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether the input ends where the window does.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Where in the input the window begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The line the window begins on, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn advance(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.offset += bytes as u64;
        self.line += lines;
    }

    /// Makes the window larger, up to the length of a record. False when it is that large already.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            if self.end >= MAX_RECORD {
                return Ok(false);
            }
            self.buffer.resize((self.end * 2).min(MAX_RECORD), 0);
        }
        while self.end < self.buffer.len() && !self.whole {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.whole = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Goes on at the next line, however far away that is.
    pub(crate) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            // The line end's second half may not have been read yet.
            let halved = |at: usize| at == self.window().len() && self.window().last() == Some(&b'\r') && !self.whole;
            match next_line(self.window()) {
                Some(at) if !halved(at) => {
                    self.advance(at, 1);
                    return Ok(());
                }
                Some(at) => self.advance(at - 1, 0),
                None => self.advance(self.window().len(), 0),
            }
            if self.whole {
                return Ok(());
            }
            self.fill()?;
        }
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.buffer.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_any_length_is_skipped_without_being_held() {
        let line = io::repeat(b'x').take(64 << 20).chain(b"\r\nnext".as_slice());
        let mut source = Source::new(line);

        source.skip_line().unwrap();

        assert_eq!(source.window(), b"next");
        assert_eq!((source.line(), source.offset()), (2, (64 << 20) + 2));
        assert!(source.held() <= MAX_RECORD);
    }

    #[test]
    fn a_line_end_cut_in_two_is_one_line_end() {
        let mut source = Source::new(io::repeat(b'x').take(START as u64 - 1).chain(b"\r\nnext".as_slice()));
        source.fill().unwrap();
        assert_eq!(source.window().last(), Some(&b'\r'));

        source.skip_line().unwrap();

        assert_eq!((source.window(), source.line()), (b"next".as_slice(), 2));
    }
}
