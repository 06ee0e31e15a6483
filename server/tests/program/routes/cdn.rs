//! A cache in front: where hashed files come from, what may be kept for others, and how a cache is told to ask again.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use super::pages::first_handle;
use crate::support::{Client, Engine, PASSWORD, Program, Reply};

const ELSEWHERE: &str = "https://cdn.example/shop";

async fn serving(settings: &[(&str, &str)]) -> Program {
    let mut program = Program::new(Engine::Sqlite);
    program.fill();
    program.serve_with(settings).await;
    program
}

/// The addresses of hashed files in a page.
fn hashed_files(page: &str) -> Vec<&str> {
    page.split(['"', '\'']).filter(|text| text.contains("/pkg/")).collect()
}

/// Waits for a line of the log; the log until then.
async fn logged(program: &Program, line: &str) -> String {
    for _ in 0..200 {
        if program.log().contains(line) {
            return program.log();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not logged: {}", program.log());
}

/// All lines of a header as one list.
fn all(reply: &Reply, header: &str) -> String {
    let lines: Vec<&str> = reply.headers.get_all(header).iter().filter_map(|line| line.to_str().ok()).collect();
    lines.join(", ")
}

#[tokio::test]
async fn hashed_files_come_from_where_the_page_is() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("viewer@test.test").await;

    let pages = [client.get("/products").await, program.client().get("/sign-in").await];
    let file = client.get(hashed_files(&pages[1].text)[0]).await;

    for page in &pages {
        assert!(hashed_files(&page.text).iter().all(|file| file.starts_with("/pkg/")), "{}", page.text);
        assert!(!page.header("content-security-policy").contains("/pkg/"), "{:?}", page.headers);
    }
    assert_eq!((file.status, file.header("access-control-allow-origin"), file.header("timing-allow-origin")), (200, "", ""));
}

#[tokio::test]
async fn hashed_files_come_from_elsewhere_where_that_is_set() {
    let program = serving(&[("VITRINE_ASSET_BASE_URL", "https://cdn.example/shop/")]).await;
    let (client, anybody) = (program.signed_in("viewer@test.test").await, program.client());

    let (with_the_app, sign_in) = (client.get("/products").await, anybody.get("/sign-in").await);

    for page in [&with_the_app, &sign_in, &client.get("/nowhere.html").await, &anybody.get("/api/v1/docs").await] {
        let (files, policy) = (hashed_files(&page.text), page.header("content-security-policy"));
        assert!(!files.is_empty() && files.iter().all(|file| file.starts_with(&format!("{ELSEWHERE}/pkg/"))), "{}", page.text);
        for kind in ["script-src", "style-src", "connect-src"] {
            assert!(policy.contains(&format!("{kind} 'self' {ELSEWHERE}/pkg/")), "{policy}");
        }
        assert_eq!((page.header("access-control-allow-origin"), page.header("timing-allow-origin")), ("", ""));
    }
    assert!(with_the_app.text.contains(&format!("(\"{ELSEWHERE}\", \"pkg\"")), "{}", with_the_app.text);
    // Here is what the cache asks.
    let file = anybody.get(hashed_files(&sign_in.text)[0].strip_prefix(ELSEWHERE).unwrap()).await;
    let gone = anybody.get("/pkg/gone.js").await;
    for (reply, status) in [(file, 200), (gone, 404)] {
        assert_eq!((reply.status, reply.header("access-control-allow-origin"), reply.header("timing-allow-origin")), (status, "*", "*"));
    }
}

const SHARED: [(&str, &str, &str); 5] = [
    ("/icons.svg", "public, max-age=3600, stale-while-revalidate=86400", "vitrine-site"),
    ("/pictures/demo/1-1.svg", "public, max-age=31536000, immutable", "vitrine-demo"),
    ("/api/v1/openapi.json", "public, no-cache", "vitrine-docs"),
    ("/api/v1/docs", "public, no-cache", "vitrine-docs"),
    ("/api/v1/docs/docs.js", "public, no-cache", "vitrine-docs"),
];

#[tokio::test]
async fn what_is_the_same_for_everybody_says_so() {
    let cache = Cache::answering(&[200]);
    for (told, settings) in [(false, &[][..]), (true, &[("VITRINE_PURGE_URL", cache.url.as_str())][..])] {
        let program = serving(settings).await;
        let client = program.client();
        for (path, for_browsers, tag) in SHARED {
            let reply = client.get(path).await;
            assert_eq!((reply.status, reply.header("cache-control")), (200, for_browsers), "{path}");
            let tag = if told { tag } else { "" };
            assert_eq!((reply.header("surrogate-key"), reply.header("cache-tag")), (tag, tag), "{path}");
            assert_eq!(reply.header("cdn-cache-control").starts_with("max-age="), told, "{path}");
            for name in ["ratelimit", "ratelimit-policy", "set-cookie"] {
                assert_eq!(reply.header(name), "", "{path}");
            }
            assert!(!all(&reply, "vary").contains("authorization"), "{path}: {:?}", reply.headers);
            let known = client.send(Method::GET, path, &[("if-none-match", reply.header("etag"))], "").await;
            if !reply.header("etag").is_empty() {
                assert_eq!((known.status, known.header("cache-control"), known.header("surrogate-key")), (304, for_browsers, tag), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_somebodys_may_be_kept_by_nobody_else() {
    let cache = Cache::answering(&[200]);
    let program = serving(&[("VITRINE_PURGE_URL", &cache.url)]).await;
    let (client, anybody, api) = (program.signed_in("viewer@test.test").await, program.client(), Api::of(&program, "viewer@test.test").await);
    let product = format!("/products/{}", first_handle(&client.get("/products").await.text));

    let replies = [
        ("/products", client.get("/products").await),
        ("a product", client.get(&product).await),
        ("a server function", client.get("/api/fn/products/list?address=&start=0&count=10").await),
        ("a file of theirs", client.get("/usage/export.csv").await),
        ("/", anybody.get("/").await),
        ("/sign-in", anybody.get("/sign-in").await),
        ("/nowhere", client.get("/nowhere").await),
        ("/nowhere.svg", anybody.get("/nowhere.svg").await),
        ("/pictures/demo/nothing.svg", anybody.get("/pictures/demo/nothing.svg").await),
        ("/pkg/gone.js", anybody.get("/pkg/gone.js").await),
        ("the API", api.get("/api/v1/products").await),
        ("the API for nobody", anybody.get("/api/v1/products").await),
    ];

    for (what, reply) in &replies {
        let control = reply.header("cache-control");
        assert!(["private, no-cache", "no-store"].contains(&control), "{what}: {control}");
        for name in ["surrogate-key", "cache-tag", "cdn-cache-control"] {
            assert_eq!(reply.header(name), "", "{what}");
        }
    }
    // One browser may have two tokens.
    assert!(all(&api.get("/api/v1/products").await, "vary").contains("authorization"));
}

#[tokio::test]
async fn each_form_of_an_answer_has_a_tag_and_a_change_may_name_any() {
    let program = Program::serving(Engine::Sqlite).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let made = api.send(Method::POST, "/api/v1/products", &[], json!({"title": "Lamp", "description": "It gives light. ".repeat(200)})).await;
    let address = format!("/api/v1/products/{}", json_of(&made)["id"].as_str().unwrap());
    for path in ["/api/v1/products?limit=60", &address] {
        let mut tags = Vec::new();
        for accepts in ["identity", "gzip", "br", "zstd"] {
            let form = api.send(Method::GET, path, &[("accept-encoding", accepts)], Value::Null).await;
            let tag = form.header("etag").to_owned();
            assert_eq!(form.header("content-encoding"), if accepts == "identity" { "" } else { accepts }, "{path}");
            assert!(tag.starts_with('"') && !tags.contains(&tag), "{path} as {accepts}: {tag} after {tags:?}");

            let known = api.send(Method::GET, path, &[("accept-encoding", accepts), ("if-none-match", &tag)], Value::Null).await;

            assert_eq!((known.status, known.header("etag")), (304, tag.as_str()), "{path} as {accepts}");
            assert_eq!(all(&known, "vary"), "accept-encoding, authorization", "{path} as {accepts}");
            tags.push(tag);
        }
        // What was compressed is no answer for who takes nothing compressed.
        let plain = api.send(Method::GET, path, &[("accept-encoding", "identity"), ("if-none-match", &tags[1])], Value::Null).await;
        assert_eq!((plain.status, plain.header("etag")), (200, tags[0].as_str()), "{path}");
    }

    for accepts in ["gzip", "br", "zstd", "identity"] {
        let tag = api.send(Method::GET, &address, &[("accept-encoding", accepts)], Value::Null).await.header("etag").to_owned();
        let title = json!({"title": format!("Seen as {accepts}")});
        let changed = api.send(Method::PATCH, &address, &[("if-match", &tag)], title.clone()).await;
        let late = api.send(Method::PATCH, &address, &[("if-match", &tag)], title).await;
        assert_eq!((changed.status, late.status), (200, 412), "{accepts}: {} {}", changed.text, late.text);
    }
}

#[tokio::test]
async fn a_cache_is_told_when_a_server_has_started_until_it_has_heard() {
    let cache = Cache::answering(&[503, 200]);

    let program = serving(&[("VITRINE_PURGE_URL", &cache.url), ("VITRINE_PURGE_SECRET", "s3cret")]).await;

    let heard = cache.heard(2).await;
    for request in &heard {
        assert!(request.starts_with("POST /told?by=vitrine HTTP/1.1\r\n"), "{request}");
        for line in ["surrogate-key: vitrine-site vitrine-demo vitrine-docs", "authorization: Bearer s3cret", "fastly-key: s3cret"] {
            assert!(request.contains(&format!("\r\n{line}\r\n")), "{request} lacks {line}");
        }
        assert!(request.ends_with(r#"{"tags":["vitrine-site","vitrine-demo","vitrine-docs"]}"#), "{request}");
    }
    let log = logged(&program, "the cache in front was told to ask again").await;
    assert!(log.contains("answered 503") && !log.contains("s3cret"), "{log}");
}

#[tokio::test]
async fn a_cache_that_never_answers_holds_nobody_up() {
    let cache = Cache::answering(&[]);
    let program = serving(&[("VITRINE_PURGE_URL", &cache.url)]).await;
    let client = program.signed_in("editor@test.test").await;
    cache.heard(1).await;
    let product = format!("/products/{}", first_handle(&client.get("/products").await.text));
    let begun = Instant::now();

    let saved = client.post(&product, &[("title", "Saved at once"), ("base:title", "1000")]).await;

    assert!(saved.status == 303 && begun.elapsed() < Duration::from_secs(5), "{} after {:?}", saved.status, begun.elapsed());
}

#[tokio::test]
async fn the_command_says_what_has_become_of_it() {
    let program = Program::new(Engine::Sqlite);
    let (willing, unwilling) = (Cache::answering(&[204]), Cache::answering(&[403]));

    let unset = program.run(&["purge"]);
    let told = program.run_with(&["purge"], &[("VITRINE_PURGE_URL", &willing.url), ("VITRINE_PURGE_METHOD", "PURGE")]);
    let refused = program.run_with(&["purge"], &[("VITRINE_PURGE_URL", &unwilling.url)]);
    let away = program.run_with(&["purge"], &[("VITRINE_PURGE_URL", "http://127.0.0.1:9/")]);

    assert!(unset.code == 1 && unset.text.contains("VITRINE_PURGE_URL is not set"), "{}", unset.text);
    assert!(told.code == 0 && told.text.contains("asks again"), "{}", told.text);
    assert!(willing.heard(1).await[0].starts_with("PURGE /told?by=vitrine HTTP/1.1\r\n"));
    assert!(refused.code == 1 && refused.text.contains("answered 403 Forbidden. Look whether"), "{}", refused.text);
    assert!(away.code == 1 && away.text.contains("could not be asked"), "{}", away.text);
}

/// A program with a token.
struct Api {
    client: Client,
    authorization: String,
}

impl Api {
    async fn of(program: &Program, email: &str) -> Self {
        let password = if email == "owner@demo.test" { "vitrine-demo" } else { PASSWORD };
        let (client, credentials) = (program.client(), json!({"email": email, "password": password}).to_string());
        let reply = client.send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], credentials).await;
        Self { authorization: format!("Bearer {}", json_of(&reply)["token"].as_str().expect("a token")), client }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Value::Null).await
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        let usual = [("authorization", self.authorization.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.send(method, path, &[&usual[..], headers].concat(), body).await
    }
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}

/// Something that is told, over real HTTP, on a thread of its own: a command is waited for by the one of the test.
struct Cache {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Cache {
    /// Answers with one status after the other, and with the last for ever; with none, never.
    fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cache = Self { url: format!("http://{}/told?by=vitrine", listener.local_addr().unwrap()), heard: Arc::default() };
        let heard = Arc::clone(&cache.heard);
        thread::spawn(move || {
            let mut unanswered = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(mut stream) = stream else { return };
                heard.lock().unwrap().push(read(&mut stream));
                match statuses.get(number).or(statuses.last()) {
                    Some(status) => write!(stream, "HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap_or_default(),
                    None => unanswered.push(stream),
                }
            }
        });
        cache
    }

    /// Waits until it has heard so many requests.
    async fn heard(&self, count: usize) -> Vec<String> {
        for _ in 0..400 {
            let heard = self.heard.lock().unwrap().clone();
            if heard.len() >= count {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("not {count} but {:?}", self.heard.lock().unwrap());
    }
}

/// A request, with as much content as it says.
fn read(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut piece = [0; 4_096];
    while !is_whole(&request) {
        match stream.read(&mut piece) {
            Ok(count @ 1..) => request.extend_from_slice(&piece[..count]),
            _ => break,
        }
    }
    String::from_utf8(request).unwrap()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, content)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    content.len() >= length
}
