//! Two servers on one database, whose replica is an hour behind: what somebody saves through one is there at once through the other.

use std::{fs::File, path::Path, process::Command, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use super::pages::first_handle;
use crate::support::{Engine, Program, Reply};

/// A database on a primary that has a replica. It is dropped with this.
struct Pair {
    primary: String,
    replica: String,
    database: String,
    _turn: File,
}

impl Pair {
    /// None where PostgreSQL is not installed.
    fn find() -> Option<Self> {
        // The store's tests, which run beside these, stop and kill the two.
        let turn = File::create(concat!(env!("CARGO_TARGET_TMPDIR"), "/postgres-pair.lock")).unwrap();
        turn.lock().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres-for-tests");
        let found = Command::new(script).arg("--with-replica").output().unwrap();
        if found.status.code() == Some(3) {
            eprintln!("skipped: PostgreSQL is not installed, and what is said of replicas was not looked at");
            return None;
        }
        assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
        let lines = String::from_utf8(found.stdout).unwrap();
        let address = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned();
        let database = format!("program_{}", std::process::id());
        let (primary, replica) = (address("VITRINE_TEST_PRIMARY_URL"), address("VITRINE_TEST_REPLICA_URL"));
        let pair = Self { primary, replica, database, _turn: turn };
        psql(&pair.primary, &format!("CREATE DATABASE {}", pair.database));
        Some(pair)
    }

    fn of(&self, server: &str) -> String {
        format!("{}/{}", server.rsplit_once('/').unwrap().0, self.database)
    }

    fn on_replica(&self, sql: &str) -> String {
        psql(&self.of(&self.replica), sql)
    }

    async fn until_level(&self) {
        for _ in 0..300 {
            let (here, there) = ("SELECT pg_current_wal_flush_lsn()", "SELECT pg_last_wal_replay_lsn()");
            if psql(&self.primary, here) == psql(&self.replica, there) {
                // The servers look every 50 milliseconds.
                tokio::time::sleep(Duration::from_millis(500)).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the replica does not catch up");
    }

    /// From now on the replica does everything so much later.
    fn delay(&self, delay: &str) {
        psql(&self.replica, &format!("ALTER SYSTEM SET recovery_min_apply_delay = '{delay}'"));
        psql(&self.replica, "SELECT pg_reload_conf()");
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.delay("0");
        psql(&self.primary, &format!("DROP DATABASE {} WITH (FORCE)", self.database));
    }
}

fn psql(url: &str, sql: &str) -> String {
    let done = Command::new("psql").args([url, "-v", "ON_ERROR_STOP=1", "-Atqc", sql]).output().unwrap();
    assert!(done.status.success() || std::thread::panicking(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}

async fn get(program: &Program, path: &str, cookie: &str) -> Reply {
    program.client().send(Method::GET, path, &[("cookie", cookie)], "").await
}

#[tokio::test]
async fn what_is_saved_through_one_server_is_there_at_once_through_the_other() {
    let Some(pair) = Pair::find() else { return };
    let (database, replica) = (pair.of(&pair.primary), pair.of(&pair.replica));
    let settings = [
        ("VITRINE_DATABASE_URL", database.as_str()),
        ("VITRINE_DATABASE_REPLICA_URLS", replica.as_str()),
        ("VITRINE_DATABASE_REPLICA_LAG_SECONDS", "60"),
    ];
    let [mut one, mut two] = [Program::new(Engine::Sqlite), Program::new(Engine::Sqlite)];
    let made = one.run_with(&["demo", "--products", "60"], &settings);
    assert_eq!(made.code, 0, "{}", made.text);
    one.serve_with(&settings).await;
    two.serve_with(&settings).await;
    let signed_in = one.client().sign_in("owner@demo.test", "vitrine-demo").await;
    let cookie = signed_in.cookie();
    let handle = first_handle(&get(&two, "/products", cookie).await.text);
    pair.until_level().await;
    // Far longer than any machine is paused: it ends with the pair.
    pair.delay("1h");

    for round in 0..8 {
        let (writing, reading) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let (address, title) = (format!("/products/{handle}"), format!("Saved-{round}-times"));
        let headers = [("cookie", cookie), ("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let form = format!("title={title}&base%3Atitle=1000000");
        let saved = writing.client().send(Method::POST, &address, &headers, form).await;
        assert_eq!(saved.status, 303, "{}", saved.text);

        for path in [address.as_str(), "/products", &format!("/products?q={title}"), &format!("{address}?sort=title")] {
            let page = get(reading, path, cookie).await;
            assert!(page.status == 200 && page.text.contains(&title), "{path} lacks {title}: {} {}", page.status, page.text);
        }
    }

    let credentials = json!({"email": "owner@demo.test", "password": "vitrine-demo"}).to_string();
    let token = one.client().send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], credentials).await;
    let authorization = format!("Bearer {}", json_of(&token)["token"].as_str().unwrap());
    for round in 0..8 {
        let (writing, reading) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let (address, title) = (format!("/api/v1/products/{handle}"), format!("Sent-{round}-times"));
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json"), ("if-match", "*")];
        let sent = writing.client().send(Method::PATCH, &address, &headers, json!({"title": title}).to_string()).await;
        assert_eq!(sent.status, 200, "{}", sent.text);

        let product = reading.client().send(Method::GET, &address, &headers[..1], "").await;
        let list = reading.client().send(Method::GET, "/api/v1/products?limit=1", &headers[..1], "").await;

        assert_eq!(json_of(&product)["title"], title.as_str());
        assert_eq!(json_of(&list)["products"][0]["title"], title.as_str());
    }
    let behind = pair.on_replica(&format!("SELECT title FROM products WHERE handle = '{handle}'"));
    assert_ne!(behind, "Sent-7-times", "the replica is not behind");
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.bytes).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}
