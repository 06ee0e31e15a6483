//! What is exported can be imported again.

use domain::{money::Currency, role::Role};
use jobs::export;
use ports::{Access, jobs::JobState};

use crate::support::{KEEP, World, catalogue, csv, on_both};

on_both! {
    async fn an_export_imported_into_another_store_is_the_same_catalogue(engine: Engine) {
        let mut world = World::new(engine).await;
        world.import(csv::LAMPS, KEEP).await;
        world.import(csv::many(1_500, 0), KEEP).await;
        world.import("Title,URL handle,Tone (product.metafields.custom.tone)\n=Formula lamp,formula,warm\n", KEEP).await;
        let before = world.catalogue().await;

        let mut file = Vec::new();
        let mut seen = Vec::new();
        let written = export(&world.store, &world.at, &mut file, |progress| seen.push(progress)).await.unwrap();

        assert_eq!((written, seen.last().map(|last| (last.seen, last.written))), (1_503, Some((1_503, 1_503))));
        let other = world.store.create_store("copy", "Copy", Currency::EUR).await.unwrap();
        world.store.set_member(world.owner.user, &other, Role::Owner).await.unwrap();
        world.owner = Access { store: other.id, ..world.owner };
        world.at = other;
        let job = world.import(&file, KEEP).await;
        assert_eq!((job.job.state, job.job.progress.created, job.job.progress.bad), (JobState::Done, 1_503, 0), "{job:?}");
        let after = catalogue::contents(&world.store, &world.at).await;
        assert!(before == after, "{:#?}", before.iter().zip(&after).find(|(before, after)| before != after));
    }

    async fn an_empty_store_gives_a_header(engine: Engine) {
        let world = World::new(engine).await;
        let mut file = Vec::new();

        assert_eq!(export(&world.store, &world.at, &mut file, |_| {}).await.unwrap(), 0);

        assert_eq!(String::from_utf8(file).unwrap().lines().count(), 1);
    }
}
