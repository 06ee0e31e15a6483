//! Identifiers. Each kind is its own type, so that one cannot stand in for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A UUIDv7 (RFC 9562) made of a moment and ten random bytes, so that ids sort by age.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id!(
    /// A merchant's shop: the tenant.
    StoreId
);
id!(
    /// A person who signs in.
    UserId
);
id!(ProductId);
id!(VariantId);
id!(ImageId);
id!(
    /// One intended change. Made by whoever intends it, so that sending it twice is noticed.
    OpId
);
id!(
    /// A piece of work the server does in the background.
    JobId
);

id!(
    /// A writer of words that a store has set up.
    ProviderId
);
id!(
    /// A set of words somebody or something wrote for a product.
    VersionId
);
id!(
    /// A suggestion waiting for, or having got, a decision.
    ReviewId
);

id!(
    /// A secret that a program asks with in somebody's name.
    TokenId
);

id!(
    /// An address that is told of what happens in a store.
    WebhookId
);
id!(
    /// One event on its way to a webhook.
    DeliveryId
);

id!(
    /// One browser's storage. Made anew when it turns out that two have the same.
    DeviceId
);

impl ProviderId {
    /// The writer that every store has: rules, no key, no network, no cost.
    pub const BUILT_IN: Self = Self(Uuid::from_u128(0));
}

/// A store's commit-ordered change number. The first change of a store is 1; 0 is before all changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn uuid_v7(at: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.micros() / 1_000).unwrap_or(0);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_version_7_uuid_that_sorts_by_age() {
        let earlier = ProductId::new(Timestamp::from_micros(1_700_000_000_000_000), [0xff; 10]);
        let later = ProductId::new(Timestamp::from_micros(1_700_000_000_001_000), [0; 10]);

        assert_eq!(earlier.0.get_version_num(), 7);
        assert!(earlier < later);
    }

    #[test]
    fn an_id_survives_its_text() {
        let id = ProductId::new(Timestamp::from_micros(1_000_000), [7; 10]);
        assert_eq!(id.to_string().parse::<ProductId>().ok(), Some(id));
    }
}
