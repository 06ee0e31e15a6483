//! Which handles a file has used, and on which line: a hash table of twelve bytes an entry, at least 58 %
//! full, so that a million products take some twenty megabytes at most.

use std::hash::{BuildHasher, RandomState};

/// Two of a million handles share a 64-bit hash once in forty million files.
#[derive(Default)]
pub(crate) struct Seen {
    random: RandomState,
    /// 0 marks a free place.
    hashes: Vec<u64>,
    lines: Vec<u32>,
    len: usize,
}

impl Seen {
    /// The line a handle was used on.
    pub(crate) fn line(&self, handle: &str) -> Option<u64> {
        let hash = self.hash(handle);
        if self.hashes.is_empty() {
            return None;
        }
        let at = self.place(hash);
        (self.hashes[at] == hash).then(|| u64::from(self.lines[at]))
    }

    pub(crate) fn insert(&mut self, handle: &str, line: u64) {
        if self.len * 8 >= self.hashes.len() * 7 {
            self.grow();
        }
        let hash = self.hash(handle);
        let at = self.place(hash);
        self.len += usize::from(self.hashes[at] == 0);
        self.hashes[at] = hash;
        self.lines[at] = u32::try_from(line).unwrap_or(u32::MAX);
    }

    fn hash(&self, handle: &str) -> u64 {
        self.random.hash_one(handle).max(1)
    }

    /// Where a hash is, or the free place where it belongs.
    fn place(&self, hash: u64) -> usize {
        let len = self.hashes.len();
        let mut at = ((u128::from(hash) * len as u128) >> 64) as usize;
        while self.hashes[at] != 0 && self.hashes[at] != hash {
            at = if at + 1 == len { 0 } else { at + 1 };
        }
        at
    }

    fn grow(&mut self) {
        let len = (self.hashes.len() * 3 / 2).max(64);
        let hashes = std::mem::replace(&mut self.hashes, vec![0; len]);
        let lines = std::mem::replace(&mut self.lines, vec![0; len]);
        for (hash, line) in hashes.into_iter().zip(lines).filter(|(hash, _)| *hash != 0) {
            let at = self.place(hash);
            self.hashes[at] = hash;
            self.lines[at] = line;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handle_is_found_again_with_its_line_in_little_memory() {
        let mut seen = Seen::default();

        for line in 1..=50_000_u64 {
            assert_eq!(seen.line(&format!("handle-{line}")), None);
            seen.insert(&format!("handle-{line}"), line);
        }

        assert!((1..=50_000).all(|line| seen.line(&format!("handle-{line}")) == Some(line)));
        assert!(seen.hashes.capacity() * 8 + seen.lines.capacity() * 4 <= 24 * 50_000);
    }
}
