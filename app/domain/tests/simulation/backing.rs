//! What the server keeps, behind a trait, so that a real database can stand behind it as well as memory.

use std::collections::BTreeMap;

use domain::{
    change::FieldChange,
    ids::{DeviceId, OpId, ProductId, Seq, UserId, VersionId},
    product::Product,
    sync::{
        hash::Chain,
        intent::{Decided, Suggestion},
        server::Recorded,
        wire::Cookie,
    },
};

/// One row of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub seq: Seq,
    pub op: OpId,
    pub user: UserId,
    pub ord: u32,
    pub fields: Vec<FieldChange>,
}

/// What one transaction writes, all or nothing.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub products: Vec<Product>,
    pub changes: Vec<Change>,
    pub recorded: Vec<(OpId, Recorded, (DeviceId, u64))>,
    pub decided: Option<(VersionId, Decided)>,
    /// Where the history is then.
    pub head: Option<Cookie>,
}

pub trait Backing {
    fn recorded(&self, op: OpId) -> Option<Recorded>;
    fn numbered(&self, device: DeviceId, number: u64) -> Option<OpId>;
    fn product(&self, id: ProductId) -> Option<Product>;
    fn product_at(&self, ord: u32) -> Option<Product>;
    /// How many products there are: their numbers are all below it.
    fn products(&self) -> u32;
    fn suggestion(&self, version: VersionId) -> Option<Suggestion>;
    fn head(&self) -> Cookie;
    fn link(&self, seq: Seq) -> Option<Chain>;
    /// The numbers of products that changed after `seq`, in ascending order.
    fn changed_since(&self, seq: Seq) -> Vec<u32>;
    /// Results after `seq` of a device's ops.
    fn ended_since(&self, device: DeviceId, seq: Seq) -> Vec<(OpId, Recorded)>;
    fn log(&self) -> &[Change];
    fn commit(&mut self, commit: Commit);
    /// What an operator does after going back on purpose.
    fn new_epoch(&mut self, epoch: u64);
    /// Forgets a result. Only bugs do.
    fn forget(&mut self, op: OpId);
}

#[derive(Clone, Debug)]
pub struct Memory {
    results: BTreeMap<OpId, Recorded>,
    by_seq: BTreeMap<Seq, (OpId, DeviceId)>,
    numbers: BTreeMap<(DeviceId, u64), OpId>,
    products: Vec<Product>,
    ords: BTreeMap<ProductId, u32>,
    pub suggestions: BTreeMap<VersionId, Suggestion>,
    links: BTreeMap<Seq, Chain>,
    log: Vec<Change>,
    head: Cookie,
}

impl Memory {
    pub fn new(products: Vec<Product>, epoch: u64) -> Self {
        let head = Cookie { epoch, seq: Seq(1), hash: Chain(epoch) };
        Self {
            results: BTreeMap::new(),
            by_seq: BTreeMap::new(),
            numbers: BTreeMap::new(),
            ords: products.iter().map(|product| (product.id, product.ord)).collect(),
            products,
            suggestions: BTreeMap::new(),
            links: [(head.seq, head.hash)].into(),
            log: Vec::new(),
            head,
        }
    }
}

impl Backing for Memory {
    fn recorded(&self, op: OpId) -> Option<Recorded> {
        self.results.get(&op).cloned()
    }

    fn numbered(&self, device: DeviceId, number: u64) -> Option<OpId> {
        self.numbers.get(&(device, number)).copied()
    }

    fn product(&self, id: ProductId) -> Option<Product> {
        self.ords.get(&id).and_then(|ord| self.product_at(*ord))
    }

    fn product_at(&self, ord: u32) -> Option<Product> {
        self.products.get(ord as usize).cloned()
    }

    fn products(&self) -> u32 {
        self.products.len() as u32
    }

    fn suggestion(&self, version: VersionId) -> Option<Suggestion> {
        self.suggestions.get(&version).cloned()
    }

    fn head(&self) -> Cookie {
        self.head
    }

    fn link(&self, seq: Seq) -> Option<Chain> {
        self.links.get(&seq).copied()
    }

    fn changed_since(&self, seq: Seq) -> Vec<u32> {
        let from = self.log.partition_point(|change| change.seq <= seq);
        let mut ords: Vec<u32> = self.log[from..].iter().map(|change| change.ord).collect();
        ords.sort_unstable();
        ords.dedup();
        ords
    }

    fn ended_since(&self, device: DeviceId, seq: Seq) -> Vec<(OpId, Recorded)> {
        let ended = self.by_seq.range(Seq(seq.0 + 1)..).filter(|(_, (_, of))| *of == device);
        ended.filter_map(|(_, (op, _))| self.results.get(op).map(|known| (*op, known.clone()))).collect()
    }

    fn log(&self) -> &[Change] {
        &self.log
    }

    fn commit(&mut self, commit: Commit) {
        for product in commit.products {
            let at = product.ord as usize;
            self.ords.insert(product.id, product.ord);
            if at < self.products.len() {
                self.products[at] = product;
            } else {
                self.products.push(product);
            }
        }
        self.log.extend(commit.changes);
        for (op, recorded, (device, number)) in commit.recorded {
            self.by_seq.insert(recorded.seq, (op, device));
            self.numbers.insert((device, number), op);
            self.results.insert(op, recorded);
        }
        if let Some((version, decided)) = commit.decided
            && let Some(suggestion) = self.suggestions.get_mut(&version)
        {
            suggestion.decided = Some(decided);
        }
        if let Some(head) = commit.head {
            self.head = head;
            self.links.insert(head.seq, head.hash);
        }
    }

    fn new_epoch(&mut self, epoch: u64) {
        self.head.epoch = epoch;
    }

    fn forget(&mut self, op: OpId) {
        self.results.remove(&op);
    }
}
