//! What a collector gets, over a real connection, and what becomes of it when it does not take it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use crate::any::{empty, span};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use traces::{
    Kind, SpanId, Trace,
    export::{Carry, ExportOptions, Exported, Exporter, NotSent, Worker, exporter, retry_after},
    otlp::{Any, Data, Histogram, Log, Metric, Number, Point, Resource, Severity, Signal},
};

const LONG: Duration = Duration::from_secs(20);

/// What came to a collector.
type Came = Arc<Mutex<Vec<(String, Value)>>>;

/// A collector that answers as it is told, and afterwards always well.
async fn collector(answers: &[&'static str]) -> (Over, Came) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let came = Came::default();
    let (noted, mut answers) = (came.clone(), answers.iter().copied().collect::<VecDeque<_>>());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let Some((path, body)) = request(&mut connection).await else { continue };
            let answer = answers.pop_front().unwrap_or("200 OK\r\ncontent-type: application/json");
            if answer == "nothing" {
                tokio::spawn(async move {
                    let _ = connection.read(&mut [0]).await;
                });
                continue;
            }
            noted.lock().unwrap().push((path, body));
            connection.write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 2\r\n\r\n{{}}").as_bytes()).await.unwrap();
        }
    });
    (Over(address), came)
}

async fn request(connection: &mut TcpStream) -> Option<(String, Value)> {
    let mut came = Vec::new();
    loop {
        let mut part = [0; 4_096];
        let read = connection.read(&mut part).await.ok()?;
        came.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&came);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
        if text.contains("\r\n\r\n") && body.len() >= length {
            assert!(head.contains("content-type: application/json"), "{head}");
            let path = head.split(' ').nth(1)?.to_owned();
            return Some((path, serde_json::from_str(body).unwrap()));
        }
        if read == 0 {
            return None;
        }
    }
}

/// As little of HTTP as is needed.
struct Over(std::net::SocketAddr);

impl Carry for Over {
    async fn carry(&self, path: &'static str, body: Bytes) -> Result<(), NotSent> {
        let failed = |error: std::io::Error| NotSent::unanswered(error.to_string());
        let mut connection = TcpStream::connect(self.0).await.map_err(failed)?;
        let head = format!("POST {path} HTTP/1.1\r\nhost: collector\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        connection.write_all(head.as_bytes()).await.map_err(failed)?;
        connection.write_all(&body).await.map_err(failed)?;
        let mut answer = String::new();
        let mut part = [0; 1_024];
        while !answer.contains("{}") {
            let read = connection.read(&mut part).await.map_err(failed)?;
            if read == 0 {
                return Err(NotSent::unanswered("The collector hung up."));
            }
            answer.push_str(&String::from_utf8_lossy(&part[..read]));
        }
        let status: u16 = answer[9..12].parse().unwrap();
        if status == 200 {
            return Ok(());
        }
        let after = answer.lines().find_map(|line| line.strip_prefix("retry-after: ")).and_then(|value| retry_after(value, SystemTime::UNIX_EPOCH));
        Err(NotSent { status: Some(status), retry_after: after, why: format!("The collector answered {status}.") })
    }
}

fn resource() -> Resource {
    let more = vec![("deployment.environment.name".into(), "test".into())];
    Resource { service: "vitrine".into(), version: "1.2.3".into(), instance: "one".into(), database: Some("sqlite"), more }
}

fn quick() -> ExportOptions {
    ExportOptions {
        most_waiting: 4,
        batch: 2,
        every: Duration::from_millis(5),
        timeout: Duration::from_secs(5),
        attempts: 3,
        first_wait: Duration::from_millis(2),
        longest_wait: Duration::from_millis(50),
        at_the_end: Duration::from_secs(5),
    }
}

fn trace(id: u128) -> Arc<Trace> {
    Arc::new(empty(id, "/products", 1_000, 500))
}

/// Sends everything, and tells what there was to complain of.
async fn sent(exporter: &Exporter, worker: Worker, carrier: impl Carry) -> Vec<String> {
    let troubles = Mutex::new(Vec::new());
    exporter.close();
    timeout(LONG, worker.run(carrier, |_, _, error| troubles.lock().unwrap().push(error.to_string()))).await.unwrap();
    troubles.into_inner().unwrap()
}

#[tokio::test]
async fn a_trace_arrives_as_the_standard_has_it() {
    let (carrier, came) = collector(&[]).await;
    let (exporter, worker) = exporter(resource(), quick(), 1);
    let mut trace = empty(0xabc, "/products/{handle}", 1_700_000_000_000_000, 500);
    trace.parent = SpanId::new(0xdef);
    trace.spans = vec![span("ROWS", Kind::Statement, 0, 100, 50)];
    let (root, below) = (trace.span.to_string(), trace.span_id(1).to_string());
    exporter.trace(Arc::new(trace));

    let troubles = sent(&exporter, worker, carrier).await;

    assert!(troubles.is_empty());
    let came = came.lock().unwrap();
    let (path, body) = &came[0];
    assert_eq!(path, "/v1/traces");
    let told = &body["resourceSpans"][0];
    assert_eq!(told["resource"]["attributes"][2], json!({ "key": "service.instance.id", "value": { "stringValue": "one" } }));
    let spans = &told["scopeSpans"][0]["spans"];
    let expected = json!({
        "traceId": "00000000000000000000000000000abc",
        "spanId": root,
        "parentSpanId": "0000000000000def",
        "flags": 0x301,
        "name": "GET /products/{handle}",
        "kind": 2,
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000000000500000",
        "attributes": [
            { "key": "http.request.method", "value": { "stringValue": "GET" } },
            { "key": "http.route", "value": { "stringValue": "/products/{handle}" } },
            { "key": "http.response.status_code", "value": { "intValue": "200" } },
            { "key": "vitrine.statements", "value": { "intValue": "0" } },
        ],
        "status": {},
    });
    assert_eq!(spans[0], expected);
    let expected = json!({
        "traceId": "00000000000000000000000000000abc",
        "spanId": below,
        "parentSpanId": root,
        "flags": 0x101,
        "name": "ROWS",
        "kind": 3,
        "startTimeUnixNano": "1700000000000100000",
        "endTimeUnixNano": "1700000000000150000",
        "attributes": [
            { "key": "db.query.summary", "value": { "stringValue": "ROWS" } },
            { "key": "db.system.name", "value": { "stringValue": "sqlite" } },
        ],
        "status": {},
    });
    assert_eq!(spans[1], expected);
}

#[tokio::test]
async fn metrics_and_lines_arrive_at_their_own_addresses() {
    let (carrier, came) = collector(&[]).await;
    let (exporter, worker) = exporter(resource(), quick(), 1);
    let route = vec![("http.route".to_owned(), Any::from("/products"))];
    let point = |value| Point { attributes: route.clone(), since: 1, at: 2, value };
    let metric = |name: &str, data| Metric { name: name.into(), description: "What it is.".into(), unit: "s".into(), data };
    let histogram = Histogram::new(route.clone(), (1, 2), 3.5, vec![0.1, 1.0], vec![1, 2, 1]).unwrap();
    exporter.metrics([
        metric("http.server.request.duration", Data::Histogram(vec![histogram])),
        metric("vitrine.statements", Data::Count(vec![point(Number::Int(i64::MAX))])),
        metric("vitrine.load", Data::Gauge(vec![point(Number::Float(f64::NAN)), point(Number::Float(0.5))])),
    ]);
    let parent = "00-00000000000000000000000000000abc-0000000000000def-01".parse().unwrap();
    exporter.log(Log { at: 7, severity: Severity::Warn, text: "é".repeat(9_000), attributes: route.clone(), trace: Some(parent) });

    sent(&exporter, worker, carrier).await;

    let came = came.lock().unwrap();
    let of = |wanted: &str| came.iter().filter(|(path, _)| path == wanted).map(|(_, body)| body.clone()).collect::<Vec<_>>();
    let metrics: Vec<_> =
        of("/v1/metrics").iter().flat_map(|body| body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap().clone()).collect();
    let attributes = json!([{ "key": "http.route", "value": { "stringValue": "/products" } }]);
    let expected = json!({
        "name": "http.server.request.duration", "description": "What it is.", "unit": "s",
        "histogram": { "aggregationTemporality": 2, "dataPoints": [{
            "attributes": attributes, "startTimeUnixNano": "1000", "timeUnixNano": "2000",
            "count": "4", "sum": 3.5, "bucketCounts": ["1", "2", "1"], "explicitBounds": [0.1, 1.0],
        }] },
    });
    assert_eq!(metrics[0], expected);
    let sum = json!({
        "aggregationTemporality": 2, "isMonotonic": true,
        "dataPoints": [{ "attributes": attributes, "startTimeUnixNano": "1000", "timeUnixNano": "2000", "asInt": "9223372036854775807" }],
    });
    assert_eq!(metrics[1]["sum"], sum);
    assert_eq!([&metrics[2]["gauge"]["dataPoints"][0]["asDouble"], &metrics[2]["gauge"]["dataPoints"][1]["asDouble"]], [&json!("NaN"), &json!(0.5)]);
    let line = &of("/v1/logs")[0]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    assert_eq!(
        (&line["severityNumber"], &line["traceId"], &line["spanId"]),
        (&json!(13), &json!("00000000000000000000000000000abc"), &json!("0000000000000def"))
    );
    assert_eq!(line["body"]["stringValue"].as_str().unwrap().chars().count(), 4_096);
}

#[test]
fn buckets_that_do_not_fit_their_bounds_are_refused() {
    let histogram = |bounds: &[f64], counts: &[u64]| Histogram::new(Vec::new(), (0, 1), 0.0, bounds.to_vec(), counts.to_vec());

    assert!(histogram(&[1.0], &[1]).is_err() && histogram(&[2.0, 1.0], &[1, 1, 1]).is_err());
    assert!(histogram(&[f64::NAN], &[1, 1]).is_err() && histogram(&[], &[1]).is_ok());
}

#[tokio::test]
async fn what_a_collector_does_not_take_now_is_sent_again() {
    for first in ["503 Busy", "429 Slow\r\nretry-after: 0", "502 Bad", "nothing"] {
        let (carrier, came) = collector(&[first]).await;
        let options = ExportOptions { timeout: Duration::from_millis(500), ..quick() };
        let (exporter, worker) = exporter(resource(), options, 1);
        exporter.trace(trace(1));

        let troubles = sent(&exporter, worker, carrier).await;

        let times = came.lock().unwrap().len();
        assert!(troubles.is_empty() && times == if first == "nothing" { 1 } else { 2 }, "{first}: {troubles:?}, {times}");
        assert_eq!(exporter.exported(Signal::Traces), Exported { waiting: 0, sent: 1, dropped: 0, failed: 0 }, "{first}");
    }
}

#[tokio::test]
async fn what_a_collector_never_takes_is_told_once_and_thrown_away() {
    let (carrier, came) = collector(&["400 Bad", "503 Busy", "503 Busy", "503 Busy"]).await;
    let (exporter, worker) = exporter(resource(), ExportOptions { batch: 1, ..quick() }, 1);
    exporter.trace(trace(1));
    exporter.trace(trace(2));
    exporter.trace(trace(3));

    let troubles = sent(&exporter, worker, carrier).await;

    assert_eq!(troubles, ["The collector answered 400.", "The collector answered 503."]);
    assert_eq!(came.lock().unwrap().len(), 1 + 3 + 1);
    assert_eq!(exporter.exported(Signal::Traces), Exported { waiting: 0, sent: 1, dropped: 0, failed: 2 });
}

#[tokio::test]
async fn where_nobody_listens_the_oldest_are_thrown_away_and_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = Over(listener.local_addr().unwrap());
    drop(listener);
    let (exporter, worker) = exporter(resource(), quick(), 1);
    for id in 1..=10 {
        exporter.trace(trace(id));
    }
    let waiting = exporter.exported(Signal::Traces);

    let troubles = sent(&exporter, worker, nobody).await;

    assert_eq!(waiting, Exported { waiting: 4, sent: 0, dropped: 6, failed: 0 });
    assert_eq!((troubles.len(), exporter.exported(Signal::Traces).failed), (2, 4));
}

#[tokio::test]
async fn what_there_is_no_room_for_is_the_oldest() {
    let (carrier, came) = collector(&[]).await;
    let (exporter, worker) = exporter(resource(), quick(), 1);
    for id in 1..=6 {
        exporter.trace(trace(id));
    }

    sent(&exporter, worker, carrier).await;

    let came = came.lock().unwrap();
    let spans = came.iter().flat_map(|(_, body)| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap());
    let ids: Vec<_> = spans.map(|span| span["traceId"].as_str().unwrap().trim_start_matches('0').to_owned()).collect();
    assert_eq!(ids, ["3", "4", "5", "6"]);
}

#[tokio::test]
async fn what_is_sent_while_the_program_runs_comes_in_batches() {
    let (carrier, came) = collector(&[]).await;
    let (exporter, worker) = exporter(resource(), quick(), 1);
    let running = tokio::spawn(worker.run(carrier, |_, _, _| {}));
    for id in 1..=3 {
        exporter.trace(trace(id));
    }

    timeout(LONG, async {
        while exporter.exported(Signal::Traces).sent < 3 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
    exporter.close();
    timeout(LONG, running).await.unwrap().unwrap();

    let sizes: Vec<_> =
        came.lock().unwrap().iter().map(|(_, body)| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 3);
    assert!(sizes.iter().all(|size| *size <= 2), "{sizes:?}");
}

/// Answers as it is told, at once, and notes when it was asked; for tests in which time is paused.
struct Noting {
    answers: Mutex<VecDeque<NotSent>>,
    asked: Arc<Mutex<Vec<tokio::time::Instant>>>,
    hangs: bool,
}

impl Carry for Noting {
    async fn carry(&self, _: &'static str, _: Bytes) -> Result<(), NotSent> {
        self.asked.lock().unwrap().push(tokio::time::Instant::now());
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.answers.lock().unwrap().pop_front().map_or(Ok(()), Err)
    }
}

fn busy(seconds: Option<u64>) -> NotSent {
    NotSent { status: Some(503), retry_after: seconds.map(Duration::from_secs), why: "Busy.".into() }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_busy_is_left_alone_as_long_as_it_says_and_longer_each_time() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let answers = Mutex::new([busy(None), busy(None), busy(Some(60)), busy(Some(9_999))].into());
    let carrier = Noting { answers, asked: asked.clone(), hangs: false };
    let (exporter, worker) = exporter(resource(), ExportOptions::default(), 1);
    let running = tokio::spawn(worker.run(carrier, |_, _, _| {}));
    exporter.trace(trace(1));

    tokio::time::sleep(Duration::from_mins(10)).await;

    let waits: Vec<_> = asked.lock().unwrap().windows(2).map(|two| (two[1] - two[0]).as_secs_f64()).collect();
    assert_eq!(waits.len(), 4);
    assert!((0.5..=1.01).contains(&waits[0]) && (1.0..=2.01).contains(&waits[1]), "{waits:?}");
    assert!((60.0..60.1).contains(&waits[2]) && (120.0..120.1).contains(&waits[3]), "{waits:?}");
    assert_eq!(exporter.exported(Signal::Traces).sent, 1);
    exporter.close();
    timeout(LONG, running).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_program_waits_for_nobody_who_hangs() {
    let carrier = Noting { answers: Mutex::default(), asked: Arc::default(), hangs: true };
    let (exporter, worker) = exporter(resource(), ExportOptions::default(), 1);
    exporter.trace(trace(1));
    exporter.log(Log { at: 0, severity: Severity::Info, text: "a".into(), attributes: Vec::new(), trace: None });
    let begun = tokio::time::Instant::now();

    sent(&exporter, worker, carrier).await;

    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!((exporter.exported(Signal::Traces).failed, exporter.exported(Signal::Logs).failed), (1, 1));
}

#[test]
fn a_retry_after_is_seconds_or_a_date() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 - 30);

    assert_eq!(retry_after(" 120 ", now), Some(Duration::from_mins(2)));
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(30)));
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now + Duration::from_mins(9)), Some(Duration::ZERO));
    assert_eq!(retry_after("99999999999999999999999", now), Some(Duration::from_secs(u64::MAX)));
    assert_eq!((retry_after("soon", now), retry_after("-1", now), retry_after("", now)), (None, None, None));
}
