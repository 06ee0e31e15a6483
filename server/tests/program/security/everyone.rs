//! Each address, asked by nobody, by the owner of another store who names this one's things, and by every role there is.

use std::fmt::Write;

use super::{
    place::{Answer, Asker, Place},
    rows::{Row, rows},
};
use crate::support::{Engine, on_both_engines};

on_both_engines!(each_may_what_is_theirs_and_reaches_nothing_of_others);

async fn each_may_what_is_theirs_and_reaches_nothing_of_others(engine: Engine) {
    let place = Place::open(engine).await;
    let everybody = place.everybody().await;
    let mut wrong = String::new();

    for row in rows() {
        for complaint in tried(&place, &everybody, &row).await {
            writeln!(wrong, "{}: {complaint}", row.route).unwrap();
        }
    }

    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What is not as it should be when everybody asks.
async fn tried(place: &Place, everybody: &[Asker; 6], row: &Row) -> Vec<String> {
    let mut wrong = Vec::new();
    let [nobody, stranger, people @ ..] = everybody;
    let before = if row.reads() { String::new() } else { at_rest(place).await };

    for asker in [nobody, stranger] {
        let answer = place.ask(asker, row).await;
        if let Some(seen) = place.seen_in(&answer, row.least.is_none()) {
            wrong.push(format!("{} is shown {seen:?}: {}", asker.who, told(&answer)));
        }
        if !is_as_for_outsiders(asker, row, &answer) {
            wrong.push(format!("{} is answered {}", asker.who, told(&answer)));
        }
    }
    let (refused, let_in): (Vec<&Asker>, Vec<&Asker>) = people.iter().partition(|asker| asker.role < row.least);
    for asker in refused {
        let answer = place.ask(asker, row).await;
        if answer.reply.status != 403 {
            wrong.push(format!("{} is answered {}", asker.who, told(&answer)));
        }
    }
    if !row.reads() && at_rest(place).await != before {
        wrong.push("somebody who may not has changed something".to_owned());
    }
    for (number, asker) in let_in.into_iter().enumerate() {
        let answer = place.ask(asker, row).await;
        let status = answer.reply.status;
        // Whoever comes second finds it done. To whom everything is open it says how they stand with it.
        let is_right = if number == 0 && row.least.is_some() { status == row.good } else { status < 500 && !matches!(status, 401 | 403) };
        if !(is_right || row.least.is_none() && status == row.good) {
            wrong.push(format!("{}, who may, is answered {}", asker.who, told(&answer)));
        }
    }
    wrong
}

/// Whether somebody who does not belong to the store is answered as they should be.
fn is_as_for_outsiders(asker: &Asker, row: &Row, Answer { reply, .. }: &Answer) -> bool {
    let is_nobody = asker.token.is_none();
    if row.least.is_none() {
        return if is_nobody { reply.status == row.good } else { reply.status < 500 };
    }
    if is_nobody {
        let is_sent_away = reply.status == 303 && reply.location().starts_with("/sign-in");
        return if row.is_of_api() || row.is_function() { reply.status == 401 } else { is_sent_away };
    }
    row.stranger.map_or(reply.status < 500 && !matches!(reply.status, 401 | 403), |status| reply.status == status)
}

/// Everything of the store, once nothing is done in the background.
async fn at_rest(place: &Place) -> String {
    place.shops.at_rest().await;
    place.theirs()
}

fn told(Answer { sent, reply }: &Answer) -> String {
    let text: String = reply.text.chars().take(400).collect();
    format!("{} {} {text} (was sent {})", reply.status, reply.location(), String::from_utf8_lossy(sent))
}
