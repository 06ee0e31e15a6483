//! Webhooks, by their forms, and what arrives at the other end.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use super::pages::first_handle;
use crate::support::{Client, Engine, Program, Reply, hex, on_both_engines};

const WEBHOOKS: &str = "/settings/webhooks";

on_both_engines!(
    a_webhook_is_made_and_told_and_its_secret_is_shown_once,
    what_cannot_be_made_is_said_beside_its_field,
    a_webhook_is_tried_paused_changed_and_removed,
    what_was_sent_is_in_the_log_and_is_sent_again,
    nothing_is_lost_when_the_program_is_killed,
);

async fn a_webhook_is_made_and_told_and_its_secret_is_shown_once(engine: Engine) {
    let (program, receiver) = (serving(engine).await, Receiver::listen());
    let owner = program.signed_in("owner@demo.test").await;

    let made = make(&owner, &receiver.url).await;

    let secret = secret_in(&made).unwrap_or_else(|| panic!("{} {}", made.status, made.text));
    assert_eq!((made.status, made.header("cache-control"), made.location()), (200, "no-store", ""), "{}", made.text);
    assert!(made.text.matches(secret).count() == 1 && made.text.contains("It is not shown again."), "{}", made.text);
    let page = owner.get(WEBHOOKS).await;
    assert!(page.text.contains(&receiver.url) && page.text.contains("Active"), "{}", page.text);
    assert_eq!(secret_in(&page), None);
    let kept = program.sql(&format!("SELECT url, {} FROM webhooks", program.id_column("sealed_secret")));
    let plain = hex(secret.as_bytes());
    assert!(kept.contains(&receiver.url) && !kept.contains(&plain) && !program.log().contains(secret), "{kept}");

    let handle = first_handle(&owner.get("/products").await.text);
    owner.post(&format!("/products/{handle}"), &[("title", "Told of"), ("base:title", "1000")]).await;
    let heard = receiver.until(1).await;
    assert!(heard[0].contains("\"event\":\"product.updated\"") && heard[0].contains(&format!("\"handle\":\"{handle}\"")), "{heard:?}");
    assert!(heard[0].contains("webhook-signature: v1,") && heard[0].contains("webhook-id: msg_"), "{heard:?}");
}

async fn what_cannot_be_made_is_said_beside_its_field(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = program.signed_in("owner@demo.test").await;

    for (url, events, says) in [
        ("", "product.created", "Write the address"),
        ("https://<b>", "product.created", "not an address"),
        ("http://example.com/", "product.created", "VITRINE_ALLOW_WEBHOOK_HOSTS=example.com"),
        ("https://127.0.0.1/", "product.created", "private address"),
        ("https://example.com/<b>", "everything", "Tick at least one"),
    ] {
        let refused = owner.post(WEBHOOKS, &[("url", url), ("events", events)]).await;

        assert!(refused.status == 422 && refused.text.contains(says), "{url} {events}: {} {}", refused.status, refused.text);
        assert!(!refused.text.contains("<b>\"") && secret_in(&refused).is_none(), "{}", refused.text);
    }
    for form in [[("do", "remove"), ("id", "nonsense")], [("do", "test"), ("id", "0195a000-0000-7000-8000-000000000000")]] {
        assert_eq!(owner.post(WEBHOOKS, &form).await.status, 404, "{form:?}");
    }
    assert_eq!(program.sql("SELECT count(*) FROM webhooks"), "0");
    let editor = program.signed_in("editor@test.test").await;
    assert_eq!(editor.post(WEBHOOKS, &[("url", "https://example.com/"), ("events", "product.created")]).await.status, 403);
    assert!(editor.get(WEBHOOKS).await.text.contains("Owners of the store see and change which programs"));
}

async fn a_webhook_is_tried_paused_changed_and_removed(engine: Engine) {
    let (program, receiver) = (serving(engine).await, Receiver::listen());
    let owner = program.signed_in("owner@demo.test").await;
    let first = secret_in(&make(&owner, &receiver.url).await).unwrap().to_owned();
    let id = program.id("webhooks", "1 = 1");
    let act = async |what: &str| owner.post(WEBHOOKS, &[("do", what), ("id", &id)]).await;

    let tried = act("test").await;
    assert!(tried.status == 200 && tried.text.contains("It arrived") && tried.text.contains("answered 204"), "{}", tried.text);
    assert!(receiver.until(1).await[0].contains("webhook.test"));
    assert_eq!(act("pause").await.location(), "/settings/webhooks?done=saved");
    assert!(owner.get(WEBHOOKS).await.text.contains("Paused"));
    assert_eq!(act("resume").await.status, 303);
    let rotated = act("rotate").await;
    let second = secret_in(&rotated).unwrap_or_else(|| panic!("{}", rotated.text));
    assert!(second != first && rotated.header("cache-control") == "no-store" && rotated.text.contains("is good until"), "{}", rotated.text);

    let edit = owner.get(&format!("{WEBHOOKS}?edit={id}")).await;
    assert!(edit.text.contains(&receiver.url) && secret_in(&edit).is_none(), "{}", edit.text);
    let elsewhere = "https://example.com/elsewhere";
    let saved = owner.post(WEBHOOKS, &[("id", &id), ("url", elsewhere), ("events", "run.finished")]).await;
    assert_eq!((saved.status, saved.location()), (303, "/settings/webhooks?done=saved"), "{}", saved.text);
    assert!(owner.get(WEBHOOKS).await.text.contains(elsewhere));
    assert_eq!(act("remove").await.location(), "/settings/webhooks?done=removed");
    assert_eq!(program.sql("SELECT count(*) FROM webhooks"), "0");
}

async fn what_was_sent_is_in_the_log_and_is_sent_again(engine: Engine) {
    let (program, receiver) = (serving(engine).await, Receiver::listen());
    let owner = program.signed_in("owner@demo.test").await;
    make(&owner, &receiver.url).await;
    let id = program.id("webhooks", "1 = 1");
    let handle = first_handle(&owner.get("/products").await.text);
    owner.post(&format!("/products/{handle}"), &[("title", "Told of"), ("base:title", "1000")]).await;
    receiver.until(1).await;
    arrived(&program, "1").await;

    let log = owner.get(&format!("{WEBHOOKS}?log={id}")).await;
    assert!(log.status == 200 && log.text.contains("Arrived") && log.text.contains(&handle) && log.text.contains("Answered 204"), "{}", log.text);
    let delivery = program.id("webhook_deliveries", "1 = 1");
    let again = owner.post(WEBHOOKS, &[("do", "replay"), ("id", &id), ("delivery", &delivery)]).await;
    assert!(again.status == 200 && again.text.contains("It is sent again."), "{}", again.text);
    let heard = receiver.until(2).await;
    assert_eq!(message_id(&heard[0]), message_id(&heard[1]));
    let since = owner.post(WEBHOOKS, &[("do", "replay_since"), ("id", &id), ("since", "2020-01-01")]).await;
    assert!(since.status == 200 && since.text.contains("It is sent again."), "{}", since.text);
    receiver.until(10).await;
    let refused = owner.post(WEBHOOKS, &[("do", "replay_since"), ("id", &id), ("since", "<i>soon")]).await;
    assert!(refused.status == 422 && refused.text.contains("Write the number of a change") && !refused.text.contains("<i>"), "{}", refused.text);
    for address in ["?log=nonsense", "?log=0195a000-0000-7000-8000-000000000000", "?edit=nonsense"] {
        assert_eq!(owner.get(&format!("{WEBHOOKS}{address}")).await.status, 404, "{address}");
    }
}

async fn nothing_is_lost_when_the_program_is_killed(engine: Engine) {
    let mut program = serving(engine).await;
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let owner = program.signed_in("owner@demo.test").await;
    make(&owner, &format!("http://{gone}/hook")).await;
    let handle = first_handle(&owner.get("/products").await.text);
    owner.post(&format!("/products/{handle}"), &[("title", "Told of later"), ("base:title", "1000")]).await;
    program.kill();
    let receiver = Receiver::at(TcpListener::bind(gone).unwrap());

    program.serve_with(&[("VITRINE_ALLOW_WEBHOOK_HOSTS", "127.0.0.1")]).await;

    // A webhook that the killed program had is free after half a minute.
    assert!(receiver.until(1).await[0].contains(&handle));
}

/// Serving what [`Program::serving`] does, and allowing receivers on this machine.
pub(super) async fn serving(engine: Engine) -> Program {
    let mut program = Program::new(engine);
    program.fill();
    program.serve_with(&[("VITRINE_ALLOW_WEBHOOK_HOSTS", "127.0.0.1")]).await;
    program
}

/// What the database says has arrived, once it does.
async fn arrived(program: &Program, count: &str) {
    for _ in 0..400 {
        if program.sql("SELECT count(*) FROM webhook_deliveries WHERE state = 'delivered'") == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{}", program.sql("SELECT event, state, attempts, answer FROM webhook_deliveries"));
}

async fn make(who: &Client, url: &str) -> Reply {
    who.post(WEBHOOKS, &[("url", url), ("events", "product.created"), ("events", "product.updated")]).await
}

fn secret_in(reply: &Reply) -> Option<&str> {
    let at = reply.text.find("\"whsec_")? + 1;
    reply.text[at..].split('"').next()
}

fn message_id(heard: &str) -> &str {
    heard.lines().find_map(|line| line.strip_prefix("webhook-id: ")).expect("an id")
}

/// A program that takes whatever it is told.
pub(super) struct Receiver {
    pub(super) url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    pub(super) fn listen() -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn at(listener: TcpListener) -> Self {
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        // It ends with the test's process.
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let hearing = Arc::clone(&hearing);
                thread::spawn(move || {
                    while let Some(request) = request(&mut stream) {
                        hearing.lock().unwrap().push(request);
                        if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, heard }
    }

    /// Everything it was told, head and body, once it is so much.
    pub(super) async fn until(&self, count: usize) -> Vec<String> {
        for _ in 0..2_400 {
            let heard = self.heard.lock().unwrap().clone();
            if heard.len() >= count {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("only this was heard: {:?}", self.heard.lock().unwrap());
    }
}

/// The next request of a connection; none at its end.
fn request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut one = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut one).ok()?;
        bytes.push(one[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok()).unwrap_or_default();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}
