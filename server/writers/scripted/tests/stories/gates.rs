//! Whoever pays is asked before each call and told after it, whatever becomes of it.

use std::time::Duration;

use futures::future::join_all;
use scripted_provider::Play;
use tokio::time::{Instant, timeout};
use writers::{Outcome, WriteError};

use crate::support::{BOTH, Till, error, outcomes, story};

#[tokio::test(start_paused = true)]
async fn without_leave_no_call_is_made() {
    for kind in BOTH {
        let mut story = story(kind, []);
        story.till.lets = Some(0);

        let answer = story.ask().await;

        assert_eq!(error(&answer), "The budget of this month is used up.");
        assert_eq!((answer.calls.len(), story.requests()), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn leave_is_asked_for_each_try_anew() {
    for kind in BOTH {
        let mut story = story(kind, [Play::fails(500), Play::Good]);
        story.till.lets = Some(1);

        let answer = story.ask().await;

        assert!(matches!(answer.result, Err(WriteError::Halted(_))));
        assert_eq!((outcomes(&answer), story.requests(), story.till.told().len()), (vec![Outcome::Failing], 1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn leave_is_asked_for_a_repair_too() {
    for kind in BOTH {
        let mut story = story(kind, [Play::Says("no".into()), Play::Good]);
        story.till.lets = Some(1);

        let answer = story.ask().await;

        assert!(matches!(answer.result, Err(WriteError::Halted(_))));
        assert_eq!(story.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_heard_while_waiting() {
    for kind in BOTH {
        let (mut story, begun) = (story(kind, [Play::fails_for(429, "100")]), Instant::now());
        story.till.stops_after = Some(Duration::from_secs(5));

        let answer = story.ask().await;

        assert_eq!(error(&answer), "Somebody paused the run.");
        assert_eq!(begun.elapsed().as_secs(), 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_waits_for_any_more_is_told_all_the_same() {
    for kind in BOTH {
        let story = story(kind, [Play::Stalls]);

        let given_up = timeout(Duration::from_secs(3), story.ask()).await;

        assert!(given_up.is_err());
        let told = story.till.told();
        assert_eq!(told.iter().map(|call| call.outcome).collect::<Vec<_>>(), [Outcome::Abandoned]);
        assert!(told[0].tokens_in > 0 && told[0].tokens_out > 0 && (3_000..3_010).contains(&told[0].milliseconds), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_passed_by_no_more_than_the_calls_on_their_way() {
    for kind in BOTH {
        let mut story = story(kind, (0..60).map(|_| Play::Drips(Duration::from_millis(10))));
        let one = {
            story.ask().await.result.unwrap();
            story.till.spent()
        };
        story.till = Till { tokens: Some(one * 10), ..Till::default() };

        let answers = join_all((0..50).map(|_| story.ask())).await;

        let written = answers.iter().filter(|answer| answer.result.is_ok()).count() as u64;
        assert!((10..10 + u64::from(story.settings.concurrency)).contains(&written), "{written}");
        assert_eq!(story.till.spent(), written * one);
        assert!(answers.iter().all(|answer| matches!(answer.result, Ok(_) | Err(WriteError::Halted(_)))));
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_on_their_way_than_the_store_has_set() {
    for kind in BOTH {
        let story = story(kind, (0..40).map(|_| Play::Drips(Duration::from_millis(10))));

        let answers = join_all((0..40).map(|_| story.ask())).await;

        assert!(answers.iter().all(|answer| answer.result.is_ok()));
        assert_eq!(story.till.most_at_once(), 4);
    }
}
