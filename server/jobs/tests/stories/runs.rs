//! Runs with the built-in rules, from the start to the end and every way in between.

use std::time::Duration;

use domain::{
    clock::Timestamp,
    handle::Handle,
    ids::OpId,
    op::{Action, Op},
    product::Missing,
    query::ListQuery,
    words::part::Part,
};
use ports::{
    Jobs,
    error::AppError,
    jobs::JobState,
    review::{QueueFilter, Reviews},
    runs::{Basis, RunSpec, Runs, Selection},
};

use crate::support::{KEEP, World, csv, on_both, runs::spec};

const LEASE: Duration = Duration::from_secs(31);

on_both! {
    async fn a_run_writes_a_suggestion_for_every_product_that_needs_one(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(300).await;

        let run = world.run(spec()).await;

        let progress = run.run.progress;
        assert_eq!((run.run.state, run.run.subject.as_str(), run.run.who.as_str()), (JobState::Done, "all 300 products", "Olga"));
        assert_eq!((progress.total, progress.written + progress.skipped, progress.failed), (300, 300, 0), "{progress:?}");
        assert!(progress.written > 200, "{progress:?}");
        assert_eq!((world.versions().await, run.open_reviews), (progress.written as i64, progress.written));
        assert!(run.results.len() == 50 && run.results.iter().all(|result| result.quality.1 >= result.quality.0), "{:?}", run.results);
        let suggested = "SELECT count(*) FROM products WHERE optimization_status = 'suggested'";
        assert_eq!(world.opened.number(suggested).await, progress.written as i64);
        // Nothing of the products themselves is changed.
        assert_eq!(world.opened.number("SELECT count(*) FROM change_log WHERE source = 'run'").await, progress.written as i64);
    }

    async fn what_has_not_changed_is_not_written_again(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(60).await;
        let first = world.run(spec()).await.run.progress;

        let second = world.run(spec()).await.run.progress;
        let third = world.run(RunSpec { again: true, ..spec() }).await.run.progress;

        assert_eq!((second.written, second.skipped), (0, 60), "{second:?}");
        assert_eq!(third.written, first.written);
        assert_eq!(world.versions().await, (first.written + third.written) as i64);
        // Of each product one suggestion waits, the later.
        assert_eq!(world.opened.number("SELECT count(*) FROM content_reviews WHERE status = 'open'").await, first.written as i64);
    }

    async fn a_run_with_an_id_of_the_callers_is_started_once(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3).await;
        let (runs, one, id) = (world.runs(), || RunSpec { parts: vec![Part::Title], ..spec() }, world.store.new_job_id());

        let (first, second) = tokio::join!(runs.start_as(&world.owner, id, one()), runs.start_as(&world.owner, id, one()));
        let later = runs.start_as(&world.owner, id, RunSpec { parts: Vec::new(), ..spec() }).await;

        assert_eq!((first, second, later), (Ok(()), Ok(()), Ok(())));
        assert_eq!(world.opened.number("SELECT count(*) FROM jobs WHERE kind = 'optimise'").await, 1);
        assert_eq!(world.look(id).await.run.id, id);
    }

    async fn only_what_is_empty_is_filled(engine: Engine) {
        let world = World::new(engine).await;
        world.import("Title,URL handle,SEO title,Type\noak LAMP,oak,Lamps of oak,Lamp\nash LAMP,ash,,Lamp\n", KEEP).await;

        let run = world.run(RunSpec { only_empty: true, parts: vec![Part::Title, Part::SeoTitle], ..spec() }).await;

        assert_eq!((run.run.progress.written, run.run.progress.skipped), (1, 1), "{run:?}");
        assert_eq!(run.results[0].handle.as_str(), "ash");
        let kept = "SELECT count(*) FROM optimization_versions WHERE optimized_title IS NULL AND optimized_seo_title IS NOT NULL";
        assert_eq!(world.opened.number(kept).await, 1);
    }

    async fn a_sample_stops_the_run_until_somebody_lets_it_go_on(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(100).await;

        let run = world.run(RunSpec { sample_first: true, ..spec() }).await;

        let progress = run.run.progress;
        assert_eq!((run.run.state, run.run.paused, progress.sampled), (JobState::Queued, true, true), "{run:?}");
        assert_eq!(run.run.message, "Ten are written. Look at them, then let it go on.");
        assert_eq!(progress.written + progress.skipped, 10);
        assert_eq!(run.estimate.as_ref().map(|estimate| (estimate.products, estimate.basis)), Some((90, Basis::Sample)));
        // Spread over all of them, not the first ten.
        assert!(world.opened.number("SELECT CAST(max(product_key) AS BIGINT) - CAST(min(product_key) AS BIGINT) FROM optimization_versions").await > 50);

        let id = run.run.id;
        let worker = world.worker();
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert_eq!(world.look(id).await.run.progress, progress);
        world.runs().resume(&world.owner, id, None).await.unwrap();
        let run = world.rests(id).await;
        worker.stop().await;

        let progress = run.run.progress;
        assert_eq!((run.run.state, progress.written + progress.skipped, progress.sampled), (JobState::Done, 100, false));
        assert_eq!(world.versions().await, progress.written as i64);
    }

    async fn a_selection_no_larger_than_a_sample_is_written_at_once(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(12).await;
        let handles: Vec<Handle> = (0..10).map(|n| demo_catalogue::product(n, Timestamp::default()).1.handle).collect();

        let run = world.run(RunSpec { sample_first: true, selection: Selection::Products(handles), ..spec() }).await;

        assert_eq!((run.run.state, run.run.progress.total, run.run.subject.as_str()), (JobState::Done, 10, "10 products"));
    }

    async fn a_run_that_is_paused_goes_on_where_it_was(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3_000).await;
        let worker = world.worker();
        let id = world.start(spec()).await;
        world.until_run(id, |run| run.run.progress.written > 0).await;

        world.runs().pause(&world.owner, id).await.unwrap();
        let paused = world.rests(id).await.run;
        let done = paused.progress.written + paused.progress.skipped;
        assert!(done < 3_000 && paused.paused, "{paused:?}");
        assert_eq!(paused.message, "Paused on request.");
        world.runs().resume(&world.owner, id, None).await.unwrap();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written + run.progress.skipped), (JobState::Done, 3_000), "{run:?}");
        assert_eq!((world.versions().await, world.written_twice().await), (run.progress.written as i64, 0));
    }

    async fn a_run_that_is_cancelled_keeps_what_it_wrote(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3_000).await;
        let worker = world.worker();
        let id = world.start(spec()).await;
        world.until_run(id, |run| run.run.progress.written > 0).await;

        world.runs().cancel(&world.owner, id).await.unwrap();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.message.as_str()), (JobState::Cancelled, "Stopped on request. What was written until then stays."));
        assert!(run.progress.written > 0 && run.progress.written < 3_000, "{run:?}");
        assert_eq!(world.versions().await, run.progress.written as i64);
    }

    async fn a_worker_that_dies_again_and_again_writes_everything_once(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3_000).await;
        let id = world.start(spec()).await;
        let mut deaths = 0;

        while !world.look(id).await.run.state.is_over() {
            let before = world.look(id).await.run.progress.written;
            let worker = world.worker();
            world.until_run(id, |run| run.run.state.is_over() || run.run.progress.written > before + 300).await;
            tokio::time::sleep(Duration::from_millis(deaths * 37 % 150)).await;
            worker.abort().await;
            world.clock.pass(LEASE);
            deaths += 1;
        }

        let run = world.look(id).await.run;
        assert_eq!((run.state, run.progress.written + run.progress.skipped), (JobState::Done, 3_000), "{run:?}");
        assert_eq!((world.versions().await, world.written_twice().await), (run.progress.written as i64, 0));
        assert!(deaths > 2, "{deaths}");
    }

    async fn a_product_that_is_deleted_meanwhile_is_skipped(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(20).await;
        let id = world.start(spec()).await;
        let gone = demo_catalogue::product(7, Timestamp::from_micros(1_735_689_600_000_000)).0;
        world.write(vec![Op { id: OpId::new(Timestamp::from_micros(1), [9; 10]), product: gone, action: Action::Delete }]).await;

        let worker = world.worker();
        let run = world.rests(id).await.run;
        worker.stop().await;

        assert_eq!((run.state, run.progress.written + run.progress.skipped, run.progress.failed), (JobState::Done, 20, 0));
        assert_eq!(world.opened.number("SELECT count(*) FROM optimization_versions v JOIN products p ON p.id = v.product_id WHERE p.deleted").await, 0);
    }

    async fn an_import_does_not_wait_for_runs(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(6_000).await;
        let worker = world.worker();
        let runs = [world.start(spec()).await, world.start(RunSpec { again: true, ..spec() }).await];
        world.until_run(runs[0], |run| run.run.progress.written > 0).await;

        let import = world.upload(csv::LAMPS, KEEP).await;
        let import = world.over(import).await.job;

        assert_eq!((import.state, import.progress.created), (JobState::Done, 2));
        assert!(runs.len() == 2 && !world.look(runs[1]).await.run.state.is_over());
        worker.abort().await;
    }

    async fn runs_and_imports_are_shown_apart(engine: Engine) {
        let world = World::new(engine).await;
        let import = world.import(csv::LAMPS, KEEP).await.job.id;
        let run = world.run(spec()).await.run.id;

        assert_eq!(world.service().jobs(&world.owner).await.unwrap().into_iter().map(|job| job.id).collect::<Vec<_>>(), [import]);
        assert_eq!(world.runs().runs(&world.owner).await.unwrap().into_iter().map(|run| run.id).collect::<Vec<_>>(), [run]);
        assert_eq!(world.service().job(&world.owner, run).await, Ok(None));
        assert_eq!(world.service().cancel(&world.owner, run).await, Err(AppError::NotFound));
        assert_eq!(world.runs().run(&world.owner, import).await, Ok(None));
        assert_eq!(world.runs().cancel(&world.owner, import).await, Err(AppError::NotFound));
    }

    async fn a_run_that_makes_no_sense_is_refused_with_a_sentence(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3).await;
        let handle = |n: u32| Handle::try_from(format!("lamp-{n}")).unwrap();
        let refused = |spec| async { world.runs().start(&world.owner, spec).await.unwrap_err().to_string() };
        let many = Selection::Products((0..10_001).map(handle).collect());
        let nothing = Selection::Matching(ListQuery { search: "nothing has this word".into(), ..ListQuery::default() });

        assert!(refused(RunSpec { parts: vec![], ..spec() }).await.starts_with("Nothing is chosen to be written."));
        assert!(refused(RunSpec { cap: Some(domain::money::Cost(-1)), ..spec() }).await.starts_with("The cap cannot be negative."));
        assert!(refused(RunSpec { selection: Selection::Products(vec![]), ..spec() }).await.starts_with("No product is selected."));
        assert!(refused(RunSpec { selection: Selection::Products(vec![handle(1)]), ..spec() }).await.starts_with("No product is selected, or none is there"));
        assert!(refused(RunSpec { selection: nothing, ..spec() }).await.starts_with("No product is selected, or none is there"));
        assert!(refused(RunSpec { selection: many, ..spec() }).await.starts_with("At most 10,000 products"));
        let unknown = "01890000-0000-7000-8000-000000000000".parse().unwrap();
        assert_eq!(refused(RunSpec { provider: unknown, ..spec() }).await, "The provider is not there any more. Choose another one.");
        assert_eq!(world.opened.number("SELECT count(*) FROM jobs").await, 0);
    }

    async fn the_picture_leads_to_runs_over_what_is_worst(engine: Engine) {
        let world = World::new(engine).await;
        let file = "Title,URL handle,Description,Tags,Product image URL,Image position,Image alt text\n\
                    Oak lamp,oak,<p>Oak.</p>,wood,https://example.com/1.jpg,1,An oak lamp\n,oak,,,https://example.com/2.jpg,2,\n\
                    Ash lamp,ash,,wood,,,\nElm lamp,elm,,,,,\n";
        world.import(file, KEEP).await;

        let picture = world.runs().picture(&world.owner).await.unwrap();

        assert_eq!((picture.products, picture.improved, picture.open_reviews), (3, 0, 0));
        let worst: Vec<(&str, u64)> = picture.lacks.iter().map(|lack| (lack.says.as_str(), lack.products)).collect();
        let whole = [("No SEO title or description", 3), ("Words as they came", 3)];
        // A picture that is not there is nothing that words could mend.
        let single = [("A picture without a text", 1), ("No tags", 1), ("A very short description", 1)];
        assert_eq!(worst, [whole.as_slice(), &[("No description", 2)], &single].concat());
        let kinds = [
            (Missing::Description, Part::Description, "2 products missing a description"),
            (Missing::Alt, Part::Alt, "1 product missing picture texts"),
            (Missing::Tags, Part::Tags, "1 product missing tags"),
            (Missing::Short, Part::Description, "1 product missing a full description"),
        ];
        for (lack, (missing, part, subject)) in picture.lacks[2..].iter().zip(kinds) {
            assert_eq!((lack.query.missing.as_slice(), lack.parts.as_slice()), ([missing].as_slice(), [part].as_slice()));
            assert_eq!(ListQuery::from_address(&lack.query.to_address()), lack.query);
            let run = world.run(RunSpec { selection: Selection::Matching(lack.query.clone()), parts: lack.parts.clone(), ..spec() }).await.run;
            assert_eq!((run.subject.as_str(), run.progress.total), (subject, lack.products));
        }
    }

    async fn pictures_that_have_a_text_keep_it_where_only_what_is_empty_is_filled(engine: Engine) {
        let world = World::new(engine).await;
        let file = "Title,URL handle,Type,Product image URL,Image position,Image alt text\n\
                    Oak lamp,oak,Lamp,https://example.com/1.jpg,1,An oak lamp\n,oak,,https://example.com/2.jpg,2,\n\
                    Ash lamp,ash,Lamp,https://example.com/3.jpg,1,An ash lamp\nElm lamp,elm,Lamp,,,\n";
        world.import(file, KEEP).await;
        let query = ListQuery { missing: vec![Missing::Alt], ..ListQuery::default() };

        let run = world.run(RunSpec { selection: Selection::Matching(query), only_empty: true, parts: vec![Part::Alt], ..spec() }).await;

        assert_eq!((run.run.progress.total, run.run.progress.written, run.results[0].handle.as_str()), (1, 1, "oak"), "{run:?}");
        let card = world.store.queue(&world.owner, &QueueFilter::default(), None, 10).await.unwrap().cards.remove(0);
        let fields: Vec<(Part, &str)> = card.fields.iter().map(|field| (field.part, field.image.as_str())).collect();
        assert_eq!(fields, [(Part::Alt, "https://example.com/2.jpg")]);
    }
}
