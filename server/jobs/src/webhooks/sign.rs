//! Signatures as the Standard Webhooks specification has them: HMAC-SHA256 over id, moment and body.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use ports::webhooks::WebhookSecret;
use sha2::Sha256;

const SECRET_BYTES: RangeInclusive<usize> = 24..=64;

/// What signs, in bytes.
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// None of what is no secret: the specification wants [`SECRET_BYTES`].
    pub(super) fn of(secret: &str) -> Option<Self> {
        let bytes = STANDARD.decode(secret.strip_prefix(WebhookSecret::PREFIX)?).ok()?;
        if !SECRET_BYTES.contains(&bytes.len()) {
            return None;
        }
        Hmac::new_from_slice(&bytes).ok().map(Self)
    }

    fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// A new secret of random bytes.
pub(super) fn secret(bytes: &[u8; 32]) -> WebhookSecret {
    WebhookSecret(format!("{}{}", WebhookSecret::PREFIX, STANDARD.encode(bytes)))
}

/// The header: a signature of each key, so that a receiver may know either.
pub(super) fn signatures(keys: &[Key], id: &str, seconds: i64, body: &str) -> String {
    keys.iter().map(|key| key.sign(id, seconds, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = Key::of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();

        let signed = signatures(&[key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);

        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_keys_sign_both() {
        let keys = || [[1; 32], [2; 32]].map(|bytes| Key::of(&secret(&bytes).0).unwrap());
        let signed = signatures(&keys(), "msg_1", 1, "{}");

        let [first, second] = keys();
        assert_eq!(signed, format!("{} {}", first.sign("msg_1", 1, "{}"), second.sign("msg_1", 1, "{}")));
        assert_ne!(first.sign("msg_1", 1, "{}"), second.sign("msg_1", 1, "{}"));
        assert_ne!(first.sign("msg_1", 1, "{}"), first.sign("msg_1", 2, "{}"));
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        for text in ["", "whsec_", "whsec_%%%", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(Key::of(text).is_none(), "{text}");
        }
    }
}
