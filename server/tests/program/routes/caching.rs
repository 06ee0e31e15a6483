//! What is kept of finished answers: who is given it, what makes it outdated, and what every answer tells of that.

use std::{
    fs::File,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Engine, PASSWORD, Program, Reply, on_both_engines};

on_both_engines!(
    a_list_is_given_from_memory_until_a_product_changes,
    a_product_is_given_from_memory_until_it_changes,
    that_a_product_is_not_there_is_kept_until_it_is,
    what_is_at_hand_is_what_comes_of_going_the_whole_way,
    what_is_kept_is_given_to_those_alone_who_may_see_it,
    everybody_sees_a_change_in_half_a_second,
    a_change_by_another_process_is_seen_in_half_a_second,
);

const HALF_A_SECOND: Duration = Duration::from_millis(500);

/// A program with a token.
struct Api {
    client: Client,
    authorization: String,
}

impl Api {
    async fn of(program: &Program, email: &str) -> Self {
        Self::at(program.client(), email).await
    }

    async fn at(client: Client, email: &str) -> Self {
        let password = if email == "owner@demo.test" { "vitrine-demo" } else { PASSWORD };
        let credentials = json!({"email": email, "password": password}).to_string();
        let reply = client.send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], credentials).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        Self { authorization: format!("Bearer {}", json_of(&reply)["token"].as_str().unwrap()), client }
    }

    async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let headers = [&[("authorization", self.authorization.as_str())][..], headers].concat();
        self.client.send(Method::GET, path, &headers, "").await
    }

    async fn write(&self, method: Method, path: &str, body: &Value) -> Reply {
        let headers = [("authorization", self.authorization.as_str()), ("content-type", "application/json"), ("if-match", "*")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.client.send(method, path, &headers, body).await;
        assert!(reply.status < 300, "{}", reply.text);
        reply
    }

    async fn rename(&self, product: &str, title: &str) -> Reply {
        self.write(Method::PATCH, &format!("/api/v1/products/{product}"), &json!({"title": title})).await
    }
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}

fn is_hit(reply: &Reply) -> bool {
    reply.header("cache-status").starts_with("vitrine-memory; hit; ttl=")
}

fn first_id(list: &Reply) -> String {
    json_of(list)["products"][0]["id"].as_str().unwrap().to_owned()
}

/// The names of a header's members that are split by commas, from all its lines.
fn members(reply: &Reply, header: &str) -> Vec<String> {
    let lines = reply.headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|member| member.trim().split(';').next().unwrap().to_owned()).collect()
}

async fn a_list_is_given_from_memory_until_a_product_changes(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;

    // The first part was made ready before the program said that it is.
    assert!(is_hit(&api.get("/api/v1/products").await));
    let address = "/api/v1/products?status=active&sort=-title&limit=5&fields=id,title";
    let first = api.get(address).await;
    let second = api.get(address).await;

    assert!(first.header("cache-status").ends_with(", vitrine-memory; fwd=miss; stored") && is_hit(&second), "{}", first.header("cache-status"));
    // Of products that were told of before, in other words.
    let other = api.get("/api/v1/products?status=active&sort=-title&limit=4&fields=id,price").await;
    assert_eq!(other.header("cache-status"), "vitrine-products; hit, vitrine-memory; fwd=miss; stored");
    assert_eq!((&first.text, first.header("etag"), first.header("link")), (&second.text, second.header("etag"), second.header("link")));
    // With its trace, and with the statements that it took: none where everything was known, and it was just looked whether that is still so.
    let timing = |reply: &Reply| members(reply, "server-timing");
    let told = timing(&first).join(" ");
    assert!(told.starts_with("cache ") && told.ends_with(" total trace"), "{told}");
    assert_eq!(timing(&second).iter().filter(|name| *name == "cache").count(), 1);
    assert!(second.header("server-timing").contains(";desc=hit"), "{}", second.header("server-timing"));
    assert_eq!(second.header("cache-control"), "private, no-cache");
    // Whoever has it is not sent it again, and is told that as well.
    let known = api.get_with(address, &[("if-none-match", first.header("etag"))]).await;
    assert_eq!((known.status, is_hit(&known)), (304, true));

    let product = first_id(&first);
    for round in 0..10 {
        let title = format!("zzzz {round}");
        let renamed = api.rename(&product, &title).await;
        assert!(timing(&renamed).contains(&"db".to_owned()), "{}", renamed.header("server-timing"));
        let changed = api.get(address).await;
        assert_eq!(json_of(&changed)["products"][0]["title"], title);
        assert_ne!(changed.header("etag"), first.header("etag"));
    }
}

async fn a_product_is_given_from_memory_until_it_changes(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let list = json_of(&api.get("/api/v1/products?limit=2&fields=id,handle").await);
    let name = |number: usize, field: &str| list["products"][number][field].as_str().unwrap().to_owned();
    let (one, handle, other) = (name(0, "id"), name(0, "handle"), name(1, "id"));
    for name in [&one, &handle, &other] {
        api.get(&format!("/api/v1/products/{name}")).await;
        assert!(is_hit(&api.get(&format!("/api/v1/products/{name}")).await), "{name}");
    }

    api.rename(&one, "Another").await;

    for name in [&one, &handle] {
        let changed = api.get(&format!("/api/v1/products/{name}")).await;
        assert_eq!((json_of(&changed)["title"].as_str(), is_hit(&changed)), (Some("Another"), false), "{name}");
    }
    // The other product has not changed.
    assert!(is_hit(&api.get(&format!("/api/v1/products/{other}")).await));
    api.write(Method::DELETE, &format!("/api/v1/products/{one}"), &Value::Null).await;
    assert_eq!((api.get(&format!("/api/v1/products/{one}")).await.status, api.get(&format!("/api/v1/products/{handle}")).await.status), (404, 404));
    // Another takes its place.
    let taken = api.write(Method::POST, "/api/v1/products", &json!({"title": "New"})).await;
    let new = json_of(&taken)["id"].as_str().unwrap().to_owned();
    assert_eq!(json_of(&api.get(&format!("/api/v1/products/{new}")).await)["title"], "New");
}

async fn that_a_product_is_not_there_is_kept_until_it_is(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    for _ in 0..2 {
        assert_eq!(api.get("/api/v1/products/blue-lamp").await.status, 404);
    }

    api.write(Method::POST, "/api/v1/products", &json!({"title": "Blue lamp", "handle": "blue-lamp"})).await;

    assert_eq!(api.get("/api/v1/products/blue-lamp").await.status, 200);
}

async fn what_is_at_hand_is_what_comes_of_going_the_whole_way(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let list = "/api/v1/products?status=active&limit=20";
    let product = first_id(&api.get(list).await);

    for address in [list.to_owned(), format!("/api/v1/products/{product}")] {
        for codings in [None, Some("gzip"), Some("gzip, br")] {
            let mut asked: Vec<_> = codings.map(|codings| ("accept-encoding", codings)).into_iter().collect();
            api.get_with(&address, &asked).await;
            let at_hand = api.get_with(&address, &asked).await;
            // Nobody has that, and whoever sets a condition goes the whole way.
            asked.push(("if-none-match", "\"none\""));
            let whole_way = api.get_with(&address, &asked).await;

            assert!(is_hit(&at_hand) && is_hit(&whole_way), "{address}");
            assert_eq!((at_hand.status, &at_hand.bytes), (whole_way.status, &whole_way.bytes), "{address} {codings:?}");
            assert_eq!(lasting(&at_hand), lasting(&whole_way), "{address} {codings:?}");
        }
    }
}

/// The headers that are the same however often one asks.
fn lasting(reply: &Reply) -> Vec<(String, String)> {
    let differ = ["date", "cache-status", "server-timing", "ratelimit"];
    let headers = reply.headers.iter().filter(|(name, _)| !differ.contains(&name.as_str()));
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    headers
}

async fn what_is_kept_is_given_to_those_alone_who_may_see_it(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, viewer, stranger) =
        (Api::of(&program, "owner@demo.test").await, Api::of(&program, "viewer@test.test").await, Api::of(&program, "owner@second.test").await);
    let list = owner.get("/api/v1/products").await;
    let product = format!("/api/v1/products/{}", first_id(&list));
    owner.get(&product).await;

    let seen = viewer.get("/api/v1/products").await;
    assert_eq!((seen.text == list.text, is_hit(&seen)), (true, true));
    assert_eq!(json_of(&stranger.get("/api/v1/products").await)["total"], 0);
    assert_eq!(stranger.get(&product).await.status, 404);
    for path in ["/api/v1/products", &product] {
        let nobody = program.client().get(path).await;
        assert_eq!((nobody.status, nobody.header("cache-status")), (401, "vitrine-memory; fwd=bypass"));
    }
}

async fn everybody_sees_a_change_in_half_a_second(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, viewer) = (Api::of(&program, "owner@demo.test").await, Api::of(&program, "viewer@test.test").await);
    let address = "/api/v1/products?limit=3&fields=id,title";
    let product = first_id(&viewer.get(address).await);

    owner.rename(&product, "Seen soon").await;
    let begun = Instant::now();

    loop {
        let seen = viewer.get(address).await;
        let (list, one) = (json_of(&seen)["products"][0]["title"] == "Seen soon", json_of(&viewer.get(&format!("/api/v1/products/{product}")).await));
        if list && one["title"] == "Seen soon" {
            return;
        }
        assert!(begun.elapsed() < HALF_A_SECOND, "{}", seen.text);
    }
}

async fn a_change_by_another_process_is_seen_in_half_a_second(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    api.get("/api/v1/products?limit=3").await;
    let file = program.file("one.csv", "Handle,Title,Vendor\nfrom-elsewhere,From elsewhere,Acme\n");
    assert_eq!(api.get("/api/v1/products/from-elsewhere").await.status, 404);

    program.succeed(&["import", file.to_str().unwrap(), "--store", "demo"]);
    let begun = Instant::now();

    loop {
        let (list, one) = (api.get("/api/v1/products?limit=3").await, api.get("/api/v1/products/from-elsewhere").await);
        if json_of(&list)["products"][0]["handle"] == "from-elsewhere" && one.status == 200 {
            return;
        }
        assert!(begun.elapsed() < HALF_A_SECOND, "{}", list.text);
    }
}

#[tokio::test]
async fn a_long_list_is_compressed_once() {
    let program = Program::serving(Engine::Sqlite).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let plain = api.get("/api/v1/products?limit=60").await;

    let compressed = api.get_with("/api/v1/products?limit=60", &[("accept-encoding", "gzip, br")]).await;

    assert_eq!((plain.header("content-encoding"), compressed.header("content-encoding")), ("", "gzip"));
    assert!(compressed.bytes.starts_with(&[0x1f, 0x8b]) && compressed.bytes.len() * 2 < plain.bytes.len());
    // Another form, another tag.
    assert_eq!(compressed.header("etag"), format!("{}.gzip\"", plain.header("etag").trim_end_matches('"')));
    for reply in [&plain, &compressed] {
        assert!(members(reply, "vary").contains(&"accept-encoding".to_owned()), "{:?}", reply.headers);
    }
}

#[tokio::test]
async fn every_answer_says_how_it_was_made() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@demo.test").await;

    for path in
        ["/products", "/sign-in", "/not-there", "/healthz", "/readyz", "/icons.svg", "/pkg/gone.wasm", "/api/v1/openapi.json", "/api/v1/nowhere"]
    {
        let reply = client.get(path).await;
        assert_eq!(reply.header("cache-status"), "vitrine-memory; fwd=bypass", "{path}");
        let timing = members(&reply, "server-timing");
        assert_eq!(timing.iter().filter(|name| *name == "total").count(), 1, "{path}: {timing:?}");
        // What people share names no trace, and what is refused tells of no work.
        let is_told = !reply.header("cache-control").contains("public");
        match reply.status {
            200 if path != "/sign-in" => assert_eq!(timing.contains(&"trace".to_owned()), is_told, "{path}: {timing:?}"),
            _ => assert_eq!(timing, ["total"], "{path}"),
        }
    }
}

/// A second server on the same data.
struct Second {
    server: Child,
    port: u16,
}

impl Second {
    async fn serving(program: &Program, redis: &str) -> Self {
        let path = program.dir().join("second.log");
        let log = File::create(&path).unwrap();
        let mut command = program.command(&["serve"]);
        command.env("VITRINE_ADDR", "127.0.0.1:0").env("VITRINE_REDIS_URL", redis).stdout(log).stderr(Stdio::null());
        let mut second = Self { server: command.spawn().unwrap(), port: 0 };
        for _ in 0..1_200 {
            let text = std::fs::read_to_string(&path).unwrap();
            let announced = text.lines().find_map(|line| line.strip_prefix("Vitrine is at http://127.0.0.1:"));
            if let Some(port) = announced.and_then(|port| port.trim().parse().ok()) {
                second.port = port;
                if reqwest::get(format!("http://127.0.0.1:{port}/readyz")).await.is_ok_and(|answer| answer.status().is_success()) {
                    return second;
                }
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the second server did not start");
    }

    async fn api(&self, email: &str) -> Api {
        Api::at(Client::new(format!("http://127.0.0.1:{}", self.port)), email).await
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A list that one server made and the other found, which says so. Where Redis takes longer than it is waited for, on a machine that
/// has much to do, another list is tried.
async fn shared_by(one: &Api, other: &Api) -> (String, Reply) {
    let mut seen = Vec::new();
    for limit in 4..24 {
        let address = format!("/api/v1/products?limit={limit}&fields=id,title");
        let made = one.get(&address).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let found = other.get(&address).await;
        assert_eq!(found.text, made.text);
        let (made_how, found_how) = (made.header("cache-status"), found.header("cache-status"));
        if made_how.ends_with("vitrine-redis; fwd=miss; stored, vitrine-memory; fwd=miss; stored")
            && found_how.starts_with("vitrine-redis; hit; ttl=")
        {
            return (address, made);
        }
        seen.push(format!("{made_how} / {found_how}"));
    }
    panic!("nothing is shared: {seen:#?}");
}

#[tokio::test]
async fn two_processes_share_what_they_made_and_see_each_others_changes() {
    let redis =
        std::env::var("VITRINE_TEST_REDIS_URL").expect("VITRINE_TEST_REDIS_URL is not set: run scripts/redis-for-tests and set what it prints");
    let mut program = Program::new(Engine::Postgres);
    program.fill_anew();
    program.serve_with(&[("VITRINE_REDIS_URL", &redis)]).await;
    let second = Second::serving(&program, &redis).await;
    let (one, other) = (Api::of(&program, "owner@demo.test").await, second.api("owner@demo.test").await);
    let (address, made) = shared_by(&one, &other).await;
    let (product, viewer) = (first_id(&made), second.api("viewer@test.test").await);
    let title = |list: &Reply| json_of(list)["products"][0]["title"].as_str().unwrap().to_owned();
    for round in 0..20 {
        viewer.get(&address).await;
        let expected = format!("Round {round}");

        one.rename(&product, &expected).await;

        // Whoever made it sees it at once, wherever they look; everybody else soon.
        assert_eq!(title(&other.get(&address).await), expected);
        assert_eq!(json_of(&other.get(&format!("/api/v1/products/{product}")).await)["title"], expected);
        let begun = Instant::now();
        while title(&viewer.get(&address).await) != expected {
            assert!(begun.elapsed() < HALF_A_SECOND, "round {round}");
        }
    }
}

/// A Redis that ends with this and keeps nothing.
struct OwnRedis {
    server: Child,
    port: u16,
}

impl OwnRedis {
    fn start(options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]).args(options);
        let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("Redis is installed (apt-get install redis-server)");
        let redis = Self { server, port };
        let begun = Instant::now();
        while redis.ask(&["ping"]) != "PONG" {
            assert!(begun.elapsed() < Duration::from_secs(20), "Redis did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        redis
    }

    fn ask(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(command).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.server.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[tokio::test]
async fn whatever_becomes_of_redis_nobody_waits_for_it_or_is_told_something_old() {
    for what in ["stopped", "full", "killed"] {
        let redis = OwnRedis::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]);
        let mut program = Program::new(Engine::Sqlite);
        program.fill();
        program.serve_with(&[("VITRINE_REDIS_URL", &format!("redis://127.0.0.1:{}", redis.port))]).await;
        let api = Api::of(&program, "owner@demo.test").await;
        let address = "/api/v1/products?limit=2&fields=id,title";
        let product = first_id(&api.get(address).await);

        match what {
            "stopped" => redis.signal("-STOP"),
            "full" => {
                (0..100).for_each(|number| drop(redis.ask(&["set", &number.to_string(), &"x".repeat(50_000)])));
                // Far over it, whatever goes meanwhile.
                drop(redis.ask(&["config", "set", "maxmemory", "1mb"]));
            }
            _ => redis.signal("-KILL"),
        }
        let (begun, mut longest) = (Instant::now(), Duration::ZERO);
        for round in 0..100 {
            let title = format!("{what} {round}");
            let asked = Instant::now();
            api.rename(&product, &title).await;
            let list = api.get(address).await;
            longest = longest.max(asked.elapsed());
            assert_eq!((list.status, json_of(&list)["products"][0]["title"].as_str()), (200, Some(title.as_str())), "{what}");
        }

        assert!(longest < Duration::from_secs(1) && begun.elapsed() < Duration::from_secs(20), "{what}: {longest:?}, {:?}", begun.elapsed());
        let status = api.get("/api/v1/products?limit=7").await.header("cache-status").to_owned();
        assert!(status.contains("vitrine-redis; fwd=miss; detail=unavailable, "), "{what}: {status}");
    }
}
