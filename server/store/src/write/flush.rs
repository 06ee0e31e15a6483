//! Writes what a round of a batch came to.

use std::collections::{HashMap, HashSet};

use domain::{
    ids::{ImageId, Seq, VariantId},
    product::{Image, Product, Variant},
};
use uuid::Uuid;

use super::{
    Author,
    batch::Batch,
    insert::{Clash, insert},
    rows::{ChangeRecord, CodesRecord, ImageRecord, ProductRecord, VariantRecord},
};
use crate::{
    StoreError, StoreRef,
    codec::{Many, key_of, to_json},
    codes,
    db::{Tx, TxOn, counted, within},
    sql,
};

/// What a round has taken.
pub(super) struct Flushed {
    /// The first and the last change number.
    pub(super) first: Seq,
    pub(super) last: Seq,
    /// Of the history that they are in.
    pub(super) epoch: i64,
    /// How many products the store had ever had, before and after.
    pub(super) ords: (i64, i64),
}

/// Takes the change numbers, writes the rows and the log; none when the round changes nothing.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    store: &StoreRef,
    author: &Author,
    batch: &mut Batch,
    (at, link): (i64, i64),
) -> Result<Option<Flushed>, StoreError> {
    if batch.numbers() == 0 {
        batch.next_round();
        return Ok(None);
    }
    // All that takes thinking is done before the numbers are taken: from then on other writers of the store wait.
    let fields: Vec<String> =
        batch.changes.iter().map(|change| if change.fields.is_empty() { "[]".into() } else { to_json(&change.fields) }).collect();
    let (made, more) = batch.growth();
    let count = batch.numbers();
    let person = author.user.map(|user| user.0);
    let (last, next_ord, epoch): (i64, i64, i64) = within!(tx, |on| {
        let query = sqlx::query_as(tx.db.sql(&sql::TAKE_SEQ)).bind(store.num).bind(count).bind(made).bind(more).bind(link);
        query.bind(person).fetch_one(on)
    })?;
    let first = Seq(last - count + 1);
    let first_ord = u32::try_from(next_ord - made)
        .ok()
        .filter(|_| next_ord <= i64::from(MOST_PRODUCTS))
        .ok_or_else(|| StoreError::Refused(format!("A store holds {MOST_PRODUCTS} products at most, and this one is full.")))?;
    batch.settle(first, first_ord, at);

    write_products(tx, store, batch).await?;
    let changes: Vec<ChangeRecord<'_>> = batch
        .changes
        .iter()
        .zip(&fields)
        .map(|(change, fields)| ChangeRecord {
            store_num: store.num,
            seq: Seq(first.0 + change.number),
            product_key: key_of(store.num, batch.product(change.product).map_or(0, |product| product.ord)),
            op: change.op,
            kind: change.kind.name(),
            fields,
            author,
            source: change.source.unwrap_or(author.source),
            at,
            link,
        })
        .collect();
    insert(tx, &sql::CHANGE_LOG, &changes, Clash::Fails).await?;
    drop(changes);
    batch.next_round();
    Ok(Some(Flushed { first, last: Seq(last), epoch, ords: (next_ord - made, next_ord) }))
}

/// The list index holds that many.
const MOST_PRODUCTS: u32 = 1 << 31;

async fn write_products(tx: &mut Tx<'_>, store: &StoreRef, batch: &Batch) -> Result<(), StoreError> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut parts = Parts::default();
    for slot in batch.touched() {
        let Some(now) = &slot.now else { continue };
        let record = ProductRecord { store_num: store.num, product: now, stored: slot.kept };
        if let Some(before) = &slot.before {
            old.push(record);
            parts.difference(store.num, before, now);
        } else {
            new.push(record);
            parts.all(store.num, now);
        }
    }
    // Those that were there first: a handle one of them gives up may be a new one's.
    insert(tx, &sql::PRODUCTS, &old, Clash::Replaces).await?;
    insert(tx, &sql::PRODUCTS, &new, Clash::Fails).await?;
    remove(tx, &sql::DELETE_VARIANTS, &parts.gone_variants).await?;
    remove(tx, &sql::DELETE_IMAGES, &parts.gone_images).await?;
    insert(tx, &sql::VARIANTS, &parts.changed_variants, Clash::Replaces).await?;
    insert(tx, &sql::VARIANTS, &parts.new_variants, Clash::Fails).await?;
    insert(tx, &sql::IMAGES, &parts.changed_images, Clash::Replaces).await?;
    insert(tx, &sql::IMAGES, &parts.new_images, Clash::Fails).await?;
    write_codes(tx, store, batch).await
}

/// Where a table of their own finds codes.
async fn write_codes(tx: &mut Tx<'_>, store: &StoreRef, batch: &Batch) -> Result<(), StoreError> {
    if !matches!(tx.on, TxOn::Sqlite(_)) {
        return Ok(());
    }
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for slot in batch.touched() {
        let Some(now) = &slot.now else { continue };
        let product_key = key_of(store.num, now.ord);
        let text = codes::text(store.num, &now.content);
        let before = slot.before.as_ref().map(|before| codes::text(store.num, &before.content)).unwrap_or_default();
        if text != before {
            if !before.is_empty() {
                gone.push(product_key);
            }
            if !text.is_empty() {
                new.push(CodesRecord { product_key, text });
            }
        }
    }
    if !gone.is_empty() {
        within!(tx, |on| async { sqlx::query(sql::DELETE_CODES).bind(Many(&gone)).execute(on).await.map(|_| ()) })?;
    }
    insert(tx, &sql::CODES, &new, Clash::Fails).await
}

/// Variants and images that differ from what is stored.
#[derive(Default)]
struct Parts<'a> {
    new_variants: Vec<VariantRecord<'a>>,
    changed_variants: Vec<VariantRecord<'a>>,
    gone_variants: Vec<(i64, Uuid)>,
    new_images: Vec<ImageRecord<'a>>,
    changed_images: Vec<ImageRecord<'a>>,
    gone_images: Vec<(i64, Uuid)>,
}

impl<'a> Parts<'a> {
    fn all(&mut self, store_num: i64, product: &'a Product) {
        let product_key = key_of(store_num, product.ord);
        self.new_variants.extend(product.content.variants.iter().map(|variant| VariantRecord { store_num, product_key, variant }));
        self.new_images.extend(product.content.images.iter().map(|image| ImageRecord { product_key, image }));
    }

    fn difference(&mut self, store_num: i64, before: &Product, now: &'a Product) {
        let product_key = key_of(store_num, now.ord);
        if before.content.variants != now.content.variants {
            let old: HashMap<VariantId, &Variant> = before.content.variants.iter().map(|variant| (variant.id, variant)).collect();
            for variant in &now.content.variants {
                match old.get(&variant.id) {
                    None => self.new_variants.push(VariantRecord { store_num, product_key, variant }),
                    Some(old) if *old != variant => self.changed_variants.push(VariantRecord { store_num, product_key, variant }),
                    Some(_) => {}
                }
            }
            let kept: HashSet<VariantId> = now.content.variants.iter().map(|variant| variant.id).collect();
            self.gone_variants.extend(old.into_keys().filter(|id| !kept.contains(id)).map(|id| (product_key, id.0)));
        }
        if before.content.images != now.content.images {
            let old: HashMap<ImageId, &Image> = before.content.images.iter().map(|image| (image.id, image)).collect();
            for image in &now.content.images {
                match old.get(&image.id) {
                    None => self.new_images.push(ImageRecord { product_key, image }),
                    Some(old) if *old != image => self.changed_images.push(ImageRecord { product_key, image }),
                    Some(_) => {}
                }
            }
            let kept: HashSet<ImageId> = now.content.images.iter().map(|image| image.id).collect();
            self.gone_images.extend(old.into_keys().filter(|id| !kept.contains(id)).map(|id| (product_key, id.0)));
        }
    }
}

async fn remove(tx: &mut Tx<'_>, delete: &sql::Pair, gone: &[(i64, Uuid)]) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    let text = tx.sql(delete);
    counted!(tx.db, "DELETE parts", async {
        match &mut tx.on {
            TxOn::Sqlite(on) => {
                let gone: Vec<(i64, String)> = gone.iter().map(|(key, id)| (*key, id.simple().to_string())).collect();
                sqlx::query(text).bind(to_json(&gone)).execute(&mut **on).await?;
            }
            TxOn::Postgres(on) => {
                let (keys, ids): (Vec<i64>, Vec<Uuid>) = gone.iter().copied().unzip();
                sqlx::query(text).bind(keys).bind(ids).execute(&mut **on).await?;
            }
        }
        Ok(())
    })
}
