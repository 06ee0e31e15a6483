//! Rounds: from measurements to letters, with a store that fails, channels that die, and several processes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use alerting::{Alerting, Limits, Measured, Measures, MemoryOutbox, MessageState, Outbox, Parts, Sentence, Watched};
use alerts::{Acknowledged, AlertKey, Ask, CHANNEL_FAILS, Figure, Matcher, Rule, Silence, State, Why, builtin};
use async_trait::async_trait;
use domain::clock::{Clock, Timestamp};
use tokio::time::sleep;

use crate::support::{Scripted, TestClock, alerting, days, parts, rule, webhook};

/// Values by series and subject; counts answer as they are.
#[derive(Default)]
struct Store {
    values: Mutex<BTreeMap<String, Vec<Measured>>>,
    broken: Mutex<Option<&'static str>>,
    asked: Mutex<Vec<Ask>>,
}

impl Store {
    fn set(&self, series: &str, values: &[(&str, f64)]) {
        let values = values.iter().map(|(subject, value)| Measured { subject: (*subject).into(), value: *value, said: None }).collect();
        self.values.lock().unwrap().insert(series.into(), values);
    }
}

#[async_trait]
impl Measures for Store {
    async fn measure(&self, ask: &Ask, _: Timestamp) -> Result<Vec<Measured>, Sentence> {
        self.asked.lock().unwrap().push(ask.clone());
        let broken = *self.broken.lock().unwrap();
        match broken {
            Some("hangs") => std::future::pending().await,
            Some(why) => Err(Sentence(why.into())),
            None if ask.figure == Figure::Count => Ok(vec![Measured { subject: String::new(), value: 1_000.0, said: None }]),
            None => Ok(self.values.lock().unwrap().get(&ask.of.series).cloned().unwrap_or_default()),
        }
    }
}

/// A process, what it asks, and a channel that takes everything.
struct World {
    store: Arc<Store>,
    outbox: Arc<MemoryOutbox>,
    post: Arc<Scripted>,
    clock: Arc<TestClock>,
    rules: Vec<Rule>,
    channels: Vec<&'static str>,
}

impl World {
    fn of(rules: Vec<Rule>) -> Self {
        let (store, outbox, post) = (Arc::default(), Arc::default(), Scripted::usually(200));
        Self { store, outbox, post, clock: TestClock::new(), rules, channels: vec!["ops"] }
    }

    fn process(&self, holder: &str) -> Alerting {
        let channels = self.channels.iter().map(|name| webhook(name, name)).collect();
        let parts = parts(self.outbox.clone(), self.post.clone(), self.clock.clone(), channels);
        alerting(Parts { measures: self.store.clone(), rules: self.rules.clone(), holder: holder.into(), limits: Limits::default(), ..parts }, None)
    }

    /// A round a minute, for some minutes.
    async fn minutes(&self, process: &Alerting, count: usize) -> Vec<Watched> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(process.rounds.round().await.unwrap());
            sleep(Duration::from_mins(1)).await;
        }
        all
    }

    async fn state(&self, key: &AlertKey) -> Option<State> {
        self.outbox.book().await.unwrap().alerts.into_iter().find(|alert| alert.key == *key).map(|alert| alert.instance.state)
    }

    async fn subjects(&self) -> Vec<String> {
        let mut all: Vec<_> = self.outbox.messages(100).await.unwrap().into_iter().map(|message| message.subject).collect();
        all.reverse();
        all
    }
}

fn named(id: &str) -> Rule {
    builtin().into_iter().find(|rule| rule.id == id).unwrap()
}

#[tokio::test(start_paused = true)]
async fn from_a_slow_page_to_a_message_and_back() {
    days(async {
        let world = World::of(vec![named("lcp")]);
        let running = world.process("a").start();
        world.store.set("vitals.lcp", &[("", 3_100.0)]);
        sleep(Duration::from_mins(14)).await;
        world.store.set("vitals.lcp", &[("", 2_000.0)]);
        sleep(Duration::from_mins(30)).await;

        assert_eq!(world.post.taken().len(), 2, "{:?}", world.post.taken());
        assert_eq!(world.post.taken()[0], "[Warning] Pages appear slowly: 3.1 s (limit 2.5 s)");
        assert!(world.post.taken()[1].starts_with("[Resolved] Pages appear slowly, after "), "{:?}", world.post.taken());
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_process_is_told_by_another_and_one_that_says_goodbye_is_not() {
    days(async {
        let world = World::of(vec![named("process-gone")]);
        let process = world.process("a");
        world.store.set("process.alive", &[("web-1", 0.0), ("web-2", 1.0), ("web-3", 1.0)]);
        world.minutes(&process, 1).await;
        world.store.set("process.alive", &[("web-1", 0.0), ("web-2", 4.0)]);
        world.minutes(&process, 7).await;

        assert_eq!(world.subjects().await, ["[Critical] A process does not report any more (web-2): 4 minutes (limit 3 minutes)"]);
        world.store.set("process.alive", &[("web-1", 0.0)]);
        world.minutes(&process, 7).await;
        let state = world.state(&AlertKey::new("process-gone", "web-2")).await;
        assert!(matches!(state, Some(State::Resolved { why: Why::Dropped, .. })), "{state:?}");
        assert_eq!(world.subjects().await.len(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn measurements_that_cannot_be_asked_make_nothing_fire_and_end_nothing() {
    days(async {
        let world = World::of(vec![named("process-gone"), rule("one")]);
        let process = world.process("a");
        world.store.set("process.alive", &[("web-1", 0.0)]);
        world.store.set("budget", &[("money", 1.0)]);
        world.minutes(&process, 1).await;
        *world.store.broken.lock().unwrap() = Some("The database is gone.");
        let failed = world.minutes(&process, 5).await;
        *world.store.broken.lock().unwrap() = Some("hangs");
        let hung = world.minutes(&process, 5).await;

        assert_eq!(failed, [Watched::Done { letters: 0, unread: 2 }; 5]);
        assert_eq!(hung, [Watched::Done { letters: 0, unread: 2 }; 5]);
        assert_eq!(world.state(&AlertKey::new("process-gone", "web-1")).await, Some(State::Ok));
        assert!(matches!(world.state(&AlertKey::new("one", "money")).await, Some(State::Firing { .. })));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_round_is_one_processs_and_the_letters_are_written_once() {
    days(async {
        let world = World::of(vec![rule("one")]);
        world.store.set("budget", &[("money", 1.0)]);
        let (a, b) = (world.process("a"), world.process("b"));

        let (of_a, of_b) = tokio::join!(a.rounds.round(), b.rounds.round());
        let mut both = [of_a.unwrap(), of_b.unwrap()];
        both.sort_by_key(|watched| *watched == Watched::NotOurs);

        assert_eq!(both, [Watched::Done { letters: 1, unread: 0 }, Watched::NotOurs]);
        assert_eq!(world.subjects().await.len(), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_in_a_round_leaves_it_to_another() {
    days(async {
        let world = World::of(vec![rule("one")]);
        world.store.set("budget", &[("money", 1.0)]);
        *world.store.broken.lock().unwrap() = Some("hangs");
        let (a, b) = (world.process("a"), world.process("b"));
        let killed = tokio::spawn(async move { a.rounds.round().await });
        sleep(Duration::from_secs(1)).await;
        killed.abort();
        *world.store.broken.lock().unwrap() = None;

        assert_eq!(b.rounds.round().await.unwrap(), Watched::NotOurs);
        sleep(Duration::from_secs(90)).await;
        assert_eq!(b.rounds.round().await.unwrap(), Watched::Done { letters: 1, unread: 0 });
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_dead_is_told_over_the_other_and_hears_how_it_is_when_it_is_back() {
    days(async {
        let mut world = World::of(vec![rule("one"), rule("two"), named(CHANNEL_FAILS)]);
        world.channels = vec!["dead", "live"];
        world.store.set("budget", &[("money", 1.0)]);
        let post = Arc::new(Halves { dead: Mutex::new(true), post: world.post.clone() });
        let mut of_dead = parts(world.outbox.clone(), post.clone(), world.clock.clone(), ["dead", "live"].map(|name| webhook(name, name)).into());
        (of_dead.measures, of_dead.rules, of_dead.limits) = (world.store.clone(), world.rules.clone(), Limits::default());
        let running = alerting(of_dead, None).start();

        sleep(Duration::from_mins(30)).await;
        let over_live: Vec<_> =
            world.post.heard.lock().unwrap().iter().map(|(url, text)| (url.clone(), text.lines().next().unwrap_or_default().to_owned())).collect();
        assert!(over_live.iter().all(|(url, _)| url == "live"));
        assert!(
            over_live.iter().any(|(_, text)| text == "[Warning] Alerts do not get through to a channel (dead): 15 minutes (limit 15 minutes)"),
            "{over_live:?}"
        );

        // Two days go by, in which what was written is given up and one of both is over.
        sleep(Duration::from_hours(24)).await;
        world.store.set("budget", &[("money", 0.0), ("time", 1.0)]);
        sleep(Duration::from_hours(24)).await;
        let waiting = world
            .outbox
            .book()
            .await
            .unwrap()
            .messages
            .into_iter()
            .filter(|message| message.channel == "dead" && message.state == MessageState::Waiting);
        assert!(waiting.count() <= 4, "nothing piles up");
        world.post.heard.lock().unwrap().clear();
        *post.dead.lock().unwrap() = false;
        sleep(Duration::from_hours(3)).await;

        let heard: Vec<_> = world.post.heard.lock().unwrap().iter().filter(|(url, _)| url == "dead").map(|(_, text)| text.clone()).collect();
        let last = |what: &str| heard.iter().rfind(|text| text.contains(what)).cloned().unwrap_or_default();
        assert!(last("(time)").contains("Warning: A budget is passed (time)"), "{heard:?}");
        assert!(last("(money)").contains("Resolved: A budget is passed (money)"), "{heard:?}");
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

struct Halves {
    dead: Mutex<bool>,
    post: Arc<Scripted>,
}

#[async_trait]
impl alerting::Post for Halves {
    async fn post(&self, request: alerting::Outgoing<'_>) -> Result<alerting::Answer, alerting::Unsent> {
        let is_dead = *self.dead.lock().unwrap();
        if is_dead && request.url == "dead" {
            return Err(alerting::Unsent::Failed("connection refused".into()));
        }
        self.post.post(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_piles_up_before_a_channel_that_fails_and_one_letter_says_how_it_is() {
    days(async {
        let world = World::of(vec![rule("one")]);
        world.post.answer_from_now_on(500);
        let running = world.process("a").start();
        let names: Vec<String> = (0..36).map(|number| format!("budget {number}")).collect();
        for count in 1..=36 {
            world.store.set("budget", &names[..count].iter().map(|name| (name.as_str(), 1.0)).collect::<Vec<_>>());
            sleep(Duration::from_mins(10)).await;
        }
        let written = world.outbox.messages(100).await.unwrap().len();
        world.post.answer_from_now_on(200);
        sleep(Duration::from_mins(30)).await;

        assert_eq!(written, 1);
        assert_eq!(
            world.post.taken(),
            ["[Warning] A budget is passed (budget 0)", "[Warning] one: 35 firing, among them: A budget is passed (budget 1)"]
        );
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_takes_nothing_is_tried_with_another_letter_once_an_hour() {
    days(async {
        let world = World::of(vec![rule("one")]);
        world.post.answer_from_now_on(400);
        world.store.set("budget", &[("money", 1.0)]);
        let running = world.process("a").start();
        sleep(Duration::from_mins(6 * 60 + 30)).await;

        let written = world.outbox.messages(100).await.unwrap().len();
        assert!((6..=7).contains(&written), "{written}");
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_a_thousand_alerts_in_a_minute_is_twenty_messages() {
    days(async {
        let world = World::of((0..1_000).map(|number| rule(&format!("rule-{number}"))).collect());
        world.store.set("budget", &[("x", 1.0)]);
        let running = world.process("a").start();

        sleep(Duration::from_mins(4)).await;

        let taken = world.post.taken();
        assert_eq!(taken.len(), 20);
        assert_eq!(taken[19], "[Warning] 981 more alerts: 981 firing, among them: A budget is passed (x)");
        assert_eq!(world.store.asked.lock().unwrap().len() % 4, 0, "what several rules look at is asked once a round");
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_silence_and_somebody_who_sees_to_it_come_from_people() {
    days(async {
        let mut quick = rule("one");
        quick.remind_minutes = 10;
        let world = World::of(vec![quick]);
        let process = world.process("a");
        let now = world.clock.now();
        let (by, why) = ("Ada".to_owned(), "We move.".to_owned());
        world
            .outbox
            .silence(&Silence { id: "s".into(), what: Matcher::Group("one".into()), from: now, until: now.plus_seconds(1_200), by, why })
            .await
            .unwrap();
        world.store.set("budget", &[("money", 1.0)]);
        world.minutes(&process, 20).await;
        assert!(world.subjects().await.is_empty());
        world.minutes(&process, 12).await;
        assert_eq!(world.subjects().await, ["[Warning] A budget is passed (money)", "[Warning] Still: A budget is passed (money)"]);

        let seen = Acknowledged { by: "Ada".into(), at: world.clock.now(), episode: 1 };
        world.outbox.acknowledge(&AlertKey::new("one", "money"), Some(&seen)).await.unwrap();
        world.minutes(&process, 30).await;

        assert_eq!(world.subjects().await.len(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_taken_out_of_the_file_ends_its_alerts_and_is_forgotten_after_a_day() {
    days(async {
        let mut world = World::of(vec![rule("one"), rule("two")]);
        world.store.set("budget", &[("money", 1.0)]);
        let process = world.process("a");
        world.minutes(&process, 2).await;
        world.rules.remove(0);
        let process = world.process("b");
        world.minutes(&process, 7).await;

        assert_eq!(world.subjects().await.last().map(String::as_str), Some("[Resolved] A budget is passed (money), after 2 minutes"));
        sleep(Duration::from_hours(24)).await;
        world.minutes(&process, 2).await;
        assert_eq!(world.state(&AlertKey::new("one", "money")).await, None);
        assert!(world.state(&AlertKey::new("two", "money")).await.is_some());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_found_no_more_is_over_and_what_is_not_known_is_as_it_was() {
    days(async {
        let world = World::of(vec![rule("one")]);
        let process = world.process("a");
        world.store.set("budget", &[("gone", 1.0), ("unknown", 1.0)]);
        world.minutes(&process, 2).await;

        world.store.set("budget", &[("unknown", f64::NAN)]);
        world.minutes(&process, 2).await;

        let gone = world.state(&AlertKey::new("one", "gone")).await;
        let unknown = world.state(&AlertKey::new("one", "unknown")).await;
        assert!(matches!(gone, Some(State::Resolved { why: Why::Well, .. })), "{gone:?}");
        assert!(matches!(unknown, Some(State::Firing { .. })), "{unknown:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_made_up_from_outside_does_not_fill_the_store() {
    days(async {
        let world = World::of(vec![rule("one")]);
        let process = world.process("a");
        for hour in 0..3 {
            let names: Vec<String> = (0..400).map(|number| format!("/{hour}/{number}")).collect();
            world.store.set("budget", &names.iter().map(|name| (name.as_str(), 0.0)).collect::<Vec<_>>());
            world.minutes(&process, 1).await;
        }
        let there = world.outbox.book().await.unwrap().alerts.len();
        sleep(Duration::from_hours(24)).await;
        world.store.set("budget", &[]);
        world.minutes(&process, 1).await;

        assert_eq!((there, world.outbox.book().await.unwrap().alerts.len()), (500, 0));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_sent_when_it_can_although_the_clock_was_set_back() {
    days(async {
        let world = World::of(vec![rule("one")]);
        world.post.usual.store(500, Ordering::SeqCst);
        world.store.set("budget", &[("money", 1.0)]);
        let running = world.process("a").start();
        sleep(Duration::from_mins(5)).await;
        world.clock.set(-7 * 86_400);
        world.post.answer_from_now_on(200);
        sleep(Duration::from_mins(5)).await;

        assert_eq!(world.post.taken(), ["[Warning] A budget is passed (money)"]);
        running.stop(Duration::from_secs(1)).await;
    })
    .await;
}
