//! Setting up who writes and how; and who may.

use domain::{
    clock::Timestamp,
    ids::ProviderId,
    money::{Cost, Currency},
    role::Role,
    words::brief::Brief,
};
use ports::{
    Access,
    error::AppError,
    runs::{Basis, RunSpec, Runs},
    writing::{PriceView, ProviderDraft, ProviderKind, Writing},
};
use scripted_provider::{Play, Scripted};

use crate::support::{KEEP, World, csv, on_both, provider::PRICE, runs::spec};

on_both! {
    async fn the_built_in_rules_are_always_there(engine: Engine) {
        let world = World::new(engine).await;

        let before = world.writing().providers(&world.owner).await.unwrap();
        let provider = world.provider(Scripted::new([]), 4).await;
        let later = world.provider_without_price("Later", 2, Scripted::new([]), 4).await;
        let after = world.writing().providers(&world.owner).await.unwrap();

        assert_eq!(before.iter().map(|view| (view.id, view.name.as_str(), view.position)).collect::<Vec<_>>(), [(ProviderId::BUILT_IN, "Built-in rules", 1)]);
        // What costs money is the first choice where it was placed before them, and nowhere else.
        let positions: Vec<(ProviderId, u32)> = after.iter().map(|view| (view.id, view.position)).collect();
        assert_eq!(positions, [(ProviderId::BUILT_IN, 1), (provider.id, 0), (later.id, 2)]);
        assert_eq!(after[1].price.as_ref().map(|price| (price.input, price.output)), Some(PRICE));
        assert!(world.writing().remove_provider(&world.owner, ProviderId::BUILT_IN).await.is_err());
    }

    async fn a_key_is_sealed_and_never_shown(engine: Engine) {
        let world = World::new(engine).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        let view = || async { world.writing().providers(&world.owner).await.unwrap().remove(1) };

        assert!(view().await.has_key && !format!("{:?}", view().await).contains("very-secret"));
        let rows = world.store.providers(&world.at).await.unwrap();
        let sealed = rows[0].sealed_key.clone().unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));

        // Left alone it stays, and it goes with nothing but the address it was entered for.
        world.writing().save_provider(&world.owner, ProviderDraft { key: None, model: "large".into(), ..provider.draft.clone() }).await.unwrap();
        assert_eq!((view().await.has_key, view().await.model.as_str(), view().await.price), (true, "large", None));
        let moved = ProviderDraft { key: None, base_url: "https://elsewhere.test/v1".into(), ..provider.draft.clone() };
        let refused = world.writing().save_provider(&world.owner, moved).await.unwrap_err().to_string();
        assert!(refused.starts_with("The address has changed. Enter the key again"), "{refused}");
        world.writing().save_provider(&world.owner, ProviderDraft { key: Some(String::new()), ..provider.draft.clone() }).await.unwrap();
        assert!(!view().await.has_key);
    }

    async fn trying_a_provider_says_whether_it_works(engine: Engine) {
        let world = World::new(engine).await;
        let provider = world.provider_without_price("Mistral", 0, Scripted::new([Play::Says("ready".into()), Play::fails(401)]), 4).await;

        let works = world.writing().try_provider(&world.owner, provider.id).await.unwrap();
        let fails = world.writing().try_provider(&world.owner, provider.id).await.unwrap();

        assert_eq!((works.works, works.says.as_str()), (true, "ready"));
        assert!(!fails.works && fails.says.starts_with("Mistral does not accept the key"), "{fails:?}");
        assert_eq!((provider.calls(), world.calls().await), (2, 2));
        assert!(world.writing().try_provider(&world.owner, ProviderId::BUILT_IN).await.unwrap().works);
    }

    async fn a_preview_keeps_nothing_but_what_it_cost(engine: Engine) {
        let world = World::new(engine).await;
        world.import("Title,URL handle,Description,Type\noak LAMP,oak,<p>Solid oak.</p>,Lamp\n", KEEP).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        let handle = "oak".parse().unwrap();

        let preview = world.writing().preview(&world.owner, &handle, provider.id).await.unwrap();
        let rules = world.writing().preview(&world.owner, &handle, ProviderId::BUILT_IN).await.unwrap();

        assert_eq!((preview.provider.as_str(), preview.model.as_str(), preview.before.title.as_deref()), ("Mistral", "small", Some("oak LAMP")));
        assert_ne!(preview.after.description, preview.before.description);
        assert_eq!((preview.cost.0, world.spent().await, world.calls().await), (world.spent().await, preview.cost.0, 1));
        assert!(preview.cost.0 > 0 && rules.cost == Cost::ZERO && rules.provider == "Built-in rules", "{rules:?}");
        assert_eq!((world.versions().await, world.opened.changes().await), (0, 1));
        assert_eq!(world.writing().preview(&world.owner, &"not-there".parse().unwrap(), provider.id).await, Err(AppError::NotFound));
    }

    async fn an_estimate_gets_better_with_what_is_known(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(100, 0), KEEP).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        let spec = RunSpec { provider: provider.id, sample_first: true, ..spec() };

        let by_lengths = world.runs().estimate(&world.owner, &spec).await.unwrap();
        let sampled = world.run(spec.clone()).await;
        let by_sample = sampled.estimate.clone().unwrap();
        let measured = world.runs().estimate(&world.owner, &spec).await.unwrap();
        let worker = world.worker();
        world.runs().resume(&world.owner, sampled.run.id, None).await.unwrap();
        let rest = world.rests(sampled.run.id).await.run.progress.cost.0 - sampled.run.progress.cost.0;
        worker.stop().await;

        assert_eq!([by_lengths.basis, by_sample.basis, measured.basis], [Basis::Lengths, Basis::Sample, Basis::Measured]);
        assert_eq!([by_lengths.products, by_sample.products, measured.products], [100, 90, 100]);
        assert!(by_lengths.seconds.is_none() && measured.seconds.is_some());
        let (likely, least, most) = by_sample.cost.unwrap();
        assert!(least <= likely && likely <= most && (least.0 - 2..=most.0 + 2).contains(&rest), "{least:?} {rest} {most:?}");
        let (likely, least, most) = by_lengths.cost.unwrap();
        assert!(least < likely && likely < most);
        // Ten of a hundred are done.
        assert!(measured.note.contains("need nobody to be asked"), "{measured:?}");
    }

    async fn an_estimate_says_what_is_left_of_the_budget(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(20).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        assert_eq!(world.runs().estimate(&world.owner, &spec()).await.unwrap().budget_left, None);
        world.budget(Some(Cost(5_000_000))).await;
        let spent = world.run(RunSpec { provider: provider.id, ..spec() }).await.run.progress.cost.0;

        let estimate = world.runs().estimate(&world.owner, &spec()).await.unwrap();

        assert_eq!((estimate.budget_left, estimate.cost), (Some(Cost(5_000_000 - spent)), Some((Cost::ZERO, Cost::ZERO, Cost::ZERO))));
    }

    async fn a_template_is_laid_over_the_stores_brief(engine: Engine) {
        let world = World::new(engine).await;
        let writing = world.writing();
        let (own, template) = (Brief { tone: "calm".into(), ..Brief::default() }, Brief { tone: "warm".into(), ..Brief::default() });

        assert_eq!(writing.briefs(&world.owner).await.unwrap().brief, Brief::default());
        writing.save_brief(&world.owner, None, own.clone()).await.unwrap();
        writing.save_brief(&world.owner, Some(" Lamp "), template.clone()).await.unwrap();

        let briefs = writing.briefs(&world.owner).await.unwrap();
        assert_eq!((briefs.brief, briefs.templates, briefs.may_edit), (own, vec![("Lamp".to_owned(), template)], true));
        let refused = writing.save_brief(&world.owner, Some(" "), Brief::default()).await.unwrap_err().to_string();
        assert_eq!(refused, "The product type is missing.");
        writing.remove_template(&world.owner, "Lamp").await.unwrap();
        assert_eq!(writing.remove_template(&world.owner, "Lamp").await, Err(AppError::NotFound));
        assert_eq!(writing.remove_template(&world.owner, "").await, Err(AppError::NotFound));
        assert_eq!(writing.briefs(&world.owner).await.unwrap().templates, []);
    }

    async fn owners_set_up_providers_editors_write_and_everybody_looks(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        let run = world.run(spec()).await.run.id;
        let (writing, runs) = (world.writing(), world.runs());
        let handle = world.look(run).await.results[0].handle.clone();
        let price = || PriceView { provider: provider.id, model: "small".into(), from: Timestamp::default(), input: Cost(1), output: Cost(1) };
        for role in [Role::Viewer, Role::Reviewer, Role::Editor] {
            let who = Access { role, ..world.owner.clone() };
            let forbidden = Err(AppError::Forbidden);
            assert_eq!(writing.save_provider(&who, provider.draft.clone()).await, Err(AppError::Forbidden));
            assert_eq!(writing.remove_provider(&who, provider.id).await, forbidden);
            assert_eq!(writing.try_provider(&who, provider.id).await, Err(AppError::Forbidden));
            assert_eq!(writing.prices(&who).await, Err(AppError::Forbidden));
            assert_eq!(writing.save_price(&who, price()).await, forbidden);
            assert_eq!(writing.remove_price(&who, provider.id, "small", Timestamp::default()).await, forbidden);
            // Where a provider is, is the owner's business.
            assert!(writing.providers(&who).await.unwrap().iter().all(|view| view.base_url.is_empty()));
            assert!(runs.run(&who, run).await.unwrap().is_some() && runs.runs(&who).await.unwrap().len() == 1);
            assert!(runs.picture(&who).await.is_ok());
            let may = role == Role::Editor;
            assert_eq!(writing.briefs(&who).await.unwrap().may_edit, may);
            assert_eq!(writing.save_brief(&who, None, Brief::default()).await.is_ok(), may);
            assert_eq!(writing.preview(&who, &handle, ProviderId::BUILT_IN).await.is_ok(), may);
            assert_eq!(runs.estimate(&who, &spec()).await.is_ok(), may);
            assert_eq!(runs.start(&who, spec()).await.is_ok(), may);
            assert_eq!(runs.pause(&who, run).await.is_ok(), may);
            assert_eq!(runs.cancel(&who, run).await.is_ok(), may);
            if !may {
                assert_eq!(runs.resume(&who, run, None).await, forbidden);
                assert_eq!(runs.retry_failed(&who, run).await, Err(AppError::Forbidden));
            }
        }
    }

    async fn what_is_of_another_store_is_not_there(engine: Engine) {
        let world = World::new(engine).await;
        world.demo(3).await;
        let provider = world.provider(Scripted::new([]), 4).await;
        let run = world.run(spec()).await.run.id;
        let other = world.store.create_store("shoes", "Shoes", Currency::EUR).await.unwrap();
        let stranger = Access { store: other.id, ..world.owner.clone() };
        let (writing, runs) = (world.writing(), world.runs());

        assert_eq!(writing.providers(&stranger).await.unwrap().len(), 1);
        assert_eq!(writing.save_provider(&stranger, provider.draft.clone()).await, Err(AppError::NotFound));
        assert_eq!(writing.remove_provider(&stranger, provider.id).await, Err(AppError::NotFound));
        assert_eq!(writing.try_provider(&stranger, provider.id).await, Err(AppError::NotFound));
        assert_eq!(writing.prices(&stranger).await, Ok(vec![]));
        let price = PriceView { provider: provider.id, model: "small".into(), from: Timestamp::default(), input: Cost(1), output: Cost(1) };
        assert_eq!(writing.save_price(&stranger, price).await, Err(AppError::NotFound));
        assert_eq!(writing.remove_price(&stranger, provider.id, "small", Timestamp::default()).await, Err(AppError::NotFound));
        assert_eq!(runs.run(&stranger, run).await, Ok(None));
        assert_eq!(runs.runs(&stranger).await, Ok(vec![]));
        assert_eq!(runs.pause(&stranger, run).await, Err(AppError::NotFound));
        assert_eq!(runs.resume(&stranger, run, None).await, Err(AppError::NotFound));
        assert_eq!(runs.cancel(&stranger, run).await, Err(AppError::NotFound));
        assert_eq!(runs.retry_failed(&stranger, run).await, Err(AppError::NotFound));
        assert_eq!(runs.picture(&stranger).await.unwrap().products, 0);
        assert!(runs.start(&stranger, RunSpec { provider: provider.id, ..spec() }).await.is_err());
    }

    async fn a_provider_of_a_kind_that_is_not_set_up_is_refused(engine: Engine) {
        let world = World::new(engine).await;
        let provider = world.provider(Scripted::new([]), 4).await;

        let refused = world.writing().save_provider(&world.owner, ProviderDraft { kind: ProviderKind::BuiltIn, ..provider.draft.clone() }).await;

        assert!(refused.unwrap_err().to_string().starts_with("The built-in rules are always there."));
        let unknown = ProviderDraft { id: Some("01890000-0000-7000-8000-000000000000".parse().unwrap()), ..provider.draft.clone() };
        assert_eq!(world.writing().save_provider(&world.owner, unknown).await, Err(AppError::NotFound));
    }
}
