//! A fresh database for each test, with production settings, a clock that can be moved, and builders.

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use domain::{
    clock::{Clock, Timestamp},
    field::{Field, Value},
    ids::{ImageId, OpId, ProductId, Seq, UserId, VariantId},
    money::{Currency, Money},
    op::{Action, Base, Edit, Op},
    product::{Content, Image, Product, Variant},
    query::{ListQuery, Window},
    role::Role,
};
use ports::{
    Access, Catalogue,
    product::{Receipt, Source},
    products::Listing,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Author, Engine, Location, OsEntropy, Store, StoreRef};

pub struct Arranged {
    pub store: Store,
    pub clock: Arc<TestClock>,
    pub location: Location,
    /// Two stores, so that one can be seen from the other.
    pub shop: StoreRef,
    pub other_shop: StoreRef,
    _folder: Option<tempfile::TempDir>,
}

/// Stands still until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

/// 2025-10-09 08:53:20.123456
pub const START: i64 = 1_760_000_000_123_456;

impl Arranged {
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("vitrine.db"));
        Self::at(location, Some(folder)).await
    }

    pub async fn on_postgres() -> Self {
        Self::at(Location::Postgres(postgres::fresh_database().await), None).await
    }

    async fn at(location: Location, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let store = Store::open(&location, clock.clone(), Arc::new(OsEntropy)).await.unwrap();
        let shop = store.create_store("shop", "Shop", Currency::EUR).await.unwrap();
        let other_shop = store.create_store("other", "Other shop", Currency::USD).await.unwrap();
        Self { store, clock, location, shop, other_shop, _folder: folder }
    }

    /// The same database as another process has it.
    pub async fn second_store(&self) -> Store {
        Store::open(&self.location, self.clock.clone(), Arc::new(OsEntropy)).await.unwrap()
    }

    pub async fn clear_away(self) {
        self.store.close().await;
        if let Location::Postgres(url) = &self.location {
            postgres::drop_database(url).await;
        }
    }

    /// One number, right from the tables.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.store.db().engine() {
            Engine::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await.unwrap(),
            Engine::Postgres { primary, .. } => sqlx::query_scalar(sql).fetch_one(primary).await.unwrap(),
        }
    }

    /// Does to many rows what no method does at once, right in the tables. On PostgreSQL as another program does: of what is written on a
    /// connection of its own the store is believed to know.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match (self.store.db().engine(), &self.location) {
            (Engine::Sqlite { write, .. }, _) => sqlx::query(sql).execute(write).await.map(|_| ()).unwrap(),
            (Engine::Postgres { .. }, Location::Postgres(url)) => {
                let mut other = PgConnection::connect(url).await.unwrap();
                sqlx::query(sql).execute(&mut other).await.unwrap();
                other.close().await.unwrap();
            }
            (Engine::Postgres { .. }, Location::Sqlite(_)) => panic!("a store of PostgreSQL is not in a file"),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.location, Location::Sqlite(_))
    }

    pub fn file(&self) -> PathBuf {
        let Location::Sqlite(path) = &self.location else { panic!("a file is asked of PostgreSQL") };
        path.clone()
    }

    /// Somebody with a role in the shop, who needs no password here.
    pub fn who(&self, role: Role) -> Access {
        Access { user: UserId(uuid::Uuid::nil()), store: self.shop.id, role }
    }

    pub fn editor(&self) -> Access {
        self.who(Role::Editor)
    }

    pub async fn create(&self, content: Content) -> Product {
        self.create_in(&self.shop, content).await
    }

    pub async fn create_in(&self, shop: &StoreRef, content: Content) -> Product {
        let handle = content.handle.clone();
        let receipts = self.store.write(shop, &batch(), vec![create(content)], None).await.unwrap();
        assert!(matches!(receipts[0], Receipt::Applied { .. }), "{receipts:?}");
        self.store.load_by_handles(shop, &[handle]).await.unwrap().remove(0)
    }

    /// The product as it is stored now.
    pub async fn load(&self, handle: &str) -> Product {
        self.store.load_by_handles(&self.shop, &[handle.parse().unwrap()]).await.unwrap().remove(0)
    }

    /// Edits one field as a person does who has just seen it.
    pub async fn edit(&self, product: &Product, field: Field, value: Value) -> Receipt {
        let base = Base::Seen(product.versions.latest);
        self.store.submit(&self.editor(), edit(product.id, &[(field, base, value)])).await.unwrap()
    }

    pub async fn list(&self, query: &str) -> Listing {
        self.window(query, 0, 1_000).await
    }

    pub async fn window(&self, query: &str, start: u32, count: u32) -> Listing {
        self.store.list(&self.who(Role::Viewer), &Window { query: ListQuery::from_address(query), start, count }).await.unwrap()
    }

    pub async fn handles(&self, query: &str) -> Vec<String> {
        self.list(query).await.rows.into_iter().map(|row| row.handle.to_string()).collect()
    }
}

/// An author as an import is: nothing is remembered.
pub fn batch() -> Author {
    Author { user: None, source: Source::Import, job: None, remember: false }
}

pub fn op_id() -> OpId {
    OpId(id())
}

pub fn create(content: Content) -> Op {
    Op { id: op_id(), product: ProductId(id()), action: Action::Create(Box::new(content)) }
}

pub fn edit(product: ProductId, edits: &[(Field, Base, Value)]) -> Op {
    let edits = edits.iter().cloned().map(|(field, base, value)| Edit { field, base, value }).collect();
    Op { id: op_id(), product, action: Action::Edit(edits) }
}

pub fn seq(receipt: &Receipt) -> Seq {
    match receipt {
        Receipt::Applied { seq } | Receipt::NoOp { seq } => *seq,
        other => panic!("{other:?}"),
    }
}

/// A product with a title; the rest as the test wants it.
pub fn product(handle: &str) -> Content {
    Content::new(handle.parse().unwrap(), handle.replace('-', " "))
}

pub trait Build: Sized {
    fn with(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl Build for Content {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

pub fn variant(position: i64, price: Option<i64>) -> Variant {
    let mut variant = Variant::new(VariantId(id()), position);
    variant.price = price.map(Money);
    variant
}

pub fn image(position: i64) -> Image {
    Image { id: ImageId(id()), position, url: format!("https://example.com/{position}.jpg"), alt: format!("Picture {position}") }
}

pub fn priced(handle: &str, price: Option<i64>) -> Content {
    product(handle).with(|content| content.variants.push(variant(1, price)))
}

/// Everything a product can have.
pub fn rich(handle: &str) -> Content {
    product(handle).with(|content| {
        content.description = "<p>Warm “light” — 100 % brass</p>".into();
        content.vendor = "Ærø & Søn".into();
        content.product_type = "Lamps".into();
        content.category = "Home > Lighting".into();
        content.tags = vec!["new".into(), "Brass, polished".into(), "\"quoted\"".into()];
        content.status = domain::product::Status::Draft;
        content.published = false;
        content.gift_card = true;
        content.seo_title = "Lamp".into();
        content.seo_description = "A lamp".into();
        content.option_names = vec!["Size".into(), "Colour".into()];
        content.extras.insert("Metafield: care".into(), "Wipe\nwith a cloth".into());
        for position in 1..=3 {
            let mut variant = variant(position, Some(1_000 * position));
            variant.options = vec![format!("{position}"), "Brass".into()];
            variant.sku = format!("LAMP-{position}");
            variant.barcode = format!("400000000000{position}");
            variant.compare_at_price = Some(Money(5_000));
            variant.cost = Some(Money(1));
            variant.taxable = false;
            variant.inventory_quantity = Some(-3);
            variant.inventory_policy = domain::product::InventoryPolicy::Continue;
            variant.requires_shipping = false;
            variant.weight_grams = Some(1_500);
            variant.image = "https://example.com/1.jpg".into();
            variant.extras.insert("Variant note".into(), "x".into());
            content.variants.push(variant);
        }
        content.images = vec![image(1), image(2)];
    })
}

fn id() -> uuid::Uuid {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut random = [0; 10];
    random[2..6].copy_from_slice(&std::process::id().to_be_bytes());
    random[6..].copy_from_slice(&number);
    ProductId::new(Timestamp::from_micros(START), random).0
}

mod postgres {
    //! Each test has its own database, cloned from one that was migrated once.

    use super::*;

    pub(super) async fn fresh_database() -> String {
        static TEMPLATE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        TEMPLATE.get_or_init(make_template).await;
        let name = format!("{}_{}", template(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(&format!("CREATE DATABASE {name} TEMPLATE {}", template())).await;
        url_of(&name)
    }

    pub(super) async fn drop_database(url: &str) {
        let name = url.rsplit('/').next().unwrap();
        run(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    async fn make_template() {
        drop_leftovers().await;
        run(&format!("CREATE DATABASE {}", template())).await;
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        Store::open(&Location::Postgres(url_of(&template())), clock, Arc::new(OsEntropy)).await.unwrap().close().await;
    }

    /// Databases of earlier runs that did not come to their end.
    async fn drop_leftovers() {
        let mut admin = PgConnection::connect(server()).await.expect("PostgreSQL for tests does not answer; run scripts/postgres-for-tests");
        let names: Vec<(String,)> =
            sqlx::query_as("SELECT datname FROM pg_database WHERE datname LIKE 'vitrine\\_contract\\_%'").fetch_all(&mut admin).await.unwrap();
        for (name,) in names {
            let process = name.split('_').nth(2).unwrap_or_default();
            if !std::path::Path::new("/proc").join(process).exists() {
                let _ = sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).execute(&mut admin).await;
            }
        }
    }

    async fn run(sql: &str) {
        let mut admin = PgConnection::connect(server()).await.expect("PostgreSQL for tests does not answer; run scripts/postgres-for-tests");
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut admin).await.unwrap();
        admin.close().await.unwrap();
    }

    fn template() -> String {
        format!("vitrine_contract_{}", std::process::id())
    }

    fn url_of(database: &str) -> String {
        let (server, _) = server().rsplit_once('/').unwrap();
        format!("{server}/{database}")
    }

    fn server() -> &'static str {
        static URL: OnceLock<String> = OnceLock::new();
        URL.get_or_init(|| {
            std::env::var("VITRINE_TEST_POSTGRES_URL")
                .expect("VITRINE_TEST_POSTGRES_URL is not set: run `export \"$(scripts/postgres-for-tests)\"` first")
        })
    }
}
