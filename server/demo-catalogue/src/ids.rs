//! Identifiers that follow from a product's number.

use domain::{
    clock::Timestamp,
    ids::{ImageId, ProductId, VariantId},
};

pub(crate) struct Ids {
    pub(crate) n: u64,
    pub(crate) made_at: Timestamp,
}

impl Ids {
    pub(crate) fn product(&self) -> ProductId {
        ProductId::new(self.made_at, self.bytes(0))
    }

    pub(crate) fn variant(&self, index: usize) -> VariantId {
        VariantId::new(self.made_at, self.bytes(index))
    }

    pub(crate) fn image(&self, index: usize) -> ImageId {
        ImageId::new(self.made_at, self.bytes(index))
    }

    /// The number stands before the index, so that ids of one moment sort as the products do, and databases
    /// append. The first three bytes are left: ids keep some of their bits for themselves.
    fn bytes(&self, index: usize) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[3..9].copy_from_slice(&self.n.to_be_bytes()[2..]);
        bytes[9] = index as u8;
        bytes
    }
}
