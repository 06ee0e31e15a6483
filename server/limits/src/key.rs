use std::fmt;

use sha2::{Digest, Sha256};

/// Whose points are counted, as 128 bits of a hash: neither a token nor an email is kept, here or on Redis.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u64; 2]);

impl Key {
    /// Of somebody, for one policy: two policies never share a count.
    pub fn new(policy: &str, who: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(policy).chain_update([0]).chain_update(who).finalize();
        let mut halves = [0; 2];
        for (half, bytes) in halves.iter_mut().zip(hash.chunks_exact(8)) {
            *half = bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        }
        Self(halves)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0[0], self.0[1])
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_policy_and_shows_nothing_of_whose_it_is() {
        let key = Key::new("token", b"vitrine_secret");

        assert_eq!(key, Key::new("token", b"vitrine_secret"));
        assert_ne!(key, Key::new("address", b"vitrine_secret"));
        assert_ne!(Key::new("a", b"bc"), Key::new("ab", b"c"));
        assert!(!format!("{key:?}").contains("secret") && key.to_string().len() == 32);
    }
}
