//! Rows that cannot be used are named, and the others are imported.

use std::{fmt::Write, sync::Arc};

use futures::TryStreamExt;
use jobs::bad_rows_csv;
use ports::{Jobs, jobs::JobState};

use crate::support::{KEEP, World, on_both};

on_both! {
    async fn bad_rows_are_named_and_good_ones_imported(engine: Engine) {
        let world = World::new(engine).await;
        let file = "Title,URL handle,Price\nBlue lamp,blue-lamp,19.90\nRed lamp,red-lamp,free\nGreen lamp,green-lamp,-5\nGrey lamp,grey-lamp,1\n";

        let job = world.import(file, KEEP).await;

        assert_eq!(job.job.state, JobState::Done);
        assert_eq!((job.job.progress.created, job.job.progress.bad), (2, 2));
        let rows: Vec<_> = job.bad_rows.iter().map(|row| (row.line, row.column.as_str(), row.value.as_str(), row.reason.as_str())).collect();
        assert_eq!(rows, [(3, "Price", "free", "This is not an amount. Write it like 19.90."), (4, "Price", "-5", "An amount cannot be negative.")]);
    }

    async fn many_bad_rows_are_all_in_the_download(engine: Engine) {
        let world = World::new(engine).await;
        let mut file = String::from("Title,URL handle,Price,Compare-at price\nGood,good,1,2\n");
        // Two bad cells a row, so that a page could end within one.
        for number in 0..1_700 {
            writeln!(file, "Lamp,lamp-{number},=1+{number},free").unwrap();
        }

        let job = world.import(&file, KEEP).await;
        let service: Arc<dyn Jobs> = Arc::new(world.service());
        let pieces: Vec<Vec<u8>> = bad_rows_csv(service, world.owner.clone(), job.job.id).try_collect().await.unwrap();

        assert_eq!((job.job.progress.created, job.job.progress.bad, job.bad_rows.len()), (1, 3_400, 100));
        assert!(pieces.len() > 3);
        let text = String::from_utf8(pieces.concat()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3_401);
        assert_eq!(lines[0], "\u{feff}Line,Column,Value,Reason");
        assert_eq!(lines[1], "3,Price,'=1+0,This is not an amount. Write it like 19.90.");
        assert!(lines[3_400].starts_with("1702,Compare-at price,free,"), "{}", lines[3_400]);
    }
}
