//! A primary with a streaming replica: own writes are read at once, the rest from the replica, and what goes away comes back.
//!
//! Both belong to whoever has their turn, as these tests stop and kill them.

#![allow(clippy::print_stdout, reason = "what was measured, and what could not be looked at, is told")]

use std::{
    fs::File,
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    clock::{Clock, Timestamp},
    field::{Field, Value},
    handle::Handle,
    ids::{ProductId, UserId},
    money::Currency,
    op::Base,
    query::{ListQuery, Window},
    role::Role,
};
use ports::{
    Access, Catalogue, People, SessionSecret,
    database::{DatabaseView, ReplicaFigures},
    error::AppError,
    product::Receipt,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{DatabaseOptions, Location, OsEntropy, Store, StoreRef};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::support::{START, batch, create, edit, product};

/// The primary and its replica, for one test at a time.
struct Pair {
    primary: String,
    replica: String,
    _turn: File,
}

struct Arranged {
    pair: Pair,
    database: String,
    store: Store,
    shop: StoreRef,
    products: Vec<(ProductId, Handle)>,
}

/// The way to a server. Cut, it swallows what is sent and ends nothing, as when a machine has vanished; mended, it carries new connections.
struct Wire {
    address: SocketAddr,
    server: Arc<OnceLock<String>>,
    cut: watch::Sender<bool>,
}

/// The same every time.
struct Chance(u64);

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(START)
    }
}

const PRODUCTS: usize = 40;

impl Pair {
    /// None where PostgreSQL is not installed.
    async fn find() -> Option<Self> {
        // Also of other processes: the program's tests run beside these.
        let turn = File::create(concat!(env!("CARGO_TARGET_TMPDIR"), "/postgres-pair.lock")).unwrap();
        let turn = tokio::task::spawn_blocking(|| turn.lock().map(|()| turn).unwrap()).await.unwrap();
        let lines = Self::start().await?;
        let address = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned();
        Some(Self { primary: address("VITRINE_TEST_PRIMARY_URL"), replica: address("VITRINE_TEST_REPLICA_URL"), _turn: turn })
    }

    /// Both as they are meant to be, whatever was done to them; tells where they are.
    async fn start() -> Option<String> {
        let found = tokio::task::spawn_blocking(|| Command::new(script()).arg("--with-replica").output().unwrap()).await.unwrap();
        if found.status.code() == Some(3) {
            println!("PostgreSQL is not installed: what is said of replicas was not looked at.");
            return None;
        }
        assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
        Some(String::from_utf8(found.stdout).unwrap())
    }

    /// Starts, stops, kills, pauses or resumes the primary or the replica.
    async fn does(&self, which: &'static str, what: &'static str) {
        let run = move || Command::new(script()).args(["--pair", which, what]).output().unwrap();
        let done = tokio::task::spawn_blocking(run).await.unwrap();
        assert!(done.status.success(), "{which} {what}: {}", String::from_utf8_lossy(&done.stderr));
    }

    async fn on_replica(&self, sql: &str) {
        run(&self.replica, sql).await;
    }

    /// From now on the replica does everything so much later.
    async fn delay(&self, delay: &str) {
        self.on_replica(&format!("ALTER SYSTEM SET recovery_min_apply_delay = '{delay}'")).await;
        self.on_replica("SELECT pg_reload_conf()").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

impl Arranged {
    async fn new(options: impl FnOnce(&mut DatabaseOptions)) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let pair = Pair::find().await?;
        let database = format!("replicas_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(&pair.primary, &format!("CREATE DATABASE {database}")).await;
        let mut wanted = DatabaseOptions { replicas: vec![of(&pair.replica, &database)], ..DatabaseOptions::default() };
        options(&mut wanted);
        let location = Location::Postgres(of(&pair.primary, &database));
        let store = Store::open_with(&location, &wanted, Arc::new(Still), Arc::new(OsEntropy)).await.unwrap();
        let shop = store.create_store("shop", "Shop", Currency::EUR).await.unwrap();
        let ops: Vec<_> = (0..PRODUCTS).map(|number| create(product(&format!("p-{number}")))).collect();
        let products = ops.iter().enumerate().map(|(number, op)| (op.product, format!("p-{number}").parse().unwrap())).collect();
        store.write(&shop, &batch(), ops, None).await.unwrap();
        store.warm_up().await.unwrap();
        let arranged = Self { pair, database, store, shop, products };
        arranged.until(&arranged.store, |replica| replica.serves && replica.bytes_behind == Some(0)).await;
        Some(arranged)
    }

    /// The same database as another server has it.
    async fn second_store(&self, replica_lag: Duration) -> Store {
        let wanted = DatabaseOptions { replicas: vec![of(&self.pair.replica, &self.database)], replica_lag, ..DatabaseOptions::default() };
        let location = Location::Postgres(of(&self.pair.primary, &self.database));
        Store::open_with(&location, &wanted, Arc::new(Still), Arc::new(OsEntropy)).await.unwrap()
    }

    /// More products, which nobody changes.
    async fn stock(&self, count: usize) -> Vec<(ProductId, Handle)> {
        let ops: Vec<_> = (0..count).map(|number| create(product(&format!("stock-{number}")))).collect();
        let stock = ops.iter().enumerate().map(|(number, op)| (op.product, format!("stock-{number}").parse().unwrap())).collect();
        self.store.write(&self.shop, &batch(), ops, None).await.unwrap();
        stock
    }

    /// An editor with a session.
    async fn author(&self, name: &str) -> SessionSecret {
        let (email, password) = (format!("{name}@example.com"), "correct horse");
        let user = self.store.create_user(&email, name, password).await.unwrap();
        self.store.set_member(user, &self.shop, Role::Editor).await.unwrap();
        self.store.sign_in(&email, password, "127.0.0.1").await.unwrap()
    }

    /// Whether somebody finds a title, with a word that no other title has, by one of six questions.
    async fn sees(&self, server: &Store, who: &Access, at: usize, title: &str, word: &str, question: usize) -> bool {
        let (id, handle) = &self.products[at];
        match question {
            0 => server.product(who, handle).await.unwrap().unwrap().title == title,
            // As many as others may have changed since.
            1 => server.list(who, &Window { count: PRODUCTS as u32, ..window() }).await.unwrap().rows.iter().any(|row| row.title == title),
            2 => server.products(who, &[*id]).await.unwrap()[0].title == title,
            3 => format!("{:?}", server.history(who, *id, None).await.unwrap()[0].fields).contains(title),
            4 => server.part(who, &ListQuery::default(), None, PRODUCTS as u32).await.unwrap().products.iter().any(|row| row.title == title),
            _ => {
                let window = Window { query: ListQuery::from_address(&format!("q={word}")), ..window() };
                server.list(who, &window).await.unwrap().rows.iter().any(|row| row.title == title)
            }
        }
    }

    fn who(&self, number: u128) -> Access {
        Access { user: UserId(uuid::Uuid::from_u128(number + 1)), store: self.shop.id, role: Role::Editor }
    }

    async fn figures(&self) -> DatabaseView {
        self.store.database_figures().await.unwrap()
    }

    async fn replica(&self) -> ReplicaFigures {
        self.figures().await.replicas.remove(0)
    }

    /// Waits until a store sees its replica like that.
    async fn until(&self, store: &Store, is_so: impl Fn(&ReplicaFigures) -> bool) {
        let began = Instant::now();
        loop {
            // While the primary is away there are no figures.
            let seen = store.database_figures().await.ok().map(|mut figures| figures.replicas.remove(0));
            if seen.as_ref().is_some_and(&is_so) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{seen:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn set_title(&self, who: &Access, at: usize, title: &str) -> Result<Receipt, AppError> {
        self.store.submit(who, edit(self.products[at].0, &[(Field::Title, Base::Any, Value::text(title))])).await
    }

    async fn title(&self, store: &Store, who: &Access, at: usize) -> Result<String, AppError> {
        Ok(store.product(who, &self.products[at].1).await?.unwrap().title)
    }

    async fn clear_away(self) {
        self.store.close().await;
        run(&self.pair.primary, &format!("DROP DATABASE {} WITH (FORCE)", self.database)).await;
    }
}

impl Wire {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, server, cut) = (listener.local_addr().unwrap(), Arc::new(OnceLock::new()), watch::Sender::new(false));
        let (wire, is_cut) = (server.clone(), cut.subscribe());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(Self::carry(near, wire.clone(), is_cut.clone()));
            }
        });
        Self { address, server, cut }
    }

    async fn carry(mut near: TcpStream, server: Arc<OnceLock<String>>, mut is_cut: watch::Receiver<bool>) {
        let cut = *is_cut.borrow();
        let mut far = match server.get() {
            Some(server) if !cut => TcpStream::connect(server.as_str()).await.ok(),
            _ => None,
        };
        if let Some(far) = &mut far {
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, far) => return,
                () = async { drop(is_cut.wait_for(|cut| *cut).await) } => {}
            }
        }
        // Both ends stay open.
        std::future::pending::<()>().await;
    }

    /// The address of a database by this way.
    fn to(&self, url: &str) -> String {
        let (before, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        self.server.set(server.to_owned()).unwrap();
        format!("{before}@{}/{database}", self.address)
    }

    fn cut(&self) {
        self.cut.send_replace(true);
    }

    fn mend(&self) {
        self.cut.send_replace(false);
    }
}

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 ^ self.0 >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }
}

fn script() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../scripts/postgres-for-tests")
}

fn of(server: &str, database: &str) -> String {
    format!("{}/{database}", server.rsplit_once('/').unwrap().0)
}

async fn run(url: &str, sql: &str) {
    let mut on = PgConnection::connect(url).await.unwrap();
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut on).await.unwrap();
    on.close().await.unwrap();
}

fn window() -> Window {
    Window { query: ListQuery::default(), start: 0, count: 20 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_wrote_is_there_at_once_though_the_replica_is_ten_seconds_behind() {
    own_writes_are_there_at_once(pairs(1_000)).await;
}

/// `VITRINE_TEST_PAIRS` says how many instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; run it when something about replicas has changed"]
async fn of_a_hundred_thousand_writes_not_one_is_missed_by_its_author() {
    own_writes_are_there_at_once(pairs(100_000)).await;
}

fn pairs(usual: usize) -> usize {
    std::env::var("VITRINE_TEST_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(usual)
}

/// Eight people write through either of two servers, and read at once through either, by whichever question; meanwhile others look about.
async fn own_writes_are_there_at_once(pairs: usize) {
    const AUTHORS: usize = 8;
    const STOCK: usize = 1_500;
    const READS_OF_OTHERS: usize = 8;
    let far_behind = |options: &mut DatabaseOptions| options.replica_lag = Duration::from_mins(1);
    let Some(arranged) = Arranged::new(far_behind).await else { return };
    let stock = arranged.stock(STOCK).await;
    let other = arranged.second_store(Duration::from_mins(1)).await;
    other.warm_up().await.unwrap();
    let mut authors = Vec::new();
    for number in 0..AUTHORS {
        authors.push(arranged.author(&format!("author-{number}")).await);
    }
    for store in [&arranged.store, &other] {
        arranged.until(store, |replica| replica.serves && replica.bytes_behind == Some(0)).await;
    }
    arranged.pair.delay("10s").await;
    let servers = [&arranged.store, &other];
    let before = reads(&servers).await;

    let missed = std::sync::Mutex::new(Vec::new());
    let people = authors.iter().enumerate().map(|(number, author)| {
        let (arranged, stock, missed) = (&arranged, &stock, &missed);
        async move {
            let mut chance = Chance(number as u64 + 1);
            for round in 0..pairs / AUTHORS {
                // Their own products, so that nobody else's title comes in between.
                let at = number * PRODUCTS / AUTHORS + chance.below(PRODUCTS / AUTHORS);
                let word = format!("{:016x}", chance.next());
                let title = format!("{number} wrote {word} in {round}");
                let who = who_asks(servers[chance.below(2)], author).await;
                let writing = servers[chance.below(2)];
                let receipt = writing.submit(&who, edit(arranged.products[at].0, &[(Field::Title, Base::Any, Value::text(&title))])).await.unwrap();
                assert!(matches!(receipt, Receipt::Applied { .. }), "{receipt:?}");

                let reading = servers[chance.below(2)];
                let who = who_asks(reading, author).await;
                let question = chance.below(6);
                if !arranged.sees(reading, &who, at, &title, &word, question).await {
                    missed.lock().unwrap().push(format!("question {question} in round {round} by {number}"));
                }

                for _ in 0..READS_OF_OTHERS {
                    let (server, reader) = (servers[chance.below(2)], arranged.who(1_000 + chance.below(500) as u128));
                    let (id, handle) = &stock[chance.below(STOCK)];
                    match chance.below(3) {
                        0 => assert!(server.product(&reader, handle).await.unwrap().is_some()),
                        1 => assert_eq!(server.history(&reader, *id, None).await.unwrap().len(), 1),
                        _ => {
                            let start = (PRODUCTS + chance.below(STOCK - 20)) as u32;
                            let window = Window { query: ListQuery::from_address("sort=title"), start, count: 20 };
                            assert_eq!(server.list(&reader, &window).await.unwrap().rows.len(), 20);
                        }
                    }
                }
            }
        }
    });
    all_at_once(people).await;

    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "{} of {pairs}: {missed:?}", missed.len());
    let (replica, primary) = reads(&servers).await;
    let (replica, primary) = (replica - before.0, primary - before.1);
    // Of most nothing is asked, as they are in memory; some take several statements.
    let asked = (pairs / AUTHORS * AUTHORS * (1 + READS_OF_OTHERS)) as u64;
    let share = 1.0 - primary as f64 / asked as f64;
    println!(
        "{pairs} pairs, none missed; {asked} reads took {replica} statements on the replica and {primary} on the primary: {:.1} % off it",
        share * 100.0
    );
    assert!(share >= 0.8, "{replica} from the replica, {primary} from the primary, of {asked}");
    other.close().await;
    arranged.clear_away().await;
}

/// Statements that replicas answered, and those that the primary did in their place.
async fn reads(servers: &[&Store]) -> (u64, u64) {
    let mut sum = (0, 0);
    for store in servers {
        let mut figures = store.database_figures().await.unwrap();
        sum = (sum.0 + figures.replicas.remove(0).statements, sum.1 + figures.reads_on_primary);
    }
    sum
}

/// As every request begins.
async fn who_asks(server: &Store, author: &SessionSecret) -> Access {
    server.me(author).await.unwrap().unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_as_new_as_its_index_though_the_replica_is_not() {
    let Some(arranged) = Arranged::new(|options| options.replica_lag = Duration::from_mins(1)).await else { return };
    arranged.pair.delay("10s").await;
    let (author, reader) = (arranged.who(1), arranged.who(2));

    for round in 0..20 {
        let title = format!("round {round}");
        arranged.set_title(&author, round % PRODUCTS, &title).await.unwrap();
        let made = create(product(&format!("new-{round}")));
        let id = made.product;
        arranged.store.submit(&author, made).await.unwrap();

        let list = arranged.store.list(&reader, &window()).await.unwrap();
        let part = arranged.store.part(&reader, &ListQuery::default(), None, 20).await.unwrap();
        let searched = arranged.store.list(&reader, &Window { query: ListQuery::from_address(&format!("q=new-{round}")), ..window() }).await.unwrap();

        assert_eq!((list.rows.len(), part.products.len()), (20, 20));
        assert!(list.rows.iter().any(|row| row.title == title) && part.products.iter().any(|row| row.title == title), "{title}");
        assert!(searched.rows.iter().any(|row| row.handle.as_str() == format!("new-{round}")), "{searched:?}");
        assert_eq!(arranged.title(&arranged.store, &reader, round % PRODUCTS).await.unwrap(), title);
        assert_eq!(arranged.store.products(&reader, &[id]).await.unwrap().len(), 1);
    }
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn most_is_read_from_a_replica_that_keeps_up() {
    let Some(arranged) = Arranged::new(|_| {}).await else { return };
    let (before, primary_before) = (arranged.replica().await.statements, arranged.figures().await.reads_on_primary);

    let people = (0..10_u128).map(|number| {
        let arranged = &arranged;
        async move {
            let who = arranged.who(number);
            for round in 0..3 {
                arranged.set_title(&who, number as usize, &format!("{number} wrote {round}")).await.unwrap();
                for _ in 0..30 {
                    arranged.store.list(&who, &window()).await.unwrap();
                    arranged.title(&arranged.store, &who, number as usize).await.unwrap();
                    arranged.store.neighbours(&who, &ListQuery::default(), arranged.products[number as usize].0).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
            }
        }
    });
    all_at_once(people).await;

    let (replica, primary) = (arranged.replica().await.statements - before, arranged.figures().await.reads_on_primary - primary_before);
    let share = replica as f64 / (replica + primary) as f64;
    println!("{:.1} % of {} reads were off the primary", share * 100.0, replica + primary);
    assert!(share >= 0.8, "{replica} from the replica, {primary} from the primary");
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_killed_costs_nobody_an_answer_and_comes_back() {
    let Some(arranged) = Arranged::new(|_| {}).await else { return };
    let (over, answers) = (AtomicBool::new(false), AtomicU64::new(0));
    let people = (0..4_u128).map(|number| {
        let (arranged, over, answers) = (&arranged, &over, &answers);
        async move {
            let who = arranged.who(number);
            while !over.load(Ordering::Relaxed) {
                assert_eq!(arranged.store.list(&who, &window()).await.unwrap().rows.len(), 20);
                // What is told of products is in memory soon, their history is not.
                arranged.store.history(&who, arranged.products[number as usize].0, None).await.unwrap();
                answers.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let happens = async {
        for what in ["kill", "stop"] {
            tokio::time::sleep(Duration::from_millis(300)).await;
            arranged.pair.does("replica", what).await;
            arranged.until(&arranged.store, |replica| !replica.serves).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            arranged.pair.does("replica", "start").await;
            arranged.until(&arranged.store, |replica| replica.serves).await;
        }
        let served = arranged.replica().await.statements;
        arranged.until(&arranged.store, |replica| replica.statements > served + 10).await;
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(all_at_once(people), happens);

    assert!(answers.into_inner() > 100);
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_does_not_answer_is_not_waited_for() {
    let Some(arranged) = Arranged::new(|_| {}).await else { return };
    let who = arranged.who(1);
    arranged.pair.does("replica", "pause").await;

    let began = Instant::now();
    for _ in 0..10 {
        arranged.store.list(&who, &window()).await.unwrap();
    }
    let took = began.elapsed();
    let paused = arranged.replica().await;
    arranged.pair.does("replica", "resume").await;
    arranged.until(&arranged.store, |replica| replica.serves).await;

    assert!(took < Duration::from_secs(4) && !paused.serves, "{took:?} {paused:?}");
    assert_eq!(paused.state, "not reachable");
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_too_far_behind_is_left_out_until_it_has_caught_up() {
    let Some(arranged) = Arranged::new(|options| options.replica_lag = Duration::from_secs(1)).await else { return };
    let who = arranged.who(1);
    arranged.pair.delay("10s").await;

    for round in 0..15 {
        arranged.set_title(&who, 0, &format!("round {round}")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    arranged.until(&arranged.store, |replica| replica.state == "too far behind").await;
    let behind = arranged.replica().await;
    arranged.store.list(&arranged.who(2), &window()).await.unwrap();
    let asked = arranged.replica().await.statements;
    arranged.pair.delay("0").await;
    arranged.until(&arranged.store, |replica| replica.serves).await;

    assert!(behind.bytes_behind > Some(0) && behind.milliseconds_behind > Some(1_000), "{behind:?}");
    assert_eq!(asked, behind.statements);
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_away_is_told_and_lists_are_read_from_its_replica() {
    let Some(arranged) = Arranged::new(|options| options.patience = Duration::from_secs(1)).await else { return };
    let who = arranged.who(1);
    arranged.title(&arranged.store, &who, 0).await.unwrap();
    arranged.pair.does("primary", "kill").await;

    let mut refused = Vec::new();
    for _ in 0..4 {
        refused.push(arranged.set_title(&who, 0, "lost").await.unwrap_err());
    }
    let read = arranged.title(&arranged.store, &arranged.who(2), 1).await;
    arranged.pair.does("primary", "start").await;
    let began = Instant::now();
    while let Err(error) = arranged.set_title(&who, 0, "there").await {
        assert!(began.elapsed() < Duration::from_secs(20), "{error:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let is_clear = |error: &AppError| matches!(error, AppError::Unavailable(sentence) if sentence.contains("cannot be reached at the moment"));
    assert!(refused.iter().all(is_clear), "{refused:?}");
    assert_eq!(read.unwrap(), "p 1");
    assert_eq!(arranged.title(&arranged.store, &who, 0).await.unwrap(), "there");
    arranged.until(&arranged.store, |replica| replica.serves).await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_wrote_through_another_server_is_there_at_once() {
    let Some(arranged) = Arranged::new(|options| options.replica_lag = Duration::from_mins(1)).await else { return };
    let other = arranged.second_store(Duration::from_mins(1)).await;
    other.warm_up().await.unwrap();
    let (ada, ben) = (arranged.author("ada").await, arranged.author("ben").await);
    arranged.until(&other, |replica| replica.serves && replica.bytes_behind == Some(0)).await;
    arranged.pair.delay("1h").await;
    let beside = |store: Store, who: Access| {
        let product = arranged.products[1].0;
        async move { store.neighbours(&who, &ListQuery::from_address("sort=title"), product).await.unwrap() }
    };

    let renamed = [(Field::Handle, Base::Any, Value::text("renamed"))];
    arranged.store.submit(&who_asks(&arranged.store, &ada).await, edit(arranged.products[0].0, &renamed)).await.unwrap();
    arranged.set_title(&who_asks(&arranged.store, &ada).await, 2, "new").await.unwrap();
    let bens = who_asks(&other, &ben).await;
    let others = (arranged.title(&other, &bens, 2).await.unwrap(), beside(other.clone(), bens).await.previous);
    let adas = who_asks(&other, &ada).await;
    let own = (arranged.title(&other, &adas, 2).await.unwrap(), beside(other.clone(), adas).await.previous);

    assert_eq!((others.0.as_str(), others.1.unwrap().as_str()), ("p 2", "p-0"), "the replica is not behind");
    assert_eq!((own.0.as_str(), own.1.unwrap().as_str()), ("new", "renamed"));
    other.close().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_about_to_write_reads_from_the_primary() {
    let Some(arranged) = Arranged::new(|_| {}).await else { return };
    let who = arranged.who(1);
    let before = arranged.replica().await.statements;

    store::deciding(arranged.title(&arranged.store, &who, 0)).await.unwrap();
    let deciding = arranged.replica().await.statements;
    // Another one: the first is in memory now.
    arranged.title(&arranged.store, &who, 1).await.unwrap();

    assert_eq!(deciding, before);
    assert!(arranged.replica().await.statements > before);
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_machine_vanishes_is_not_waited_for_and_comes_back() {
    let wire = Wire::new().await;
    let through_wire = |options: &mut DatabaseOptions| {
        options.connections = 4;
        options.replicas[0] = wire.to(&options.replicas[0]);
    };
    let Some(arranged) = Arranged::new(through_wire).await else { return };
    let (over, slowest) = (AtomicBool::new(false), AtomicU64::new(0));
    let people = (0..8_u128).map(|number| {
        let (arranged, over, slowest) = (&arranged, &over, &slowest);
        async move {
            let who = arranged.who(number);
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                arranged.store.history(&who, arranged.products[number as usize].0, None).await.unwrap();
                slowest.fetch_max(began.elapsed().as_millis() as u64, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    let happens = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        wire.cut();
        arranged.until(&arranged.store, |replica| replica.state == "not reachable").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let away = slowest.swap(0, Ordering::Relaxed);
        wire.mend();
        arranged.until(&arranged.store, |replica| replica.serves).await;
        // Connections that were in use when it vanished are given up after five seconds.
        tokio::time::sleep(Duration::from_secs(6)).await;
        slowest.store(0, Ordering::Relaxed);
        let served = arranged.replica().await.statements;
        tokio::time::sleep(Duration::from_secs(2)).await;
        over.store(true, Ordering::Relaxed);
        (away, slowest.load(Ordering::Relaxed), arranged.replica().await.statements - served)
    };
    let ((), (away, back, served)) = tokio::join!(all_at_once(people), happens);

    assert!(away < 4_000 && back < 900, "{away} ms while it was away, {back} ms afterwards");
    assert!(served > 100, "{served}");
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_did_not_come_along_with_a_new_primary_is_not_asked() {
    let Some(arranged) = Arranged::new(|_| {}).await else { return };
    run(&arranged.pair.replica, "SELECT pg_promote()").await;
    arranged.pair.does("primary", "demote").await;
    // From now on each is in the other's place.
    let wanted = DatabaseOptions { replicas: vec![of(&arranged.pair.primary, &arranged.database)], ..DatabaseOptions::default() };
    let location = Location::Postgres(of(&arranged.pair.replica, &arranged.database));
    let turned = Store::open_with(&location, &wanted, Arc::new(Still), Arc::new(OsEntropy)).await.unwrap();
    turned.warm_up().await.unwrap();

    arranged.until(&turned, |replica| replica.state == "on another timeline").await;
    let read = arranged.title(&turned, &arranged.who(1), 0).await.unwrap();
    let asked = turned.database_figures().await.unwrap().replicas.remove(0).statements;

    assert_eq!((read.as_str(), asked), ("p 0", 0));
    turned.close().await;
    Pair::start().await;
    arranged.clear_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_replica_of_the_primary_is_not_asked() {
    let elsewhere = std::env::var("VITRINE_TEST_POSTGRES_URL").expect("run `export \"$(scripts/postgres-for-tests)\"` first");
    let Some(arranged) = Arranged::new(|options| options.replicas.push(elsewhere)).await else { return };
    arranged.until(&arranged.store, |replica| replica.serves).await;
    run(&arranged.pair.replica, "SELECT pg_promote()").await;
    arranged.until(&arranged.store, |replica| !replica.serves).await;

    let figures = arranged.figures().await;
    let read = arranged.title(&arranged.store, &arranged.who(1), 0).await.unwrap();

    let states: Vec<&str> = figures.replicas.iter().map(|replica| replica.state.as_str()).collect();
    assert_eq!(states, ["not a replica", "of another cluster"]);
    assert_eq!((read.as_str(), figures.replicas[1].statements), ("p 0", 0));
    arranged.clear_away().await;
}

#[test]
fn a_place_in_the_log_is_written_as_postgres_writes_it() {
    let lsn: store::Lsn = "16/B374D848".parse().unwrap();
    assert_eq!((lsn.0, lsn.to_string().as_str()), (0x16_B374_D848, "16/B374D848"));
    assert!("0/0".parse::<store::Lsn>().unwrap() < lsn);
    for wrong in ["", "16", "16/", "/", "x/y", "1/2/3", "100000000/0", "-1/0"] {
        assert!(wrong.parse::<store::Lsn>().is_err(), "{wrong}");
    }
}

/// All at once, on this task.
async fn all_at_once(all: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
