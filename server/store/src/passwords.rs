//! Passwords: argon2id, checked away from the threads that serve, few at a time.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::{Store, StoreError, entropy};

/// The shortest password that is taken, in characters.
pub(crate) const SHORTEST: usize = 10;

/// Longer ones only cost time to hash.
const LONGEST_BYTES: usize = 1_024;

/// The hash of a password nobody has. An unknown email is checked against it, so that it takes as long as a wrong
/// password and does not tell that the email is unknown.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Store {
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, StoreError> {
        if password.chars().count() < SHORTEST {
            return Err(StoreError::Refused(format!("A password has at least {SHORTEST} characters. Choose a longer one.")));
        }
        if password.len() > LONGEST_BYTES {
            return Err(StoreError::Refused(format!("A password has at most {LONGEST_BYTES} bytes. Choose a shorter one.")));
        }
        let salt: [u8; 16] = entropy::array(&*self.inner.entropy);
        let password = password.to_owned();
        let hash = self.aside(move || hasher().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())).await?;
        hash.map_err(|error| StoreError::Unreadable(format!("a password, which could not be hashed ({error})")))
    }

    /// Whether the password is right. It takes as long when there is no hash because nobody is known by the email.
    pub(crate) async fn password_is_right(&self, password: &str, hash: Option<String>) -> Result<bool, StoreError> {
        let known = hash.is_some() && password.len() <= LONGEST_BYTES;
        let password: String = if password.len() <= LONGEST_BYTES { password.to_owned() } else { String::new() };
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let right = self
            .aside(move || match PasswordHash::new(&hash) {
                Ok(hash) => hasher().verify_password(password.as_bytes(), &hash).is_ok(),
                Err(error) => {
                    tracing::error!(%error, "a stored password hash is not understood");
                    false
                }
            })
            .await?;
        Ok(known && right)
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
        // The semaphore is never closed; were it, nobody would have to wait.
        let _turn = self.inner.passwords.acquire().await.ok();
        traces::within(traces::Kind::Wait, "a password", tokio::task::spawn_blocking(work))
            .await
            .map_err(|error| StoreError::Unreadable(format!("a password, which could not be checked ({error})")))
    }
}

/// OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).unwrap_or_default())
}
