//! Webhooks: receivers that hang, refuse, drip, fail, ask for patience; processes that are killed or compete.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use alerting::{Limits, MemoryOutbox, MessageState, Outbox, Post, Sender, Sent};
use domain::clock::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep},
};

use crate::support::{Bare, Listening, SHORT, Scripted, TestClock, alerting, days, drip, nobody, outbox_with, parts, story, webhook};

#[derive(Clone, Debug)]
enum Reply {
    Says(&'static str),
    Silence,
    Drips,
    Breaks,
}

/// Requests as they came, each answered as the script says; the last goes on.
struct Receiver {
    listening: Listening,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn new(script: Vec<Reply>) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noting = Arc::clone(&heard);
        let listening = Listening::new(move |stream| serve(stream, Arc::clone(&noting), script.clone())).await;
        Self { listening, heard }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.listening.port)
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, heard: Arc<Mutex<Vec<String>>>, script: Vec<Reply>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).ends_with('}') {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    let number = {
        let mut heard = heard.lock().unwrap();
        heard.push(String::from_utf8_lossy(&bytes).into_owned());
        heard.len() - 1
    };
    match script[number.min(script.len() - 1)] {
        Reply::Says(text) => stream.write_all(text.as_bytes()).await,
        Reply::Silence => std::future::pending().await,
        Reply::Drips => drip(&mut stream, &format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-slow: yes\r\n".repeat(100))).await,
        Reply::Breaks => Ok(()),
    }
}

const LONG: Duration = Duration::from_secs(5);
const OK: Reply = Reply::Says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

/// A message to a receiver, and who sends it.
async fn sending(script: Vec<Reply>, attempt: Duration) -> (Receiver, Arc<MemoryOutbox>, Arc<TestClock>, Arc<Sender>) {
    let (receiver, clock) = (Receiver::new(script).await, TestClock::new());
    let outbox = outbox_with(clock.now(), "ops", &["m1"]).await;
    let channels = vec![webhook("ops", &receiver.url())];
    let mut parts = parts(outbox.clone(), Arc::new(Bare), clock.clone(), channels);
    parts.limits.attempt = attempt;
    let sender = alerting(parts, None).sender;
    (receiver, outbox, clock, sender)
}

async fn once(script: Vec<Reply>) -> (Sent, String, Duration) {
    let (receiver, outbox, _, sender) = sending(script, SHORT).await;
    let began = Instant::now();
    let sent = sender.send_next(&webhook("ops", &receiver.url())).await.unwrap();
    (sent, outbox.messages(1).await.unwrap().remove(0).answer, began.elapsed())
}

#[tokio::test]
async fn a_message_comes_as_slack_wants_it_with_its_id() {
    story(async {
        let (receiver, outbox, _, sender) = sending(vec![OK], LONG).await;

        let sent = sender.send_next(&webhook("ops", &receiver.url())).await.unwrap();

        assert_eq!(sent, Sent::Delivered);
        let heard = receiver.heard().remove(0);
        assert!(heard.contains("webhook-id: m1\r\n") && heard.contains("content-type: application/json\r\n"), "{heard}");
        assert!(heard.ends_with(r#"{"text":"Subject of m1\na &lt; b &amp; &lt;!channel&gt;\n"}"#), "{heard}");
        let message = outbox.messages(1).await.unwrap().remove(0);
        assert_eq!((message.state, message.attempts, message.answer.as_str()), (MessageState::Delivered, 1, "It answered 200: ok"));
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_hangs_or_drips_has_failed_when_the_time_is_up() {
    story(async {
        for script in [Reply::Silence, Reply::Drips] {
            let (sent, answer, took) = once(vec![script.clone()]).await;

            assert_eq!((sent, answer.as_str()), (Sent::Again, "It did not answer within 1 seconds."), "{script:?}");
            assert!(took >= SHORT && took < SHORT * 5, "{took:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_not_there_or_breaks_off_has_failed() {
    story(async {
        let (sent, answer, _) = once(vec![Reply::Breaks]).await;
        assert_eq!((sent, answer.as_str()), (Sent::Again, "It could not be reached: connection closed."));

        let (clock, url) = (TestClock::new(), format!("http://127.0.0.1:{}/", nobody().await));
        let outbox = outbox_with(clock.now(), "ops", &["m1"]).await;
        let sender = alerting(parts(outbox.clone(), Arc::new(Bare), clock, vec![webhook("ops", &url)]), None).sender;

        assert_eq!(sender.send_next(&webhook("ops", &url)).await.unwrap(), Sent::Again);
        assert!(outbox.messages(1).await.unwrap()[0].answer.contains("refused"));
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_fails_is_asked_again_when_it_wants_to_be() {
    story(async {
        for (reply, seconds) in [
            ("HTTP/1.1 500 No\r\n\r\n", 5),
            ("HTTP/1.1 404 No\r\n\r\n", 5),
            ("HTTP/1.1 302 No\r\nlocation: http://127.0.0.1/\r\n\r\n", 5),
            ("HTTP/1.1 429 No\r\nretry-after: 120\r\n\r\n", 120),
            ("HTTP/1.1 503 No\r\nretry-after: 2\r\n\r\n", 5),
            ("HTTP/1.1 429 No\r\nretry-after: 99999999\r\n\r\n", 86_400),
        ] {
            let (receiver, outbox, clock, sender) = sending(vec![Reply::Says(reply)], LONG).await;
            let channel = webhook("ops", &receiver.url());

            assert_eq!(sender.send_next(&channel).await.unwrap(), Sent::Again, "{reply}");

            let message = outbox.messages(1).await.unwrap().remove(0);
            let wait = (message.due_at.micros() - clock.now().micros()) as f64 / 1e6;
            assert!((wait - f64::from(seconds)).abs() < 3.0, "{reply}: {wait}");
            assert_eq!(sender.send_next(&channel).await.unwrap(), Sent::Nothing, "{reply}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_understood_is_given_up_soon_and_what_is_behind_it_is_sent() {
    story(async {
        let no = Reply::Says("HTTP/1.1 400 No\r\n\r\ninvalid_payload");
        let (receiver, clock) = (Receiver::new(vec![no.clone(), no.clone(), no, OK]).await, TestClock::new());
        let outbox = outbox_with(clock.now(), "ops", &["m1", "m2"]).await;
        let channel = webhook("ops", &receiver.url());
        let sender = alerting(parts(outbox.clone(), Arc::new(Bare), clock.clone(), vec![channel.clone()]), None).sender;
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(sender.send_next(&channel).await.unwrap());
            clock.set(60);
        }

        assert_eq!(all, [Sent::Again, Sent::Again, Sent::GivenUp, Sent::Delivered]);
        assert_eq!(outbox.messages(2).await.unwrap()[1].answer, "It does not take this message (400): invalid_payload");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_receiver_is_tried_for_a_day_in_order_and_then_it_is_given_up() {
    days(async {
        let (clock, post) = (TestClock::new(), Scripted::usually(500));
        let outbox = outbox_with(clock.now(), "ops", &["m1", "m2"]).await;
        let mut parts = parts(outbox.clone(), post.clone(), clock, vec![webhook("ops", "x")]);
        parts.limits = Limits::default();
        let running = alerting(parts, None).start();

        sleep(Duration::from_mins(24 * 60 - 1)).await;
        let before = outbox.messages(2).await.unwrap();
        sleep(Duration::from_mins(2)).await;
        let after = outbox.messages(2).await.unwrap();

        assert_eq!(before.iter().map(|message| message.state).collect::<Vec<_>>(), [MessageState::Waiting; 2]);
        assert_eq!(before[0].attempts, 0, "the second waits for the first");
        assert!((90..110).contains(&before[1].attempts), "{}", before[1].attempts);
        assert_eq!(after.iter().map(|message| message.state).collect::<Vec<_>>(), [MessageState::GivenUp; 2]);
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_keeps_no_other_waiting() {
    days(async {
        let (clock, post) = (TestClock::new(), Scripted::usually(200));
        let outbox = outbox_with(clock.now(), "dead", &["m1"]).await;
        outbox.begin_round("round", clock.now().plus_seconds(60), 90, 60).await.unwrap();
        let ids = ["m2", "m3"].map(|id| alerting::NewMessage { id: id.into(), channel: "ops".into(), subject: id.into(), body: String::new() });
        outbox.end_round("round", clock.now(), &alerting::Written { round: 1, messages: ids.into(), ..Default::default() }).await.unwrap();
        let hanging: Arc<dyn Post> = Arc::new(HangsAt { dead: "dead", post: post.clone() });
        let running = alerting(parts(outbox, hanging, clock, vec![webhook("dead", "dead"), webhook("ops", "ops")]), None).start();

        sleep(Duration::from_millis(200)).await;

        assert_eq!(post.taken(), ["m2", "m3"]);
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

struct HangsAt {
    dead: &'static str,
    post: Arc<Scripted>,
}

#[async_trait::async_trait]
impl Post for HangsAt {
    async fn post(&self, request: alerting::Outgoing<'_>) -> Result<alerting::Answer, alerting::Unsent> {
        if request.url == self.dead { std::future::pending().await } else { self.post.post(request).await }
    }
}

#[tokio::test]
async fn several_processes_send_each_message_once_and_in_its_order() {
    story(async {
        let (clock, post) = (TestClock::new(), Scripted::usually(200));
        let ids: Vec<String> = (0..50).map(|number| format!("m{number:02}")).collect();
        let outbox = outbox_with(clock.now(), "ops", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let process = |name: &str| {
            let mut parts = parts(outbox.clone(), post.clone(), clock.clone(), vec![webhook("ops", "x")]);
            parts.holder = name.into();
            alerting(parts, None).start()
        };
        let running = ["a", "b", "c"].map(process);

        while post.taken().len() < 50 {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(Duration::from_millis(50)).await;

        assert_eq!(post.taken(), ids.iter().map(|id| format!("Subject of {id}")).collect::<Vec<_>>());
        for process in running {
            process.stop(Duration::from_secs(1)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_process_that_is_killed_before_it_notes_sends_once_more_and_loses_nothing() {
    story(async {
        let (receiver, outbox, clock, sender) = sending(vec![Reply::Silence, OK], LONG).await;
        let channel = webhook("ops", &receiver.url());
        let killed = tokio::spawn({
            let channel = channel.clone();
            async move { sender.send_next(&channel).await }
        });
        while receiver.heard().is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
        killed.abort();
        let mut other = parts(outbox.clone(), Arc::new(Bare), clock.clone(), vec![channel.clone()]);
        other.holder = "another".into();
        let other = alerting(other, None).sender;

        assert_eq!(other.send_next(&channel).await.unwrap(), Sent::Nothing, "it may still live");
        clock.set(91);
        assert_eq!(other.send_next(&channel).await.unwrap(), Sent::Delivered);
        clock.set(91);
        assert_eq!(other.send_next(&channel).await.unwrap(), Sent::Nothing);

        assert_eq!(receiver.heard().iter().filter(|heard| heard.contains("webhook-id: m1\r\n")).count(), 2, "under the same id");
    })
    .await;
}

#[tokio::test]
async fn the_test_button_says_what_the_channel_says() {
    story(async {
        let (receiver, outbox, clock, sender) =
            sending(vec![OK, Reply::Says("HTTP/1.1 404 No\r\n\r\nno_service"), Reply::Silence], Duration::from_secs(1)).await;

        assert_eq!(sender.send_test("ops").await, Ok(()));
        assert!(
            receiver.heard()[0].contains("Test of the alert channel ops") && receiver.heard()[0].contains("https://vitrine.example.com/speed/alerts")
        );
        assert_eq!(sender.send_test("ops").await.unwrap_err().to_string(), "It answered 404: no_service");
        assert_eq!(sender.send_test("ops").await.unwrap_err().to_string(), "It did not answer within 1 seconds.");
        assert!(sender.send_test("mail").await.unwrap_err().to_string().contains("no channel \"mail\""));
        assert_eq!(outbox.messages(9).await.unwrap().len(), 1, "past the outbox");

        let page = alerting::Channel { name: "page".into(), way: alerting::Way::Page, least: alerts::Severity::Note };
        let sender = alerting(parts(outbox, Arc::new(Bare), clock, vec![page]), None).sender;
        assert!(sender.send_test("page").await.unwrap_err().to_string().contains("on the page of alerts"));
    })
    .await;
}
