//! Builders of what runs, reviews and usage are made of.

use std::collections::BTreeMap;

use domain::{
    clock::{Clock, Timestamp},
    ids::{JobId, ProductId, ProviderId, UserId, VersionId},
    money::Cost,
    product::Product,
    words::{Words, brief::Brief, source::Source, versions_of},
};
use ports::{jobs::JobKind, writing::ProviderKind};
use roaring::RoaringBitmap;
use store::{
    NewJob, StoreRef,
    words::records::{ItemCame, NewUsage, NewVersion, ProviderRow, RunBatch, RunItem},
};

use crate::support::{Arranged, START, op_id};

/// The day of [`START`], and of every call that says nothing else.
pub const TODAY: i32 = (START / 86_400_000_000) as i32;

pub const RUN: NewJob<'_> = NewJob { kind: JobKind::Optimise, subject: "2 products", params: "{}", progress: "{}", user: None };

pub fn provider(name: &str) -> ProviderRow {
    ProviderRow {
        id: ProviderId(op_id().0),
        kind: ProviderKind::OpenAi,
        name: name.into(),
        base_url: "https://api.example.com/v1".into(),
        model: "small".into(),
        sealed_key: Some(vec![1, 2, 3]),
        concurrency: 4,
        timeout_seconds: 60,
        position: 1,
        enabled: true,
        removed: false,
    }
}

/// A call of today that was answered and cost a unit.
pub fn call(provider: ProviderId) -> NewUsage {
    NewUsage {
        provider,
        model: "small".into(),
        at: Timestamp::from_micros(START),
        tokens_in: 100,
        tokens_out: 10,
        cost: Cost(Cost::UNIT),
        milliseconds: 1_000,
        outcome: "ok",
        run: None,
        user: None,
        product: None,
        product_type: "Lamps".into(),
    }
}

/// Another title for a product, by a provider.
pub fn version(product: &Product, run: JobId, provider: ProviderId) -> NewVersion {
    NewVersion {
        id: VersionId(op_id().0),
        product: product.id,
        run: Some(run),
        provider: Some(provider),
        model: "small".into(),
        user: None,
        fingerprint: fingerprint(product.id),
        reused: false,
        brief: Brief::default(),
        remark: String::new(),
        source: Source::of(&product.content),
        source_versions: versions_of(&product.content, &product.versions),
        words: Words { title: Some(format!("A better {}", product.content.title)), ..Words::default() },
        findings: Vec::new(),
        quality: (40, 80),
        seo: (30, 90),
        tokens_in: 100,
        tokens_out: 10,
        cost: Cost(Cost::UNIT),
    }
}

pub fn fingerprint(product: ProductId) -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[..16].copy_from_slice(product.0.as_bytes());
    bytes
}

pub fn written(product: &Product, version: NewVersion) -> RunItem {
    RunItem { ord: product.ord, came: ItemCame::Written { op: op_id(), version: Box::new(version) } }
}

pub fn failed(product: &Product, reason: &str) -> RunItem {
    RunItem { ord: product.ord, came: ItemCame::Failed { reason: reason.into() } }
}

pub fn bytes(products: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::new();
    products.serialize_into(&mut bytes).unwrap();
    bytes
}

/// A batch of the worker `w1`, whose products are done with it.
pub fn run_batch(run: JobId, items: Vec<RunItem>, done: &[u8]) -> RunBatch<'_> {
    RunBatch { run, leased_by: "w1", user: None, progress: r#"{"attempt":1}"#, items, usage: Vec::new(), done }
}

impl Arranged {
    /// A run over some products that the worker `w1` has.
    pub async fn begin_run(&self, shop: &StoreRef, products: &[&Product]) -> JobId {
        let id = self.store.new_job_id();
        self.store.start_run(id, shop, RUN, &ords(products)).await.unwrap();
        assert_eq!(self.store.lease(id, "w1", 60, false).await.unwrap().unwrap().job.id, id);
        id
    }

    /// One suggestion for each product, written by a run that is done with them.
    pub async fn suggest(&self, shop: &StoreRef, products: &[&Product], provider: ProviderId) -> JobId {
        let run = self.begin_run(shop, products).await;
        let items = products.iter().map(|product| written(product, version(product, run, provider))).collect();
        self.store.write_run(shop, run_batch(run, items, &bytes(&ords(products)))).await.unwrap();
        run
    }

    pub async fn user(&self, name: &str) -> UserId {
        self.store.create_user(&format!("{name}@example.com"), name, "correct horse").await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

pub fn ords(products: &[&Product]) -> RoaringBitmap {
    products.iter().map(|product| product.ord).collect()
}

/// By what they are called.
pub fn by_name<T: Clone>(rows: &[(String, T)]) -> BTreeMap<String, T> {
    rows.iter().cloned().collect()
}
