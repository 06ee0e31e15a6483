//! Alerts on both engines: the database is an outbox like any other.

use std::sync::atomic::{AtomicUsize, Ordering};

use alerting::{NewMessage, Outbox, Written, contract};
use domain::clock::{Clock, Timestamp};
use tokio::task::JoinSet;

use crate::support::Arranged;

/// One after the other in the same tables, which are emptied in between.
pub async fn the_outbox_of_alerts_does_what_every_outbox_does(arranged: &Arranged) {
    let fresh = async || {
        for table in ["alert_notes", "alert_messages"] {
            arranged.execute(&format!("DELETE FROM {table}")).await;
        }
        arranged.execute("UPDATE alert_rounds SET number = 0, began_at = NULL, held_by = '', held_until = 0").await;
        arranged.store.clone()
    };

    assert_eq!(contract::all(fresh).await, Ok(()));
}

pub async fn processes_that_ask_at_once_get_a_round_and_a_message_once(arranged: &Arranged) {
    let (first, second) = (arranged.store.clone(), arranged.second_store().await);
    let now = arranged.clock.now();
    let mut rounds = JoinSet::new();
    for (number, store) in [&first, &second].into_iter().cycle().take(8).cloned().enumerate() {
        rounds.spawn(async move { (number, store.begin_round(&number.to_string(), now, 90, 60).await.unwrap().is_some()) });
    }
    let won: Vec<usize> = rounds.join_all().await.into_iter().filter(|(_, has_it)| *has_it).map(|(number, _)| number).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    let message = |number| NewMessage { id: format!("m{number}"), channel: "ops".into(), subject: String::new(), body: String::new() };
    let written = Written { messages: (0..3).map(message).collect(), ..Written::default() };
    assert!(first.end_round(&won[0].to_string(), now, &written).await.unwrap());

    let taken = std::sync::Arc::new(AtomicUsize::new(0));
    let mut claims = JoinSet::new();
    for (number, store) in [first, second.clone()].into_iter().cycle().take(8).enumerate() {
        let taken = taken.clone();
        claims.spawn(async move {
            if let Some(message) = store.claim("ops", &number.to_string(), now, 90).await.unwrap() {
                assert_eq!(message.id, "m0");
                taken.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    claims.join_all().await;

    assert_eq!(taken.load(Ordering::SeqCst), 1);
    second.close().await;
}

pub async fn what_nobody_understands_any_more_is_left_out(arranged: &Arranged) {
    let silence = silence(arranged.clock.now());
    arranged.store.silence(&silence).await.unwrap();
    for kind in ["alert", "told", "silence"] {
        arranged.execute(&format!("INSERT INTO alert_notes (kind, name, body, seen) VALUES ('{kind}', 'later', '{{\"of\":\"later\"}}', '')")).await;
    }

    let book = arranged.store.book().await.unwrap();

    assert!(book.alerts.is_empty() && book.told.is_empty(), "{book:?}");
    assert_eq!(book.silences, [silence]);
}

fn silence(now: Timestamp) -> ::alerts::Silence {
    let (from, until) = (now, now.plus_seconds(60));
    ::alerts::Silence { id: "s".into(), what: ::alerts::Matcher::Everything, from, until, by: "Ada".into(), why: "We move.".into() }
}
