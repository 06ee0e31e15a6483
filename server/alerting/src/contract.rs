//! What every [`Outbox`] does, to be tried by whoever writes one: each takes an outbox in which nothing is yet, and an error says what was
//! otherwise. Those that have to do with several processes ask the same outbox under several names.

use std::collections::BTreeMap;

use alerts::{Acknowledged, Alert, AlertKey, Matcher, Silence, builtin};
use domain::clock::Timestamp;

use crate::{Book, MessageState, NewMessage, Outbox, OutboxError, Outcome, Written};

/// 2025-10-09T08:53:20Z.
const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);
const LEASE: i64 = 90;
const EVERY: i64 = 60;

/// What was otherwise, or could not be asked.
pub type Breach = String;

macro_rules! hold {
    ($what:expr, $is_so:expr) => {
        if !$is_so {
            return Err(format!("It does not hold that {}.", $what));
        }
    };
}

/// All of them. `fresh` makes an outbox in which nothing is.
pub async fn all<O: Outbox>(fresh: impl AsyncFn() -> O) -> Result<(), Breach> {
    rounds_are_one_processs_at_a_time(&fresh().await).await?;
    what_was_written_is_there(&fresh().await).await?;
    acknowledgements_and_rounds_leave_each_other_alone(&fresh().await).await?;
    messages_come_in_their_order_and_to_one(&fresh().await).await?;
    a_lease_that_was_lost_notes_nothing(&fresh().await).await?;
    a_clock_that_was_set_back_blocks_nothing(&fresh().await).await?;
    what_is_old_is_tidied_away(&fresh().await).await
}

pub async fn rounds_are_one_processs_at_a_time(outbox: &dyn Outbox) -> Result<(), Breach> {
    hold!("the first who asks has the round", begin(outbox, "a", NOW).await?.is_some());
    hold!("nobody else has it then", begin(outbox, "b", NOW.plus_seconds(LEASE - 1)).await?.is_none());
    hold!("it is another's when the lease has run out", begin(outbox, "b", NOW.plus_seconds(LEASE)).await?.is_some());
    let now = NOW.plus_seconds(LEASE);
    hold!("whoever has lost it writes nothing", !end(outbox, "a", now, &written(0, &["a"])).await?);
    hold!("nothing was written", read(outbox).await? == Book::default());
    hold!("a round of another number writes nothing", !end(outbox, "b", now, &written(7, &["a"])).await?);
    hold!("whoever has it writes", end(outbox, "b", now, &written(0, &["a"])).await?);
    hold!("nobody writes twice", !end(outbox, "b", now, &written(1, &["a"])).await?);
    hold!("the next is not begun too soon", begin(outbox, "a", now.plus_seconds(EVERY - 1)).await?.is_none());
    let book = begin(outbox, "a", now.plus_seconds(EVERY)).await?;
    hold!("the next is begun in time, and one further", book.is_some_and(|book| book.round == 1));
    hold!("who has it may ask again", begin(outbox, "a", now.plus_seconds(EVERY + 1)).await?.is_some());
    Ok(())
}

pub async fn what_was_written_is_there(outbox: &dyn Outbox) -> Result<(), Breach> {
    let mut first = written(0, &["m1", "m2"]);
    first.alerts = vec![alert("b<>&'\"\u{e9}"), alert("a")];
    first.told = BTreeMap::from([("ops".to_owned(), alerts::Told::default())]);
    round(outbox, NOW, first.clone()).await?;
    let book = read(outbox).await?;
    first.alerts.reverse();
    hold!("alerts are there as they were written, in the order of their keys", book.alerts == first.alerts);
    hold!("what was told is there", book.told == first.told);
    hold!("messages are there in their order", ids(&book) == ["m1", "m2"]);
    let message = &book.messages[0];
    let fresh = (message.state, message.attempts, message.created_at, message.due_at, message.noted_at);
    hold!("a message waits from when it was written", fresh == (MessageState::Waiting, 0, NOW, NOW, NOW));

    let mut second = written(1, &["m2", "m3"]);
    second.messages[0].body = String::from("otherwise");
    second.alerts = vec![Alert { rule: builtin().remove(1), ..alert("a") }];
    second.forgotten = vec![alert("b<>&'\"\u{e9}").key];
    round(outbox, NOW.plus_seconds(EVERY), second.clone()).await?;
    let book = read(outbox).await?;
    hold!("what was changed is changed and what was forgotten is gone", book.alerts == second.alerts);
    hold!("what was told stays where nothing is said", book.told == first.told);
    hold!("a message that is there stays as it is", ids(&book) == ["m1", "m2", "m3"] && book.messages[1].body == "body of m2");
    let newest = ask(outbox.messages(2).await)?;
    hold!("pages are given the newest first", newest.iter().map(|message| message.id.as_str()).eq(["m3", "m2"]));
    Ok(())
}

pub async fn acknowledgements_and_rounds_leave_each_other_alone(outbox: &dyn Outbox) -> Result<(), Breach> {
    let key = AlertKey::new("lcp", "a");
    let seen = Acknowledged { by: "Ada".to_owned(), at: NOW, episode: 1 };
    hold!("of an alert that is not there nobody can be noted", !ask(outbox.acknowledge(&key, Some(&seen)).await)?);
    round(outbox, NOW, Written { alerts: vec![alert("a")], ..written(0, &[]) }).await?;
    let key = alert("a").key;
    hold!("of one that is there somebody can", ask(outbox.acknowledge(&key, Some(&seen)).await)?);
    round(outbox, NOW.plus_seconds(EVERY), Written { alerts: vec![alert("a")], ..written(1, &[]) }).await?;
    hold!("a round leaves it", read(outbox).await?.alerts[0].acknowledged.as_ref() == Some(&seen));
    hold!("it can be taken back", ask(outbox.acknowledge(&key, None).await)? && read(outbox).await?.alerts[0].acknowledged.is_none());

    ask(outbox.silence(&silence("s", "We move.", 60)).await)?;
    ask(outbox.silence(&silence("s", "We still move.", 120)).await)?;
    hold!("a silence takes the place of one with its id", read(outbox).await?.silences == [silence("s", "We still move.", 120)]);
    hold!("it can be taken away once", ask(outbox.unsilence("s").await)? && !ask(outbox.unsilence("s").await)?);
    Ok(())
}

pub async fn messages_come_in_their_order_and_to_one(outbox: &dyn Outbox) -> Result<(), Breach> {
    let mut other = written(0, &["m1", "m2", "m3"]);
    other.messages[2].channel = String::from("mail");
    round(outbox, NOW, other).await?;
    hold!("the oldest comes first", claim(outbox, "ops", "a", NOW).await? == Some("m1".to_owned()));
    hold!("nobody else gets it, nor the one behind it", claim(outbox, "ops", "b", NOW).await?.is_none());
    hold!("another channel does not wait for it", claim(outbox, "mail", "b", NOW).await? == Some("m3".to_owned()));
    let again = Outcome::Again { due_at: NOW.plus_seconds(5), answer: "No.".to_owned() };
    hold!("what came of it is noted", ask(outbox.note("a", "m1", NOW, &again).await)?);
    hold!("until it is due neither it nor the one behind it comes", claim(outbox, "ops", "a", NOW.plus_seconds(4)).await?.is_none());
    let now = NOW.plus_seconds(5);
    hold!("then it comes again", claim(outbox, "ops", "b", now).await? == Some("m1".to_owned()));
    let message = ask(outbox.messages(10).await)?.into_iter().find(|message| message.id == "m1");
    hold!("the attempt and its answer are kept", message.is_some_and(|message| message.attempts == 1 && message.answer == "No."));
    let done = Outcome::Delivered { answer: "Yes.".to_owned() };
    hold!("it is delivered", ask(outbox.note("b", "m1", now, &done).await)?);
    hold!("once", !ask(outbox.note("b", "m1", now, &done).await)?);
    hold!("then the next comes", claim(outbox, "ops", "a", now).await? == Some("m2".to_owned()));
    hold!("and can be given up", ask(outbox.note("a", "m2", now, &Outcome::GivenUp { answer: "Never.".to_owned() }).await)?);
    hold!("and then there is none", claim(outbox, "ops", "a", now).await?.is_none());
    let book = read(outbox).await?;
    hold!("a round is told of the last delivered, those given up and those that wait", ids(&book) == ["m1", "m2", "m3"]);
    let states: Vec<_> = book.messages.iter().map(|message| (message.state, message.noted_at)).collect();
    hold!("and how they stand", states == [(MessageState::Delivered, now), (MessageState::GivenUp, now), (MessageState::Waiting, NOW)]);
    Ok(())
}

pub async fn a_lease_that_was_lost_notes_nothing(outbox: &dyn Outbox) -> Result<(), Breach> {
    round(outbox, NOW, written(0, &["m1"])).await?;
    let done = Outcome::Delivered { answer: String::new() };
    hold!("whoever has not taken it notes nothing", !ask(outbox.note("a", "m1", NOW, &done).await)?);
    claim(outbox, "ops", "a", NOW).await?;
    let later = NOW.plus_seconds(LEASE);
    hold!("a crashed process's is another's", claim(outbox, "ops", "b", later).await? == Some("m1".to_owned()));
    hold!("which the one that was slow does not undo", !ask(outbox.note("a", "m1", later, &done).await)?);
    hold!("and the one that has it notes", ask(outbox.note("b", "m1", later, &done).await)?);
    Ok(())
}

pub async fn a_clock_that_was_set_back_blocks_nothing(outbox: &dyn Outbox) -> Result<(), Breach> {
    let ahead = NOW.plus_seconds(400 * 86_400);
    round(outbox, ahead, written(0, &["m1"])).await?;
    hold!("a message that was written ahead is due", claim(outbox, "ops", "a", NOW).await? == Some("m1".to_owned()));
    let again = Outcome::Again { due_at: ahead.plus_seconds(900), answer: String::new() };
    ask(outbox.note("a", "m1", NOW, &again).await)?;
    hold!(
        "also one that is to come again ahead",
        claim(outbox, "ops", "a", ahead).await?.is_none() && claim(outbox, "ops", "a", NOW).await?.is_some()
    );
    hold!("a round that was begun ahead keeps none from beginning", begin(outbox, "b", NOW).await?.is_some());
    hold!("a lease from ahead keeps nobody from taking over", begin(outbox, "c", NOW.plus_seconds(-86_400)).await?.is_some());
    Ok(())
}

pub async fn what_is_old_is_tidied_away(outbox: &dyn Outbox) -> Result<(), Breach> {
    round(outbox, NOW, written(0, &["m1", "m2", "m3"])).await?;
    for (id, outcome) in [("m1", Outcome::Delivered { answer: String::new() }), ("m2", Outcome::GivenUp { answer: String::new() })] {
        claim(outbox, "ops", "a", NOW).await?;
        ask(outbox.note("a", id, NOW, &outcome).await)?;
    }
    ask(outbox.silence(&silence("s", "We move.", 60)).await)?;
    hold!("what is not old stays", ask(outbox.tidy(NOW).await)? == 0);
    hold!("what was sent or given up goes, and silences that ended", ask(outbox.tidy(NOW.plus_seconds(61)).await)? == 3);
    let book = read(outbox).await?;
    hold!("what waits stays, however old", ids(&book) == ["m3"] && book.silences.is_empty());
    Ok(())
}

async fn begin(outbox: &dyn Outbox, holder: &str, now: Timestamp) -> Result<Option<Book>, Breach> {
    ask(outbox.begin_round(holder, now, LEASE, EVERY).await)
}

async fn end(outbox: &dyn Outbox, holder: &str, now: Timestamp, written: &Written) -> Result<bool, Breach> {
    ask(outbox.end_round(holder, now, written).await)
}

async fn round(outbox: &dyn Outbox, now: Timestamp, written: Written) -> Result<(), Breach> {
    hold!("a round can be begun", begin(outbox, "round", now).await?.is_some());
    hold!("it can be ended", end(outbox, "round", now, &written).await?);
    Ok(())
}

async fn claim(outbox: &dyn Outbox, channel: &str, holder: &str, now: Timestamp) -> Result<Option<String>, Breach> {
    Ok(ask(outbox.claim(channel, holder, now, LEASE).await)?.map(|message| message.id))
}

async fn read(outbox: &dyn Outbox) -> Result<Book, Breach> {
    ask(outbox.book().await)
}

fn ask<T>(answer: Result<T, OutboxError>) -> Result<T, Breach> {
    answer.map_err(|error| error.to_string())
}

fn ids(book: &Book) -> Vec<&str> {
    book.messages.iter().map(|message| message.id.as_str()).collect()
}

fn written(round: u64, messages: &[&str]) -> Written {
    let message = |id: &&str| NewMessage {
        id: (*id).to_owned(),
        channel: "ops".to_owned(),
        subject: format!("subject of {id}"),
        body: format!("body of {id}"),
    };
    Written { round, messages: messages.iter().map(message).collect(), ..Written::default() }
}

fn alert(subject: &str) -> Alert {
    Alert::new(builtin().remove(0), subject)
}

fn silence(id: &str, why: &str, seconds: i64) -> Silence {
    let (by, why) = ("Ada".to_owned(), why.to_owned());
    Silence { id: id.to_owned(), what: Matcher::Everything, from: NOW, until: NOW.plus_seconds(seconds), by, why }
}
