//! Keys of providers and secrets of webhooks at rest: sealed with a secret of this installation that is not in the database.

mod file;

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use domain::ids::StoreId;
use zeroize::Zeroizing;

use crate::{Entropy, Secret};

const NONCE: usize = 24;
/// How it is sealed, should that ever change.
const FORM: u8 = 1;

/// Seals keys with XChaCha20-Poly1305, each for one owner in one store: the provider or the webhook of that id.
pub struct Vault {
    cipher: XChaCha20Poly1305,
    entropy: Entropy,
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("A key cannot be read with this installation's secret. Enter it again.")]
    Unreadable,
    #[error("A key could not be encrypted.")]
    Unsealable,
    #[error("{path} can be read by others. Make it readable by this program's user alone: chmod 600 {path}")]
    Exposed { path: String },
    #[error("{path} is not a secret of 32 bytes. Put the right file there; without it the keys of all providers have to be entered again.")]
    Length { path: String },
    #[error("The secret is not 32 bytes as base64 or hex. Make one with: openssl rand -hex 32")]
    Text,
    #[error("{path} cannot be used: {cause}")]
    File { path: String, cause: std::io::Error },
}

impl Vault {
    /// With the secret in `secret.key` of the data directory, which is made when there is none.
    pub fn open(data: &Path, entropy: Entropy) -> Result<Self, VaultError> {
        let master = file::read_or_make(&data.join("secret.key"), &*entropy)?;
        Ok(Self::with(&master, entropy))
    }

    /// With a secret that the operator gives, as base64 or hex.
    pub fn from_text(text: &str, entropy: Entropy) -> Result<Self, VaultError> {
        let text = text.trim();
        let bytes = Zeroizing::new(from_hex(text).or_else(|| STANDARD.decode(text).ok()).ok_or(VaultError::Text)?);
        let master = Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| VaultError::Text)?);
        Ok(Self::with(&master, entropy))
    }

    fn with(master: &Zeroizing<[u8; 32]>, entropy: Entropy) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&(**master).into()), entropy }
    }

    pub fn seal(&self, store: StoreId, owner: &[u8; 16], key: &Secret) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        (self.entropy)(&mut nonce);
        let payload = Payload { msg: key.expose().as_bytes(), aad: &bound_to(store, owner) };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Unsealable)?;
        Ok([&[FORM], nonce.as_slice(), &sealed].concat())
    }

    pub fn unseal(&self, store: StoreId, owner: &[u8; 16], sealed: &[u8]) -> Result<Secret, VaultError> {
        let (form, rest) = sealed.split_first().ok_or(VaultError::Unreadable)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(VaultError::Unreadable)?;
        if *form != FORM {
            return Err(VaultError::Unreadable);
        }
        let payload = Payload { msg: sealed, aad: &bound_to(store, owner) };
        let opened = Zeroizing::new(self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Unreadable)?);
        str::from_utf8(&opened).map(Secret::new).map_err(|_| VaultError::Unreadable)
    }
}

/// Sealed for one is unreadable for any other: a key copied to another row of the table opens nothing.
fn bound_to(store: StoreId, owner: &[u8; 16]) -> [u8; 33] {
    let mut bound = [FORM; 33];
    bound[1..17].copy_from_slice(store.0.as_bytes());
    bound[17..].copy_from_slice(owner);
    bound
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = Zeroizing::new(digits?);
    (digits.len() == 64).then(|| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    };

    use domain::clock::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn entropy() -> Entropy {
        let next = AtomicU8::new(1);
        Arc::new(move |bytes| bytes.fill_with(|| next.fetch_add(1, Ordering::Relaxed)))
    }

    fn vault(digit: &str) -> Vault {
        Vault::from_text(&digit.repeat(64), entropy()).unwrap()
    }

    fn store(random: u8) -> StoreId {
        StoreId::new(Timestamp::default(), [random; 10])
    }

    fn provider(random: u8) -> [u8; 16] {
        *domain::ids::ProviderId::new(Timestamp::default(), [random; 10]).0.as_bytes()
    }

    #[test]
    fn what_was_sealed_can_be_opened_by_the_one_it_was_sealed_for() {
        let vault = vault("a");
        let sealed = vault.seal(store(1), &provider(1), &Secret::new("sk-1")).unwrap();

        assert_eq!(vault.unseal(store(1), &provider(1), &sealed).unwrap(), Secret::new("sk-1"));
        assert!(vault.unseal(store(2), &provider(1), &sealed).is_err());
        assert!(vault.unseal(store(1), &provider(2), &sealed).is_err());
        assert!(!sealed.windows(4).any(|bytes| bytes == b"sk-1"));
    }

    #[test]
    fn with_another_secret_it_says_what_to_do() {
        let sealed = vault("a").seal(store(1), &provider(1), &Secret::new("sk-1")).unwrap();

        let error = vault("b").unseal(store(1), &provider(1), &sealed).unwrap_err().to_string();

        assert_eq!(error, "A key cannot be read with this installation's secret. Enter it again.");
    }

    #[test]
    fn the_same_key_is_never_sealed_to_the_same_bytes() {
        let vault = vault("a");
        let seal = || vault.seal(store(1), &provider(1), &Secret::new("sk-1")).unwrap();

        assert_ne!(seal(), seal());
    }

    #[test]
    fn the_secret_may_be_given_as_base64_or_hex() {
        let sealed = vault("0").seal(store(1), &provider(1), &Secret::new("sk-1")).unwrap();
        let given = Vault::from_text(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", entropy()).unwrap();

        assert!(given.unseal(store(1), &provider(1), &sealed).is_ok());
        for wrong in ["", "0", "abc", &"0".repeat(63), &"0".repeat(66), "AAAA"] {
            assert!(Vault::from_text(wrong, entropy()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_was_tampered_with_is_opened(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let vault = vault("a");
            let mut sealed = vault.seal(store(1), &provider(1), &Secret::new("sk-1")).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(vault.unseal(store(1), &provider(1), &sealed).is_err());
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(vault("a").unseal(store(1), &provider(1), &bytes).is_err());
        }
    }
}
