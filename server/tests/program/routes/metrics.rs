//! Figures for Prometheus, on an address of their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use store::Location;

use super::pages::first_handle;
use crate::support::{Client, Engine, PASSWORD, Program, Reply, on_both_engines};

on_both_engines!(
    figures_are_written_as_prometheus_reads_them,
    figures_follow_what_is_done,
    a_product_that_is_known_is_changed_and_told_without_reading_it,
    nobody_finds_figures_where_pages_are,
);

const OWN_ADDRESS: (&str, &str) = ("VITRINE_METRICS_ADDRESS", "127.0.0.1:0");

/// What one answer has: samples by their name and labels as they are written.
struct Figures(BTreeMap<String, f64>);

impl Figures {
    fn of(&self, sample: &str) -> f64 {
        *self.0.get(sample).unwrap_or_else(|| panic!("{sample} is not among {:?}", self.0.keys().collect::<Vec<_>>()))
    }

    fn sum(&self, family: &str) -> f64 {
        self.0.iter().filter(|(sample, _)| sample.split('{').next() == Some(family)).map(|(_, value)| value).sum()
    }

    /// Reads an answer, and holds it against the format: a family has its meaning and its kind in front and stands in one piece.
    fn read(reply: &Reply) -> Self {
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"), "{}", reply.text);
        assert!(reply.text.ends_with('\n'));
        let (mut known, mut samples) = (BTreeSet::new(), BTreeMap::new());
        let (mut family, mut kind) = ("", "");
        let mut lines = reply.text.lines();
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let meaning;
                (family, meaning) = help.split_once(' ').unwrap();
                let typed = lines.next().unwrap_or_default();
                kind =
                    typed.strip_prefix("# TYPE ").and_then(|rest| rest.strip_prefix(family)?.strip_prefix(' ')).unwrap_or_else(|| panic!("{typed}"));
                assert!(!meaning.is_empty() && known.insert(family), "{line}");
                assert_eq!(kind == "counter", family.ends_with("_total"), "{line}");
                continue;
            }
            let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            let name = sample.split('{').next().unwrap();
            let part = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} stands among those of {family}"));
            assert!(part.is_empty() != (kind == "histogram") && ["", "_bucket", "_sum", "_count"].contains(&part), "{line}");
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(value.is_finite() && value >= 0.0, "{line}");
            assert_eq!(samples.insert(sample.to_owned(), value), None, "{line} is there twice");
        }
        let figures = Self(samples);
        figures.hold_buckets_against_counts();
        figures
    }

    fn hold_buckets_against_counts(&self) {
        for (sample, count) in self.0.iter().filter(|(sample, _)| sample.contains("_count{")) {
            // A route has braces of its own.
            let bucket = format!("{},le=", sample.replacen("_count{", "_bucket{", 1).strip_suffix('}').unwrap());
            let of_it = self.0.iter().filter(|(sample, _)| sample.starts_with(&bucket));
            let mut buckets: Vec<(f64, f64)> = of_it.map(|(sample, value)| (bound(&sample[bucket.len()..]), *value)).collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));

            assert!(buckets.len() > 2 && buckets.is_sorted_by_key(|(_, value)| *value), "{sample}: {buckets:?}");
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, *count)), "{sample}");
        }
    }
}

/// Of what is behind `le=`.
fn bound(text: &str) -> f64 {
    let text = text.trim_matches(['"', '}']);
    if text == "+Inf" { f64::INFINITY } else { text.parse().unwrap() }
}

async fn serving(engine: Engine) -> (Program, Client) {
    let mut program = Program::new(engine);
    program.fill();
    program.serve_with(&[OWN_ADDRESS]).await;
    let figures = Client::new(address_in(&program.log()).unwrap());
    (program, figures)
}

fn address_in(log: &str) -> Option<String> {
    log.lines().find_map(|line| line.strip_prefix("Figures for Prometheus are at ")?.strip_suffix("/metrics")).map(str::to_owned)
}

async fn figures_are_written_as_prometheus_reads_them(engine: Engine) {
    let (program, prometheus) = serving(engine).await;
    program.signed_in("viewer@test.test").await.get("/products").await;

    let figures = Figures::read(&prometheus.get("/metrics").await);

    let info = figures.0.keys().find(|sample| sample.starts_with("vitrine_build_info{"));
    assert!(info.is_some_and(|info| info.contains("build=\"") && !info.contains("build=\"\"")), "{info:?}");
    assert!(figures.of("vitrine_database_up") > 0.5 && figures.of("process_resident_memory_bytes") > 1e6);
    assert!(
        figures.of("process_cpu_seconds_total") > 0.0 && figures.of("process_open_fds") > 5.0 && figures.of("process_start_time_seconds") > 1.7e9
    );
    assert!(figures.of("vitrine_database_statement_duration_seconds_count{statement=\"STORES\"}") > 0.0);
    let list = "route=\"GET /products\",class=\"2xx\"";
    assert!(figures.of(&format!("vitrine_http_duration_seconds_count{{{list}}}")) >= 1.0 && figures.sum("vitrine_http_statements_count") >= 1.0);
    assert!(figures.of("vitrine_runtime_workers") >= 1.0 && figures.of("vitrine_runtime_busy_seconds_total") > 0.0);
    assert!(figures.of("vitrine_change_points_open{source=\"live\"}") < 0.5 && figures.sum("vitrine_alerts") < 0.5);
    assert_eq!(figures.0.contains_key("vitrine_postgres_lock_waiters"), matches!(engine, Engine::Postgres));
    assert!(figures.sum("vitrine_cache_lookups_total") > 0.0 && figures.of("vitrine_overload_limit_requests") >= 1.0);
    match engine {
        Engine::Sqlite => {
            assert!(figures.of("vitrine_sqlite_file_bytes") > 1e5 && figures.of("vitrine_database_pool_max_connections{pool=\"writes\"}") < 1.5);
        }
        Engine::Postgres => {
            assert!((0.0..=1.0).contains(&figures.of("vitrine_postgres_cache_hit_ratio")));
            assert!(figures.of("vitrine_postgres_table_bytes{table=\"products\"}") > 0.0 && figures.of("vitrine_postgres_size_bytes") > 1e6);
            assert!(figures.sum("vitrine_database_pool_connections") > 0.0);
        }
    }
}

async fn figures_follow_what_is_done(engine: Engine) {
    let (program, prometheus) = serving(engine).await;
    let editor = program.signed_in("editor@test.test").await;
    let address = format!("/products/{}", first_handle(&editor.get("/products").await.text));
    let written = |figures: &Figures| figures.of("vitrine_database_statement_rows_total{statement=\"TAKE_SEQ\"}");
    assert_eq!(editor.post(&address, &[("title", "First"), ("base:title", "1000")]).await.status, 303);
    let before = Figures::read(&prometheus.get("/metrics").await);

    for title in ["Second", "Third"] {
        assert_eq!(editor.post(&address, &[("title", title), ("base:title", "1000000")]).await.status, 303);
    }
    let after = Figures::read(&prometheus.get("/metrics").await);

    assert!((written(&after) - written(&before) - 2.0).abs() < 0.1, "{} and then {}", written(&before), written(&after));
    for (sample, value) in before.0.iter().filter(|(sample, _)| sample.contains("_total") || sample.contains("_count{")) {
        assert!(after.of(sample) >= *value, "{sample} went from {value} to {}", after.of(sample));
    }
}

async fn a_product_that_is_known_is_changed_and_told_without_reading_it(engine: Engine) {
    let (program, prometheus) = serving(engine).await;
    let client = program.client();
    let credentials = json!({"email": "editor@test.test", "password": PASSWORD}).to_string();
    let login = client.send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], credentials).await;
    let token = format!("Bearer {}", serde_json::from_str::<Value>(&login.text).unwrap()["token"].as_str().unwrap());
    let get = async |address: &str| client.send(Method::GET, address, &[("authorization", token.as_str())], "").await;
    let list = get("/api/v1/products?sort=title&limit=1").await;
    let listed: Value = serde_json::from_str(&list.text).unwrap();
    let address = format!("/api/v1/products/{}", listed["products"][0]["id"].as_str().unwrap());
    let product = get(&address).await;
    let before = Figures::read(&prometheus.get("/metrics").await);

    let headers = [("authorization", token.as_str()), ("content-type", "application/json"), ("if-match", product.header("etag"))];
    let changed = client.send(Method::PATCH, &address, &headers, json!({"vendor": "Known"}).to_string()).await;
    let again = get(&address).await;
    let others = get("/api/v1/products?sort=title&limit=1&fields=id,vendor").await;
    let after = Figures::read(&prometheus.get("/metrics").await);
    // What is in memory speaks against it: that is looked at again in the tables, also in a task of its own.
    let headers = [headers[0], headers[1], headers[2], ("idempotency-key", "late")];
    let late = client.send(Method::PATCH, &address, &headers, json!({"vendor": "Late"}).to_string()).await;
    let refused = Figures::read(&prometheus.get("/metrics").await);

    assert_eq!((changed.status, &changed.text, changed.header("etag")), (200, &again.text, again.header("etag")));
    assert!(again.text.contains("Known") && others.text.contains("Known") && changed.header("etag") != product.header("etag"), "{}", others.text);
    assert_eq!(others.header("cache-status"), "vitrine-products; hit, vitrine-memory; fwd=miss; stored");
    let run = |name: &str, before: &Figures, after: &Figures| {
        let of = |figures: &Figures| figures.0.get(&format!("vitrine_database_statement_duration_seconds_count{{statement=\"{name}\"}}")).copied();
        of(after).unwrap_or_default() - of(before).unwrap_or_default()
    };
    for (name, times) in [
        ("LIVING_PRODUCTS_BY_IDS", 0.0),
        ("PRODUCT_BY_HANDLE", 0.0),
        ("SUMMARIES_BY_KEY", 0.0),
        // The write itself, in its transaction.
        ("LOCK_PRODUCTS", 1.0),
        ("VARIANTS_OF", 0.0),
        ("IMAGES_OF", 0.0),
    ] {
        let was_run = run(name, &before, &after);
        assert!((was_run - times).abs() < 0.1, "{name} was run {was_run} times");
    }
    assert_eq!(late.status, 412);
    assert!((run("LIVING_PRODUCTS_BY_IDS", &after, &refused) - 1.0).abs() < 0.1, "it was refused by what was in memory");
    assert!(after.of("vitrine_known_lookups_total{of=\"products\",result=\"hit\"}") >= 3.0);
}

async fn nobody_finds_figures_where_pages_are(engine: Engine) {
    let (program, prometheus) = serving(engine).await;
    let owner = program.signed_in("owner@demo.test").await;

    for client in [&owner, &program.client()] {
        let reply = client.get("/metrics").await;
        assert!(reply.status == 404 && !reply.text.contains("vitrine_"), "{reply:?}");
    }
    for path in ["/", "/products", "/sign-in", "/api/v1/products", "/healthz", "/metrics/"] {
        assert_eq!(prometheus.get(path).await.status, 404, "{path}");
    }
    assert_eq!(prometheus.send(Method::POST, "/metrics", &[], "").await.status, 405);
}

#[tokio::test]
async fn figures_are_compressed_for_whoever_wants_that() {
    let (_program, prometheus) = serving(Engine::Sqlite).await;

    let reply = prometheus.send(Method::GET, "/metrics", &[("accept-encoding", "gzip")], "").await;

    assert_eq!((reply.status, reply.header("content-encoding"), &reply.bytes[..2]), (200, "gzip", &[0x1f, 0x8b][..]));
}

#[tokio::test]
async fn whoever_goes_away_before_the_answer_is_counted() {
    let (program, prometheus) = serving(Engine::Postgres).await;
    let editor = program.signed_in("editor@test.test").await;
    let address = format!("/products/{}", first_handle(&editor.get("/products").await.text));
    let lock = program.lock();

    let answered =
        tokio::time::timeout(Duration::from_millis(400), editor.post(&address, &[("title", "Nobody waits"), ("base:title", "1000")])).await;

    let given_up = "vitrine_http_duration_seconds_count{route=\"POST /products/{handle}\",class=\"given up\"}";
    let begun = Instant::now();
    while Figures::read(&prometheus.get("/metrics").await).0.get(given_up).is_none_or(|count| *count < 0.5) {
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody has heard that somebody went away");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(lock);
    assert!(answered.is_err());
}

#[tokio::test]
async fn whoever_is_sent_away_is_counted() {
    let mut program = Program::new(Engine::Sqlite);
    program.fill();
    program.serve_with(&[OWN_ADDRESS, ("VITRINE_RATE_LIMIT", "0.01")]).await;
    let mut refused = 0.0;
    for _ in 0..40 {
        refused += f64::from(program.client().get("/api/v1/products").await.status == 429);
    }

    let figures = Figures::read(&Client::new(address_in(&program.log()).unwrap()).get("/metrics").await);

    assert!(refused > 0.5 && (figures.of("vitrine_rate_limit_refused_total") - refused).abs() < 0.1, "{refused}");
}

#[tokio::test]
async fn there_are_none_unless_they_are_wanted() {
    let mut program = Program::with_shop(Engine::Sqlite);
    program.serve().await;

    assert_eq!(address_in(&program.log()), None, "{}", program.log());
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_told_before_anything_is_done() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = Program::new(Engine::Sqlite);

    let refused = program.run_with(&["serve"], &[(OWN_ADDRESS.0, &taken.local_addr().unwrap().to_string())]);

    assert!(refused.code != 0 && refused.text.contains("Set VITRINE_METRICS_ADDRESS to one"), "{}", refused.text);
    assert!(!program.database_file().exists());
}

#[tokio::test]
async fn what_was_counted_is_told_although_the_database_does_not_answer() {
    let (program, prometheus) = serving(Engine::Postgres).await;
    let Location::Postgres(url) = program.location() else { panic!() };
    let lock = "BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(20)";
    let mut other = Command::new("psql").args([&url, "-qc", lock]).stdout(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while program.sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'products'::regclass") != "1" {
        assert!(begun.elapsed() < Duration::from_secs(10), "the table is not locked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let figures = Figures::read(&prometheus.get("/metrics").await);

    other.kill().unwrap();
    other.wait().unwrap();
    assert!(figures.of("vitrine_database_up") < 0.5 && figures.sum("vitrine_postgres_size_bytes") < 0.5);
    assert!(figures.of("vitrine_database_statement_duration_seconds_count{statement=\"STORES\"}") > 0.0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_is_asked_to_stop_does_not_wait_for_prometheus() {
    let program = Program::with_shop(Engine::Sqlite);
    let mut child = program.command(&["serve"]).envs([OWN_ADDRESS]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = told.find_map(|line| address_in(&line)).unwrap();
    // Its connection stays open.
    let prometheus = Client::new(address);
    assert_eq!(prometheus.get("/metrics").await.status, 200);

    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let begun = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "it does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };

    assert!(ended.success(), "{ended}");
    drop(prometheus);
}
