//! Webhooks: whatever the receiver does and whenever the program dies, every change is told, and those of a product in their order.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use domain::{
    ids::{JobId, ProductId, WebhookId},
    op::{Action, Op},
    role::Role,
};
use jobs::{Couriers, Post, WebhooksService};
use ports::{
    Access,
    error::AppError,
    product::Source,
    review::{Decision, QueueFilter, Reviews, Verdict},
    webhooks::{DeliveryState, Event, Events, NewWebhook, Since, WebhookChange, WebhookState, Webhooks},
};
use store::{Author, JobMark};

use crate::support::{
    KEEP, World, csv, on_both,
    receiver::{Heard, Receiver, Reply},
    runs::spec,
    webhooks::{PATIENCE, products},
};

const LEASE: Duration = Duration::from_secs(31);

on_both! {
    async fn a_change_arrives_at_once_signed_and_whole(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        let before = world.make("before").await;
        let (id, secret) = world.webhook(&receiver, Events::all()).await;
        let couriers = world.couriers();
        tokio::time::sleep(Duration::from_millis(100)).await;

        let began = Instant::now();
        let lamp = world.make("oak-lamp").await;
        let heard = receiver.until_taken(1).await;

        assert!(heard[0].at.duration_since(began) < Duration::from_secs(2), "{:?}", heard[0].at.duration_since(began));
        let made = &heard[0];
        assert_eq!((made.event(), made.product(), made.handle(), made.seq()), ("product.created", lamp.to_string().as_str(), "oak-lamp", 2));
        assert_eq!((made.signed_with(&secret), made.headers["webhook-signature"].split(' ').count()), (1, 1));
        assert_eq!((made.headers["content-type"].as_str(), made.body["id"].as_str()), ("application/json", Some(made.id())));
        assert_eq!((made.body["store"]["slug"].as_str(), made.body["product"]["version"].as_i64()), (Some("lamps"), Some(2)));
        world.retitle(&[lamp, before], "Another").await;
        world.write(vec![op(lamp, Action::Delete), op(lamp, Action::Restore)]).await;
        let heard = receiver.until_taken(5).await;
        let events: Vec<&str> = heard.iter().filter(|heard| heard.product() == lamp.to_string()).map(Heard::event).collect();
        assert_eq!(events, ["product.created", "product.updated", "product.deleted", "product.restored"]);
        let updated = heard.iter().find(|heard| heard.event() == "product.updated").unwrap();
        assert_eq!(updated.body["product"]["changed"], serde_json::json!(["title"]));
        let log = world.until_log(id, |log| log.iter().all(|line| line.state == DeliveryState::Delivered)).await;
        assert_eq!(log.len(), 5);
        assert!(log.iter().all(|line| line.attempts == 1 && line.status == Some(204) && line.answer.is_empty()), "{log:?}");
        couriers.stop().await;
    }

    async fn of_one_product_one_is_in_the_air_and_others_go_on(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|heard, _| if heard.handle() == "slow" { Reply::After(Duration::from_millis(300), 200) } else { Reply::Status(200) }).await;
        world.webhook(&receiver, products()).await;
        let slow = world.make("slow").await;
        for number in 0..4 {
            world.retitle(&[slow], &format!("Slow {number}")).await;
        }
        let handles: Vec<String> = (0..40).map(|number| format!("fast-{number}")).collect();
        let fast = world.make_many(&handles).await;
        world.retitle(&fast, "Fast").await;

        let couriers = world.couriers();
        let heard = receiver.until_taken(85).await;

        assert_eq!(receiver.most_of_one(), 1);
        in_order(&heard);
        let last_fast = heard.iter().rposition(|heard| heard.product() != slow.to_string()).unwrap();
        let slow_before = heard[..last_fast].iter().filter(|heard| heard.product() == slow.to_string()).count();
        assert!(slow_before < 5, "nobody waits for a slow product");
        couriers.stop().await;
    }

    async fn a_receiver_that_is_slow_disturbs_no_other(engine: Engine) {
        let world = World::new(engine).await;
        let (silent, usual) = (Receiver::new(|_, _| Reply::Silence).await, Receiver::usual().await);
        world.webhook(&silent, products()).await;
        world.webhook(&usual, products()).await;
        let couriers = Couriers::start(world.store.clone(), std::sync::Arc::new(Post::open(world.desk.clone(), "*").waiting(Duration::from_mins(1))));
        let handles: Vec<String> = (0..50).map(|number| format!("p-{number}")).collect();
        world.make_many(&handles).await;
        silent.until(|heard| heard.len() >= 8).await;

        let began = Instant::now();
        world.make("one-more").await;
        usual.until_taken(51).await;

        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        couriers.abort().await;
    }

    async fn what_does_not_arrive_is_tried_again_and_its_product_waits(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|heard, number| if heard.handle() == "lamp" && number < 4 { Reply::Status(500) } else { Reply::Status(200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let lamp = world.make("lamp").await;
        world.retitle(&[lamp], "Oak lamp").await;
        world.make("bowl").await;
        let couriers = world.couriers();

        receiver.until_taken(1).await;
        let log = world.until_log(id, |log| log.iter().any(|line| line.attempts == 1 && line.state == DeliveryState::Waiting)).await;
        let failed = log.iter().find(|line| line.attempts == 1 && line.state == DeliveryState::Waiting).unwrap();
        assert_eq!((failed.subject.as_str(), failed.status, failed.answer.as_str()), ("lamp", Some(500), "<b>So it is"));
        for attempts in 2..=4 {
            world.clock.pass(Duration::from_hours(1));
            world.until_log(id, |log| log.iter().any(|line| line.attempts >= attempts || line.state == DeliveryState::Delivered && line.subject == "lamp")).await;
        }
        world.clock.pass(Duration::from_hours(1));
        let heard = receiver.until_taken(3).await;

        in_order(&heard);
        let of_lamp: Vec<&Heard> = heard.iter().filter(|heard| heard.handle() == "lamp").collect();
        assert!(of_lamp.len() >= 4 && of_lamp[..of_lamp.len() - 1].iter().all(|heard| heard.seq() == 1), "{of_lamp:?}");
        let ids: BTreeSet<&str> = of_lamp.iter().filter(|heard| heard.seq() == 1).map(|heard| heard.id()).collect();
        assert_eq!(ids.len(), 1, "however often it is sent, it is the same event");
        world.until_log(id, |log| log.iter().all(|line| line.state == DeliveryState::Delivered)).await;
        assert_eq!(world.hook(id).await.failing_since, None);
        couriers.stop().await;
    }

    async fn what_is_never_taken_is_given_up_after_a_day_and_can_be_sent_again(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|heard, number| if heard.seq() == 1 && number < 11 { Reply::Status(400) } else { Reply::Status(200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let lamp = world.make("lamp").await;
        let couriers = world.couriers();

        let mut hours = 0;
        let given_up = loop {
            let log = world.deliveries(id).await;
            if let Some(line) = log.into_iter().find(|line| line.state == DeliveryState::Failed) {
                break line;
            }
            world.clock.pass(Duration::from_hours(10));
            hours += 10;
            assert!(hours < 1_000);
            tokio::time::sleep(Duration::from_millis(400)).await;
            if world.hook(id).await.state == WebhookState::Failed {
                // Three days went by under this clock.
                world.pause(id, false).await;
            }
        };
        assert_eq!((given_up.attempts, given_up.status), (11, Some(400)));
        world.pause(id, false).await;
        world.retitle(&[lamp], "Oak lamp").await;
        receiver.until_taken(1).await;

        world.webhooks().replay(&world.owner, id, given_up.id).await.unwrap();
        let heard = receiver.until_taken(2).await;

        assert_eq!((heard.last().unwrap().seq(), heard.last().unwrap().id()), (1, heard[0].id()));
        couriers.stop().await;
    }

    async fn a_receiver_says_when_to_come_back(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|_, number| if number == 0 { Reply::With(429, "retry-after: 600\r\n".into()) } else { Reply::Status(200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        world.make("lamp").await;
        world.until_log(id, |log| log.iter().any(|line| line.attempts == 1)).await;
        world.make("bowl").await;

        world.clock.pass(Duration::from_secs(500));
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(receiver.heard().len(), 1, "nothing is sent before, of no product");
        world.clock.pass(Duration::from_secs(110));

        receiver.until_taken(2).await;
        couriers.stop().await;
    }

    async fn a_receiver_that_is_gone_is_sent_nothing_more_until_it_is_let_go_on(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|_, number| if number == 0 { Reply::Status(410) } else { Reply::Status(200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        world.make("lamp").await;
        let log = world.until_log(id, |log| log.iter().any(|line| line.state == DeliveryState::Failed)).await;
        let hook = world.hook(id).await;
        assert_eq!((hook.state, log.len()), (WebhookState::Failed, 1));
        assert!(hook.reason.contains("410"), "{}", hook.reason);
        world.make("bowl").await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(receiver.heard().len(), 1);

        world.pause(id, false).await;
        let heard = receiver.until_taken(1).await;

        assert_eq!(heard[1].handle(), "bowl", "what happened meanwhile is told");
        couriers.stop().await;
    }

    async fn after_three_days_without_an_answer_a_webhook_stops_and_nothing_is_lost(engine: Engine) {
        let world = World::new(engine).await;
        let back = std::sync::Arc::new(std::sync::atomic::AtomicBool::default());
        let is_back = back.clone();
        let receiver = Receiver::new(move |_, _| if is_back.load(std::sync::atomic::Ordering::SeqCst) { Reply::Status(200) } else { Reply::Broken }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        world.make("lamp").await;
        world.until_log(id, |log| log.iter().any(|line| line.attempts == 1)).await;

        world.clock.pass(Duration::from_hours(73));
        world.make("bowl").await;
        let patience = Instant::now() + Duration::from_secs(20);
        while world.hook(id).await.state == WebhookState::Active {
            assert!(Instant::now() < patience);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(world.hook(id).await.reason.contains("three days"));
        world.make("vase").await;
        back.store(true, std::sync::atomic::Ordering::SeqCst);
        world.clock.pass(Duration::from_hours(1));
        world.pause(id, false).await;

        let heard = receiver.until_taken(3).await;
        let taken: BTreeSet<&str> = heard.iter().filter(|heard| heard.taken).map(Heard::handle).collect();
        assert_eq!(taken, ["bowl", "lamp", "vase"].into());
        couriers.stop().await;
    }

    async fn odd_answers_are_answers(engine: Engine) {
        let world = World::new(engine).await;
        let elsewhere = Receiver::usual().await;
        let to = format!("location: {}\r\n", elsewhere.url);
        let receiver = Receiver::new(move |heard, _| match heard.handle() {
            "redirects" => Reply::With(308, to.clone()),
            "endless" => Reply::Endless,
            "silent" => Reply::Silence,
            _ => Reply::Broken,
        })
        .await;
        let (id, _) = world.webhook(&receiver, products()).await;
        world.make_many(&["redirects", "endless", "silent", "broken"]).await;
        let couriers = world.couriers();

        let log = world.until_log(id, |log| log.len() == 4 && log.iter().all(|line| line.attempts == 1)).await;

        let of = |subject: &str| log.iter().find(|line| line.subject == subject).unwrap();
        assert_eq!((of("redirects").status, of("redirects").state), (Some(308), DeliveryState::Waiting));
        assert!(of("redirects").answer.starts_with("It redirects, which is not followed."), "{:?}", of("redirects"));
        assert_eq!((of("endless").status, of("endless").state, of("endless").answer.len()), (Some(200), DeliveryState::Delivered, 1_000));
        assert!(of("silent").status.is_none() && of("silent").answer.contains("did not answer within 1 seconds"), "{:?}", of("silent"));
        assert!(of("silent").milliseconds.is_some_and(|milliseconds| u128::from(milliseconds) >= PATIENCE.as_millis()));
        assert!(of("broken").status.is_none() && of("broken").answer.starts_with("The connection broke"), "{:?}", of("broken"));
        assert_eq!(elsewhere.heard().len(), 0, "no redirect is followed");
        couriers.abort().await;
    }

    async fn killed_again_and_again_nothing_is_lost_and_the_order_is_kept(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|_, number| match number % 7 {
            0 => Reply::After(Duration::from_millis(20), 200),
            3 => Reply::Status(500),
            _ => Reply::Status(200),
        })
        .await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let handles: Vec<String> = (0..120).map(|number| format!("p-{number}")).collect();
        let made = world.make_many(&handles).await;
        world.retitle(&made, "First").await;
        let mut deaths = 0;

        while world.hook(id).await.behind > 0 || world.hook(id).await.waiting > 0 {
            let couriers = world.couriers();
            let before = receiver.heard().len();
            if deaths == 2 {
                world.retitle(&made, "Second").await;
            }
            let patience = Instant::now() + Duration::from_secs(3);
            while receiver.heard().len() < before + 40 && Instant::now() < patience {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            couriers.abort().await;
            world.clock.pass(LEASE);
            deaths += 1;
            assert!(deaths < 200);
        }

        assert!(deaths > 3, "{deaths}");
        let heard = receiver.heard();
        in_order(&heard);
        assert_eq!(told(&heard).len(), 360);
    }

    async fn several_processes_send_everything_once(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|_, _| Reply::After(Duration::from_millis(3), 200)).await;
        let other = Receiver::usual().await;
        world.webhook(&receiver, products()).await;
        world.webhook(&other, products()).await;
        let many = [world.couriers(), world.couriers(), world.couriers()];
        let handles: Vec<String> = (0..150).map(|number| format!("p-{number}")).collect();
        let made = world.make_many(&handles).await;
        for number in 0..3 {
            world.retitle(&made[..20], &format!("Title {number}")).await;
        }

        for receiver in [&receiver, &other] {
            let heard = receiver.until_taken(210).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!((heard.len(), receiver.heard().len(), told(&heard).len(), receiver.most_of_one()), (210, 210, 210, 1));
            in_order(&heard);
        }
        for couriers in many {
            couriers.stop().await;
        }
    }

    async fn what_was_taken_back_is_not_told(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        let author = Author { user: None, source: Source::Import, job: None, remember: false };
        let lost = JobMark { job: "0195a000-0000-7000-8000-000000000000".parse::<JobId>().unwrap(), leased_by: "nobody", progress: "{}", items: &[] };
        let create = op(ProductId("0195a000-0000-7000-8000-000000000001".parse().unwrap()), create("never"));

        assert!(world.store.write(&world.at, &author, vec![create], Some(lost)).await.is_err());
        world.make("lamp").await;

        let heard = receiver.until_taken(1).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!((heard[0].handle(), receiver.heard().len()), ("lamp", 1));
        couriers.stop().await;
    }

    async fn a_big_import_is_told_in_few_requests_and_little_of_it_is_on_its_way_at_once(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|_, _| Reply::After(Duration::from_millis(20), 204)).await;
        let (id, _) = world.webhook(&receiver, Events::all()).await;
        world.import(csv::many(3_000, 0), KEEP).await;
        assert_eq!((world.hook(id).await.behind, world.hook(id).await.waiting), (3_000, 0));

        let couriers = world.couriers();
        let (mut most, patience) = (0, Instant::now() + Duration::from_mins(1));
        while receiver.heard().iter().map(|heard| heard.events().len()).sum::<usize>() < 3_001 {
            assert!(Instant::now() < patience, "{} requests", receiver.heard().len());
            most = most.max(world.hook(id).await.waiting);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }

        assert!((1..=100).contains(&most), "{most}");
        let heard = receiver.heard();
        assert!((30..=60).contains(&heard.len()), "{} requests", heard.len());
        assert_eq!(told(&heard).len(), 3_000);
        let many = heard.iter().find(|heard| heard.event() == "product.batch").unwrap();
        assert_eq!((many.events().len(), many.body["store"]["slug"].as_str(), many.body["id"].as_str()), (100, Some("lamps"), Some(many.id())));
        assert!(many.events().iter().all(|event| event["event"] == "product.created" && event["product"]["handle"].is_string()));
        let import = heard.iter().find(|heard| heard.event() == "import.finished").unwrap();
        assert_eq!((import.body["import"]["file"].as_str(), import.body["import"]["created"].as_i64()), (Some("lamps.csv"), Some(3_000)));
        assert_eq!(import.body["import"]["state"], "done");
        couriers.stop().await;
    }

    async fn many_changes_come_together_and_each_product_keeps_its_order(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|_, number| if number % 5 == 2 { Reply::Status(500) } else { Reply::After(Duration::from_millis(20), 200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let handles: Vec<String> = (0..600).map(|number| format!("p-{number}")).collect();
        let made = world.make_many(&handles).await;
        world.retitle(&made, "First").await;

        let couriers = world.couriers();
        let patience = Instant::now() + Duration::from_mins(1);
        while world.hook(id).await.behind > 0 {
            assert!(Instant::now() < patience);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.retitle(&made[..20], "Second").await;
        while world.hook(id).await.behind > 0 || world.hook(id).await.waiting > 0 {
            assert!(Instant::now() < patience, "{:?}", world.hook(id).await);
            world.clock.pass(Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }

        let heard = receiver.heard();
        in_order(&heard);
        assert_eq!(told(&heard).len(), 1_220);
        assert!(heard.len() < 100, "{} requests", heard.len());
        assert!(heard.iter().any(|heard| heard.event() == "product.updated"), "few come alone");
        couriers.stop().await;
    }

    async fn what_is_asked_for_again_waits_for_what_is_in_the_air_of_its_product(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|heard, _| if heard.seq() == 2 { Reply::After(Duration::from_millis(600), 200) } else { Reply::Status(200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        let lamp = world.make("lamp").await;
        let log = world.until_log(id, |log| log.iter().any(|line| line.state == DeliveryState::Delivered)).await;
        world.retitle(&[lamp], "Oak lamp").await;
        receiver.until(|heard| heard.len() == 2).await;

        world.webhooks().replay(&world.owner, id, log[0].id).await.unwrap();
        let heard = receiver.until_taken(3).await;

        assert_eq!(heard.iter().map(Heard::seq).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(receiver.most_of_one(), 1);
        couriers.stop().await;
    }

    async fn told_to_begin_again_it_breaks_off_what_is_in_the_air(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::new(|heard, number| if heard.seq() == 3 && number == 2 { Reply::After(Duration::from_millis(800), 200) } else { Reply::Status(200) }).await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        let lamp = world.make("lamp").await;
        world.retitle(&[lamp], "Oak lamp").await;
        world.retitle(&[lamp], "Pine lamp").await;
        receiver.until(|heard| heard.len() == 3).await;

        world.webhooks().replay_since(&world.owner, id, Since::Change(domain::ids::Seq(0))).await.unwrap();
        let heard = receiver.until(|heard| heard.len() == 6).await;

        assert_eq!(heard.iter().map(Heard::seq).collect::<Vec<_>>(), [1, 2, 3, 1, 2, 3], "the last that it hears is the latest");
        couriers.stop().await;
    }

    async fn runs_and_decisions_are_told(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        world.demo(3).await;
        let (id, _) = world.webhook(&receiver, [Event::RunFinished, Event::ReviewDecided].into_iter().collect()).await;
        let couriers = world.couriers();

        let run = world.run(spec()).await;
        let heard = receiver.until_taken(1).await;
        assert_eq!((heard[0].event(), heard[0].body["run"]["id"].as_str()), ("run.finished", Some(run.run.id.to_string().as_str())));
        assert_eq!(heard[0].body["run"]["total"], 3);

        let queue = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap();
        let card = &queue.cards[0];
        let reject = Decision { op_id: crate::support::runs::op(9_000_000), review: card.review, verdict: Verdict::Reject { reason: "No.".into() } };
        world.store.decide(&world.owner, reject).await.unwrap();
        let heard = receiver.until_taken(2).await;
        assert_eq!((heard[1].event(), heard[1].body["review"]["decision"].as_str()), ("review.decided", Some("rejected")));
        assert_eq!(heard[1].body["review"]["id"].as_str(), Some(card.review.to_string().as_str()));
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(world.deliveries(id).await.len(), 2, "nothing else was asked for");
        couriers.stop().await;
    }

    async fn everything_is_told_again_in_its_order_under_the_same_ids(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        let lamp = world.make("lamp").await;
        for number in 0..4 {
            world.retitle(&[lamp], &format!("Lamp {number}")).await;
        }
        let first = receiver.until_taken(5).await;
        world.until_log(id, |log| log.len() == 5 && log.iter().all(|line| line.state == DeliveryState::Delivered)).await;

        world.webhooks().replay_since(&world.owner, id, Since::Change(domain::ids::Seq(2))).await.unwrap();
        let heard = receiver.until_taken(8).await;

        let sent = |heard: &[Heard]| heard.iter().map(|heard| (heard.seq(), heard.id().to_owned(), heard.raw.clone())).collect::<Vec<_>>();
        assert_eq!(sent(&heard[5..]), sent(&first[2..]));
        assert_eq!(world.deliveries(id).await.len(), 5);
        couriers.stop().await;
    }

    async fn a_test_is_sent_also_to_one_that_is_paused_and_two_secrets_are_good_for_a_day(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        let (id, old) = world.webhook(&receiver, products()).await;
        let couriers = world.couriers();
        world.pause(id, true).await;
        world.make("lamp").await;

        let line = world.webhooks().test_webhook(&world.owner, id).await.unwrap();
        assert_eq!((line.event.as_str(), line.state, line.status), ("webhook.test", DeliveryState::Delivered, Some(204)));
        let (new, until) = world.webhooks().rotate_secret(&world.owner, id).await.unwrap();
        world.webhooks().test_webhook(&world.owner, id).await.unwrap();
        assert_eq!(world.hook(id).await.old_secret_until, Some(until));
        world.clock.pass(Duration::from_hours(24));
        world.webhooks().test_webhook(&world.owner, id).await.unwrap();

        let heard = receiver.heard();
        let signed: Vec<(usize, usize)> = heard.iter().map(|heard| (heard.signed_with(&old), heard.signed_with(&new.0))).collect();
        assert_eq!(signed, [(1, 0), (1, 1), (0, 1)]);
        assert!(heard.iter().all(|heard| heard.event() == "webhook.test"), "{heard:?}");
        assert_eq!(world.hook(id).await.old_secret_until, None);
        couriers.stop().await;
    }

    async fn webhooks_are_for_owners_of_their_store(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        let (id, _) = world.webhook(&receiver, products()).await;
        let line = world.webhooks().test_webhook(&world.owner, id).await.unwrap();
        let other = world.store.create_store("shoes", "Shoes", domain::money::Currency::EUR).await.unwrap();
        let stranger = Access { store: other.id, ..world.owner.clone() };
        let hooks = world.webhooks();
        let (rename, new) = (WebhookChange { paused: Some(true), ..WebhookChange::default() }, NewWebhook { url: receiver.url.clone(), events: products() });

        let lesser = [Role::Viewer, Role::Reviewer, Role::Editor].map(|role| (Access { role, ..world.owner.clone() }, AppError::Forbidden));
        for (who, refused) in lesser.into_iter().chain([(stranger.clone(), AppError::NotFound)]) {
            assert_eq!(hooks.change_webhook(&who, id, rename.clone()).await, Err(refused.clone()));
            assert_eq!(hooks.remove_webhook(&who, id).await, Err(refused.clone()));
            assert_eq!(hooks.rotate_secret(&who, id).await.err(), Some(refused.clone()));
            assert_eq!(hooks.test_webhook(&who, id).await, Err(refused.clone()));
            assert_eq!(hooks.deliveries(&who, id, None, 10).await, Err(refused.clone()));
            assert_eq!(hooks.replay(&who, id, line.id).await, Err(refused.clone()));
            assert_eq!(hooks.replay_since(&who, id, Since::Change(domain::ids::Seq(0))).await, Err(refused.clone()));
            if refused == AppError::Forbidden {
                assert_eq!(hooks.webhooks(&who).await, Err(AppError::Forbidden));
                assert_eq!(hooks.webhook(&who, id).await, Err(AppError::Forbidden));
                assert_eq!(hooks.make_webhook(&who, None, new.clone()).await.err(), Some(AppError::Forbidden));
            }
        }
        assert_eq!((hooks.webhooks(&stranger).await.unwrap(), hooks.webhook(&stranger, id).await.unwrap()), (vec![], None));
        assert_eq!(world.hook(id).await.state, WebhookState::Active);
        // Made twice under one id, it is there once, and its secret is told once.
        let same = Some(WebhookId(line.id.0));
        let (first, again) = (hooks.make_webhook(&world.owner, same, new.clone()).await.unwrap(), hooks.make_webhook(&world.owner, same, new).await.unwrap());
        assert!(first.1.is_some() && again.1.is_none() && first.0.id == again.0.id);
    }

    async fn addresses_are_guarded_and_secrets_are_sealed(engine: Engine) {
        let world = World::new(engine).await;
        let receiver = Receiver::usual().await;
        let guarded = WebhooksService::new(world.store.clone(), std::sync::Arc::new(Post::open(world.desk.clone(), "")));
        let refused = guarded.make_webhook(&world.owner, None, NewWebhook { url: receiver.url.clone(), events: products() }).await.err();
        assert!(matches!(&refused, Some(AppError::Invalid(sentence)) if sentence.contains("VITRINE_ALLOW_WEBHOOK_HOSTS=127.0.0.1")), "{refused:?}");

        // One that was allowed once is not asked any more either.
        let (id, secret) = world.webhook(&receiver, products()).await;
        let line = guarded.test_webhook(&world.owner, id).await.unwrap();
        assert!(line.state == DeliveryState::Failed && line.answer.contains("VITRINE_ALLOW_WEBHOOK_HOSTS"), "{line:?}");
        assert_eq!(receiver.heard().len(), 0);

        let row = world.store.webhook_of(&world.at, id).await.unwrap().unwrap();
        assert!(!row.sealed_secret.windows(8).any(|part| secret.as_bytes().windows(8).any(|bytes| bytes == part)));
        // Without the installation's secret nothing is sent, and the webhook says what to do.
        world.store.rotate_webhook(&world.at, id, &[1; 80], domain::clock::Timestamp::from_micros(0)).await.unwrap();
        let couriers = world.couriers();
        world.make("lamp").await;
        let patience = Instant::now() + Duration::from_secs(20);
        while world.hook(id).await.state == WebhookState::Active {
            assert!(Instant::now() < patience);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(world.hook(id).await.reason.contains("Make a new secret"));
        world.webhooks().rotate_secret(&world.owner, id).await.unwrap();
        world.pause(id, false).await;
        receiver.until_taken(1).await;
        couriers.stop().await;
    }
}

fn op(product: ProductId, action: Action) -> Op {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(5_000_000);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    Op { id: crate::support::runs::op(number), product, action }
}

fn create(handle: &str) -> Action {
    Action::Create(Box::new(domain::product::Content::new(handle.parse().unwrap(), handle)))
}

/// The changes that were taken, each once.
fn told(heard: &[Heard]) -> BTreeSet<i64> {
    heard.iter().filter(|heard| heard.taken).flat_map(Heard::events).filter_map(|event| event["seq"].as_i64()).collect()
}

/// Of each product no change comes for the first time behind a later one.
fn in_order(heard: &[Heard]) {
    let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
    let mut seen: BTreeSet<i64> = BTreeSet::new();
    for event in heard.iter().flat_map(Heard::events) {
        let Some(seq) = event["seq"].as_i64() else { continue };
        let first_time = seen.insert(seq);
        let latest = latest.entry(event["product"]["id"].as_str().unwrap_or_default()).or_default();
        assert!(!first_time || seq > *latest, "change {seq} came behind {latest}");
        *latest = (*latest).max(seq);
    }
}
