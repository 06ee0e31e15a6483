//! `demo`: a made-up store to look at and to measure on.

use std::process::ExitCode;

use domain::{
    clock::Timestamp,
    ids::{OpId, UserId},
    money::Currency,
    op::{Action, Op},
    role::Role,
};
use ports::product::{Receipt, Source};
use store::{Author, Store, StoreRef};

use super::{catalogue::progress_bar, tell::tell};
use crate::{compose::open_store, config::Config};

pub const DEMO_EMAIL: &str = "owner@demo.test";
pub const DEMO_PASSWORD: &str = "vitrine-demo";
pub const DEMO_STORE: &str = "demo";

/// Products written in one transaction.
const BATCH: u32 = 1_000;
/// When the demo catalogue was made, whenever it is made: the same ids every time.
const MADE_AT: Timestamp = Timestamp::from_micros(1_735_689_600_000_000);

pub(super) async fn fill(config: &Config, products: u32) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let shop = match store.store_by_slug(DEMO_STORE).await? {
        Some(shop) => shop,
        None => store.create_store(DEMO_STORE, "Demo store", Currency::EUR).await?,
    };
    let owner = owner(&store, &shop).await?;
    let before = u32::try_from(store.product_count(&shop).await?).unwrap_or(u32::MAX);
    if before >= products {
        store.close().await;
        tell(format!("The demo store has {before} products already."))?;
        return Ok(ExitCode::SUCCESS);
    }
    let bar = progress_bar(u64::from(products - before), "products");
    let author = Author { user: Some(owner), source: Source::Demo, job: None, remember: false };
    let mut from = before;
    while from < products {
        let to = products.min(from + BATCH);
        // The next batch is made up while this one is written.
        let ops = tokio::task::spawn_blocking(move || (from..to).map(|n| create(u64::from(n))).collect::<Vec<_>>()).await?;
        for receipt in store.write(&shop, &author, ops, None).await? {
            if let Receipt::Rejected { reason, .. } = receipt {
                anyhow::bail!("The demo store holds products of its own that stand in the way: {reason}");
            }
        }
        bar.inc(u64::from(to - from));
        from = to;
    }
    store.close().await;
    bar.finish_and_clear();
    tell(format!("The demo store has {products} products. Sign in as {DEMO_EMAIL} with the password {DEMO_PASSWORD}."))?;
    Ok(ExitCode::SUCCESS)
}

async fn owner(store: &Store, shop: &StoreRef) -> anyhow::Result<UserId> {
    let owner = match store.user_by_email(DEMO_EMAIL).await? {
        Some(owner) => owner,
        None => store.create_user(DEMO_EMAIL, "Demo Owner", DEMO_PASSWORD).await?,
    };
    store.set_member(owner, shop, Role::Owner).await?;
    Ok(owner)
}

fn create(n: u64) -> Op {
    let (product, content) = demo_catalogue::product(n, MADE_AT);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&n.to_be_bytes());
    Op { id: OpId::new(MADE_AT, bytes), product, action: Action::Create(Box::new(content)) }
}
