//! Runs that ask a provider: every answer is paid for once and written once, whatever happens.

use std::{collections::HashSet, fmt::Write, sync::Arc, time::Duration};

use domain::{
    clock::Clock,
    money::Cost,
    words::{brief::Brief, check::FindingKind, part::Part},
};
use ports::{
    jobs::JobState,
    review::{Decision, Outcome, QueueFilter, Reviews, Verdict},
    runs::{RunSpec, Runs, Selection},
    usage::{Days, Usage},
    writing::{ProviderDraft, Writing},
};
use scripted_provider::{Play, Scripted, Usual};
use tokio::sync::Semaphore;

use crate::support::{
    KEEP, World, csv, on_both,
    provider::{PRICE, slow},
    runs::{op, spec},
};

const LEASE: Duration = Duration::from_secs(31);

/// And the days around it, should it be midnight.
fn today(world: &World) -> Days {
    let day = (world.clock.now().micros() / 86_400_000_000) as i32;
    Days { from: day - 1, to: day + 1 }
}

on_both! {
    async fn every_answer_is_a_version_and_every_call_is_on_the_books(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(40).await;
        let provider = world.provider(Scripted::new([]), 4).await;

        let run = world.run(RunSpec { provider: provider.id, ..spec() }).await;

        let progress = run.run.progress;
        assert_eq!((run.run.state, run.run.provider.as_str(), progress.failed), (JobState::Done, "Mistral", 0), "{run:?}");
        assert_eq!(progress.written + progress.skipped, 40);
        assert_eq!((world.versions().await, world.calls().await), (progress.written as i64, provider.calls() as i64));
        assert_eq!((world.spent().await, progress.cost), (progress.cost.0, Cost(world.spent().await)));
        assert!(progress.cost.0 > 0 && progress.tokens_in > 0 && progress.tokens_out > 0, "{progress:?}");
        let usage = world.store.usage(&world.owner, today(&world)).await.unwrap();
        assert_eq!((usage.total.cost, usage.total.calls), (progress.cost, provider.calls() as u64));
        assert_eq!(usage.by_person.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Olga"]);
        assert!(provider.scripted.seen().iter().all(|seen| seen.headers["authorization"] == "Bearer sk-very-secret"));
    }

    async fn the_same_question_is_asked_once(engine: Engine) {
        let world = World::new(engine).await;
        let mut file = String::from("Title,URL handle,Description,Type\n");
        for number in 0..30 {
            writeln!(file, "oak LAMP {0},lamp-{number},<p>Solid oak.</p>,Lamp", number % 3).unwrap();
        }
        world.import(&file, KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(20)), 4).await;

        let first = world.run(RunSpec { provider: provider.id, ..spec() }).await.run.progress;
        assert_eq!((first.written, first.reused, provider.calls()), (30, 27, 3), "{first:?}");

        // Another product that is the same, in a later run: what is in the database answers.
        world.import("Title,URL handle,Description,Type\noak LAMP 1,one-more,<p>Solid oak.</p>,Lamp\n", KEEP).await;
        let second = world.run(RunSpec { provider: provider.id, ..spec() }).await.run.progress;

        assert_eq!((second.written, second.reused, second.skipped, second.cost, provider.calls()), (1, 1, 30, Cost::ZERO, 3), "{second:?}");
        assert_eq!(world.opened.number("SELECT count(*) FROM optimization_versions WHERE reused AND cost = 0").await, 28);
    }

    async fn what_was_written_for_some_pictures_is_no_answer_for_all_of_them(engine: Engine) {
        let world = World::new(engine).await;
        let file = "Title,URL handle,Product image URL,Image position,Image alt text\n\
                    Oak lamp,oak,https://example.test/1.jpg,1,Old words\n,oak,https://example.test/2.jpg,2,\n";
        world.import(file, KEEP).await;
        let provider = world.provider(Scripted::new([]), 1).await;
        let alts = RunSpec { provider: provider.id, parts: vec![Part::Alt], ..spec() };
        let written = async |only_empty| {
            let run = world.run(RunSpec { only_empty, ..alts.clone() }).await.run;
            let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);
            (run.progress.written, card.fields.len())
        };

        assert_eq!(written(true).await, (1, 1));
        assert_eq!(written(false).await, (1, 2));
        assert_eq!(provider.calls(), 2);
    }

    async fn a_server_that_stops_pays_for_nothing_twice(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(120, 0), KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(40)), 4).await;
        let id = world.start(RunSpec { provider: provider.id, ..spec() }).await;

        for stops in 1..4 {
            let worker = world.worker();
            world.until_run(id, |run| run.run.progress.written >= stops * 20).await;
            worker.stop().await;
            assert_eq!(world.look(id).await.run.progress.written, provider.calls() as u64);
        }
        let worker = world.worker();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written), (JobState::Done, 120), "{run:?}");
        assert_eq!((provider.calls(), world.versions().await, world.calls().await), (120, 120, 120));
    }

    async fn a_server_that_is_killed_loses_the_calls_on_their_way_and_no_more(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(120, 0), KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(30)), 4).await;
        let id = world.start(RunSpec { provider: provider.id, ..spec() }).await;
        let mut deaths = 0;

        while !world.look(id).await.run.state.is_over() {
            let before = world.look(id).await.run.progress.written;
            let worker = world.worker();
            world.until_run(id, |run| run.run.state.is_over() || run.run.progress.written >= before + 25).await;
            tokio::time::sleep(Duration::from_millis(deaths * 11 % 30)).await;
            worker.abort().await;
            world.clock.pass(LEASE);
            deaths += 1;
        }

        let run = world.look(id).await.run;
        assert_eq!((run.state, run.progress.written), (JobState::Done, 120), "{run:?}");
        assert_eq!((world.versions().await, world.written_twice().await), (120, 0));
        let calls = provider.calls() as u64;
        assert!(deaths > 2 && calls <= 120 + 4 * (deaths - 1), "{calls} calls, {deaths} deaths");
    }

    async fn products_that_need_nobody_are_counted_once_and_keep_nobody_waiting(engine: Engine) {
        let world = World::new(engine).await;
        // One of them needs somebody, who does not answer: the run is never over before its server is killed.
        world.import(format!("{}No description,bare,,,,,,1.00,,,\n", csv::many(3_000, 0)), KEEP).await;
        let permits = Arc::new(Semaphore::new(0));
        let provider = world.provider(Scripted::usually(Usual { permits: Some(permits.clone()), ..Usual::default() }), 2).await;
        let id = world.start(RunSpec { provider: provider.id, only_empty: true, parts: vec![Part::Description], ..spec() }).await;

        let worker = world.worker();
        world.until_run(id, |run| run.run.progress.skipped > 0).await;
        worker.abort().await;
        permits.add_permits(9);
        world.clock.pass(LEASE);
        let worker = world.worker();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.skipped, run.progress.written, run.progress.total), (JobState::Done, 3_000, 1, 3_001), "{run:?}");
        assert!(provider.calls() <= 2, "{} calls", provider.calls());
    }

    async fn a_cap_is_not_passed_by_more_than_the_calls_on_their_way(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(100, 0), KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(10)), 4).await;
        let handles = (0..4).map(|n| format!("lamp-{n}").parse().unwrap()).collect();
        let one = world.run(RunSpec { provider: provider.id, selection: Selection::Products(handles), ..spec() }).await.run.progress.cost.0 / 4;
        let before = world.spent().await;
        let cap = Cost(one * 20);

        let run = world.run(RunSpec { provider: provider.id, cap: Some(cap), ..spec() }).await.run;

        let spent = world.spent().await - before;
        assert_eq!((run.state, run.paused), (JobState::Queued, true), "{run:?}");
        let done = run.progress.written + run.progress.skipped;
        assert_eq!(run.message, format!("The cap of {} is reached: {done} of 100 products are done. Raise it to go on.", cap.shown(world.at.currency)));
        assert!(spent <= cap.0 + 4 * one && spent > cap.0 / 2, "{spent} of {}", cap.0);
        assert_eq!(run.progress.cost, Cost(spent));

        let worker = world.worker();
        world.runs().resume(&world.owner, run.id, Some(Cost(one * 40))).await.unwrap();
        let run = world.rests(run.id).await.run;
        let spent = world.spent().await - before;
        assert!(run.paused && spent <= one * 44 && spent > one * 20, "{spent}");
        world.runs().resume(&world.owner, run.id, Some(Cost(one * 200))).await.unwrap();
        let run = world.rests(run.id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written + run.progress.skipped), (JobState::Done, 100));
        assert_eq!((provider.calls(), world.written_twice().await), (100, 0));
    }

    async fn a_budget_holds_for_all_runs_together(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(100, 0), KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(10)), 4).await;
        let one = world.writing().preview(&world.owner, &"lamp-1".parse().unwrap(), provider.id).await.unwrap().cost.0;
        let budget = Cost(one * 30);
        world.budget(Some(budget)).await;

        let worker = world.worker();
        // The second one asks for something else, so that it cannot be answered by what the first one got.
        let runs = [
            world.start(RunSpec { provider: provider.id, ..spec() }).await,
            world.start(RunSpec { provider: provider.id, parts: vec![Part::Description], ..spec() }).await,
        ];
        let rested = [world.rests(runs[0]).await.run, world.rests(runs[1]).await.run];
        worker.stop().await;

        let spent = world.spent().await;
        assert!(spent <= budget.0 + 8 * one && spent > budget.0 / 2, "{spent} of {}", budget.0);
        for run in rested {
            assert!(run.paused && run.message.starts_with("The month's budget of "), "{run:?}");
        }
    }

    async fn a_budget_of_zero_is_none_at_all_but_for_what_is_free(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(5, 0), KEEP).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        world.budget(Some(Cost::ZERO)).await;

        let run = world.run(RunSpec { provider: provider.id, ..spec() }).await.run;
        assert!(run.paused && run.message.starts_with("The month's budget is zero"), "{run:?}");
        assert_eq!(provider.calls(), 0);
        let refused = world.writing().preview(&world.owner, &"lamp-1".parse().unwrap(), provider.id).await.unwrap_err();
        assert!(refused.to_string().starts_with("The month's budget is used up."), "{refused}");

        world.price(provider.id, (Cost::ZERO, Cost::ZERO)).await;
        let worker = world.worker();
        world.runs().resume(&world.owner, run.id, None).await.unwrap();
        let run = world.rests(run.id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written, run.progress.cost), (JobState::Done, 5, Cost::ZERO), "{run:?}");
        assert_eq!(world.run(spec()).await.run.state, JobState::Done);
    }

    async fn without_a_price_nobody_is_asked(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(60, 0), KEEP).await;
        let provider = world.provider_without_price("Mistral", 0, slow(Duration::from_millis(30)), 2).await;
        let spec = RunSpec { provider: provider.id, ..spec() };

        let estimate = world.runs().estimate(&world.owner, &spec).await.unwrap();
        assert!(estimate.cost.is_none() && estimate.note.starts_with("There is no price for small from 20"), "{estimate:?}");
        let refused = world.runs().start(&world.owner, spec.clone()).await.unwrap_err().to_string();
        assert!(refused.starts_with("There is no price for small from 20") && refused.ends_with(" Add one under Settings, Providers."), "{refused}");
        assert_eq!(provider.calls(), 0);

        // Somebody takes the price away while the run runs.
        world.price(provider.id, PRICE).await;
        let worker = world.worker();
        let id = world.start(spec).await;
        world.until_run(id, |run| run.run.progress.written > 0).await;
        world.writing().remove_price(&world.owner, provider.id, "small", domain::clock::Timestamp::default()).await.unwrap();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert!(run.paused && run.message.starts_with("There is no price for small from 20"), "{run:?}");
        assert_eq!((run.progress.written, world.calls().await), (provider.calls() as u64, provider.calls() as i64));
        assert_eq!(world.opened.number("SELECT count(*) FROM ai_usage_records WHERE cost = 0").await, 0);
    }

    async fn a_provider_that_cannot_write_pauses_the_run_with_the_reason(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(12, 0), KEEP).await;
        let cases = [
            (Play::fails(402), 1, "Mistral has no credit left", "", 0..=0),
            (Play::fails_for(429, "600"), 1, "Mistral allows no more calls for 10 minutes.", "", 0..=0),
            (Play::fails(500), 1, "Mistral is left alone for ", "Mistral is failing (status 500)", 1..=1),
            (Play::Stalls, 4, "Mistral is left alone for ", "Mistral did not answer within 1 second.", 5..=8),
        ];
        for (play, concurrency, says, last, failed) in cases {
            let (calls, spent) = (world.calls().await, world.spent().await);
            let provider = world.provider(Scripted::new(std::iter::repeat_n(play, 40)), concurrency).await;
            let quick = ProviderDraft { timeout_seconds: 1, key: None, ..provider.draft.clone() };
            world.writing().save_provider(&world.owner, quick).await.unwrap();

            let run = world.run(RunSpec { provider: provider.id, ..spec() }).await.run;

            assert_eq!((run.state, run.paused, run.progress.written), (JobState::Queued, true, 0), "{run:?}");
            assert!(run.message.starts_with(says) && run.message.contains(last), "{}", run.message);
            assert!(run.message.ends_with(" of 12 products are done: let the run go on then."), "{}", run.message);
            assert!(failed.contains(&run.progress.failed), "{run:?}");
            assert_eq!(world.calls().await - calls, provider.calls() as i64);
            assert_eq!(run.progress.cost, Cost(world.spent().await - spent));
            world.writing().remove_provider(&world.owner, provider.id).await.unwrap();
        }
    }

    async fn a_provider_that_stumbles_fails_no_product(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(4, 0), KEEP).await;
        let provider = world.provider(Scripted::new([Play::fails_for(429, "0"), Play::fails(500), Play::Good, Play::Disconnects]), 1).await;

        let run = world.run(RunSpec { provider: provider.id, ..spec() }).await.run;

        assert_eq!((run.state, run.progress.written, run.progress.failed), (JobState::Done, 4, 0), "{run:?}");
        assert_eq!((provider.calls(), world.calls().await, world.spent().await), (7, 7, run.progress.cost.0));
    }

    async fn another_language_is_marked_and_the_same_text_is_no_suggestion(engine: Engine) {
        let world = World::new(engine).await;
        let same = "<p>The lamp gives a soft light to the table, and it leaves the room in peace.</p>";
        world.import(format!("Title,URL handle,Description\nOak lamp,oak,<p>This lamp is made of oak.</p>\nAsh lamp,ash,\"{same}\"\n"), KEEP).await;
        let german = "<p>Die Lampe wirft ein weiches Licht auf den Tisch und lässt das Zimmer in Ruhe.</p>";
        let says = |description: &str| Play::Says(serde_json::json!({ "description": description }).to_string());
        let provider = world.provider(Scripted::new([says(german), says(same)]), 1).await;
        world.writing().save_brief(&world.owner, None, Brief { language: "en".into(), ..Brief::default() }).await.unwrap();

        let run = world.run(RunSpec { provider: provider.id, parts: vec![Part::Description], ..spec() }).await.run;

        assert_eq!((run.state, run.progress.written, run.progress.skipped, provider.calls()), (JobState::Done, 1, 1, 2), "{run:?}");
        assert_eq!(run.progress.cost, Cost(world.spent().await));
        let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);
        assert_eq!(card.handle.as_str(), "oak");
        assert!(card.findings.iter().any(|finding| finding.kind == FindingKind::WrongLanguage), "{:?}", card.findings);
    }

    async fn a_key_that_is_refused_pauses_the_run_instead_of_failing_its_products(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(50, 0), KEEP).await;
        let provider = world.provider(Scripted::new([Play::Good, Play::Good, Play::fails(401)]), 1).await;

        let run = world.run(RunSpec { provider: provider.id, ..spec() }).await.run;

        assert_eq!((run.paused, run.progress.written, run.progress.failed, provider.calls()), (true, 2, 0, 3), "{run:?}");
        assert!(run.message.starts_with("Mistral does not accept the key"), "{}", run.message);
        assert!(run.message.ends_with("2 of 50 products are done: let the run go on then."), "{}", run.message);

        world.writing().save_provider(&world.owner, ProviderDraft { key: Some("sk-another".into()), ..provider.draft.clone() }).await.unwrap();
        world.runs().resume(&world.owner, run.id, None).await.unwrap();
        let worker = world.worker();
        let run = world.rests(run.id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written, provider.calls()), (JobState::Done, 50, 51), "{run:?}");
        assert_eq!(provider.scripted.seen()[50].headers["authorization"], "Bearer sk-another");
    }

    async fn products_that_fail_are_named_and_tried_again(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(8, 0), KEEP).await;
        // Once and three times again, then the next product; one that the model will not write about.
        let script = [Play::fails(500), Play::fails(500), Play::fails(500), Play::fails(500), Play::Good, Play::Declines("I cannot write this.".into())];
        let provider = world.provider(Scripted::new(script), 1).await;

        let run = world.run(RunSpec { provider: provider.id, ..spec() }).await;

        assert_eq!((run.run.state, run.run.progress.written, run.run.progress.failed), (JobState::Done, 6, 2), "{run:?}");
        let failures: Vec<(&str, &str)> = run.failures.iter().map(|failure| (failure.handle.as_str(), failure.title.as_str())).collect();
        assert_eq!(failures, [("lamp-0", "Lamp number 0"), ("lamp-2", "Lamp number 2")]);
        assert!(run.failures[0].reason.starts_with("Mistral is failing (status 500)"), "{run:?}");
        assert!(run.failures[1].reason.starts_with("Mistral will not write about this product"), "{run:?}");
        assert_eq!(world.calls().await, provider.calls() as i64);

        let again = world.runs().retry_failed(&world.owner, run.run.id).await.unwrap();
        let worker = world.worker();
        let again = world.rests(again).await.run;
        worker.stop().await;

        assert_eq!((again.state, again.progress.total, again.progress.written, again.subject.as_str()), (JobState::Done, 2, 2, "2 products that failed before"));
        let refused = world.runs().retry_failed(&world.owner, again.id).await.unwrap_err().to_string();
        assert!(refused.starts_with("Nothing failed in this run"), "{refused}");
    }

    async fn the_next_provider_is_asked_when_the_chosen_one_cannot(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(6, 0), KEEP).await;
        let chosen = world.provider(Scripted::usually(Usual { failures: vec![(402, 1.0)], ..Usual::default() }), 2).await;
        let dear = world.provider_without_price("Without a price", 1, Scripted::new([]), 2).await;
        let off = world.provider_without_price("Off", 2, Scripted::new([]), 2).await;
        world.price(off.id, PRICE).await;
        world.writing().save_provider(&world.owner, ProviderDraft { enabled: false, key: None, ..off.draft.clone() }).await.unwrap();
        let next = world.provider_without_price("Next", 3, Scripted::new([]), 2).await;
        world.price(next.id, PRICE).await;

        let run = world.run(RunSpec { provider: chosen.id, ..spec() }).await.run;

        assert_eq!((run.state, run.progress.written, run.progress.failed), (JobState::Done, 6, 0), "{run:?}");
        assert_eq!((dear.calls(), off.calls(), next.calls()), (0, 0, 6));
        let by_next = "SELECT count(*) FROM optimization_versions v JOIN providers p ON p.id = v.provider_id WHERE p.name = 'Next'";
        assert_eq!(world.opened.number(by_next).await, 6);
        assert_eq!(world.calls().await, (chosen.calls() + next.calls()) as i64);
    }

    async fn a_provider_that_answers_nonsense_fails_products_and_then_pauses_the_run(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(80, 0), KEEP).await;
        let nonsense = std::iter::repeat_n(Play::Says("no JSON at all".into()), 400);
        let provider = world.provider(Scripted::new(nonsense), 2).await;

        let run = world.run(RunSpec { provider: provider.id, ..spec() }).await;

        assert!(run.run.paused && run.run.message.starts_with("The last 25 products all failed. The last one: Mistral did not answer"), "{:?}", run.run);
        assert!((25..=27).contains(&run.run.progress.failed) && run.run.progress.written == 0, "{:?}", run.run);
        assert_eq!(world.calls().await, provider.calls() as i64);
        assert_eq!((run.run.progress.cost, run.failures.len() as u64), (Cost(world.spent().await), run.run.progress.failed));
    }

    async fn a_provider_that_is_switched_off_is_asked_no_more(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(60, 0), KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(30)), 2).await;
        let worker = world.worker();
        let id = world.start(RunSpec { provider: provider.id, ..spec() }).await;
        world.until_run(id, |run| run.run.progress.written > 0).await;

        world.writing().save_provider(&world.owner, ProviderDraft { enabled: false, key: None, ..provider.draft.clone() }).await.unwrap();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert!(run.paused && run.message.starts_with("The provider of this run was switched off or removed."), "{run:?}");
        let refused = world.runs().resume(&world.owner, id, None).await.unwrap_err().to_string();
        assert_eq!(refused, "Mistral is switched off. Switch it on under Settings, Providers, or choose another one.");
    }

    async fn a_suggestion_that_is_sent_back_is_written_again_with_the_remark(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(3, 0), KEEP).await;
        let provider = world.provider(Scripted::new([]), 2).await;
        world.run(RunSpec { provider: provider.id, ..spec() }).await;
        let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);

        let verdict = Verdict::Changes { remark: "Say that it is quiet.".into() };
        let outcome = world.store.decide(&world.owner, Decision { op_id: op(1_000), review: card.review, verdict }).await.unwrap();
        assert_eq!(outcome, Outcome::Done);
        let worker = world.worker();
        let again = world.runs().runs(&world.owner).await.unwrap().remove(0).id;
        let again = world.rests(again).await.run;
        worker.stop().await;

        assert_eq!((again.state, again.progress.total, again.progress.written), (JobState::Done, 1, 1), "{again:?}");
        assert_eq!((provider.calls(), world.versions().await, world.written_twice().await), (4, 4, 1));
        assert!(provider.scripted.seen()[3].body.to_string().contains("Say that it is quiet."));
        let written = world.store.queue(&world.owner, &QueueFilter { newest: true, ..QueueFilter::default() }, None, 10).await.unwrap().cards.remove(0);
        assert_eq!((written.product, written.remark.as_str()), (card.product, "Say that it is quiet."));
    }

    async fn a_remark_is_kept_when_what_failed_is_tried_again(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(1, 0), KEEP).await;
        let provider = world.provider(Scripted::new([Play::Good, Play::Declines("I cannot write this.".into())]), 1).await;
        world.run(RunSpec { provider: provider.id, ..spec() }).await;
        let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);
        let verdict = Verdict::Changes { remark: "Say that it is quiet.".into() };
        world.store.decide(&world.owner, Decision { op_id: op(1_000), review: card.review, verdict }).await.unwrap();
        let worker = world.worker();
        let again = world.runs().runs(&world.owner).await.unwrap().remove(0).id;
        assert_eq!(world.rests(again).await.run.progress.failed, 1);

        let retried = world.runs().retry_failed(&world.owner, again).await.unwrap();
        let retried = world.rests(retried).await.run;
        worker.stop().await;

        assert_eq!((retried.state, retried.progress.written), (JobState::Done, 1), "{retried:?}");
        assert!(provider.scripted.seen()[2].body.to_string().contains("Say that it is quiet."));
    }

    async fn a_run_that_is_about_to_pause_can_go_on_at_once(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(6, 0), KEEP).await;
        let permits = Arc::new(Semaphore::new(1));
        let provider = world.provider(Scripted::usually(Usual { permits: Some(Arc::clone(&permits)), ..Usual::default() }), 2).await;
        let worker = world.worker();
        let id = world.start(RunSpec { provider: provider.id, ..spec() }).await;
        let running = world.until_run(id, |run| run.run.progress.written > 0).await.run;
        assert!(running.state == JobState::Running && running.seconds_left.is_some(), "{running:?}");

        world.runs().pause(&world.owner, id).await.unwrap();
        let pausing = world.look(id).await.run;
        assert_eq!((pausing.state, pausing.paused, pausing.seconds_left), (JobState::Running, true, None));
        let refused = world.runs().resume(&world.owner, id, Some(Cost(1_000_000))).await.unwrap_err().to_string();
        assert_eq!(refused, "This run is about to pause. Wait a moment, then change its cap.");
        world.runs().resume(&world.owner, id, None).await.unwrap();
        permits.add_permits(5);
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written, provider.calls()), (JobState::Done, 6, 6), "{run:?}");
    }

    async fn pausing_waits_for_the_calls_on_their_way(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(60, 0), KEEP).await;
        let provider = world.provider(slow(Duration::from_millis(100)), 4).await;
        let worker = world.worker();
        let id = world.start(RunSpec { provider: provider.id, ..spec() }).await;
        world.until_run(id, |run| run.run.progress.written > 0).await;

        world.runs().pause(&world.owner, id).await.unwrap();
        let run = world.rests(id).await.run;

        assert!(run.paused && run.progress.written < 60, "{run:?}");
        assert_eq!((world.versions().await, provider.calls() as u64), (run.progress.written as i64, run.progress.written));
        world.runs().resume(&world.owner, id, None).await.unwrap();
        let run = world.rests(id).await.run;
        worker.stop().await;
        assert_eq!((run.state, provider.calls()), (JobState::Done, 60));
        let asked: HashSet<String> = provider.scripted.seen().iter().map(|seen| seen.body.to_string()).collect();
        assert_eq!(asked.len(), 60);
    }
}
