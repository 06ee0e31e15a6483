use super::*;
use crate::{
    clock::Timestamp,
    ids::{DeviceId, Seq},
    sync::{
        end::{End, Refusal},
        hash::Chain,
        outbox::{Failed, Outbox, Reply, apply},
        wire::{Ended, Extent, Frames, MOST_OPS, Notice, Poke, PullAnswer, PullReply, PushAnswer, PushReply, Sealed, Told},
    },
};

const USER: UserId = UserId(uuid::Uuid::from_u128(1));
const HEAD: Cookie = Cookie { epoch: 1, seq: Seq(100), hash: Chain(1) };
const NOTICE: Notice = Notice { min_proto: 1, drain_only_below: 1, schema: 1, build: 1, at: Timestamp::from_micros(0) };

/// A core with a storage that answers at once, and a server that is played by the test.
struct Tab {
    core: Core,
    outbox: Outbox,
    mono: u64,
    said: Vec<Effect>,
    /// How often the outbox was looked through.
    looks: usize,
}

impl Tab {
    fn started() -> Self {
        let outbox = Outbox::new(DeviceId(uuid::Uuid::from_u128(1)));
        let mut tab = Self { core: Core::default(), outbox, mono: 0, said: Vec::new(), looks: 0 };
        tab.step(Event::Started { user: Some(USER), visible: false });
        tab
    }

    fn step(&mut self, event: Event) {
        let now = Now { mono: self.mono, wall: Timestamp::from_micros(self.mono as i64 * 1_000), random: [255; 16] };
        for effect in self.core.step(now, event) {
            match effect {
                Effect::Outbox(tag, tx) => {
                    self.looks += usize::from(matches!(tx, outbox::Tx::Load { .. }));
                    let reply = apply(&mut self.outbox, &tx, &mut Vec::new());
                    self.step(Event::Outbox(tag, Ok(reply)));
                }
                Effect::Replica(tag, tx) => {
                    let reply = match tx {
                        replica::Tx::Load { .. } => replica::Reply::Loaded(replica::Loaded {
                            cookie: None,
                            schema: 1,
                            compare: Vec::new(),
                            check: Vec::new(),
                            want: Vec::new(),
                        }),
                        replica::Tx::Advance(_) => replica::Reply::Advanced { drifted: Vec::new(), more: false },
                        _ => replica::Reply::Done,
                    };
                    self.step(Event::Replica(tag, Ok(reply)));
                }
                said => self.said.push(said),
            }
        }
    }

    fn save(&mut self, n: u128, lane: u128) {
        self.step(Event::Save(draft(n, lane)));
    }

    /// The push that is under way, with the ids of its ops.
    fn push(&mut self) -> Option<(Tag, Vec<u128>)> {
        let at = self.said.iter().position(|effect| matches!(effect, Effect::Push(..)))?;
        let Effect::Push(tag, push) = self.said.remove(at) else { return None };
        let ids = push.ops.iter().map(|op| op.open::<crate::sync::wire::SentOp>().unwrap().id.0.as_u128()).collect();
        Some((tag, ids))
    }

    fn answer(&mut self, tag: Tag, told: &[Told]) {
        let results = told.iter().map(Sealed::of).collect();
        self.step(Event::Pushed(tag, Ok(PushReply { notice: NOTICE, answer: PushAnswer::Results { head: HEAD, results } })));
    }

    /// Answers the pull that is under way, if there is one.
    fn pull(&mut self) -> bool {
        let Some(at) = self.said.iter().position(|effect| matches!(effect, Effect::Pull(..))) else { return false };
        let Effect::Pull(tag, _) = self.said.remove(at) else { return false };
        let frames = Frames { rows: Vec::new(), ended: Vec::new(), sums: Vec::new(), cookie: HEAD, extent: Extent::default() };
        self.step(Event::Pulled(tag, Ok(PullReply { notice: NOTICE, answer: PullAnswer::Frames(frames) })));
        true
    }

    fn fail(&mut self, tag: Tag, trouble: Trouble) {
        self.step(Event::Pushed(tag, Err(trouble)));
    }

    fn wait(&mut self, millis: u64) {
        self.mono += millis;
        self.step(Event::Woke);
    }
}

fn draft(n: u128, lane: u128) -> Draft {
    let (id, lane) = (OpId(uuid::Uuid::from_u128(n)), ProductId(uuid::Uuid::from_u128(lane)));
    Draft { id, lane, user: USER, payload: Sealed::of(&n), row: None, at: Timestamp::default() }
}

fn ended(n: u128) -> Told {
    Told::Ended(Ended { op: OpId(uuid::Uuid::from_u128(n)), end: End::Applied, seq: Seq(1) })
}

#[test]
fn p01_saved_is_said_when_the_outbox_has_it_and_not_before() {
    let mut core = Core::default();
    let now = Now { mono: 0, wall: Timestamp::default(), random: [0; 16] };

    let effects = core.step(now, Event::Save(draft(1, 1)));
    let [Effect::Outbox(tag, outbox::Tx::Save(_)), ..] = effects[..] else { panic!("{effects:?}") };
    assert!(!effects.contains(&Effect::Saved(draft(1, 1).id)));

    let effects = core.step(now, Event::Outbox(tag, Ok(Reply::Done)));
    assert!(effects.contains(&Effect::Saved(draft(1, 1).id)));
}

#[test]
fn p16_what_somebody_waits_for_to_be_saved_goes_before_all_else() {
    let mut core = Core::default();
    let now = Now { mono: 0, wall: Timestamp::default(), random: [0; 16] };
    let draft = Draft { row: Some(7), ..draft(1, 1) };

    let asked = core.step(now, Event::Save(draft.clone()));
    let [Effect::Outbox(tag, outbox::Tx::Save(_)), ..] = asked[..] else { panic!("{asked:?}") };
    assert!(!asked.iter().any(|effect| matches!(effect, Effect::Replica(..))), "{asked:?}");
    let said = core.step(now, Event::Outbox(tag, Ok(Reply::Done)));

    let [Effect::Saved(_), Effect::Tell, Effect::Replica(_, replica::Tx::Hold { rows, .. }), ..] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!(rows, &[crate::sync::wire::Span { from: 7, count: 1 }]);
}

#[test]
fn p16_news_are_asked_for_when_one_has_stopped_sending_for_a_moment() {
    let mut tab = Tab::started();
    assert!(tab.pull());
    tab.save(1, 1);
    let (first, _) = tab.push().unwrap();
    tab.answer(first, &[ended(1)]);

    tab.wait(AFTER_PUSH - 1);
    assert!(!tab.pull());
    tab.wait(1);

    assert!(tab.pull());
    // Where nothing was sent a poke is followed at once.
    tab.step(Event::Poked(Poke { seq: Seq(101) }));
    assert!(tab.pull());
}

#[test]
fn p05_what_got_no_answer_is_sent_again_by_itself() {
    let mut tab = Tab::started();
    tab.save(1, 1);
    tab.push().unwrap();

    tab.wait(PUSH_TIMEOUT);
    tab.wait(MOST_WAIT);

    assert_eq!(tab.push().map(|(_, ids)| ids), Some(vec![1]));
}

#[test]
fn p05_what_is_saved_is_counted_at_once_also_while_nothing_can_be_sent() {
    let mut tab = Tab::started();
    tab.save(1, 1);
    let (tag, _) = tab.push().unwrap();
    tab.fail(tag, Trouble::SignIn);

    tab.save(2, 2);

    let told = tab.said.iter().rev().find_map(|effect| if let Effect::Indicator(indicator) = effect { Some(*indicator) } else { None });
    assert_eq!(told.map(|told| (told.pending, told.trouble)), Some((2, Some(Stopped::SignIn))));
}

#[test]
fn p05_an_op_the_server_stumbles_over_is_found_and_the_others_go() {
    let mut tab = Tab::started();
    tab.save(99, 99);
    let (blocking, _) = tab.push().unwrap();
    (1..=7).for_each(|n| tab.save(n, n));
    tab.answer(blocking, &[ended(99)]);
    let mut done = Vec::new();

    for _ in 0..40 {
        while let Some((tag, ids)) = tab.push() {
            if ids.contains(&4) {
                tab.fail(tag, Trouble::Failed(500));
            } else {
                tab.answer(tag, &ids.iter().map(|n| ended(*n)).collect::<Vec<_>>());
                done.extend(ids);
            }
        }
        tab.wait(500);
    }

    done.sort_unstable();
    assert_eq!(done, [1, 2, 3, 5, 6, 7]);
}

#[test]
fn p05_what_is_too_large_together_goes_in_halves_and_alone_not_at_all() {
    let mut tab = Tab::started();
    tab.step(Event::Save(Draft { payload: Sealed::from_bytes(vec![0; 300_000]), ..draft(1, 1) }));
    let (first, _) = tab.push().unwrap();
    (2..=4).for_each(|n| tab.save(n, n));
    tab.fail(first, Trouble::TooLarge);

    let (tag, ids) = tab.push().unwrap();
    assert_eq!(ids, [2, 3, 4]);
    tab.fail(tag, Trouble::TooLarge);

    assert_eq!(tab.push().unwrap().1, [2]);
    let refused = outbox::State::Ended { end: End::Rejected(Refusal::TooLarge), seq: None, at: Timestamp::default() };
    assert_eq!(tab.outbox.ops[&1].state, refused);
}

#[test]
fn p05_ten_thousand_ops_go_in_a_hundred_pushes_and_a_dozen_looks() {
    let mut tab = Tab::started();
    let saved = |n: u64| Saved { number: n, reducer: 1, draft: draft(n.into(), (n % 500).into()), state: outbox::State::Pending };
    tab.outbox.ops = (1..=10_000).map(|n| (n, saved(n))).collect();
    let (mut pushes, before) = (0, tab.looks);

    tab.step(Event::Woke);
    while let Some((tag, ids)) = tab.push() {
        pushes += 1;
        tab.answer(tag, &ids.into_iter().map(ended).collect::<Vec<_>>());
    }

    assert!(tab.outbox.ops.values().all(|saved| !saved.is_waiting()));
    assert!(pushes == 100 && tab.looks - before <= 12, "{pushes} pushes, {} looks", tab.looks - before);
}

#[test]
fn p05_what_is_behind_an_op_that_has_to_wait_does_not_go_before_it() {
    let mut tab = Tab::started();
    tab.save(9, 9);
    let (first, _) = tab.push().unwrap();
    for n in 1..=MOST_OPS as u128 + 1 {
        tab.save(n, 1);
    }
    tab.answer(first, &[ended(9)]);
    let (tag, ids) = tab.push().unwrap();
    let later: Vec<Told> = ids.iter().map(|n| Told::Later(OpId(uuid::Uuid::from_u128(*n)))).collect();
    tab.answer(tag, &later);
    assert_eq!(tab.push(), None);

    tab.wait(MOST_WAIT);

    assert_eq!(tab.push().map(|(_, ids)| ids), Some(vec![1]));
}

#[test]
fn p05_retry_after_is_kept() {
    let mut tab = Tab::started();
    tab.save(1, 1);
    let (tag, _) = tab.push().unwrap();
    tab.fail(tag, Trouble::Busy(Some(20)));

    tab.wait(20_000);
    assert_eq!(tab.push(), None);

    tab.wait(2_000);
    assert!(tab.push().is_some());
}

#[test]
fn p13_nothing_is_sent_until_somebody_signs_in_again() {
    let mut tab = Tab::started();
    tab.save(1, 1);
    let (tag, _) = tab.push().unwrap();
    tab.fail(tag, Trouble::SignIn);
    tab.wait(60_000);
    assert_eq!(tab.push(), None);

    tab.step(Event::SignedIn(USER));

    assert!(tab.push().is_some());
}

#[test]
fn p05_letting_ops_out_of_quarantine_is_tried_until_it_is_done() {
    let mut core = Core::default();
    let now = |mono| Now { mono, wall: Timestamp::default(), random: [255; 16] };
    let release = |effects: &[Effect]| {
        effects.iter().find_map(|effect| if let Effect::Outbox(tag, outbox::Tx::Release { .. }) = effect { Some(*tag) } else { None })
    };
    let begun = core.step(now(0), Event::SignedIn(USER));

    core.step(now(1), Event::Outbox(release(&begun).unwrap(), Err(Failed::Aborted)));

    assert!(release(&core.step(now(1_000), Event::Woke)).is_some());
}

#[test]
fn p02_a_cloned_device_takes_another_id_and_goes_on() {
    let mut tab = Tab::started();
    tab.save(1, 1);
    let (tag, _) = tab.push().unwrap();
    tab.answer(tag, &[Told::Rekey(OpId(uuid::Uuid::from_u128(1)))]);

    assert_ne!(tab.outbox.meta.device, DeviceId(uuid::Uuid::from_u128(1)));
    assert_eq!(tab.push().map(|(_, ids)| ids), Some(vec![1]));
}

#[test]
fn p11_what_cannot_be_saved_goes_straight_to_the_server_or_stays_on_the_screen() {
    let mut core = Core::default();
    let now = Now { mono: 0, wall: Timestamp::default(), random: [7; 16] };
    core.step(now, Event::Started { user: Some(USER), visible: false });
    let effects = core.step(now, Event::Save(draft(1, 1)));
    let Effect::Outbox(tag, _) = effects[0] else { panic!("{effects:?}") };

    let effects = core.step(now, Event::Outbox(tag, Err(Failed::Quota)));
    let Some(Effect::Push(tag, _)) = effects.iter().find(|effect| matches!(effect, Effect::Push(..))) else { panic!("{effects:?}") };
    let effects = core.step(now, Event::Pushed(*tag, Err(Trouble::Lost)));

    assert!(effects.contains(&Effect::NotSaved(draft(1, 1), Failed::Quota)));
}
