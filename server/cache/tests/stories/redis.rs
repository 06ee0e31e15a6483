//! The same on a real Redis, one a story: it is killed, stopped and filled.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use cache::{Redis, Served, Tier};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::support::{ANN, BEN, HandClock, NEVER_EARLY, Process, Seen, Shop};

/// A Redis that ends with this and keeps nothing.
struct Server {
    port: u16,
    child: Child,
}

impl Server {
    async fn start(options: &[&str]) -> Self {
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_at(port, options).await
    }

    async fn start_at(port: u16, options: &[&str]) -> Self {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]).args(options);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("redis-server is installed");
        let server = Self { port, child };
        for _ in 0..200 {
            if server.ask(&["ping"]) == "PONG" {
                return server;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("redis-server does not answer");
    }

    fn ask(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(command).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processes on one shop, once they have their connections.
async fn processes<const N: usize>(url: &str) -> [Process; N] {
    let (shop, clock) = (Shop::new(4), HandClock::running());
    let redis = || Arc::new(Redis::connect(url).unwrap());
    let processes: [Process; N] = std::array::from_fn(|_| Process::of(shop.clone(), clock.clone(), Some(redis()), NEVER_EARLY));
    sleep(Duration::from_millis(300)).await;
    processes
}

/// Writes and looks for a while; whether all of it was true, and most of it quick: on a busy machine some of it is not. Who waits for Redis
/// without an end of their own waits for tenths of seconds each time.
async fn works(writer: &Process, reader: &Process, rounds: usize) {
    let mut times = Vec::new();
    for _ in 0..rounds {
        writer.write(1, ANN);
        let begun = Instant::now();
        let (list, one) = (reader.list(ANN).await, reader.one(1, ANN).await);
        assert_eq!(list.value.unwrap().0[1], reader.shop.version());
        assert_eq!(one.value, Some(Seen(vec![reader.shop.version()])));
        times.push(begun.elapsed());
        sleep(Duration::from_millis(2)).await;
    }
    times.sort();
    let (median, longest) = (times[rounds / 2], times[rounds - 1]);
    assert!(median < Duration::from_millis(90) && longest < Duration::from_secs(2), "{median:?}, {longest:?} at most");
}

/// Waits until something is the case.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "it has not come to pass that {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until what one has made comes from Redis to the other.
async fn shares_again(one: &Process, other: &Process) {
    let is_shared = async || {
        one.write(0, ANN);
        one.list(ANN).await;
        sleep(Duration::from_millis(30)).await;
        other.list(ANN).await.outcome.tier == Tier::Shared
    };
    until("Redis is used", is_shared).await;
}

#[tokio::test]
async fn two_processes_share_what_they_made_and_hear_of_changes() {
    let server = Server::start(&[]).await;
    let [one, other] = processes(&server.url()).await;
    shares_again(&one, &other).await;

    // Heard of: a look without it would make it anew.
    let is_heard = async || {
        other.one(0, BEN).await;
        other.list(BEN).await;
        let loads = one.shop.loads();
        one.write(1, ANN);
        sleep(Duration::from_millis(50)).await;
        let served = (other.one(0, BEN).await.outcome.served, other.list(BEN).await.outcome.served);
        served == (Served::Hit, Served::Stale) && one.shop.loads() == loads
    };
    until("changes are heard of", is_heard).await;
    // And everybody sees it soon.
    sleep(Duration::from_millis(300)).await;
    assert_eq!(other.list(BEN).await.value, Some(Seen(one.shop.list())));
    // Nothing stays but the two entries.
    until("turns are given back", async || server.ask(&["dbsize"]) == "2").await;
}

#[tokio::test]
async fn a_redis_that_is_killed_costs_speed_and_is_used_again_when_it_is_back() {
    let server = Server::start(&[]).await;
    let port = server.port;
    let [one, other] = processes(&server.url()).await;
    works(&one, &other, 5).await;

    drop(server);
    works(&one, &other, 100).await;
    let _server = Server::start_at(port, &[]).await;

    shares_again(&one, &other).await;
    works(&one, &other, 5).await;
}

#[tokio::test]
async fn a_redis_that_is_stopped_costs_speed_and_is_used_again_when_it_goes_on() {
    let server = Server::start(&[]).await;
    let [one, other] = processes(&server.url()).await;
    works(&one, &other, 5).await;

    server.signal("-STOP");
    works(&one, &other, 300).await;
    server.signal("-CONT");

    shares_again(&one, &other).await;
}

#[tokio::test]
async fn a_redis_that_is_full_costs_speed() {
    let server = Server::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]).await;
    let [one, other] = processes(&server.url()).await;
    shares_again(&one, &other).await;
    let junk = "x".repeat(50_000);
    for number in 0..100 {
        server.ask(&["set", &format!("junk:{number}"), &junk]);
    }
    assert!(server.ask(&["set", "more", &junk]).contains("OOM"));

    // What is in it is still read.
    let is_read = async || {
        other.cache.clear();
        other.list(BEN).await.outcome.tier == Tier::Shared
    };
    until("what is in it is read", is_read).await;
    works(&one, &other, 50).await;
}

/// Something between a program and a server that passes everything on late; its port.
async fn late(server: u16, by: Duration) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(mut there) = TcpStream::connect(("127.0.0.1", server)).await else { return };
                let ((from, back), (answers, to)) = (here.split(), there.split());
                tokio::join!(pass(from, to, by), pass(answers, back, by));
            });
        }
    });
    port
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, by: Duration) {
    let mut some = vec![0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut some).await {
        sleep(by).await;
        if to.write_all(&some[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

#[tokio::test]
async fn a_redis_that_is_slow_is_not_waited_for() {
    let server = Server::start(&[]).await;
    let port = late(server.port, Duration::from_millis(30)).await;
    let [one, other] = processes(&format!("redis://127.0.0.1:{port}")).await;
    // It is there, and both listen.
    let both_listen = async || server.ask(&["pubsub", "numsub", "vitrine:changes"]).split_whitespace().last() == Some("2");
    until("both listen", both_listen).await;

    works(&one, &other, 100).await;
}

#[tokio::test]
async fn a_program_starts_without_its_redis_and_takes_it_when_it_comes() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let [one, other] = processes(&format!("redis://127.0.0.1:{port}")).await;
    works(&one, &other, 20).await;

    let _server = Server::start_at(port, &[]).await;

    shares_again(&one, &other).await;
}

#[test]
fn what_is_no_address_is_refused() {
    for url in ["", "localhost", "http://localhost", "127.0.0.1:6379"] {
        assert!(Redis::connect(url).is_err(), "{url:?}");
    }
}
