//! Databases that are locked, read-only, full or ahead, the whole way through: a command ends with a sentence and code 1, a page
//! with a sentence and 503, what can still be done is done, and nothing is lost.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::{
    routes::{pages::first_handle, performance::operator},
    security::place::token_of,
    support::{Client, Engine, Output, Program, Reply, files, on_both_engines},
};

on_both_engines!(
    a_locked_database_is_told_and_works_afterwards,
    a_database_that_can_only_be_read_is_browsed,
    a_database_of_the_future_is_left_as_it_is,
    what_is_measured_while_there_is_no_room_is_there_afterwards,
);

async fn a_locked_database_is_told_and_works_afterwards(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("editor@test.test").await;
    let page = client.get("/products").await;

    let lock = program.lock();
    let saved = save(&client, &page, "Saved while locked").await;
    let added = program.run(&["store", "add", "third", "--name", "Third"]);
    let browsed = client.get("/products").await;
    drop(lock);

    unavailable(&saved, "The database is busy. Nothing was changed.");
    refused(&added, "The database is busy or does not answer");
    assert_eq!(browsed.status, 200);
    assert_eq!(save(&client, &page, "Saved afterwards").await.status, 303);
    let products = client.get("/products?q=saved").await.text;
    assert!(products.contains("Saved afterwards") && !products.contains("Saved while locked"), "{products}");
    program.succeed(&["store", "add", "third", "--name", "Third"]);
}

async fn a_database_that_can_only_be_read_is_browsed(engine: Engine) {
    let mut program = Program::serving(engine).await;
    let client = program.signed_in("editor@test.test").await;
    let page = client.get("/products").await;
    program.kill();
    // By its address on SQLite, because whoever runs the tests may be allowed to write every file.
    let setting = format!("sqlite:file:{}?mode=ro", program.database_file().display());
    let settings: &[(&str, &str)] = match program.database_name() {
        None => &[("VITRINE_DATABASE_URL", setting.as_str())],
        Some(name) => {
            program.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
            &[]
        }
    };
    let file = program.file("shop.csv", files::many(3));
    program.serve_with(settings).await;

    let saved = save(&client, &page, "Saved all the same").await;
    let signed_in = program.client().sign_in("editor@test.test", crate::support::PASSWORD).await;
    let browsed = client.get("/products").await;
    let added = program.run_with(&["store", "add", "third", "--name", "Third"], settings);
    let imported = program.run_with(&["import", file.to_str().unwrap(), "--store", "second"], settings);
    let exported = program.run_with(&["export", "--store", "demo"], settings);

    for reply in [&saved, &signed_in] {
        unavailable(reply, "The database can only be read at the moment. Nothing was changed.");
    }
    for output in [&added, &imported] {
        refused(output, "The database can only be read. Give the program the right to write to it");
    }
    assert_eq!((browsed.status, browsed.text.matches("href=\"/products/").count()), (200, 50));
    assert_eq!(exported.code, 0, "{}", exported.text);
    assert!(!browsed.text.contains("Saved all the same") && exported.text.contains(&first_handle(&page.text)));
}

async fn a_database_of_the_future_is_left_as_it_is(engine: Engine) {
    let program = Program::with_shop(engine);
    let file = program.file("shop.csv", files::many(3));
    program.sql("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'future', TRUE, '', 0)");
    let everything = || {
        let count = |table: &str| program.sql(&format!("SELECT count(*) FROM {table}"));
        let tables = if engine == Engine::Sqlite {
            "SELECT name, sql FROM sqlite_schema ORDER BY name"
        } else {
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        };
        let rows = ["stores", "store_seq", "users", "products", "change_log", "jobs"].map(count);
        (program.sql(tables), rows, program.sql("SELECT version, description, success FROM _sqlx_migrations ORDER BY version"))
    };
    let before = everything();

    for command in [
        &["migrate"][..],
        &["import", file.to_str().unwrap(), "--store", "shop"],
        &["export", "--store", "shop"],
        &["demo", "--products", "5"],
        &["store", "add", "third", "--name", "Third"],
        &["serve"],
    ] {
        refused(&program.run(command), "The database was made by a newer version of Vitrine (it is at step 9999");
    }

    assert_eq!(everything(), before);
}

#[tokio::test]
async fn a_full_disk_stops_an_import_which_goes_on_when_there_is_room() {
    let Some(program) = Program::on_small_disk(16) else { return };
    program.succeed(&["store", "add", "shop", "--name", "Shop"]);
    let file = program.file("shop.csv", files::many(20_000));
    let import = ["import", file.to_str().unwrap(), "--store", "shop"];

    let stopped = program.run(&import);
    let exported = program.exported("shop");
    program.disk().unwrap().grow_to(256);
    let done = program.succeed(&import);

    refused(&stopped, "The disk of the database");
    assert!(stopped.text.contains("Run the same command again then: it goes on behind what is done."), "{}", stopped.text);
    let kept = exported.lines().filter(|line| line.starts_with("Lamp ")).count();
    assert!((1..20_000).contains(&kept), "{kept} products were there");
    assert!(done.contains("this went on behind it") && done.contains("20000 products new"), "{done}");
    assert_eq!(program.sql("SELECT count(*), count(DISTINCT handle) FROM products"), "20000|20000");
    assert_eq!(program.sql("SELECT count(*) FROM change_log"), "20000");
}

/// SQLite wants to write before it reads: for the index of its log, which is made anew by whoever comes first.
#[tokio::test]
async fn what_is_on_a_full_disk_can_be_read() {
    let Some(program) = Program::on_small_disk(16) else { return };
    program.succeed(&["store", "add", "shop", "--name", "Shop"]);
    let file = program.file("shop.csv", files::many(20_000));
    let stopped = program.run(&["import", file.to_str().unwrap(), "--store", "shop"]);
    std::fs::remove_file(program.database_file().with_extension("db-shm")).unwrap();
    program.disk().unwrap().fill();

    let exported = program.exported("shop");

    refused(&stopped, "The disk of the database");
    assert!(exported.lines().any(|line| line.starts_with("Lamp ")), "{exported}");
}

#[tokio::test]
async fn an_upload_to_a_full_disk_is_told_and_leaves_nothing() {
    let Some(mut program) = Program::on_small_disk(16) else { return };
    program.fill_anew();
    program.serve().await;
    let owner = program.signed_in("owner@demo.test").await;

    let uploaded = owner.upload("shop.csv", files::many(20_000).into_bytes(), &[]).await;

    unavailable(&uploaded, "The server could not keep the file: its disk is full or cannot be written. Nothing was imported.");
    assert_eq!(program.uploads(), 0);
    assert_eq!(save(&owner, &owner.get("/products").await, "There is room for this").await.status, 303);
}

/// SQLite says nothing of why a write failed when it was not for want of room.
#[tokio::test]
async fn a_quota_that_is_used_up_is_told_and_nothing_is_half_written() {
    let program = Program::new(Engine::Sqlite);
    program.succeed(&["demo", "--products", "1"]);

    let refused_demo = program.run_limited(&["demo", "--products", "1000"], 1_000);

    refused(&refused_demo, "The disk of the database could not be read or written: it may be full, its quota used up, or failing.");
    assert_eq!(program.sql("SELECT count(*) FROM products"), "1");
    program.succeed(&["demo", "--products", "1000"]);
    assert_eq!(program.sql("SELECT count(*) FROM products"), "1000");
}

async fn what_is_measured_while_there_is_no_room_is_there_afterwards(engine: Engine) {
    let Some(mut program) = that_runs_out_of_room(engine) else { return };
    program.serve().await;
    let (watching, plain) = (operator(&program).await, program.client());
    let token = token_of(&plain, "viewer@test.test").await;
    run_out_of_room(&program);

    let mut answered = vec![watching.get("/usage").await.status, watching.get("/usage").await.status];
    // It is tried at the end of a minute.
    let begun = Instant::now();
    while !program.log().contains("what was measured was not written; it is tried again") {
        assert!(begun.elapsed() < Duration::from_secs(150), "nothing was tried to be written: {}", program.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    answered.push(watching.get("/usage").await.status);
    answered.push(watching.get("/products").await.status);
    answered.push(plain.send(Method::GET, "/api/v1/products", &[("authorization", &token)], "").await.status);
    make_room(&program);
    program.stop();
    program.serve().await;

    let watching = program.signed_in("operator@test.test").await;
    let requests = watching.get("/performance/requests?range=1h").await.text;
    let report = watching.get("/performance/report.csv").await.text;

    assert_eq!(answered, [200; 5]);
    assert!(requests.contains("<code>GET /usage</code>"), "{requests}");
    // What was asked before it was tried in vain and what was asked after that, each once.
    assert!(report.contains("Requests,GET /usage,Count,3,"), "{report}");
}

/// None, after saying why, where a test may not mount a disk.
fn that_runs_out_of_room(engine: Engine) -> Option<Program> {
    let program = match engine {
        Engine::Sqlite => Program::on_small_disk(16)?,
        Engine::Postgres => Program::new(engine),
    };
    program.fill_anew();
    Some(program)
}

/// For whatever is written on SQLite. PostgreSQL, whose disk is not the test's, says so of measurements.
fn run_out_of_room(program: &Program) {
    if let Some(disk) = program.disk() {
        // What lies in the log already could be written over.
        program.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        disk.fill();
    } else {
        let full = "BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END";
        program.sql(&format!("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $${full}$$"));
        program.sql("CREATE TRIGGER no_room BEFORE INSERT ON measurements EXECUTE FUNCTION no_room()");
    }
}

fn make_room(program: &Program) {
    match program.disk() {
        Some(disk) => disk.grow_to(256),
        None => drop(program.sql("DROP TRIGGER no_room ON measurements")),
    }
}

#[tokio::test]
async fn what_was_measured_and_cannot_be_read_is_told_and_shown_afterwards() {
    let mut program = Program::new(Engine::Postgres);
    program.fill();
    // A lock is waited for for four fifths of it.
    program.serve_with(&[("VITRINE_DATABASE_STATEMENT_SECONDS", "2")]).await;
    let watching = operator(&program).await;
    let lock = program.lock_away(&["deployments", "series", "measurements"]);

    let overview = watching.get("/performance").await;
    let database = watching.get("/performance/database").await;
    let products = watching.get("/products").await;
    drop(lock);
    let afterwards = watching.get("/performance").await;

    unavailable(&overview, "The database is busy. Nothing was changed. Try again in a moment.");
    // In the page as it always is, and with a way on.
    assert!(overview.header("content-type").starts_with("text/html"), "{:?}", overview.headers);
    assert!(overview.text.contains("This did not work") && overview.text.contains("Go to the settings"), "{}", overview.text);
    // What this server has asked itself is in its memory.
    assert_eq!(database.status, 200, "{}", database.text);
    for part in ["What was asked over this time could not be read. The database is busy.", "<code>STORES</code>"] {
        assert!(database.text.contains(part), "{part}: {}", database.text);
    }
    assert_eq!((products.status, afterwards.status), (200, 200), "{}", afterwards.text);
    assert!(afterwards.text.contains("<h1 tabindex=\"-1\">Performance</h1>"), "{}", afterwards.text);
}

/// Corrects the title of the first product of a list.
async fn save(client: &Client, page: &Reply, title: &str) -> Reply {
    client.post(&format!("/products/{}", first_handle(&page.text)), &[("title", title), ("base:title", "1000")]).await
}

fn unavailable(reply: &Reply, sentence: &str) {
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert!(reply.text.contains(sentence), "{:?} lacks {sentence:?}", reply.text);
}

fn refused(output: &Output, sentence: &str) {
    assert_eq!(output.code, 1, "{}", output.text);
    let said = output.text.lines().find_map(|line| line.strip_prefix("vitrine: ")).unwrap_or_else(|| panic!("no sentence in {:?}", output.text));
    let cause = said.strip_prefix("The import could not go on. ").unwrap_or(said);
    assert!(cause.starts_with(sentence), "{said:?}");
}
