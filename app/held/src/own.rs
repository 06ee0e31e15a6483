use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    ids::{ProductId, Seq, UserId},
    product::Product,
    sync::{
        intent::{Intent, Payload, shown},
        outbox::{Saved, State},
        wire::Cookie,
    },
};

/// What a person has done here that the rows lack.
#[derive(Debug, Default)]
pub(crate) struct Own {
    pub(crate) products: BTreeMap<ProductId, Mine>,
    /// The change that the store would be at.
    pub(crate) as_of: Seq,
}

#[derive(Debug, Default)]
pub(crate) struct Mine {
    intents: Vec<Intent>,
    /// When the last of them was wanted.
    pub(crate) at: Timestamp,
    /// The change that the product would be at: one that the server does not have yet counts as behind all that it has, so that what was changed
    /// last is on top.
    pub(crate) seq: Seq,
}

impl Own {
    /// Ops of others stay theirs: they may share a device, and nothing else.
    pub(crate) fn new(ops: &[Saved], user: UserId, cookie: Option<Cookie>) -> Self {
        let mut ahead: Vec<&Saved> = ops.iter().filter(|saved| saved.draft.user == user && saved.is_ahead_of(cookie)).collect();
        ahead.sort_unstable_by_key(|saved| saved.number);
        let ended = |saved: &Saved| if let State::Ended { seq, .. } = &saved.state { *seq } else { None };
        let known = ahead.iter().filter_map(|saved| ended(saved)).max().max(cookie.map(|cookie| cookie.seq)).unwrap_or_default();
        let mut own = Self { products: BTreeMap::new(), as_of: known };
        for saved in ahead {
            // Of a later build: the server will know what it means.
            let Ok(Payload { intent, at, .. }) = saved.draft.payload.open::<Payload>() else { continue };
            if !matches!(intent, Intent::Edit(_) | Intent::AdjustPrice { .. } | Intent::Delete | Intent::Restore) {
                continue;
            }
            let seq = ended(saved).unwrap_or_else(|| {
                own.as_of.0 += 1;
                own.as_of
            });
            let mine = own.products.entry(saved.draft.lane).or_default();
            mine.intents.push(intent);
            (mine.at, mine.seq) = (mine.at.max(at), mine.seq.max(seq));
        }
        own
    }

    /// A product as its editor is to see it.
    pub(crate) fn on(&self, product: Product, updated_at: Timestamp) -> (Product, Timestamp) {
        match self.products.get(&product.id) {
            Some(mine) => (shown(product, &mine.intents), updated_at.max(mine.at)),
            None => (product, updated_at),
        }
    }

    /// The change that a product is sorted by.
    pub(crate) fn seq(&self, product: &Product) -> Seq {
        self.products.get(&product.id).map_or(product.versions.latest, |mine| mine.seq)
    }
}
