//! The ids of what a request makes. With an `Idempotency-Key` they follow from it, so that a write which is sent again
//! because nobody knows whether it was committed does nothing twice: the store sees that the op is there.

use domain::{
    clock::Timestamp,
    ids::{ImageId, JobId, OpId, ProductId, VariantId, WebhookId},
};
use ports::Access;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::options::Api;

#[derive(Clone, Debug)]
pub(crate) struct Ids {
    seed: [u8; 32],
    /// None when the ids must not depend on when the request came.
    at: Option<Timestamp>,
}

impl Ids {
    /// Others each time.
    pub(crate) fn random(api: &Api) -> Self {
        let mut seed = [0; 32];
        api.options.random.fill(&mut seed);
        Self { seed, at: Some(api.options.clock.now()) }
    }

    /// The same for the same request with the same key of the same person in the same store. The request is in it so that a key
    /// that is used again, long after its answer was forgotten, does not make the store believe that all is done.
    pub(crate) fn of_key(who: &Access, key: &str, asked: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(who.user.0.as_bytes());
        hash.update(who.store.0.as_bytes());
        hash.update(key.as_bytes());
        hash.update(asked);
        Self { seed: hash.finalize().into(), at: None }
    }

    /// Whether they are the same when the request is sent again.
    pub(crate) const fn are_of_key(&self) -> bool {
        self.at.is_none()
    }

    /// `index` is that of the part of a batch.
    pub(crate) fn op(&self, index: usize) -> OpId {
        OpId(self.id(b"op", index, 0))
    }

    pub(crate) fn product(&self, index: usize) -> ProductId {
        ProductId(self.id(b"product", index, 0))
    }

    pub(crate) fn variant(&self, index: usize, number: usize) -> VariantId {
        VariantId(self.id(b"variant", index, number))
    }

    pub(crate) fn image(&self, index: usize, number: usize) -> ImageId {
        ImageId(self.id(b"image", index, number))
    }

    /// Of the webhook that a request makes.
    pub(crate) fn webhook(&self) -> WebhookId {
        WebhookId(self.id(b"webhook", 0, 0))
    }

    /// Of the job that a request starts.
    pub(crate) fn job(&self) -> JobId {
        JobId(self.id(b"job", 0, 0))
    }

    fn id(&self, kind: &[u8], index: usize, number: usize) -> Uuid {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(kind);
        hash.update((index as u64).to_be_bytes());
        hash.update((number as u64).to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        match self.at {
            Some(at) => {
                let mut random = [0; 10];
                random.copy_from_slice(&bytes[..10]);
                OpId::new(at, random).0
            }
            // Version 8: made in a way of one's own (RFC 9562, section 5.8).
            None => Builder::from_custom_bytes(bytes).into_uuid(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::{
        ids::{StoreId, UserId},
        role::Role,
    };

    use super::*;

    fn who(user: u8, store: u8) -> Access {
        let at = Timestamp::from_micros(1);
        Access { user: UserId::new(at, [user; 10]), store: StoreId::new(at, [store; 10]), role: Role::Owner }
    }

    #[test]
    fn the_same_key_makes_the_same_ids() {
        let ids = || Ids::of_key(&who(1, 1), "key", &[7; 32]);

        assert_eq!((ids().op(3), ids().product(3), ids().variant(3, 2)), (ids().op(3), ids().product(3), ids().variant(3, 2)));
        assert_eq!(ids().job(), ids().job());
        assert_eq!(ids().op(0).0.get_version_num(), 8);
    }

    #[test]
    fn anything_else_makes_others() {
        let mut seen = HashSet::new();
        let all = [
            Ids::of_key(&who(1, 1), "key", &[7; 32]),
            Ids::of_key(&who(2, 1), "key", &[7; 32]),
            Ids::of_key(&who(1, 2), "key", &[7; 32]),
            Ids::of_key(&who(1, 1), "kez", &[7; 32]),
            Ids::of_key(&who(1, 1), "key", &[8; 32]),
            Ids { seed: [7; 32], at: Some(Timestamp::from_micros(1)) },
        ];
        for ids in all {
            assert!(seen.insert(ids.job().0));
            for index in 0..50 {
                assert!(seen.insert(ids.op(index).0) && seen.insert(ids.product(index).0));
                assert!((0..4).all(|number| seen.insert(ids.variant(index, number).0) && seen.insert(ids.image(index, number).0)));
            }
        }
    }
}
