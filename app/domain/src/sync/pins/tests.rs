use super::*;
use crate::sync::{hash::Chain, wire::Cookie};

const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

fn query(address: &str) -> ListQuery {
    ListQuery::from_address(address)
}

fn whole(view: &str) -> Pin {
    Pin { view: view.to_owned(), told: Some(Told { of: 7, room: 7, seq: Seq(3), at: NOON }), here: 7, changes: 5 }
}

fn replica(changes: u64) -> Meta {
    Meta { cookie: Some(Cookie { epoch: 1, seq: Seq(3), hash: Chain(1) }), changes, ..Meta::default() }
}

#[test]
fn p14_what_is_kept_of_views_is_read_again_and_nonsense_left_out() {
    let pins = Pins {
        pins: vec![whole(""), whole("q=blue+l%C3%A4mp&vendor=A+%26+B"), Pin { view: "status=active".into(), ..Pin::default() }],
        trouble: Some(Trouble::Full),
        is_loose: true,
    };
    let text = pins.write();

    assert_eq!(Pins::read(&text), pins);
    assert_eq!(Pins::read(&format!("!later\nvendor=Acme&shade=red\nstatus=none\t7\n{text}")).pins, pins.pins);
    assert_eq!(Pins::read("q=x\tof a later build\t1").pins, [Pin { view: "q=x".into(), ..Pin::default() }]);
}

#[test]
fn p14_a_view_is_kept_once_whatever_its_order_and_there_is_an_end() {
    let mut pins = Pins::default();

    assert!(pins.add(&query("vendor=Acme")) && pins.add(&query("vendor=Acme&sort=title")));
    assert_eq!(pins.pins.len(), 1);
    for number in 0..MOST_PINS {
        pins.add(&query(&format!("q={number}")));
    }
    assert!(!pins.add(&query("q=one-more")) && pins.add(&query("vendor=Acme")));
    pins.remove(&query("vendor=Acme&sort=-price"));
    assert_eq!((pins.pins.len(), pins.find(&query("vendor=Acme"))), (MOST_PINS - 1, None));
}

#[test]
fn p10_a_list_is_called_whole_only_where_the_replica_has_all_of_it() {
    let pins = Pins { pins: vec![whole("vendor=Acme")], ..Pins::default() };
    let narrower = query("vendor=Acme&q=lamp");

    assert_eq!(pins.whole_since(&narrower, &replica(5)), Some(NOON));
    assert_eq!(pins.whole_since(&query("q=lamp"), &replica(5)), None);
    assert_eq!(pins.whole_since(&narrower, &replica(4)), None, "another replica");
    assert_eq!(pins.whole_since(&narrower, &Meta { cookie: None, ..replica(9) }), None);
    assert_eq!(pins.whole_since(&narrower, &Meta { wanted: [1].into(), ..replica(9) }), None);
    let cut = Pin { told: Some(Told { of: 9, room: 7, seq: Seq(3), at: NOON }), ..whole("vendor=Acme") };
    assert!(cut.is_done() && !cut.is_whole());
    assert_eq!(Pins { pins: vec![cut], ..Pins::default() }.whole_since(&narrower, &replica(5)), None);
}

#[test]
fn p14_what_is_to_be_done_is_known_without_asking() {
    let mut pins = Pins { pins: vec![whole("")], ..Pins::default() };

    assert!(!pins.is_open(Seq(3), NOON) && pins.is_open(Seq(4), NOON.plus_seconds(FRESH)));
    pins.add(&query("q=lamp"));
    assert!(pins.is_open(Seq(3), NOON));
    pins.remove(&query("q=lamp"));
    assert!(pins.is_open(Seq(3), NOON), "its rows are to go");
    pins.settle(&[String::new(), "q=lamp".to_owned()]);
    assert!(pins.is_open(Seq(3), NOON), "removed while they were looked at");
    pins.settle(&pins.views());
    assert!(!pins.is_open(Seq(3), NOON));
}

#[test]
fn p14_what_did_not_fit_is_tried_again_when_a_view_goes_or_somebody_wants_it() {
    let cut = Pin { told: Some(Told { of: 9, room: 7, seq: Seq(3), at: NOON }), ..whole("vendor=Acme") };
    let mut pins = Pins { pins: vec![whole("q=lamp"), whole("q=cup"), cut.clone()], trouble: Some(Trouble::Full), is_loose: false };

    pins.remove(&query("q=lamp"));
    assert_eq!((pins.trouble, pins.pins[0].told.is_some(), pins.pins[1].told), (None, true, None));
    let mut again = Pins { pins: vec![cut], trouble: Some(Trouble::Full), is_loose: false };
    assert!(again.add(&query("vendor=Acme")) && again.is_open(Seq(3), NOON));
    assert_eq!(again.trouble, None);
}

#[test]
fn p14_a_view_is_asked_for_again_when_something_has_changed_and_not_at_every_change() {
    let pin = whole("");

    assert!(Pin::default().is_due(Seq(0), NOON));
    assert!(!pin.is_due(Seq(3), NOON.plus_seconds(86_400)) && !pin.is_due(Seq(4), NOON.plus_seconds(FRESH - 1)));
    assert!(pin.is_due(Seq(4), NOON.plus_seconds(FRESH)) && pin.is_due(Seq(2), NOON.plus_seconds(-FRESH)));
}
