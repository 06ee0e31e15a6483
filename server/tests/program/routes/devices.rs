//! `/sync/v1`: what a device is answered, and how it tells an answer from something else.

use std::time::{Duration, Instant};

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{DeviceId, OpId, ProductId, Seq, UserId},
    sync::{
        body,
        end::End,
        intent::{Intent, Payload, Seen},
        wire::{
            CONTENT_TYPE, Cookie, Frames, MARKER, MOST_OPS, MOST_VIEW, PROTO, Pull, PullAnswer, PullReply, Push, PushAnswer, PushReply, REDUCER,
            Sealed, SentOp, Span, Told, View, ViewReply,
        },
    },
};
use reqwest::Method;
use uuid::Uuid;

use super::{pages::first_handle, performance::operator};
use crate::support::{Client, Engine, Program, Reply, on_both_engines};

on_both_engines!(
    what_a_device_saved_is_in_the_catalogue_and_comes_back,
    what_became_of_edits_is_seen_by_whoever_owns_every_store,
    p13_whoever_is_not_signed_in_as_whom_it_is_about_is_asked_to,
    p05_what_is_no_message_or_too_much_is_refused_with_its_status,
    p16_a_device_is_poked_when_something_of_its_store_has_changed,
    what_was_saved_in_a_store_is_not_for_another_that_one_looks_at_by_now,
    p14_a_device_is_told_which_rows_a_view_has_and_fetches_them,
);

struct Phone {
    client: Client,
    user: UserId,
    device: DeviceId,
}

fn id() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

impl Phone {
    async fn of(program: &Program, email: &str) -> Self {
        let user = program.id("users", &format!("email = '{email}'"));
        Self { client: program.signed_in(email).await, user: UserId(user.parse().unwrap()), device: DeviceId(id()) }
    }

    /// `call` with what stands behind it in the address.
    async fn ask(&self, call: &str, body: impl Into<Vec<u8>>) -> Reply {
        let headers = [("content-type", CONTENT_TYPE), ("sec-fetch-site", "same-origin")];
        self.client.send(Method::POST, &format!("/sync/v1/{call}"), &headers, body).await
    }

    fn pull(&self, cookie: Option<Cookie>) -> Pull {
        Pull { proto: PROTO, device: Some(self.device), user: Some(self.user), cookie, ..Pull::default() }
    }

    fn push(&self, ops: &[SentOp]) -> Push {
        Push { proto: PROTO, device: self.device, user: self.user, witness: None, ops: ops.iter().map(Sealed::of).collect() }
    }

    async fn pulls(&self, pull: &Pull) -> Frames {
        let reply = self.ask("pull", Sealed::of(pull).bytes()).await;
        assert_eq!((reply.status, reply.header(MARKER.0), reply.header("content-type")), (200, MARKER.1, CONTENT_TYPE), "{}", reply.text);
        match Sealed::from_bytes(reply.bytes.clone()).open::<PullReply>().unwrap().answer {
            PullAnswer::Frames(frames) => frames,
            other => panic!("{other:?}"),
        }
    }
}

fn edit(number: u64, product: ProductId, seen: Seq, was: &str, title: &str) -> SentOp {
    let intent = Intent::edit(Field::Title, Seen::At(seen), Value::text(was), Value::text(title));
    let payload = Payload { intent, at: Timestamp::from_micros(1), batch: None };
    SentOp { id: OpId(id()), number, lane: product, reducer: REDUCER, payload: payload.seal() }
}

async fn what_a_device_saved_is_in_the_catalogue_and_comes_back(engine: Engine) {
    let program = Program::serving(engine).await;
    let phone = Phone::of(&program, "owner@demo.test").await;
    let first = phone.pulls(&Pull { want: vec![Span { from: 0, count: 20 }], ..phone.pull(None) }).await;
    let (lamp, _) = body::product(&first.rows[3]).unwrap();
    let op = edit(1, lamp.id, lamp.versions.latest, &lamp.content.title, "Corrected in the warehouse");

    let reply = phone.ask("push", Sealed::of(&phone.push(std::slice::from_ref(&op))).bytes()).await;
    let page = phone.client.get(&format!("/products/{}", lamp.content.handle)).await;
    let second = phone.pulls(&phone.pull(Some(first.cookie))).await;

    assert_eq!((reply.status, reply.header(MARKER.0), reply.header("cache-control")), (200, MARKER.1, "no-store"), "{}", reply.text);
    let answer = Sealed::from_bytes(reply.bytes.clone()).open::<PushReply>().unwrap().answer;
    let PushAnswer::Results { head, results } = answer else { panic!("{answer:?}") };
    let Told::Ended(ended) = results[0].open::<Told>().unwrap() else { panic!("{results:?}") };
    assert_eq!((ended.op, &ended.end, ended.seq), (op.id, &End::Applied, head.seq));
    assert!(page.text.contains("Corrected in the warehouse"), "{}", page.text);
    assert_eq!((second.rows.len(), second.ended, second.cookie), (1, vec![ended], head));
    assert_eq!(body::product(&second.rows[0]).unwrap().0.content.title, "Corrected in the warehouse");
}

async fn what_became_of_edits_is_seen_by_whoever_owns_every_store(engine: Engine) {
    let mut program = Program::serving(engine).await;
    operator(&program).await;
    let phone = Phone::of(&program, "owner@demo.test").await;
    let first = phone.pulls(&Pull { want: vec![Span { from: 0, count: 20 }], ..phone.pull(None) }).await;
    let (lamp, _) = body::product(&first.rows[3]).unwrap();
    let of_lamp = |number: u64, title: &str| edit(number, lamp.id, lamp.versions.latest, &lamp.content.title, title);
    // The second has seen nothing of the first, and the third is of nothing.
    let ops = [of_lamp(1, "Corrected"), edit(2, ProductId(id()), Seq(1), "a", "b")];
    let others = [of_lamp(1, "Corrected otherwise")];
    let other = Phone { device: DeviceId(id()), ..Phone::of(&program, "owner@demo.test").await };

    for (phone, ops) in [(&phone, ops.as_slice()), (&other, others.as_slice())] {
        let reply = phone.ask("push", Sealed::of(&phone.push(ops)).bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    program.stop();
    program.serve().await;
    let page = program.signed_in("operator@test.test").await.get("/performance/sync?range=1h").await.text;

    let count = |words: &str| {
        let row = page.split(&format!("<th scope=\"row\">{words}")).nth(1).unwrap_or_else(|| panic!("{words}: {page}"));
        row.split_once("<td class=\"num\">").unwrap().1.split('<').next().unwrap().to_owned()
    };
    assert_eq!(["Written", "Was so already", "Somebody has to choose", "Refused"].map(count), ["1", "0", "1", "1"]);
    assert_eq!(["Edits are sent", "Changes are fetched"].map(count), ["2", "1"]);
    assert!(page.contains("Edits and conflicts over time") && page.contains("No browser has told of an edit"), "{page}");
}

async fn p13_whoever_is_not_signed_in_as_whom_it_is_about_is_asked_to(engine: Engine) {
    let program = Program::serving(engine).await;
    program.add_user("ben@shop.test", "demo", "editor");
    let phone = Phone::of(&program, "owner@demo.test").await;
    let somebody_else = Phone { user: phone.user, ..Phone::of(&program, "ben@shop.test").await };
    let nobody = Phone { client: program.client(), ..Phone::of(&program, "owner@demo.test").await };
    let (pull, push) = (Sealed::of(&phone.pull(None)), Sealed::of(&phone.push(&[])));
    let view = Sealed::of(&View { proto: PROTO, user: Some(phone.user), ..View::default() });

    for asker in [&somebody_else, &nobody] {
        for (call, body) in [("pull", &pull), ("push", &push), ("rows", &view)] {
            let reply = asker.ask(call, body.bytes()).await;
            assert_eq!((reply.status, reply.header(MARKER.0)), (401, MARKER.1), "{call}");
        }
    }
    let headers = [("content-type", CONTENT_TYPE), ("sec-fetch-site", "cross-site")];
    let from_elsewhere = phone.client.send(Method::POST, "/sync/v1/push", &headers, push.bytes()).await;
    assert_eq!(from_elsewhere.status, 403);
}

async fn p05_what_is_no_message_or_too_much_is_refused_with_its_status(engine: Engine) {
    let program = Program::serving(engine).await;
    let phone = Phone::of(&program, "owner@demo.test").await;
    let op = edit(1, ProductId(id()), Seq(1), "a", "b");
    let many = vec![op.clone(); MOST_OPS + 1];
    let everything = vec![op.clone(); 10_000];
    let sealed = |push: &Push| Sealed::of(push).bytes().to_vec();
    let large = SentOp { payload: Sealed::from_bytes(vec![7; 300 * 1_024]), ..op };

    for (call, body, status) in [
        ("push", b"<!doctype html>".to_vec(), 400),
        ("pull", Vec::new(), 400),
        ("push", vec![0xff; 40], 400),
        ("push", sealed(&phone.push(&many)), 413),
        ("push", sealed(&phone.push(&everything)), 413),
        ("push", sealed(&phone.push(&[large])), 413),
        ("push", sealed(&Push { proto: 0, ..phone.push(&[]) }), 426),
        ("pull", Sealed::of(&Pull { proto: 0, ..phone.pull(None) }).bytes().to_vec(), 426),
        ("pull", Sealed::of(&Pull { want: vec![Span { from: 0, count: u32::MAX }], ..phone.pull(None) }).bytes().to_vec(), 400),
        ("rows", vec![0xff; 40], 400),
        ("rows", Sealed::of(&View { proto: 0, user: Some(phone.user), ..View::default() }).bytes().to_vec(), 426),
        ("rows", Sealed::of(&View { proto: PROTO, user: Some(phone.user), view: "q=".repeat(MOST_VIEW), ..View::default() }).bytes().to_vec(), 400),
    ] {
        let reply = phone.ask(call, body).await;
        assert_eq!(reply.status, status, "{call}: {}", reply.text);
        assert!(reply.header(MARKER.0) == MARKER.1, "{call} {status}");
    }
    // Of a later build, with ops that this server knows: it is served.
    let later = sealed(&Push { proto: PROTO + 5, ..phone.push(&[]) });
    assert_eq!(phone.ask("push", later).await.status, 200);
}

async fn p16_a_device_is_poked_when_something_of_its_store_has_changed(engine: Engine) {
    let program = Program::serving(engine).await;
    let phone = Phone::of(&program, "owner@demo.test").await;
    let mut pokes = phone.client.listen("/sync/v1/poke").await;
    assert_eq!((pokes.status().as_u16(), pokes.headers()["content-type"].as_bytes()), (200, b"text/event-stream".as_slice()));
    let handle = first_handle(&phone.client.get("/products").await.text);

    let saved = phone.client.post(&format!("/products/{handle}"), &[("title", "Poked"), ("base:title", "1000000")]).await;
    let began = Instant::now();
    let poke = tokio::time::timeout(Duration::from_secs(20), pokes.chunk()).await.unwrap().unwrap().unwrap();
    let took = began.elapsed();
    let head = phone.pulls(&phone.pull(None)).await.cookie;

    assert_eq!((saved.status, String::from_utf8_lossy(&poke).as_ref()), (303, format!("data: {}\n\n", head.seq.0).as_str()));
    assert!(took < Duration::from_millis(500), "{took:?}");
}

async fn what_was_saved_in_a_store_is_not_for_another_that_one_looks_at_by_now(engine: Engine) {
    let program = Program::serving(engine).await;
    let phone = Phone::of(&program, "owner@second.test").await;
    let second = program.id("stores", "slug = 'second'");
    let demo = program.id("stores", "slug = 'demo'");
    let op = SentOp {
        payload: Payload { intent: create("oak-lamp", "Oak lamp"), at: Timestamp::from_micros(1), batch: None }.seal(),
        ..edit(1, ProductId(id()), Seq(0), "", "")
    };
    let push = Sealed::of(&phone.push(&[op])).bytes().to_vec();

    let into_another = phone.ask(&format!("push?store={demo}"), push.clone()).await;
    program.add_user("owner@second.test", "demo", "viewer");
    let switched = phone.client.post("/switch-store", &[("store", &demo)]).await;
    let into_its_own = phone.ask(&format!("push?store={second}"), push).await;
    let count = |store: &str| {
        program
            .sql(&format!("SELECT count(*) FROM products WHERE handle = 'oak-lamp' AND store_num = (SELECT num FROM stores WHERE slug = '{store}')"))
    };

    assert_eq!((into_another.status, into_another.header(MARKER.0), switched.status, into_its_own.status), (403, MARKER.1, 303, 200));
    assert_eq!((count("demo"), count("second")), ("0".to_owned(), "1".to_owned()));
    // In the other they may only look.
    let seen = phone.ask(&format!("pull?store={demo}"), Sealed::of(&phone.pull(None)).bytes()).await;
    assert_eq!(seen.status, 200);
}

fn create(handle: &str, title: &str) -> Intent {
    Intent::Create { handle: handle.parse().unwrap(), fields: vec![(Field::Title, Value::text(title))] }
}

async fn p14_a_device_is_told_which_rows_a_view_has_and_fetches_them(engine: Engine) {
    let program = Program::serving(engine).await;
    let phone = Phone::of(&program, "owner@demo.test").await;
    let view = View { proto: PROTO, user: Some(phone.user), view: "status=draft".into(), below: None };
    let drafts: usize = program
        .sql("SELECT count(*) FROM products WHERE status = 'draft' AND store_num = (SELECT num FROM stores WHERE slug = 'demo')")
        .parse()
        .unwrap();

    let reply = phone.ask("rows", Sealed::of(&view).bytes()).await;
    let told = Sealed::from_bytes(reply.bytes.clone()).open::<ViewReply>().unwrap().rows;
    let fetched = phone.pulls(&Pull { want: told.spans.clone(), ..phone.pull(None) }).await;

    assert_eq!(
        (reply.status, reply.header(MARKER.0), reply.header("content-type"), reply.header("cache-control")),
        (200, MARKER.1, CONTENT_TYPE, "no-store")
    );
    assert!(drafts > 0);
    assert_eq!((told.of as usize, Span::total(&told.spans), fetched.rows.len(), told.more), (drafts, drafts, drafts, false));
    assert!(fetched.rows.iter().all(|row| body::product(row).unwrap().0.content.status == domain::product::Status::Draft));
}
