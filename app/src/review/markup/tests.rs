use domain::{
    change::FieldConflict,
    clock::Timestamp,
    field::{Field, Value},
    ids::{JobId, Seq, UserId},
    money::Currency,
    words::{
        check::{Finding, FindingKind},
        part::Part,
        score::{Point, Score, Scores},
    },
};
use ports::{
    error::AppError,
    review::{Card, Cursor, Decided, HeldQueue, Judgement, Queue, QueueFilter, ReviewStatus},
};

use super::{tell::offline, *};
use crate::review::state::{desk::Desk, everything::Everything, seat::tests::card};

const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

fn desk(cards: Vec<Card>, may_decide: bool) -> Desk {
    let next = cards.last().map(|card| Cursor { at: card.created_at, review: card.review });
    Desk::new(Queue { total: 214, odd: 16, cards, next, currency: Currency::EUR, may_decide, held: None }, None)
}

fn drawn(desk: &Desk, place: &Place) -> String {
    let people = [(UserId::new(Timestamp::from_micros(1), [1; 10]), "Ann".to_owned())];
    page(&Shown { place, desk: Some(desk), failure: None, seat: desk.shown(), next: None, people: Some(&people), now: None }).into_string()
}

fn full() -> Card {
    let mut card = card(1);
    card.findings = vec![Finding { part: Part::Title, kind: FindingKind::Unsupported, excerpt: "Brass".into() }];
    card.run = Some(JobId::new(Timestamp::from_micros(1), [1; 10]));
    card.remark = "Shorter <please>".into();
    card.scores_after.quality = Score { value: 78, points: vec![Point { got: 8, of: 10, says: "The title names the material.".into() }] };
    card
}

#[test]
fn a_suggestion_shows_all_that_one_decides_by() {
    let html = drawn(&desk(vec![full()], true), &Place::default());

    let shown = [
        "<b>1</b> of 214",
        "Approve all without findings (198)",
        "<ins class=\"new\"><mark>Brass</mark></ins>",
        "“Brass” is nowhere in the record.",
        "The title names the material.",
        "Shorter &lt;please&gt;",
        "data-act=\"accept\" aria-keyshortcuts=\"A\"",
        "<option value=\"\" selected>nobody</option>",
        "4 → 10 characters",
    ];
    for text in shown {
        assert!(html.contains(text), "{text} is not in {html}");
    }
}

#[test]
fn who_may_only_look_has_nothing_to_press() {
    let html = drawn(&desk(vec![full()], false), &Place::default());

    for act in ["accept", "edit", "reject\"", "changes", "toggle", "all\"", "assign"] {
        assert!(!html.contains(&format!("data-act=\"{act}")), "{act} is in {html}");
    }
    assert!(html.contains("Your role can look at suggestions."));
}

#[test]
fn what_was_decided_says_by_whom_and_why() {
    let mut card = full();
    card.status = ReviewStatus::Rejected;
    card.decided = Some(Decided { who: "Ann".into(), at: Timestamp::from_micros(1), reason: "Not true <of it>".into() });

    let html = drawn(&desk(vec![card], true), &Place::default());

    assert!(html.contains("Rejected by Ann") && html.contains("Not true &lt;of it&gt;"), "{html}");
    assert!(!html.contains("data-act=\"accept\""));
}

#[test]
fn what_a_later_suggestion_has_replaced_was_decided_by_nobody() {
    let mut card = full();
    card.status = ReviewStatus::Superseded;
    card.decided = Some(Decided { who: String::new(), at: Timestamp::from_micros(1), reason: String::new() });

    let html = drawn(&desk(vec![card], true), &Place::default());

    assert!(html.contains("<b>Replaced, <time"), "{html}");
}

#[test]
fn a_field_edited_since_shows_three_values() {
    let mut desk = desk(vec![full()], true);
    let theirs = Value::text("Their <b>lamp</b>");
    let conflict = FieldConflict { field: Field::Title, seen: Seq(3), current: Seq(9), theirs, mine: Value::None };
    let Some(mut seat) = desk.take() else { panic!() };
    seat.note(&[conflict]);
    desk.give_back(seat);

    let html = drawn(&desk, &Place::default());

    assert!(html.contains("What is there now") && html.contains("Replace what is there now"), "{html}");
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>lamp"), "{html}");
}

#[test]
fn while_one_edits_every_field_is_an_input() {
    let mut desk = desk(vec![full()], true);
    let Some(mut seat) = desk.take() else { panic!() };
    seat.is_editing = true;
    seat.write(1, "</textarea><script>x</script>");
    desk.give_back(seat);

    let html = drawn(&desk, &Place::default());

    assert_eq!(html.matches("data-edit=").count(), 3);
    assert!(!html.contains("<script") && html.contains("Suggestion, edited"), "{html}");
}

#[test]
fn an_empty_queue_says_what_to_do() {
    let nothing = |filter: QueueFilter| {
        let desk = Desk::new(Queue { total: 0, odd: 0, cards: Vec::new(), next: None, currency: Currency::EUR, may_decide: true, held: None }, None);
        drawn(&desk, &Place { filter, card: None })
    };

    assert!(nothing(QueueFilter::default()).contains("Start a run"));
    assert!(nothing(QueueFilter { odd: Some(true), ..QueueFilter::default() }).contains("Clear filters"));
    let failed = Shown { place: &Place::default(), desk: None, failure: Some(&AppError::Internal), seat: None, next: None, people: None, now: None };
    assert!(page(&failed).into_string().contains("Try again"));
}

/// A desk of a queue as a device has it.
fn held_desk(cards: Vec<Card>, of: Option<u64>) -> Desk {
    let held = HeldQueue { of, as_of: NOON };
    let total = of.unwrap_or(cards.len() as u64);
    Desk::new(Queue { total, odd: 0, cards, next: None, currency: Currency::EUR, may_decide: true, held: Some(held) }, None)
}

#[test]
fn p10_what_part_of_the_queue_one_sees_is_told() {
    let told = |count: u8, of: Option<u64>, now: Timestamp| {
        let desk = held_desk((0..count).map(card).collect(), of);
        let band = offline(&desk, NOON, now).into_string();
        band.split("<span>").nth(1).unwrap().replace("</span></div>", "")
    };

    let today = |count, of| told(count, of, NOON.plus_seconds(60));
    assert_eq!(today(50, Some(1_214)), "Offline. 50 of 1,214 suggestions are on this device, as of 12:30.");
    assert_eq!(today(3, Some(3)), "Offline. All 3 suggestions are on this device, as of 12:30.");
    assert_eq!(today(1, Some(2)), "Offline. 1 of 2 suggestions is on this device, as of 12:30.");
    assert_eq!(today(3, None), "Offline. 3 suggestions on this device match, as of 12:30.");
    assert_eq!(told(0, Some(0), NOON.plus_seconds(86_400)), "Offline. Nothing was left in this queue, as of 29 Feb 2024, 12:30.");
}

#[test]
fn p10_what_is_only_not_downloaded_is_never_called_nothing() {
    let shown = |desk: &Desk| drawn(desk, &Place { filter: QueueFilter { odd: Some(true), ..QueueFilter::default() }, card: None });

    for of in [None, Some(9)] {
        let html = shown(&held_desk(Vec::new(), of));
        assert!(html.contains("This part of the review is not on this device") && html.contains("Clear filters"), "{html}");
        assert!(!html.contains("No suggestion matches") && !html.contains("Nothing to review"), "{html}");
    }
    let mut desk = held_desk(vec![card(1)], Some(9));
    desk.take();
    let html = shown(&desk);
    assert!(html.contains("The rest is not on this device") && html.contains("You have decided about 1 suggestion."), "{html}");
    // The server has said that there was nothing.
    assert!(shown(&held_desk(Vec::new(), Some(0))).contains("No suggestion matches"));
}

#[test]
fn p10_what_takes_the_server_is_not_offered_without_it() {
    let html = drawn(&held_desk(vec![full()], Some(9)), &Place::default());

    assert!(html.contains("data-act=\"accept\"") && html.contains("The server cannot be reached"), "{html}");
    assert!(!html.contains("data-act=\"assign\"") && !html.contains("data-act=\"all\""), "{html}");
}

#[test]
fn without_script_the_next_suggestion_is_behind_a_link() {
    let (desk, next) = (desk(vec![full()], true), card(2).review);
    let place = Place { filter: QueueFilter { odd: Some(true), ..QueueFilter::default() }, card: None };

    let html = page(&Shown { place: &place, desk: Some(&desk), failure: None, seat: desk.shown(), next: Some(next), people: None, now: None });

    let link = format!("<noscript><a class=\"btn\" rel=\"next\" href=\"/review?findings=yes&amp;card={next}\">Next</a></noscript>");
    assert!(html.0.contains(&link), "{}", html.0);
}

#[test]
fn an_edited_text_shows_what_the_server_says_of_it() {
    let mut desk = desk(vec![full()], true);
    let Some(mut seat) = desk.take() else { panic!() };
    seat.write(0, "Golden lamp");
    let findings = vec![Finding { part: Part::Title, kind: FindingKind::Unsupported, excerpt: "Golden".into() }];
    let quality = Score { value: 91, points: vec![Point { got: 9, of: 10, says: "The title is short.".into() }] };
    seat.take_judgement(&seat.all_words(), Judgement { scores: Scores { quality, ..Scores::default() }, findings });
    desk.give_back(seat);

    let html = drawn(&desk, &Place::default());

    for text in ["“Golden” is nowhere in the record.", "The title is short.", "<mark>Golden</mark>"] {
        assert!(html.contains(text), "{text} is not in {html}");
    }
    assert!(!html.contains("“Brass”"), "{html}");
}

#[test]
fn approving_all_shows_how_far_it_is_and_how_to_stop_and_to_go_on() {
    let mut everything = Everything::new(String::new(), Timestamp::from_micros(1), 5_000);
    everything.start();

    let html = dialogs::all(&dialogs::All::Approving(&everything)).into_string();
    assert!(html.contains("<b>0</b> of 5,000") && html.contains("max=\"5000\"") && html.contains("data-act=\"all-stop\""), "{html}");

    let html = dialogs::all(&dialogs::All::Halted("1,200 approved. Not approved yet: 3,800.", Some(&AppError::Forbidden))).into_string();
    assert!(html.contains("Not approved yet: 3,800.") && html.contains("Your role does not allow this.") && html.contains("Go on"), "{html}");
}

#[test]
fn filters_are_links_and_keep_one_another() {
    let filter = QueueFilter { status: ReviewStatus::Approved, product_type: Some("Lamps & more".into()), ..QueueFilter::default() };

    let html = drawn(&desk(vec![full()], true), &Place { filter, card: None });

    assert!(html.contains("href=\"/review?status=approved&amp;assignee=me&amp;type=Lamps+%26+more\""), "{html}");
    assert!(html.contains("<input type=\"hidden\" name=\"status\" value=\"approved\">"), "{html}");
    assert!(!html.contains("Approve all"));
}

#[test]
fn no_markup_has_a_style_or_a_script() {
    let html = drawn(&desk(vec![full()], true), &Place::default());

    assert!(!html.contains(" style=") && !html.contains("<script") && !html.contains(" onclick"));
}

#[test]
fn decisions_that_wait_on_the_device_are_counted_and_ask_for_nothing() {
    let kept = tell::unsent(0, None, 10, "/review").into_string();
    let unsent = tell::unsent(1, None, 0, "/review").into_string();

    assert!(kept.contains("10 decisions wait on this device") && kept.contains("role=\"status\"") && !kept.contains("Send now"), "{kept}");
    assert!(unsent.contains("1 decision is not sent yet.") && unsent.contains("Send now") && !unsent.contains("on this device"), "{unsent}");
    assert!(tell::unsent(0, None, 0, "/review").into_string().is_empty());
}
