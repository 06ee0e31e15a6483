//! What a file does to a catalogue.

use std::time::Duration;

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::OpId,
    money::Money,
    op::{Action, Op},
};
use ports::{Jobs, jobs::JobState, product::Source};
use store::Author;

use crate::support::{DRY, KEEP, OVERWRITE, World, csv, on_both};

on_both! {
    async fn a_new_file_makes_its_products(engine: Engine) {
        let world = World::new(engine).await;

        let job = world.import(csv::LAMPS, KEEP).await;

        assert_eq!(job.job.state, JobState::Done, "{job:?}");
        assert_eq!((job.job.progress.created, job.job.progress.bad), (2, 0));
        assert_eq!(job.job.progress.bytes, csv::LAMPS.len() as u64);
        assert_eq!((job.job.subject.as_str(), job.job.who.as_str()), ("lamps.csv", "Olga"));
        let lamp = world.product("blue-lamp").await;
        assert_eq!((lamp.title.as_str(), lamp.vendor.as_str(), lamp.option_names.as_slice()), ("Blue lamp", "Acme", ["Size".to_owned()].as_slice()));
        assert_eq!(lamp.variants.iter().map(|variant| (variant.sku.as_str(), variant.price)).collect::<Vec<_>>(), [("BL-S", Some(Money(1_990))), ("BL-L", Some(Money(2_990)))]);
        assert_eq!(lamp.images[0].url, "https://example.test/blue.jpg");
        assert_eq!(lamp.extras.get("Care (product.metafields.custom.care)").map(String::as_str), Some("Dust it"));
        assert_eq!(world.uploads(), 0);
    }

    async fn the_same_file_again_changes_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let file = csv::many(2_500, 0);
        world.import(&file, OVERWRITE).await;
        let (changes, catalogue) = (world.opened.changes().await, world.catalogue().await);

        let again = world.import(&file, OVERWRITE).await.job.progress;

        assert_eq!((again.created, again.changed, again.unchanged, again.skipped, again.bad), (0, 0, 2_500, 0, 0));
        assert_eq!((world.opened.changes().await, changes), (2_500, 2_500));
        assert_eq!(world.catalogue().await, catalogue);
    }

    async fn known_products_are_left_alone_unless_asked(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::LAMPS, KEEP).await;

        let job = world.import("Title,URL handle\nGreen lamp,blue-lamp\nNew lamp,new-lamp\n", KEEP).await.job.progress;

        assert_eq!((job.created, job.skipped), (1, 1));
        assert_eq!(world.product("blue-lamp").await.title, "Blue lamp");
    }

    async fn overwriting_edits_what_differs_and_blanks_what_is_blank(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::LAMPS, KEEP).await;

        let job = world.import("Title,URL handle,Description,SKU,Price\nBlue lamp,blue-lamp,,BL-S,18.00\n", OVERWRITE).await.job.progress;

        assert_eq!((job.created, job.changed), (0, 1));
        let lamp = world.product("blue-lamp").await;
        assert_eq!((lamp.description.as_str(), lamp.variants[0].price), ("", Some(Money(1_800))));
        // A column that is not there is left alone, and so is a variant that is not mentioned.
        assert_eq!((lamp.vendor.as_str(), lamp.variants[1].price), ("Acme", Some(Money(2_990))));
        assert_eq!(world.opened.changes().await, 3);
    }

    async fn a_dry_run_writes_nothing_and_foretells_what_the_import_does(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::many(1_500, 0), KEEP).await;
        let (changes, catalogue) = (world.opened.changes().await, world.catalogue().await);
        // 1,500 known ones with another price, 700 new ones, one that is the same, one bad row.
        let mut file = csv::many(2_200, 1);
        file = file.replace("number 7 of many", "number seven of many");
        file.push_str("Broken,broken,,,,,,free,,,\n");

        let dry = world.import(&file, DRY).await;

        assert_eq!(dry.job.state, JobState::Done, "{dry:?}");
        assert_eq!((world.opened.changes().await, world.catalogue().await == catalogue), (changes, true));
        assert_eq!((dry.job.progress.created, dry.job.progress.changed, dry.job.progress.bad), (700, 1_500, 1));
        assert!(dry.planned.len() <= 200 && dry.planned.iter().any(|planned| planned.new));
        let seven = dry.planned.iter().find(|planned| planned.handle == "lamp-7").unwrap();
        let description = seven.fields.iter().find(|change| change.field == Field::Description).unwrap();
        assert!(matches!((&description.before, &description.after), (Value::Text(before), Value::Text(after)) if before.contains("number 7") && after.contains("number seven")));
        assert_eq!(world.uploads(), 1);

        let id = world.service().import_after_dry_run(&world.owner, dry.job.id).await.unwrap();
        let worker = world.worker();
        let real = world.over(id).await;
        worker.stop().await;

        assert_eq!((real.job.progress, &real.bad_rows), (dry.job.progress, &dry.bad_rows));
        assert!(real.overwrite);
        let again = world.import(&file, DRY).await.job.progress;
        assert_eq!((again.created, again.changed, again.unchanged, again.bad), (0, 0, 2_200, 1));
    }

    async fn the_file_of_a_dry_run_is_kept_for_a_week(engine: Engine) {
        let world = World::new(engine).await;
        let dry = world.import(csv::LAMPS, DRY).await;

        world.clock.pass(Duration::from_hours(6 * 24));
        world.import(csv::LAMPS, KEEP).await;
        assert_eq!(world.uploads(), 1);
        world.clock.pass(Duration::from_hours(2 * 24));
        world.import(csv::LAMPS, KEEP).await;

        assert_eq!(world.uploads(), 0);
        let refused = world.service().import_after_dry_run(&world.owner, dry.job.id).await.unwrap_err();
        assert_eq!(refused.to_string(), "The file of this dry run is no longer kept. Upload it again.");
    }

    async fn a_product_in_the_trash_is_named_and_stays_there(engine: Engine) {
        let world = World::new(engine).await;
        world.import(csv::LAMPS, KEEP).await;
        let lamp = world.store.load_by_handles(&world.at, &["red-lamp".parse().unwrap()]).await.unwrap().remove(0);
        let delete = Op { id: OpId::new(Timestamp::from_micros(1), [1; 10]), product: lamp.id, action: Action::Delete };
        let author = Author { user: None, source: Source::Page, job: None, remember: false };
        world.store.write(&world.at, &author, vec![delete], None).await.unwrap();

        let job = world.import("Title,URL handle\nNew title,red-lamp\nBlue lamp,blue-lamp\n", OVERWRITE).await;

        assert_eq!((job.job.progress.changed, job.job.progress.unchanged, job.job.progress.bad), (0, 1, 1));
        let row = &job.bad_rows[0];
        assert_eq!((row.line, row.column.as_str(), row.value.as_str()), (2, "URL handle", "red-lamp"));
        assert!(row.reason.contains("in the trash"), "{row:?}");
    }
}
