//! Files that are no catalogue fail at once, with a sentence that says what to do.

use ports::jobs::JobState;

use crate::support::{KEEP, World, on_both};

on_both! {
    async fn a_file_that_is_no_catalogue_fails_with_a_sentence(engine: Engine) {
        let world = World::new(engine).await;
        for (file, says) in [
            (b"PK\x03\x04 and so on".as_slice(), "This is a ZIP archive, not a CSV file."),
            (b"\x1f\x8b\x08 and so on", "This is a gzip archive, not a CSV file."),
            (b"%PDF-1.7", "This is a PDF document, not a CSV file."),
            (b"", "This file is empty."),
            (b"Title,URL handle\n", "This file has a header and no products below it."),
            (b"Colour,Size\nred,1\n", "The columns Title and Handle"),
        ] {
            let job = world.import(file, KEEP).await.job;

            assert_eq!(job.state, JobState::Failed, "{job:?}");
            assert!(job.message.starts_with(says), "{}", job.message);
        }
        assert_eq!(world.opened.number("SELECT CAST(max(attempts) AS BIGINT) FROM jobs").await, 1);
        assert_eq!((world.uploads(), world.opened.products().await), (0, 0));
    }
}
