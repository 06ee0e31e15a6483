//! A suggestion that is sent back is written again, or its product says why not.

use std::time::Duration;

use domain::{ids::JobId, words::part::Part};
use ports::{
    jobs::JobState,
    review::{Decision, Outcome, QueueFilter, Reviews, Verdict},
    runs::{RunSpec, Runs},
};
use scripted_provider::{Play, Scripted};

use crate::support::{
    Engine, KEEP, World, on_both,
    provider::Provider,
    runs::{op, spec},
};

const LEASE: Duration = Duration::from_secs(31);
const LAMP: &str = "Title,URL handle,Description\nOak lamp,oak,<p>This lamp is made of oak.</p>\n";

/// A product whose suggestion was sent back; the provider does `then` when it is asked again. And the run that is to ask it.
async fn sent_back(engine: Engine, then: impl IntoIterator<Item = Play>) -> (World, Provider, JobId) {
    let world = World::new(engine).await;
    world.import(LAMP, KEEP).await;
    let provider = world.provider(Scripted::new([Play::Good].into_iter().chain(then)), 1).await;
    world.run(RunSpec { provider: provider.id, parts: vec![Part::Description], ..spec() }).await;
    let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);
    let verdict = Verdict::Changes { remark: "Say that it is quiet.".into() };
    let outcome = world.store.decide(&world.owner, Decision { op_id: op(1_000), review: card.review, verdict }).await.unwrap();
    assert_eq!((outcome, world.says().await.as_str()), (Outcome::Done, "queued"));
    let again = world.runs().runs(&world.owner).await.unwrap().remove(0).id;
    (world, provider, again)
}

impl World {
    /// How far the words of its one product are.
    async fn says(&self) -> String {
        let product = self.store.load_by_handles(&self.at, &["oak".parse().unwrap()]).await.unwrap().remove(0);
        product.optimisation.name().to_owned()
    }

    async fn until_over(&self, run: JobId) -> JobState {
        let worker = self.worker();
        let run = self.rests(run).await.run;
        worker.stop().await;
        assert!(run.state.is_over(), "{run:?}");
        run.state
    }
}

on_both! {
    async fn a_product_that_fails_says_so_and_can_be_tried_again(engine: Engine) {
        let (world, _provider, again) = sent_back(engine, [Play::Declines("I cannot write this.".into())]).await;

        assert_eq!((world.until_over(again).await, world.says().await.as_str()), (JobState::Done, "failed"));

        let retried = world.runs().retry_failed(&world.owner, again).await.unwrap();
        assert_eq!((world.until_over(retried).await, world.says().await.as_str()), (JobState::Done, "suggested"));
    }

    async fn where_there_is_nothing_better_to_say_nothing_waits(engine: Engine) {
        let same = serde_json::json!({ "description": "<p>This lamp is made of oak.</p>" }).to_string();
        let (world, _provider, again) = sent_back(engine, [Play::Says(same)]).await;

        assert_eq!((world.until_over(again).await, world.says().await.as_str()), (JobState::Done, "rejected"));

        assert_eq!(world.look(again).await.run.progress.skipped, 1);
        assert_eq!(world.store.open_reviews(&world.at, None).await.unwrap(), 0);
    }

    async fn who_cancels_it_lets_nothing_wait(engine: Engine) {
        let (world, provider, again) = sent_back(engine, []).await;

        world.runs().cancel(&world.owner, again).await.unwrap();

        assert_eq!((world.look(again).await.run.state, world.says().await.as_str()), (JobState::Cancelled, "rejected"));
        assert_eq!(provider.calls(), 1);
    }

    async fn who_cancels_it_while_it_is_asked_lets_nothing_wait(engine: Engine) {
        // It is to be asked again in a moment.
        let (world, provider, again) = sent_back(engine, std::iter::repeat_n(Play::fails_for(429, "3"), 40)).await;
        let worker = world.worker();
        world.until_run(again, |_| provider.calls() > 1).await;

        world.runs().cancel(&world.owner, again).await.unwrap();
        let run = world.rests(again).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.failed, world.says().await.as_str()), (JobState::Cancelled, 0, "rejected"), "{run:?}");
    }

    // Nobody is to be asked at present: it still waits, and goes on when somebody lets it.
    async fn a_run_that_pauses_itself_lets_its_product_wait(engine: Engine) {
        let (world, _provider, again) = sent_back(engine, [Play::fails(402)]).await;
        let worker = world.worker();
        let run = world.rests(again).await.run;

        assert!(run.paused, "{run:?}");
        assert_eq!(world.says().await, "queued");
        assert_eq!(world.runs().runs(&world.owner).await.unwrap()[0].id, again);
        world.runs().resume(&world.owner, again, None).await.unwrap();
        world.rests(again).await;
        worker.stop().await;

        assert_eq!(world.says().await, "suggested");
    }

    async fn a_run_that_fails_as_a_whole_fails_its_product(engine: Engine) {
        let (world, provider, again) = sent_back(engine, []).await;
        // As if the program had stopped in the middle of it, again and again.
        for _ in 0..10 {
            world.store.lease(again, "w", 30, false).await.unwrap().unwrap();
            world.clock.pass(LEASE);
        }

        assert_eq!((world.until_over(again).await, world.says().await.as_str()), (JobState::Failed, "failed"));

        assert_eq!(provider.calls(), 1);
    }

    async fn what_is_killed_anywhere_says_what_became_of_it_once(engine: Engine) {
        let (world, _provider, again) = sent_back(engine, std::iter::repeat_n(Play::Declines("I cannot write this.".into()), 40)).await;
        let mut deaths: u64 = 0;
        while !world.look(again).await.run.state.is_over() {
            let worker = world.worker();
            tokio::time::sleep(Duration::from_millis(3 + deaths * 7 % 40)).await;
            worker.abort().await;
            world.clock.pass(LEASE);
            deaths += 1;
            assert!(deaths < 100);
        }

        // Whether it was through in the end or was given up, one change says so.
        let ends = "SELECT count(*) FROM change_log WHERE source = 'run' AND fields LIKE '%failed%'";
        assert_eq!((world.says().await.as_str(), world.opened.number(ends).await), ("failed", 1), "{deaths} deaths");
    }

    async fn many_of_them_do_not_crowd_the_list(engine: Engine) {
        let (world, _provider, again) = sent_back(engine, []).await;
        let ordinary = world.runs().runs(&world.owner).await.unwrap()[1].id;
        assert_eq!(world.until_over(again).await, JobState::Done);
        for number in 0..14 {
            let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);
            let verdict = Verdict::Changes { remark: format!("Say it in {number} words.") };
            world.store.decide(&world.owner, Decision { op_id: op(2_000 + number), review: card.review, verdict }).await.unwrap();
            let next = world.runs().runs(&world.owner).await.unwrap()[0].id;
            assert_eq!(world.until_over(next).await, JobState::Done);
        }

        let shown = world.runs().runs(&world.owner).await.unwrap();

        assert_eq!((shown.len(), shown[10].id), (11, ordinary));
    }
}
