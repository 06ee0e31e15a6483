//! Answers that are kept, so that the same op sent again is not done again.

use domain::{
    field::Field,
    op::{Action, Op},
};
use ports::product::Receipt;
use sha2::{Digest, Sha256};

use super::{
    insert::{Clash, insert},
    rows::ResultRecord,
};
use crate::{StoreError, StoreRef, codec::to_json, db::Tx, sql};

pub(super) async fn save(
    tx: &mut Tx<'_>,
    store: &StoreRef,
    ops: &[Op],
    hashes: &[[u8; 32]],
    answers: &[Receipt],
    which: &[usize],
    at: i64,
) -> Result<(), StoreError> {
    let record =
        |i: &usize| ResultRecord { op: ops[*i].id, store_num: store.num, payload_hash: &hashes[*i], receipt: to_json(&answers[*i]), at, from: None };
    let records: Vec<ResultRecord<'_>> = which.iter().map(record).collect();
    insert(tx, &sql::OP_RESULT, &records, Clash::Fails).await
}

/// The answer to an op whose id came before with something else.
pub(super) fn reused() -> Receipt {
    Receipt::Rejected { field: None, reason: "This change was sent before with other content. Reload the page and make it again.".into() }
}

/// What an op wants, apart from its id, as 32 bytes that stay the same over versions of the program: SHA-256 of
/// names and values as JSON.
pub(super) fn payload_hash(op: &Op) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(op.product.0.as_bytes());
    match &op.action {
        Action::Create(content) => {
            hash.update(b"create");
            let plain = [
                Field::Handle,
                Field::Title,
                Field::Description,
                Field::Vendor,
                Field::ProductType,
                Field::Category,
                Field::Tags,
                Field::Status,
                Field::Published,
                Field::GiftCard,
                Field::SeoTitle,
                Field::SeoDescription,
                Field::OptionNames,
            ];
            let extras = content.extras.keys().cloned().map(Field::Extra);
            let variants = content.variants.iter().map(|variant| Field::Variant(variant.id));
            let images = content.images.iter().map(|image| Field::Image(image.id));
            for field in plain.into_iter().chain(extras).chain(variants).chain(images) {
                hash.update(to_json(&(&field, content.get(&field))));
            }
        }
        Action::Edit(edits) => {
            hash.update(b"edit");
            hash.update(to_json(edits));
        }
        Action::Delete => hash.update(b"delete"),
        Action::Restore => hash.update(b"restore"),
    }
    hash.finalize().into()
}
